"""Progress entries and contracts for programs: lists to read, and one address to report to."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from compounds.api.bodies import as_text
from core.api.views import ListView, Row, answer
from core.api.writes import WriteView
from core.errors import NotPermitted
from delivery.actions.progress import report_progress
from delivery.api.answers import ContractForm, NewEntryForm, ProgressEntryForm
from delivery.filters import CONTRACT_ORDERS, ENTRY_ORDERS, ContractFilter, EntryFilter
from delivery.models import Contract, ContractProject, ProgressEntry
from delivery.permissions import can_report_progress, can_see_site
from directory.authentication import ByScope, MayRead, TokenAuthentication, caller
from directory.models import TokenScope, User
from projects.models import Project
from projects.permissions import what_is_seen

Body = dict[str, Any]


class SeesSite(MayRead):
    """A role without the programme gets 403, not an empty list that looks like an answer."""

    may_see = staticmethod(can_see_site)


class MayReport(ByScope):
    """A token needs the scope `progress:write`; where it may report, the action says."""

    scope = TokenScope.WRITE_PROGRESS
    may_see = staticmethod(can_see_site)


# --- Progress entries ---------------------------------------------------------------------

ENTRY_COLUMNS = (
    "id", "key", "project__code", "work_item_id", "work_item__catalogue_item__code",
    "work_item__catalogue_item__name_zh", "work_item__location", "work_item__catalogue_item__unit", "done_on",
    as_text("quantity"), "note", "source", "organisation_id", "organisation__name", F("photo_count"), "reverses_id",
    "reversal__id", "recorded_at",
)  # fmt: skip


def entry_body(row: Row) -> Body:
    (
        pk, key, project, item, code, name, location, unit, done_on, quantity, note, source, organisation,
        organisation_name, photos, reverses, reversed_by, recorded_at,
    ) = row[: len(ENTRY_COLUMNS)]  # fmt: skip
    return {
        "id": pk,
        "key": key,
        "project": project,
        "work_item": {"id": item, "code": code, "name": name, "location": location, "unit": unit},
        "done_on": done_on,
        "quantity": quantity,
        "note": note,
        "source": source,
        "organisation": {"id": organisation, "name": organisation_name} if organisation else None,
        "photos": photos,
        "reverses": reverses,
        "reversed_by": reversed_by,
        "recorded_at": recorded_at,
    }


def _entries(user: User) -> QuerySet[ProgressEntry]:
    return ProgressEntry.objects.visible_to(user).annotate(photo_count=Count("photos"))


class EntryList(ListView):
    operation_id = "progress_list"
    summary = _("Progress entries")
    explanation = _(
        "Progress entries of the projects that the caller sees, in the order in which they were saved. They are "
        "never changed: with `updated_since` a client gets each of them once, reversals included."
    )
    tag = _("Building site")
    permission_classes = (SeesSite,)
    item_form = ProgressEntryForm
    filterset = EntryFilter
    orders = ENTRY_ORDERS
    default_order = "recorded_at"
    columns = ENTRY_COLUMNS

    def rows(self, user: User) -> QuerySet[ProgressEntry]:
        return _entries(user)

    def listing_key(self, user: User) -> tuple[Any, ...]:
        return what_is_seen(user)

    def item(self, row: Row, number: int) -> Body:
        return entry_body(row)


class EntryReport(WriteView):
    operation_id = "progress_create"
    summary = _("Report progress")
    explanation = _(
        "Report what was done of a work item. `Idempotency-Key` is a UUID that the client chooses, a new one for "
        "each report: sent again with the same body it gives the first entry (200, `Idempotency-Replayed: true`), "
        "with another body it is refused (409 `key_used_differently`). Refused by rule, each with its `code`: "
        "`not_under_construction`, `not_in_scheme`, `more_than_planned` (above 120 % of the plan), "
        "`day_before_start`, `day_in_future`. The project counts as changed from the moment of the answer on."
    )
    tag = _("Building site")
    # People report on the pages; a browser's session opens nothing here.
    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayReport,)
    answer_form = ProgressEntryForm
    body_form = NewEntryForm
    path_parameters = (
        OpenApiParameter(
            "code", {"type": "string", "minLength": 1}, "path", description=_("The project's number.")
        ),
    )
    header_parameters = (
        OpenApiParameter(
            "Idempotency-Key", {"type": "string", "format": "uuid"}, OpenApiParameter.HEADER, required=True,
            description=_("A UUID chosen by the client, the same when it tries again."),
        ),
    )  # fmt: skip

    def post(self, request: Request, code: str) -> HttpResponse:
        user = caller(request)
        project = Project.objects.visible_to(user).filter(code=code).first()
        if project is None:
            raise Http404
        if not can_report_progress(user, project):
            raise NotPermitted
        reported = report_progress(project=project, user=user, key=_key(request), **self.body(request))
        row = _entries(user).values_list(*ENTRY_COLUMNS).get(pk=reported.entry.pk)
        response = answer(request, entry_body(row))
        if reported.is_new:
            response.status_code = 201
        else:
            response.headers["Idempotency-Replayed"] = "true"
        del response.headers["ETag"]
        return response


def _key(request: Request) -> UUID:
    """The canonical form only: 8-4-4-4-12 hexadecimal digits."""
    text = request.headers.get("Idempotency-Key", "")
    try:
        key = UUID(text)
    except ValueError:
        key = None
    if key is None or str(key) != text.lower():
        raise ValidationError(
            {
                "Idempotency-Key": [
                    _("Send a UUID in the header `Idempotency-Key`, a new one for each report.")
                ]
            }
        )
    return key


# --- Contracts ----------------------------------------------------------------------------

CONTRACT_COLUMNS = (
    "id", "number", "title", "kind", "organisation_id", "organisation__name", as_text("amount"), "signed_on",
    "division_code", F("project_codes"), "updated_at",
)  # fmt: skip


class ContractList(ListView):
    operation_id = "contracts_list"
    summary = _("Contracts")
    explanation = _("Signed contracts on file, with the projects that they are for.")
    tag = _("Building site")
    permission_classes = (SeesSite,)
    item_form = ContractForm
    filterset = ContractFilter
    orders = CONTRACT_ORDERS
    default_order = "signed_on"
    columns = CONTRACT_COLUMNS

    def rows(self, user: User) -> QuerySet[Contract]:
        links = ContractProject.objects.filter(
            contract=OuterRef("pk"), project__in=Project.objects.visible_to(user)
        )
        codes = links.order_by("project__code").values("project__code")
        return Contract.objects.visible_to(user).annotate(project_codes=ArraySubquery(codes))

    def listing_key(self, user: User) -> tuple[Any, ...]:
        return what_is_seen(user)

    def item(self, row: Row, number: int) -> Body:
        pk, key, title, kind, organisation, name, amount, signed_on, county, projects, updated_at = row[
            : len(CONTRACT_COLUMNS)
        ]
        return {
            "id": pk,
            "number": key,
            "title": title,
            "kind": kind,
            "organisation": {"id": organisation, "name": name},
            "amount": amount,
            "signed_on": signed_on,
            "county": county,
            "projects": projects,
            "updated_at": updated_at,
        }


urlpatterns: list[URLPattern] = [
    path("progress/", EntryList.as_view(), name="progress"),
    path("projects/<str:code>/progress/", EntryReport.as_view(), name="project_progress"),
    path("contracts/", ContractList.as_view(), name="contracts"),
]
