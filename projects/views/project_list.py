"""The list of projects, and the one cell of it that is changed in its place."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.board import board
from core.errors import InvalidInput
from core.figures import NOTHING
from core.lists import called
from core.lists.bulk import TooManyToPrint
from core.lists.export import XLSX
from core.sheets import write_workbook
from directory.models import Division, User
from directory.powers import Power
from directory.requests import SignedInRequest
from imports.kinds import ImportKind, kinds_for
from projects.actions.projects import appoint_manager
from projects.filters.project import ProjectFilter
from projects.forms.project_bulk import ManagerForm
from projects.models import Milestone, Project
from projects.models.project import ProjectQuerySet
from projects.people import possible_managers
from projects.permissions import can_edit_project, can_export, can_see_projects, what_is_seen
from projects.sheets.project import DATE_COLUMNS, date_rows
from projects.tables.project import PROJECTS, listed
from projects.views.shared import demand

MOST_DATED = 5_000

# A filter's value in words, for its chip.
DESCRIBE: Mapping[str, Callable[[Any], Any]] = {
    "division": called(Division),
    "manager": called(User),
    "compound": called(Compound),
}


def seen(user: User) -> ProjectQuerySet:
    """What the list, its bulk acts and its spreadsheet choose from."""
    return listed(Project.objects.visible_to(user))


def bulk_acts(user: User) -> list[str]:
    """Acts on chosen rows that this person may do somewhere; each checks the rows again."""
    keeps = ["manager", "dates", "programmes"] if user.has_power(Power.KEEP_PROJECTS) else []
    return [*keeps, *(["export"] if can_export(user) else []), "print"]


@require_safe
def project_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_projects(request.user))
    may_keep = request.user.has_power(Power.KEEP_PROJECTS)
    return PROJECTS.respond(
        request,
        lambda: seen(request.user),
        filterset=ProjectFilter,
        depends_on=what_is_seen(request.user),
        may_export=can_export(request.user),
        bulk=bulk_acts(request.user),
        describe=DESCRIBE,
        template="projects/project_list.html",
        context={
            "may_keep": may_keep,
            "imports": _imports(request.user),
            "filter_query": request.GET.urlencode(),
        },
    )


def _imports(user: User) -> list[ImportKind]:
    """What this person may read into this list."""
    here = reverse("projects:list")
    return [kind for kind in kinds_for(user) if kind.list_url() == here]


@require_safe
def dates_sheet(request: SignedInRequest) -> FileResponse:
    """The days of the listed projects as a workbook that can be read in again."""
    demand(can_export(request.user) and request.user.has_power(Power.KEEP_PROJECTS))
    page = PROJECTS.page(request, seen(request.user), filterset=ProjectFilter)
    page.narrowed.demand_valid()
    listed_ones = Project.objects.filter(pk__in=page.narrowed.queryset.order_by().values("pk"))
    rows = listed_ones.unfinished().order_by("code")
    if rows.count() > MOST_DATED:
        raise TooManyToPrint(count=rows.count(), most=MOST_DATED)
    days = Milestone.objects.filter(project__in=rows.values("pk"), closes_stage=True, done_on__isnull=True)
    found = list(rows.select_related("compound", "manager"))
    for watcher in board.export_watchers():
        watcher.exported(request, PROJECTS.key, "xlsx", len(found))
    file = BytesIO()
    write_workbook(title=_("Dates of projects"), columns=DATE_COLUMNS, rows=date_rows(found, days), to=file)
    file.seek(0)
    name = f"{_('Dates of projects')} {timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


@require_http_methods(["GET", "HEAD", "POST"])
def cell_manager(request: SignedInRequest, code: str) -> HttpResponse:
    """The responsible person of one row: who may be chosen, and the name after the choice."""
    demand(can_see_projects(request.user))
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("manager"), code=code)
    demand(can_edit_project(request.user, project))
    people = possible_managers([project.division_code]) | User.objects.filter(
        pk__in=[project.manager_id or 0]
    )
    if request.method != "POST":
        form = ManagerForm(people=people, initial={"manager": project.manager_id})
        return render(request, "projects/project_cell_manager.html", {"form": form})
    form = ManagerForm(request.POST, people=people)
    if "manager" not in request.POST:
        # Nobody is a choice; saying nothing is none.
        raise InvalidInput(reason=_("no person was sent"))
    if not form.is_valid():
        raise InvalidInput(reason=" ".join(map(str, form.errors["manager"])))
    manager = form.cleaned_data["manager"]
    appoint_manager(projects=[project], manager=manager, user=request.user)
    return HttpResponse(manager.name if manager else NOTHING, content_type="text/plain; charset=utf-8")
