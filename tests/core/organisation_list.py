"""A list that no page has, for tests of what every list does."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from core.fields import WholeNumberField
from core.keyset import Term
from core.lists import Bulk, Column, Kind, Link, ListSpec, Total
from core.lists.page import ListPage
from core.sheets import open_bytes
from directory.models import Organisation, OrganisationKind

KINDS = ((OrganisationKind.CONTRACTOR, "contractor"), (OrganisationKind.BANK, "bank"))


class YearFilter(django_filters.NumberFilter):
    field_class = WholeNumberField

    def get_max_validator(self) -> None:
        """The field has its own limits."""


class LivingFilter(django_filters.ChoiceFilter):
    """Narrows although nothing was given."""

    def filter(self, qs: Any, value: str) -> Any:
        return qs if value == "all" else qs.filter(ended_on__isnull=True)


class OrganisationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="contains", label="Search")
    kind = django_filters.MultipleChoiceFilter(choices=KINDS, label="Kind")
    number = YearFilter(field_name="pk", label="Number")
    ended = LivingFilter(choices=[("all", "all")], label="Ended")

    class Meta:
        model = Organisation
        fields: list[str] = []


LIST = ListSpec(
    key="organisations_of_a_test",
    title="Organisations",
    noun="organisations",
    division="division__code",
    columns=(
        Column("name", "Name", link=Link("portal:delete_view", "pk"), sort=(Term("name"), Term("pk"))),
        Column("kind", "Kind", choices=KINDS, tones={OrganisationKind.BANK: "late"}),
        Column("phone", "Telephone", kind=Kind.CODE),
        Column("ended_on", "Ended", kind=Kind.DATE),
        Column("division", "Division", source="division__name"),
        Column("users", "Users", source=Count("users"), kind=Kind.INTEGER, shown=False),
        Column("both", "Both", source="name", needs=("phone",), render=lambda row: f"{row['both']}/{row['phone']}",
               sort=None, shown=False),
        Column("marked", "Marked", source="name", render=lambda row: format_html("<b>{}</b>", row["marked"]),
               export=lambda row: row["marked"].upper(), shown=False),
    ),
    sort="name",
    totals=(Total("divisions", Count("division", distinct=True)),),
    bulk=(Bulk("move", "Move", "portal:save_view"),),
    size=3,
)  # fmt: skip


Ask = Callable[..., HttpRequest]


def rows(request: HttpRequest) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(request.user)  # type: ignore[arg-type]


def page_of(request: HttpRequest, **given: Any) -> ListPage:
    return LIST.page(request, rows(request), filterset=OrganisationFilter, **given)


def answer(request: HttpRequest, **given: Any) -> Any:
    return LIST.respond(request, rows(request), filterset=OrganisationFilter, **given)


def text_of(request: HttpRequest, **given: Any) -> str:
    text: str = answer(request, **given).content.decode()
    return text


def names_on(page: ListPage) -> list[str]:
    return [row[1] for row in page._fetched[: LIST.size]]


def all_names(ask: Ask, address: str = "?") -> list[str]:
    """Every page after the other, by the links to the next one."""
    found: list[str] = []
    while address:
        page = page_of(ask(address))
        found += names_on(page)
        address = page.next_url
    return found


NAMES = sorted(["甲公司", "乙公司", "丙银行", "丁银行", "戊单位", "己单位", "庚单位"])


def sent(ask: Ask, address: str) -> bytes:
    response: Any = answer(ask(address), may_export=True)
    content = b"".join(response.streaming_content)
    response.file_to_stream.close()
    return content


def exported(ask: Ask, address: str) -> list[list[str]]:
    return open_bytes(sent(ask, address)).read().rows
