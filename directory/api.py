"""Divisions and organisations for programs."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from core.api.views import ApiView, ListView, Row, answer
from core.filters import AnyOfFilter, ContainsFilter, EndedFilter, SeveralChoicesFilter
from core.keyset import Term
from directory.authentication import caller
from directory.fields import DivisionFilter
from directory.models import Division, DivisionSuccession, Organisation, OrganisationKind
from directory.models.divisions import Level

LEVELS = {level.value: level.name.lower() for level in Level}


# --- Forms of the answers, for the schema -----------------------------------------------


class DivisionRefForm(serializers.Serializer[Any]):
    explanation = _("A division as other objects name it.")

    code = serializers.CharField(
        help_text=_("2, 4, 6, 9 or 12 digits; what a code begins with lies above it.")
    )
    name = serializers.CharField()


class DivisionForm(DivisionRefForm):
    explanation = _("An administrative division of one of five levels.")

    level = serializers.ChoiceField(choices=sorted(LEVELS.values()))
    parent = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text=_("Code of the division above; null for a province.")
    )
    ended_on = serializers.DateField(
        allow_null=True, help_text=_("Day on which it was renamed, merged or dissolved.")
    )


class SuccessionForm(serializers.Serializer[Any]):
    explanation = _("What became of a division.")

    code = serializers.CharField(help_text=_("Code of the division that came after it."))
    kind = serializers.ChoiceField(choices=["renamed", "merged", "split", "dissolved"])
    effective_on = serializers.DateField()


class DivisionDetailForm(DivisionForm):
    explanation = _("A division and what became of it.")

    successors = SuccessionForm(many=True)


class OrganisationRefForm(serializers.Serializer[Any]):
    explanation = _("An organisation as other objects name it.")

    id = serializers.IntegerField()
    name = serializers.CharField()


class OrganisationForm(OrganisationRefForm):
    explanation = _("A body that takes part: an office, a firm, a utility, the unit that built a compound.")

    short_name = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=OrganisationKind.values)
    credit_code = serializers.CharField(allow_null=True, help_text=_("Unified social credit code, GB 32100."))
    division = DivisionRefForm()
    phone = serializers.CharField(allow_blank=True, help_text=_("Telephone of the office."))
    ended_on = serializers.DateField(allow_null=True)


# --- Divisions --------------------------------------------------------------------------


class LevelFilter(SeveralChoicesFilter):
    def filter(self, qs: QuerySet[Division], value: list[str]) -> QuerySet[Division]:
        digits = [length for length, name in LEVELS.items() if name in value]
        return qs.filter(level__in=digits) if value else qs


class DivisionFilterSet(django_filters.FilterSet):
    q = ContainsFilter(fields=("name",), max_length=60, help_text=_("Part of the name."))
    division = DivisionFilter(
        field_name="code", help_text=_("Division code of 2, 4, 6, 9 or 12 digits: everything in it.")
    )
    level = LevelFilter(
        choices=[(name, name) for name in LEVELS.values()], help_text=_("Level of the division.")
    )
    ended = EndedFilter(help_text=_("Only ended divisions, or `any`; without it only living ones."))

    class Meta:
        model = Division
        fields: list[str] = []


def division_body(row: Row) -> dict[str, Any]:
    code, name, level, parent, ended_on = row[:5]
    return {"code": code, "name": name, "level": LEVELS[level], "parent": parent, "ended_on": ended_on}


DIVISION_COLUMNS = ("code", "name", "level", "parent_id", "ended_on")


class DivisionList(ListView):
    operation_id = "divisions_list"
    summary = _("Divisions")
    explanation = _(
        "The divisions of the caller's roles, everything below them and the way up to them, by code."
    )
    tag = _("Divisions")
    item_form = DivisionForm
    filterset = DivisionFilterSet
    orders: ClassVar = {"code": (Term("code"),)}
    default_order = "code"
    columns = DIVISION_COLUMNS
    largest_page = 1000

    def rows(self, user: Any) -> QuerySet[Division]:
        return Division.objects.visible_to(user)

    def listing_key(self, user: Any) -> tuple[str, ...]:
        return user.scopes

    def item(self, row: Row, number: int) -> dict[str, Any]:
        return division_body(row)


class DivisionDetail(ApiView):
    operation_id = "divisions_retrieve"
    summary = _("A division")
    explanation = _("One division, and what became of it if it has ended.")
    tag = _("Divisions")
    answer_form = DivisionDetailForm
    path_parameters = (
        OpenApiParameter("code", {"type": "string", "minLength": 1}, "path", description=_("Division code.")),
    )

    def get(self, request: Request, code: str) -> HttpResponse:
        self.check_parameters(request.query_params)
        row = (
            Division.objects.visible_to(caller(request))
            .filter(code=code)
            .values_list(*DIVISION_COLUMNS)
            .first()
        )
        if row is None:
            raise Http404
        successors = DivisionSuccession.objects.filter(old=code).order_by("effective_on", "new_id")
        found = successors.values_list("new_id", "kind", "effective_on")
        after = [{"code": new, "kind": kind, "effective_on": day} for new, kind, day in found]
        return answer(request, {**division_body(row), "successors": after})


# --- Organisations ----------------------------------------------------------------------


class OrganisationFilterSet(django_filters.FilterSet):
    q = ContainsFilter(
        fields=("name", "short_name"), max_length=60, help_text=_("Part of the name or the short name.")
    )
    division = DivisionFilter(
        field_name="division__code",
        help_text=_("Division code of 2, 4, 6, 9 or 12 digits: everything in it."),
    )
    kind = AnyOfFilter(
        field_name="kind", choices=OrganisationKind.choices, help_text=_("Kind of organisation.")
    )
    credit_code = django_filters.CharFilter(
        field_name="credit_code", max_length=18, help_text=_("Unified social credit code.")
    )
    ended = EndedFilter(help_text=_("Only ended organisations, or `any`; without it only active ones."))

    class Meta:
        model = Organisation
        fields: list[str] = []


ORGANISATION_COLUMNS = (
    "id", "name", "short_name", "kind", "credit_code", "division_id", "division__name", "phone", "ended_on",
)  # fmt: skip


def organisation_body(row: Row) -> dict[str, Any]:
    key, name, short_name, kind, credit_code, division, division_name, phone, ended_on = row[:9]
    return {
        "id": key,
        "name": name,
        "short_name": short_name,
        "kind": kind,
        "credit_code": credit_code,
        "division": {"code": division, "name": division_name},
        "phone": phone,
        "ended_on": ended_on,
    }


class OrganisationList(ListView):
    operation_id = "organisations_list"
    summary = _("Organisations")
    explanation = _(
        "Organisations of the caller's divisions; firms, utilities and banks work everywhere and are always there."
    )
    tag = _("Organisations")
    item_form = OrganisationForm
    filterset = OrganisationFilterSet
    orders: ClassVar = {"id": (Term("id"),), "name": (Term("name"), Term("id"))}
    default_order = "id"
    columns = ORGANISATION_COLUMNS

    def rows(self, user: Any) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to(user)

    def listing_key(self, user: Any) -> tuple[Any, ...]:
        return (user.scopes, user.organisation_id)

    def item(self, row: Row, number: int) -> dict[str, Any]:
        return organisation_body(row)


class OrganisationDetail(ApiView):
    operation_id = "organisations_retrieve"
    summary = _("An organisation")
    explanation = _("One organisation.")
    tag = _("Organisations")
    answer_form = OrganisationForm
    path_parameters = (
        OpenApiParameter("id", {"type": "integer", "minimum": 1}, "path", description=_("Its id.")),
    )

    def get(self, request: Request, id: int) -> HttpResponse:  # noqa: A002
        self.check_parameters(request.query_params)
        seen = Organisation.objects.visible_to(caller(request)).filter(pk=id)
        row = seen.values_list(*ORGANISATION_COLUMNS).first()
        if row is None:
            raise Http404
        return answer(request, organisation_body(row))


urlpatterns: list[URLPattern] = [
    path("divisions/", DivisionList.as_view(), name="divisions"),
    path("divisions/<str:code>/", DivisionDetail.as_view(), name="division"),
    path("organisations/", OrganisationList.as_view(), name="organisations"),
    path("organisations/<int:id>/", OrganisationDetail.as_view(), name="organisation"),
]
