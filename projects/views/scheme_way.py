"""A scheme on its way: signed by the offices, on public notice, objections and answers, sent back, approved."""

from datetime import timedelta
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from files.rules import FileRule
from files.serving import file_response, preview_response
from projects.actions.approvals import (
    answer_objection,
    approve_scheme,
    post_notice,
    prolong_notice,
    record_objection,
    send_back,
    sign_off,
)
from projects.errors import NotOnNotice, SchemeWrongState
from projects.forms.scheme import (
    NOTICE_PHOTO,
    SIGNED_OPINION,
    AnswerForm,
    ApprovalForm,
    NoticeForm,
    ObjectionForm,
    ProlongForm,
    SignForm,
)
from projects.models import Objection, Scheme, SchemeState
from projects.permissions import (
    can_approve_scheme,
    can_draw_scheme,
    can_post_notice,
    sign_off_powers,
)
from projects.scheme_way import Way
from projects.views.scheme import between
from projects.views.scheme_shared import (
    SCHEME_TONES,
    Content,
    act,
    find_scheme,
    page_of,
    reason_of,
    rights_of,
    try_form,
    way_of,
)
from projects.views.shared import demand, place_names, project_page


def address(name: str, scheme: Scheme, *more: Any) -> str:
    return reverse(f"projects:scheme_{name}", args=[scheme.project.code, scheme.version, *more])


def stored(form: forms.Form, field: str, rule: FileRule, user: Any) -> StoredFile | None:
    """Keep the file of a form before anything is written; a file that is refused becomes the field's error."""
    upload: UploadedFile | None = form.cleaned_data.get(field)
    if upload is None:
        return None
    try:
        return store_upload(file=cast(BinaryIO, upload.file), name=upload.name or "", user=user, rule=rule)
    except DomainError as refusal:
        form.add_error(field, refusal.message)
        return None


# --- Signing ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """The opinions so far; whoever signs for an office here gives its opinion."""
    scheme = find_scheme(request, code, version)
    kinds = sign_off_powers(request.user, scheme) if scheme.state == SchemeState.SIGNING else []
    if request.method == "POST":
        demand(bool(sign_off_powers(request.user, scheme)))
        if not kinds:
            raise SchemeWrongState(state=scheme.get_state_display())
    way = way_of(request, scheme)
    left = [kind for kind in kinds if way.signed(kind) is None] or kinds
    form = SignForm(posted(request), request.FILES or None, kinds=left)
    if form.is_valid() and _signed(request, scheme, form):
        messages.success(request, _("Your office's opinion is recorded."))
        return redirect(page_of(scheme))
    context = {
        **_shown(request, scheme, way),
        "form": form if kinds else None,
        "has_signed": all(way.signed(kind) is not None for kind in kinds),
        "content": Content(scheme),
    }
    return _page(request, "projects/scheme_sign.html", scheme, context, form)


def _signed(request: SignedInRequest, scheme: Scheme, form: SignForm) -> bool:
    paper = stored(form, "paper", SIGNED_OPINION, request.user)
    data = form.cleaned_data
    return not form.errors and try_form(
        form,
        lambda: sign_off(
            scheme=scheme, user=request.user, kind=data["kind"], agrees=data["agrees"], remark=data["remark"],
            document=paper, signed_on=data["signed_on"],
        ),
    )  # fmt: skip


@require_safe
def signed_paper(request: SignedInRequest, code: str, version: int, pk: int) -> FileResponse:
    """The scanned, sealed opinion of an office."""
    scheme = find_scheme(request, code, version)
    signed = get_object_or_404(scheme.sign_offs.select_related("document"), pk=pk)
    if signed.document is None:
        raise Http404
    return file_response(signed.document)


@require_POST
def back(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    scheme = find_scheme(request, code, version)
    demand(can_draw_scheme(request.user, scheme.project) or can_approve_scheme(request.user, scheme))
    return act(
        request,
        lambda: send_back(scheme=scheme, user=request.user, reason=reason_of(request)),
        done=_("Sent back. The lines can be changed; both offices will sign again."),
        to=page_of(scheme),
    )


# --- Public notice ----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """The notice with its objections; where it does not hang yet, the form that hangs it out."""
    scheme = find_scheme(request, code, version)
    may_post = can_post_notice(request.user, scheme.project)
    if request.method == "POST":
        demand(may_post)
    content, way = Content(scheme), way_of(request, scheme)
    today = timezone.localdate()
    initial = {
        "from_on": today + timedelta(days=1),
        "until_on": today + timedelta(days=content.rule.notice_days),
    }
    form = NoticeForm(posted(request), request.FILES or None, initial=initial)
    if form.is_valid() and _posted(request, scheme, form):
        messages.success(
            request, _("The notice is recorded. Print it, post it, and record what residents say.")
        )
        return redirect(address("notice", scheme))
    may_hang = may_post and scheme.state == SchemeState.SIGNING and (way.is_signed or form.is_bound)
    context = {
        **_shown(request, scheme, way),
        "content": content,
        "form": form if may_hang else None,
        "objection_form": ObjectionForm() if scheme.state == SchemeState.NOTICED and may_post else None,
    }
    return _page(request, "projects/scheme_notice.html", scheme, context, form)


def _posted(request: SignedInRequest, scheme: Scheme, form: NoticeForm) -> bool:
    photo = stored(form, "photo", NOTICE_PHOTO, request.user)
    data = form.cleaned_data
    return not form.errors and try_form(
        form,
        lambda: post_notice(
            scheme=scheme, user=request.user, from_on=data["from_on"], until_on=data["until_on"],
            places=data["places"], photo=photo,
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def notice_prolong(request: SignedInRequest, code: str, version: int, pk: int) -> HttpResponse:
    """A later last day, with its reason."""
    scheme = find_scheme(request, code, version)
    found = get_object_or_404(scheme.notices, pk=pk)
    demand(can_post_notice(request.user, scheme.project))
    if scheme.state != SchemeState.NOTICED or found.ended_at is not None:
        raise NotOnNotice
    found.scheme = scheme
    form = ProlongForm(posted(request))
    if form.is_valid() and try_form(
        form, lambda: prolong_notice(notice=found, user=request.user, **form.cleaned_data)
    ):
        messages.success(
            request, _("The notice is extended. Print it again and post it in place of the first.")
        )
        return redirect(address("notice", scheme))
    way = way_of(request, scheme)
    context = {**_shown(request, scheme, way), "form": form, "notice": way.notice}
    return _page(request, "projects/scheme_prolong.html", scheme, context, form)


@require_safe
def notice_print(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """One A4 sheet for the board at the gate: works, sums, days, where to object. Nobody's name stands on it."""
    scheme = find_scheme(request, code, version)
    project = scheme.project
    way = way_of(request, scheme)
    content = Content(scheme)
    context = {
        "scheme": scheme,
        "project": project,
        "compound": project.compound,
        "content": content,
        "notice": way.notice,
        "days": content.rule.notice_days,
        "place": place_names(project.division_code),
        "code_groups": project.code,
    }
    return render(request, "projects/scheme_notice_print.html", context)


@require_safe
def notice_photo(request: SignedInRequest, code: str, version: int, pk: int) -> FileResponse:
    scheme = find_scheme(request, code, version)
    found = get_object_or_404(scheme.notices.select_related("photo"), pk=pk)
    if found.photo is None:
        raise Http404
    return preview_response(found.photo)


@require_POST
def objection_add(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    scheme = find_scheme(request, code, version)
    demand(can_post_notice(request.user, scheme.project))
    form = ObjectionForm(request.POST)
    if form.is_valid() and try_form(
        form, lambda: record_objection(scheme=scheme, user=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The objection is recorded; it must be answered before the approval."))
        return redirect(f"{address('notice', scheme)}#objections")
    context = {
        **_shown(request, scheme, way_of(request, scheme)),
        "content": Content(scheme),
        "form": None,
        "objection_form": form,
    }
    return _page(request, "projects/scheme_notice.html", scheme, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: SignedInRequest, code: str, version: int, pk: int) -> HttpResponse:
    """One objection, and its answer."""
    scheme = find_scheme(request, code, version)
    rows = Objection.objects.filter(notice__scheme=scheme)
    found = get_object_or_404(rows.select_related("notice__scheme", "recorded_by", "answered_by"), pk=pk)
    may_answer = can_draw_scheme(request.user, scheme.project)
    if request.method == "POST":
        demand(may_answer)
    form = AnswerForm(posted(request))
    if form.is_valid() and try_form(
        form, lambda: answer_objection(objection=found, user=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The answer is recorded."))
        return redirect(f"{address('notice', scheme)}#objections")
    context = {
        **_shown(request, scheme, way_of(request, scheme)),
        "objection": found,
        "form": form if may_answer and found.answered_on is None else None,
    }
    return _page(request, "projects/scheme_objection.html", scheme, context, form)


# --- Approval ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    """What is approved, what follows from it in words, and the button."""
    scheme = find_scheme(request, code, version)
    demand(can_approve_scheme(request.user, scheme))
    form = ApprovalForm(posted(request))
    if form.is_valid() and try_form(
        form, lambda: approve_scheme(scheme=scheme, user=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The scheme is approved. Its works are what is planned from now on."))
        return redirect(page_of(scheme))
    way = way_of(request, scheme)
    replaced = scheme.project.schemes.approved().first()
    context = {
        **_shown(request, scheme, way),
        "content": Content(scheme),
        "form": form,
        "replaced": replaced,
        "compared": between(replaced, scheme) if replaced and replaced.pk != scheme.pk else None,
        "missing": list(way.missing()) if scheme.state != SchemeState.NOTICED or not way.notice_is_over or way.waiting else [],
        "adopted": [one for one in way.objections if one.is_adopted and one.notice == way.notice],
    }  # fmt: skip
    return _page(request, "projects/scheme_approve.html", scheme, context, form)


# --- Shared -----------------------------------------------------------------------------


def _shown(request: SignedInRequest, scheme: Scheme, way: Way) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "tone": SCHEME_TONES[scheme.state],
        "way": way,
        "today": timezone.localdate(),
        **rights_of(request, scheme),
    }


def _page(
    request: SignedInRequest, template: str, scheme: Scheme, context: dict[str, Any], form: forms.Form
) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    return project_page(request, template, scheme.project, "scheme", context, status=status)
