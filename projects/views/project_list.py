"""The list of projects, and the one cell of it that is changed in its place."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from compounds.models import Compound
from core.errors import InvalidInput
from core.figures import NOTHING
from directory.models import Division, User
from directory.powers import Power
from directory.requests import SignedInRequest
from projects.actions.projects import appoint_manager
from projects.filters.project import ProjectFilter
from projects.forms.project_bulk import ManagerForm
from projects.models import Project
from projects.models.project import ProjectQuerySet, works_for_a_firm
from projects.people import possible_managers
from projects.permissions import can_edit_project, can_export, can_see_projects
from projects.tables.project import PROJECTS, listed
from projects.views.shared import demand

# A filter's value in words, for its chip.
DESCRIBE: Mapping[str, Callable[[Any], Any]] = {
    "division": lambda code: _name_of(Division, code),
    "manager": lambda pk: _name_of(User, pk),
    "compound": lambda pk: _name_of(Compound, pk),
}


def _name_of(model: Any, key: str) -> str:
    return str(model.objects.filter(pk=key).first() or _("not known"))


def seen(user: User) -> ProjectQuerySet:
    """What the list, its bulk acts and its spreadsheet choose from."""
    return listed(Project.objects.visible_to(user))


def what_is_seen(user: User) -> Hashable:
    """All that `seen` depends on: with it the SQL of an address is built once."""
    return user.scopes_for(Power.SEE_PROGRAMME), user.organisation_id if works_for_a_firm(user) else None


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
        context={"may_keep": may_keep},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def cell_manager(request: SignedInRequest, code: str) -> HttpResponse:
    """The responsible person of one row: who may be chosen, and the name after the choice."""
    demand(can_see_projects(request.user))
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("manager"), code=code)
    demand(can_edit_project(request.user, project))
    people = possible_managers([project.division_code]) | User.objects.filter(pk=project.manager_id)
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
