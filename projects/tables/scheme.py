"""The columns of the list of schemes, across projects."""

from django.db.models import BooleanField, DecimalField, Exists, ExpressionWrapper, OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from directory.models import User
from projects.models import Objection, PublicNotice, SchemeLine, SchemeState
from projects.models.scheme import SchemeQuerySet
from projects.scheme_waiting import waiting_for

TONES: dict[str, str] = {
    SchemeState.DRAFT: "waiting",
    SchemeState.SIGNING: "act",
    SchemeState.NOTICED: "act",
    SchemeState.APPROVED: "ok",
}


def listed(rows: SchemeQuerySet, user: User) -> SchemeQuerySet:
    """With estimate, the day the notice ends, whether an objection waits, and what waits for this person."""
    sums = (
        SchemeLine.objects.filter(scheme=OuterRef("pk")).order_by().values("scheme").annotate(sum=Sum("cost"))
    )
    notices = PublicNotice.objects.filter(scheme=OuterRef("pk"), ended_at__isnull=True)
    objections = Objection.objects.filter(notice__scheme=OuterRef("pk"), answered_on__isnull=True)
    money = DecimalField(max_digits=26, decimal_places=4)
    return rows.annotate(
        estimate=Subquery(sums.values("sum"), output_field=money),
        notice_until=Subquery(notices.values("until_on")[:1]),
        has_objection=Exists(objections),
        **{
            f"waits_{key}": ExpressionWrapper(condition, BooleanField())
            for key, condition in waiting_for(user).items()
        },
    )


SCHEMES = ListSpec(
    key="schemes",
    title=_("Schemes"),
    search_hint=_("Name, pinyin, address or number"),
    noun=pgettext_lazy("count", "schemes"),
    one=pgettext_lazy("count", "scheme"),
    division="division_code",
    columns=(
        Column(
            "compound", _("Compound"), source="project__compound__name",
            link=Link("projects:scheme_version", "project__code", "version"), width=28,
            sort=(Term("project__compound__name"), Term("pk")),
        ),
        Column("project_code", _("Project"), source="project__code", kind=Kind.CODE, width=18, sort=(Term("project__code"), Term("pk"))),
        Column("community", _("Community"), source="project__compound__community__name", width=24,
               sort=(Term("division_code"), Term("pk"))),
        Column("version", _("Version"), kind=Kind.INTEGER, width=8),
        Column("state", _("State"), choices=SchemeState.choices, tones=TONES),
        Column("estimate", _("Estimate"), kind=Kind.MONEY, descending=True, sort=None),
        Column("notice_until", _("Notice until"), kind=Kind.DATE, sort=None),
        Column("has_objection", _("Open objection"), kind=Kind.YESNO, sort=None, shown=False),
        Column("submitted_at", _("Handed in"), kind=Kind.MOMENT, descending=True, shown=False, sort=None),
        Column("approved_on", _("Approved on"), kind=Kind.DATE, sort=None),
    ),
    sort="compound",
    empty_title=_("No matching schemes"),
    empty_text=_("A scheme is begun on the page of its project."),
)  # fmt: skip
