"""Changing a project's facts, its parties and the works around it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.conflicts import Conflict, reconciled
from core.errors import DomainError
from core.history import state_at, version_of
from core.posted import posted
from directory.requests import SignedInRequest
from projects.actions.projects import (
    add_party,
    add_related_work,
    edit_project,
    edit_related_work,
    end_party,
    remove_related_work,
)
from projects.errors import ProjectChanged
from projects.forms.project import (
    EndPartyForm,
    PartyForm,
    ProjectForm,
    RelatedWorkForm,
    add_refusal,
    facts_of,
)
from projects.lead import lead_by_rule
from projects.models import LeadKind, Project
from projects.permissions import can_edit_project
from projects.views.shared import demand, find_project

JOINED = ("compound", "lead", "client", "manager")


def _editable(request: SignedInRequest, code: str) -> Project:
    project = find_project(request, code)
    demand(can_edit_project(request.user, project))
    return project


# --- Facts ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    project = _editable(request, code)
    # The version first: facts that are newer than their version only ask once too often.
    version = version_of(project)
    current = Project.objects.select_related(*JOINED).get(pk=project.pk)
    initial = facts_of(current) | {"version": version}
    form = ProjectForm(posted(request), user=request.user, project=current, initial=initial)
    conflict = None
    if form.is_valid():
        try:
            edit_project(
                project=project,
                user=request.user,
                expected_version=form.cleaned_data["version"] or 0,
                **form.facts(),
            )
        except ProjectChanged as refusal:
            form, conflict = _reconciled(request, project, form, refusal)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    rule = lead_by_rule(project.compound)
    context = {"project": project, "compound": project.compound, "form": form, "conflict": conflict,
               "lead_rule": LeadKind(rule).label}  # fmt: skip
    return render(request, "projects/project_form.html", context, status=422 if form.errors else 200)


def _reconciled(
    request: SignedInRequest, project: Project, form: ProjectForm, refusal: ProjectChanged
) -> tuple[ProjectForm, Conflict]:
    """What only the other changed is taken over; what both changed is shown and decided by saving again."""
    version = version_of(project)
    current = Project.objects.select_related(*JOINED).get(pk=project.pk)
    before = state_at(project, form.cleaned_data["version"])
    data, conflict = reconciled(
        form, who=refusal.details["who"], version=version, theirs=facts_of(current),
        base=facts_of(before) if before is not None else None,
    )  # fmt: skip
    merged = ProjectForm(data, user=request.user, project=current)
    merged.add_error(None, refusal.message)
    return merged, conflict


# --- Parties ----------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def party_add(request: SignedInRequest, code: str) -> HttpResponse:
    project = _editable(request, code)
    form = PartyForm(posted(request), user=request.user, initial={"from_on": timezone.localdate()})
    if form.is_valid():
        try:
            party = add_party(project=project, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("{body} takes part now.").format(body=party.organisation))
            return redirect(project)
    return _small_form(request, project, form, title=_("Add a party"))


@require_http_methods(["GET", "HEAD", "POST"])
def party_end(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = _editable(request, code)
    party = get_object_or_404(project.parties.filter(until_on__isnull=True), pk=pk)
    form = EndPartyForm(posted(request), initial={"until_on": timezone.localdate()})
    if form.is_valid():
        until_on: date = form.cleaned_data["until_on"]
        try:
            end_party(party=party, user=request.user, until_on=until_on)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request, _("{body} takes part until {day}.").format(body=party.organisation, day=until_on)
            )
            return redirect(project)
    title = _("{body} leaves the project").format(body=party.organisation)
    return _small_form(request, project, form, title=title, button=_("Save"))


# --- Related works ----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def related_add(request: SignedInRequest, code: str) -> HttpResponse:
    project = _editable(request, code)
    form = RelatedWorkForm(posted(request), user=request.user)
    if form.is_valid():
        try:
            add_related_work(project=project, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    return _small_form(request, project, form, title=_("Add related works"))


@require_http_methods(["GET", "HEAD", "POST"])
def related_edit(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = _editable(request, code)
    work = get_object_or_404(project.related_works, pk=pk)
    facts = {name: getattr(work, name) for name in RelatedWorkForm.base_fields}
    form = RelatedWorkForm(posted(request), user=request.user, current=work.organisation_id, initial=facts)
    if form.is_valid():
        try:
            edit_related_work(work=work, user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    return _small_form(request, project, form, title=_("Related works"))


@require_POST
def related_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = _editable(request, code)
    work = get_object_or_404(project.related_works, pk=pk)
    remove_related_work(work=work, user=request.user)
    messages.success(request, _("Removed. The history keeps it."))
    return redirect(project)


def _small_form(
    request: SignedInRequest, project: Project, form: Any, *, title: str, button: str = ""
) -> HttpResponse:
    context = {"project": project, "compound": project.compound, "form": form, "title": title,
               "button": button or _("Save")}  # fmt: skip
    return render(request, "projects/project_small_form.html", context, status=422 if form.errors else 200)
