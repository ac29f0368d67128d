"""Accounts and roles: the list, a person's page, and what is done there."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import demand
from core.history import version_of
from core.posted import posted
from directory.actions import accounts, roles
from directory.actions.sign_in import failures_of
from directory.filters import UserFilter
from directory.forms.people import (
    AccountForm,
    GrantForm,
    HandOverForm,
    LeaveForm,
    NewAccountForm,
    ReasonForm,
    SubstituteForm,
    open_roles,
)
from directory.history import changes_of
from directory.models import Division, RoleAssignment, User
from directory.permissions import (
    can_create_users,
    can_edit_user,
    can_end_role,
    can_end_sessions,
    can_grant_at,
    can_grant_to,
    can_list_users,
    can_secure_user,
)
from directory.requests import SignedInRequest
from directory.tables import USERS, listed_users
from directory.views.shared import act, conflict_with, form_page, seen_user, seen_version

GET_OR_POST = ["GET", "HEAD", "POST"]
READ_ONLY_ROLES_SHOWN = 20


@require_safe
def user_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_list_users(request.user))
    return USERS.respond(
        request,
        listed_users(request.user),
        filterset=UserFilter,
        may_export=True,
        template="directory/users.html",
        context={"may_create": can_create_users(request.user)},
    )


@require_safe
def user_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    actor = request.user
    current = list(open_roles(user).visible_to(actor))
    for assignment in current:
        assignment.may_end = can_end_role(actor, assignment)
    past = _past_roles(user, actor)
    context = {
        "person": user,
        "home": Division.objects.filter(code=user.home_division).first(),
        "current": current,
        "past": past,
        "today": timezone.localdate(),
        "sessions": UserSession.objects.filter(user=user).order_by("-last_seen_at"),
        "has_second_factor": Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        "failures": failures_of(user),
        "may_edit": can_edit_user(actor, user),
        "may_secure": can_secure_user(actor, user),
        "may_grant": can_grant_to(actor, user),
        "may_end_sessions": can_end_sessions(actor, user),
        "may_hand_over": any(assignment.may_end for assignment in current),
        "leave_form": LeaveForm(),
    }
    return render(request, "directory/user.html", context)


def _past_roles(user: User, actor: User) -> list[RoleAssignment]:
    rows = RoleAssignment.objects.filter(user=user).visible_to(actor)
    over = rows.exclude(pk__in=open_roles(user).values("pk"))
    return list(over.select_related("division", "ended_by")[:READ_ONLY_ROLES_SHOWN])


@require_safe
def user_history(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    return render(request, "directory/user_history.html", {"person": user, "changes": changes_of(user)})


# --- Accounts ---------------------------------------------------------------------------


@never_cache
@require_http_methods(GET_OR_POST)
def user_create(request: SignedInRequest) -> HttpResponse:
    demand(can_create_users(request.user))
    form = NewAccountForm(posted(request), actor=request.user)

    def save() -> accounts.NewAccount:
        cleaned = form.cleaned_data
        return accounts.create_user(
            actor=request.user, username=cleaned["username"], is_service=cleaned["is_service"], **form.facts()
        )

    def done(made: accounts.NewAccount) -> HttpResponse:
        if made.one_time_password:
            return _one_time_password(request, made.user, made.one_time_password)
        messages.success(
            request,
            _(
                "Service user created. A security administrator grants its role; a bureau manager then issues its token."
            ),
        )
        return redirect(made.user)

    return form_page(request, form, save=save, template="directory/user_form.html", context={}, done=done)


def _one_time_password(request: SignedInRequest, user: User, password: str) -> HttpResponse:
    """Shown in the answer itself, once: it is in no address, no session and no log."""
    return render(request, "directory/one_time_password.html", {"person": user, "password": password})


@require_http_methods(GET_OR_POST)
def user_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_edit_user(request.user, user))
    form = AccountForm(posted(request), instance=user, actor=request.user)
    seen = seen_version(request, user)

    def save() -> User:
        return accounts.update_user(actor=request.user, user=user, seen_version=seen, **form.facts())

    def compare() -> dict[str, Any]:
        now = User.objects.select_related("organisation").get(pk=pk)
        return {"conflict": conflict_with(now, form, since=seen), "version": version_of(now)}

    def done(saved: User) -> HttpResponse:
        messages.success(request, _("Saved."))
        return redirect(saved)

    context = {"person": User.objects.get(pk=user.pk), "version": seen}
    return form_page(
        request, form, save=save, template="directory/user_form.html", context=context, done=done,
        compare=compare,
    )  # fmt: skip


@require_POST
def user_close(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_edit_user(request.user, user))
    form = LeaveForm(request.POST)

    def do() -> None:
        accounts.deactivate_user(actor=request.user, user=user, **form.cleaned_data)

    said = _("The account is deactivated. A security administrator must hand over its roles.")
    return act(request, form, do=do, said=said, back="directory:user", key=user.pk)


@never_cache
@require_POST
def user_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_edit_user(request.user, user))
    made = accounts.reactivate_user(actor=request.user, user=user, reason=request.POST.get("reason", ""))
    if not made.one_time_password:
        return redirect(user)
    return _one_time_password(request, made.user, made.one_time_password)


@never_cache
@require_POST
def user_new_password(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_edit_user(request.user, user))
    password = accounts.reset_password(actor=request.user, user=user)
    user.refresh_from_db()
    return _one_time_password(request, user, password)


@require_POST
def user_lock(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_secure_user(request.user, user))
    form = ReasonForm(request.POST)

    def do() -> None:
        accounts.lock_user(actor=request.user, user=user, reason=form.cleaned_data["reason"])

    return act(request, form, do=do, said=_("The account is locked."), back="directory:user", key=user.pk)


@require_POST
def user_unlock(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_secure_user(request.user, user))
    form = ReasonForm(request.POST)

    def do() -> None:
        accounts.unlock_user(actor=request.user, user=user, reason=form.cleaned_data["reason"])

    return act(request, form, do=do, said=_("The account is unlocked."), back="directory:user", key=user.pk)


@require_POST
def user_reset_second_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_secure_user(request.user, user))
    form = ReasonForm(request.POST)

    def do() -> None:
        accounts.reset_second_factor(actor=request.user, user=user, reason=form.cleaned_data["reason"])

    said = _("Two-step verification has been reset. The user sets it up again after the next sign-in.")
    return act(request, form, do=do, said=said, back="directory:user", key=user.pk)


@require_POST
def user_end_sessions(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_end_sessions(request.user, user))
    form = ReasonForm(request.POST)

    def do() -> None:
        accounts.end_sessions(actor=request.user, user=user, reason=form.cleaned_data["reason"])

    return act(request, form, do=do, said=_("Signed out everywhere."), back="directory:user", key=user.pk)


# --- Roles ------------------------------------------------------------------------------


@require_http_methods(GET_OR_POST)
def role_grant(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_grant_to(request.user, user))
    form = GrantForm(posted(request), actor=request.user, user=user)

    def save() -> RoleAssignment:
        return roles.grant_role(actor=request.user, user=user, **form.facts())

    def done(assignment: RoleAssignment) -> HttpResponse:
        messages.success(request, _("Granted: {role}.").format(role=assignment))
        return redirect(user)

    context = {"person": user}
    return form_page(
        request, form, save=save, template="directory/role_form.html", context=context, done=done
    )


def _seen_assignment(request: SignedInRequest, pk: int) -> RoleAssignment:
    demand(can_list_users(request.user))
    rows = RoleAssignment.objects.visible_to(request.user).select_related("user", "division")
    assignment = get_object_or_404(rows, pk=pk)
    demand(can_grant_at(request.user, assignment.division_id))
    return assignment


@require_POST
def role_end(request: SignedInRequest, pk: int) -> HttpResponse:
    assignment = _seen_assignment(request, pk)
    form = ReasonForm(request.POST)

    def do() -> None:
        roles.end_role(actor=request.user, assignment=assignment, reason=form.cleaned_data["reason"])

    said = _("The role has ended.")
    return act(request, form, do=do, said=said, back="directory:user", key=assignment.user_id)


@require_http_methods(GET_OR_POST)
def role_substitute(request: SignedInRequest, pk: int) -> HttpResponse:
    assignment = _seen_assignment(request, pk)
    form = SubstituteForm(posted(request), actor=request.user, assignment=assignment)

    def save() -> RoleAssignment:
        cleaned = form.cleaned_data
        return roles.appoint_substitute(
            actor=request.user,
            assignment=assignment,
            substitute=cleaned["substitute"],
            period=roles.Period(cleaned["starts_on"], cleaned["ends_on"]),
            reason=cleaned["reason"],
        )

    def done(made: RoleAssignment) -> HttpResponse:
        said = _("{name} stands in until {day}.").format(name=made.user.name, day=made.ends_on)
        messages.success(request, said)
        return redirect(assignment.user)

    context = {"person": assignment.user, "assignment": assignment}
    return form_page(
        request, form, save=save, template="directory/substitute_form.html", context=context, done=done
    )


@require_http_methods(GET_OR_POST)
def hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    user = seen_user(request, pk)
    demand(can_grant_to(request.user, user) or can_secure_user(request.user, user))
    form = HandOverForm(posted(request), actor=request.user, user=user)

    def save() -> list[RoleAssignment]:
        cleaned = form.cleaned_data
        return roles.hand_over(
            actor=request.user, assignments=list(cleaned["roles"]), successor=cleaned["successor"],
            reason=cleaned["reason"],
        )  # fmt: skip

    def done(_granted: list[RoleAssignment]) -> HttpResponse:
        messages.success(
            request, _("Handed over to {name}.").format(name=form.cleaned_data["successor"].name)
        )
        return redirect(user)

    context = {"person": user}
    return form_page(
        request, form, save=save, template="directory/hand_over_form.html", context=context, done=done
    )
