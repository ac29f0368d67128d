"""The columns of the list of menus."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from residents.models import Choice, Household, MenuState

TONES = {
    MenuState.DRAFT: "waiting",
    MenuState.PUBLISHED: "act",
    MenuState.COUNTED: "ok",
    MenuState.VOIDED: "wrong",
}


def _unconfirmed() -> QuerySet[Any]:
    """Typed sheets that another person has not compared yet."""
    waiting = Choice.objects.filter(
        Q(channel="paper", confirmed_by__isnull=True, reversed_at__isnull=True), menu=OuterRef("pk")
    )
    return waiting.order_by().values("menu").annotate(n=Count("pk")).values("n")


def with_participation(rows: QuerySet[Any]) -> QuerySet[Any]:
    """`chosen` of `doors` households have a choice that counts."""
    doors = Household.objects.living().filter(compound=OuterRef("project__compound"))
    count = IntegerField()
    per_compound = doors.order_by().values("compound").annotate(n=Count("pk")).values("n")
    chosen = Choice.objects.counting().filter(menu=OuterRef("pk")).order_by().values("menu")
    return rows.annotate(
        doors=Coalesce(Subquery(per_compound, output_field=count), 0),
        chosen=Coalesce(Subquery(chosen.annotate(n=Count("pk")).values("n"), output_field=count), 0),
        unconfirmed=Coalesce(Subquery(_unconfirmed(), output_field=count), 0),
    )  # fmt: skip


MENUS = ListSpec(
    key="menus",
    title=_("Menus"),
    noun=pgettext_lazy("count", "menus"),
    division="division_code",
    columns=(
        Column("compound", _("Compound"), source="project__compound__name", link=Link("residents:menu", "id"), width=22),
        Column("title", _("Title"), width=26),
        Column("state", _("State"), choices=MenuState.choices, tones=TONES),
        Column("opens_at", _("Opens"), kind=Kind.MOMENT),
        Column("closes_at", _("Closes"), kind=Kind.MOMENT, descending=True, sort=(Term("closes_at"), Term("pk"))),
        Column("chosen", _("Households that chose"), kind=Kind.INTEGER, width=12),
        Column("doors", _("Households"), kind=Kind.INTEGER, width=10),
        Column("unconfirmed", _("Sheets to confirm"), kind=Kind.INTEGER, width=12),
        Column("budget", _("Budget"), kind=Kind.MONEY, width=12),
    ),
    sort="-closes_at",
    empty_title=_("No menu yet"),
    empty_text=_("Draw one up from a project’s page: tab “Menu”."),
)  # fmt: skip
