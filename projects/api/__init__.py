"""The programme for programs: projects, works, indicators, plans and the works catalogue."""

from collections.abc import Hashable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from compounds.api.bodies import Body
from core.api.views import ApiView, ListView, Row, answer
from core.filters import MOST
from directory.authentication import MayRead, caller
from directory.codes import covers, is_division_code
from directory.models import User
from directory.powers import Power
from projects.api.answers import (
    CatalogueItemForm,
    IndicatorForm,
    PlanDetailForm,
    PlanForm,
    ProjectDetailForm,
    ProjectForm,
    WorkForm,
)
from projects.api.bodies import PROJECT_COLUMNS, detail_body, detail_row, project_body
from projects.api.works import (
    CATALOGUE_COLUMNS,
    INDICATOR_COLUMNS,
    PLAN_COLUMNS,
    PLAN_DETAIL_COLUMNS,
    WORK_COLUMNS,
    by_indicator,
    catalogue_body,
    indicator_body,
    plan_body,
    plan_detail_body,
    work_body,
)
from projects.filters.api import (
    CATALOGUE_ORDER,
    INDICATOR_ORDER,
    PLAN_ORDERS,
    PROJECT_ORDERS,
    WORK_ORDERS,
    CatalogueFilter,
    IndicatorFilter,
    PlanApiFilter,
    ProjectApiFilter,
    WorkFilter,
)
from projects.models import CatalogueItem, Plan, Project, WorkItem, WorkItemProgress
from projects.permissions import can_see_programme, can_see_projects, what_is_seen


class SeesProjects(MayRead):
    """A role without projects gets 403, not an empty list that looks like an answer."""

    may_see = staticmethod(can_see_projects)


class SeesProgramme(MayRead):
    """Plans are for those who see the programme of a division, not for firms."""

    may_see = staticmethod(can_see_programme)


class AsSeen:
    """What is seen follows from the places of the roles and from the firm; "late" also from the day."""

    def listing_key(self, user: User) -> Hashable:
        return *what_is_seen(user), timezone.localdate()


# --- Projects ---------------------------------------------------------------------------


class ProjectList(AsSeen, ListView):
    operation_id = "projects_list"
    summary = _("Projects")
    explanation = _(
        "Projects within the caller's divisions; for a firm, those it is a party to. Nothing disappears: finished "
        "and cancelled ones stay, `finished` and `standing` tell them apart. With `updated_since` the order is that "
        "of the changes; a project also counts as changed when its milestones, parties, documents, scheme or "
        "progress changed, or its compound's name and figures."
    )
    tag = _("Projects")
    permission_classes = (SeesProjects,)
    item_form = ProjectForm
    filterset = ProjectApiFilter
    orders = PROJECT_ORDERS
    default_order = "code"
    columns = PROJECT_COLUMNS

    def rows(self, user: User) -> QuerySet[Project]:
        return Project.objects.visible_to(user)

    def item(self, row: Row, number: int) -> Body:
        return project_body(row)


class ProjectDetail(ApiView):
    operation_id = "projects_retrieve"
    summary = _("A project")
    explanation = _("One project with its stages, milestones, parties, works and related works.")
    tag = _("Projects")
    permission_classes = (SeesProjects,)
    answer_form = ProjectDetailForm
    path_parameters = (
        OpenApiParameter(
            "code", {"type": "string", "minLength": 1}, "path", description=_("The project's number.")
        ),
    )

    def get(self, request: Request, code: str) -> HttpResponse:
        self.check_parameters(request.query_params)
        row = detail_row(Project.objects.visible_to(caller(request)), code)
        if row is None:
            raise Http404
        body = detail_body(row)
        return answer(request, body, modified=body["updated_at"].timestamp())


# --- Works and indicators ---------------------------------------------------------------


class WorkList(AsSeen, ListView):
    operation_id = "works_list"
    summary = _("Works")
    explanation = _(
        "The works of all projects with an approved scheme: planned, done and cost of each. With `updated_since` "
        "the works of every project that changed, in the order of the changes."
    )
    tag = _("Works")
    permission_classes = (SeesProjects,)
    item_form = WorkForm
    filterset = WorkFilter
    orders = WORK_ORDERS
    default_order = "project"
    columns = WORK_COLUMNS

    def rows(self, user: User) -> QuerySet[WorkItem]:
        return WorkItem.objects.visible_to(user).filter(progress__isnull=False)

    def item(self, row: Row, number: int) -> Body:
        return work_body(row)


class IndicatorList(AsSeen, ListView):
    operation_id = "indicators_list"
    summary = _("Indicators")
    explanation = _(
        "What the works of the projects add up to: planned, done and cost of each statistical indicator. Without "
        "`standing`, cancelled projects are left out. An indicator has a line for each unit that its works are in."
    )
    tag = _("Works")
    permission_classes = (SeesProjects,)
    item_form = IndicatorForm
    filterset = IndicatorFilter
    orders = {"indicator": INDICATOR_ORDER}
    default_order = "indicator"
    columns = INDICATOR_COLUMNS

    def rows(self, user: User) -> QuerySet[Any, Any]:
        seen = Project.objects.visible_to(user).values("pk")
        return by_indicator(WorkItemProgress.objects.filter(project__in=seen))

    def item(self, row: Row, number: int) -> Body:
        return indicator_body(row)


# --- Plans ------------------------------------------------------------------------------


class PlanList(AsSeen, ListView):
    operation_id = "plans_list"
    summary = _("Plans")
    explanation = _(
        "Annual and five-year plans of the caller's divisions in every state, and the issued ones of the divisions "
        "above."
    )
    tag = _("Plans")
    permission_classes = (SeesProgramme,)
    item_form = PlanForm
    filterset = PlanApiFilter
    orders = PLAN_ORDERS
    default_order = "-year"
    columns = PLAN_COLUMNS

    def rows(self, user: User) -> QuerySet[Plan]:
        return Plan.objects.visible_to(user)

    def item(self, row: Row, number: int) -> Body:
        return plan_body(row)


class PlanDetail(ApiView):
    operation_id = "plans_retrieve"
    summary = _("A plan")
    explanation = _("One plan with the compounds of its list.")
    tag = _("Plans")
    permission_classes = (SeesProgramme,)
    answer_form = PlanDetailForm
    path_parameters = (
        OpenApiParameter(
            "id", {"type": "integer", "minimum": 1, "maximum": MOST}, "path", description=_("The plan's id.")
        ),
    )

    def get(self, request: Request, id: int) -> HttpResponse:  # noqa: A002 (the parameter's name in the schema)
        self.check_parameters(request.query_params)
        user = caller(request)
        found = Plan.objects.visible_to(user).filter(pk=id) if id <= MOST else Plan.objects.none()
        row = found.order_by().values_list(*PLAN_DETAIL_COLUMNS).first()
        if row is None:
            raise Http404
        return answer(request, plan_detail_body(row, scopes=user.scopes_for(Power.SEE_PROGRAMME)))


# --- Catalogue --------------------------------------------------------------------------


class CatalogueList(AsSeen, ListView):
    operation_id = "catalogue_list"
    summary = _("Works catalogue")
    explanation = _(
        "The works catalogue in force at a division: of each code the version of the nearest body at or above it. "
        "Without `division` that of the caller's own; a division that is not the caller's has none."
    )
    tag = _("Works catalogue")
    permission_classes = (SeesProjects,)
    item_form = CatalogueItemForm
    filterset = CatalogueFilter
    orders = {"code": CATALOGUE_ORDER}
    default_order = "code"
    columns = CATALOGUE_COLUMNS

    def rows(self, user: User) -> QuerySet[CatalogueItem]:
        asked = self.request.query_params.get("division", "")
        scopes = user.scopes_for(Power.SEE_PROGRAMME)
        if not asked:
            return CatalogueItem.objects.of(min(scopes, default=""))
        # What cannot be read is refused by the filter; nobody's code finds nothing here.
        near = any(covers(scope, asked) or covers(asked, scope) for scope in scopes)
        return (
            CatalogueItem.objects.of(asked)
            if near and is_division_code(asked)
            else CatalogueItem.objects.none()
        )

    def item(self, row: Row, number: int) -> Body:
        return catalogue_body(row)


urlpatterns: list[URLPattern] = [
    path("projects/", ProjectList.as_view(), name="projects"),
    path("projects/<str:code>/", ProjectDetail.as_view(), name="project"),
    path("works/", WorkList.as_view(), name="works"),
    path("indicators/", IndicatorList.as_view(), name="indicators"),
    path("plans/", PlanList.as_view(), name="plans"),
    path("plans/<int:id>/", PlanDetail.as_view(), name="plan"),
    path("catalogue/", CatalogueList.as_view(), name="catalogue"),
]
