"""API tokens of service users."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import demand
from core.posted import posted
from directory.actions import tokens
from directory.filters import TokenFilter
from directory.forms.organisations import TokenForm
from directory.forms.people import ReasonForm
from directory.models import ApiToken
from directory.permissions import can_issue_tokens, can_list_tokens, can_revoke_token
from directory.requests import SignedInRequest
from directory.tables import SCOPE_LABELS, TOKENS, USABLE, listed_tokens, token_state
from directory.views.shared import act, form_page


def _seen(request: SignedInRequest, pk: int) -> ApiToken:
    demand(can_list_tokens(request.user))
    rows = ApiToken.objects.visible_to(request.user).select_related("user", "created_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def token_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_list_tokens(request.user))
    return TOKENS.respond(
        request,
        listed_tokens(request.user),
        filterset=TokenFilter,
        may_export=True,
        template="directory/tokens.html",
        context={"may_issue": can_issue_tokens(request.user)},
    )


@require_safe
def token_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    token = _seen(request, pk)
    state = token_state(token.expires_at, token.revoked_at)
    context = {
        "token": token,
        "scopes": [SCOPE_LABELS.get(scope, scope) for scope in token.scopes],
        "state": state,
        "may_revoke": state == USABLE and can_revoke_token(request.user, token),
    }
    return render(request, "directory/token.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_issue(request: SignedInRequest) -> HttpResponse:
    demand(can_issue_tokens(request.user))
    form = TokenForm(posted(request), actor=request.user)

    def save() -> tokens.IssuedToken:
        cleaned = form.cleaned_data
        return tokens.issue_token(
            actor=request.user, user=cleaned["user"], label=cleaned["label"], scopes=cleaned["scopes"],
            expires_at=form.expires_at(),
        )  # fmt: skip

    def done(issued: tokens.IssuedToken) -> HttpResponse:
        """Shown in the answer itself, once: it is in no address, no session and no log."""
        return render(request, "directory/token_key.html", {"token": issued.token, "key": issued.key})

    return form_page(request, form, save=save, template="directory/token_form.html", context={}, done=done)


@require_POST
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    token = _seen(request, pk)
    demand(can_revoke_token(request.user, token))
    form = ReasonForm(request.POST)

    def do() -> None:
        tokens.revoke_token(actor=request.user, token=token, reason=form.cleaned_data["reason"])

    return act(request, form, do=do, said=_("The token is revoked."), back="directory:token", key=pk)
