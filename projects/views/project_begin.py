"""The projects of a compound, and the beginning of one before its plan."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Batch, Compound
from compounds.views.shared import compound_page, seen_compound
from core.errors import DomainError
from core.posted import posted
from directory.requests import SignedInRequest
from projects.actions.projects import begin_project
from projects.forms.project import BeginForm, add_refusal
from projects.models import Project, Stage, Standing
from projects.permissions import can_begin_project, can_see_projects
from projects.progression import stage_badge
from projects.views.shared import demand


def may_begin(request: SignedInRequest, compound: Compound) -> bool:
    """In the pool, no project that is not finished, and the right to begin one here."""
    in_pool = getattr(compound, "batch", None) not in (None, Batch.OUT)
    return (
        in_pool
        and compound.ended_on is None
        and can_begin_project(request.user, compound.community_id)
        and not Project.objects.unfinished().filter(compound=compound).exists()
    )


@require_safe
def of_compound(request: SignedInRequest, code: str) -> HttpResponse:
    """The tab "projects" of a compound's page."""
    compound = seen_compound(request, code)
    demand(can_see_projects(request.user))
    rows = (
        Project.objects.visible_to(request.user)
        .filter(compound=compound)
        .select_related("lead", "plan_entry__plan")
    )
    projects = [(project, stage_badge(project)) for project in rows.order_by("-year", "-pk")]
    context = {"projects": projects, "may_begin": may_begin(request, compound)}
    return compound_page(request, "projects/project_of_compound.html", compound, "projects", context)


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: SignedInRequest, code: str) -> HttpResponse:
    compound = seen_compound(request, code)
    demand(can_begin_project(request.user, compound.community_id))
    form = BeginForm(posted(request), initial={"year": timezone.localdate().year + 1})
    if form.is_valid():
        try:
            project = begin_project(compound=compound, user=request.user, year=form.cleaned_data["year"])
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The project of {name} has begun.").format(name=compound.name))
            return redirect(project)
    context = {"compound": compound, "form": form}
    return render(request, "projects/project_begin.html", context, status=422 if form.errors else 200)


def projects_of(compound: Compound) -> int | None:
    """How many projects, for the tab; None for none."""
    living = Q(stage=Stage.AFTERCARE) | ~Q(standing=Standing.CANCELLED)
    return compound.projects.filter(living).count() or None
