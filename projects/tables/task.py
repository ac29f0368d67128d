"""The columns of the list of tasks: one declaration for page, fragment and spreadsheet."""

from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.figures import thousands
from core.html import badge_markup
from core.keyset import Term
from core.lists import Bulk, Column, Kind, Link, ListSpec, Total
from core.lists.columns import Row
from projects.filters.task import overdue
from projects.models import TASK_UNITS, TaskKind, TaskState, Tier, Unit
from projects.models.tasks import TaskQuerySet

STATE_TONES: dict[str, str] = {
    TaskState.OPEN: "act",
    TaskState.DONE: "waiting",
    TaskState.CLOSED: "ok",
    TaskState.CANCELLED: "",
}
UNITS: dict[str, Any] = dict(Unit.choices)


def listed(rows: TaskQuerySet) -> TaskQuerySet:
    """With who holds it in one word, and whether its day has passed."""
    found: TaskQuerySet = rows.annotate(
        hands=Coalesce("person__name", "organisation__name", "holder__name"),
        past_due=ExpressionWrapper(overdue(), output_field=BooleanField()),
    )
    return found


def with_unit(kind: str, quantity: Any) -> str:
    """1,200 m²; nothing where the kind is not counted or nobody said how much."""
    unit = TASK_UNITS.get(kind)
    if quantity is None or unit is None:
        return ""
    return f"{thousands(Decimal(quantity))} {UNITS.get(unit, unit)}"


def _overdue(row: Row) -> SafeString | str:
    """A word and a colour behind the date."""
    return SafeString(f" {badge_markup(_now('overdue'), 'late')}") if row["past_due"] else ""


def _quantity(name: str) -> Any:
    return lambda row: with_unit(row["kind"], row[name])


TASKS = ListSpec(
    key="tasks",
    title=_("Tasks"),
    noun=pgettext_lazy("count", "tasks"),
    one=pgettext_lazy("count", "task"),
    division="division__code",
    search_hint=_("What is to be done, or the compound"),
    columns=(
        Column("title", _("Task"), link=Link("projects:task", "pk"), width=36, sort=(Term("title"), Term("pk"))),
        Column("kind", _("Kind"), choices=TaskKind.choices, width=18),
        Column("compound", _("Compound"), source="compound__name", width=24),
        Column("place", pgettext_lazy("where", "Place"), source="division__name", width=20),
        Column("tier", _("Tier"), choices=Tier.choices, width=14),
        Column("hands", _("In the hands of"), width=24),
        Column("due_on", _("Due on"), kind=Kind.DATE, needs=("past_due",), after=_overdue, width=12),
        Column("state", _("State"), choices=TaskState.choices, tones=STATE_TONES, width=12),
        Column(
            "planned", _("Planned"), source="quantity_planned", kind=Kind.DECIMAL, needs=("kind",),
            render=_quantity("planned"), export=lambda row: row["planned"], width=12,
        ),
        Column(
            "done", _("Done"), source="quantity_done", kind=Kind.DECIMAL, needs=("kind",), render=_quantity("done"),
            export=lambda row: row["done"], width=12,
        ),
        Column("places_planned", _("Places planned"), kind=Kind.INTEGER, shown=False),
        Column("places_done", _("Places done"), kind=Kind.INTEGER, shown=False),
        Column("done_on", _("Done on"), kind=Kind.DATE, shown=False),
        Column("given_by", _("Given by"), source="given_by__name", width=14),
        Column("given_at", _("Given"), kind=Kind.MOMENT, shown=False, descending=True, width=16),
        Column("project", _("Project"), source="project__code", kind=Kind.CODE, shown=False, width=18),
        Column("parent", _("Part of"), source="parent__title", shown=False, width=24),
    ),
    sort="due_on",
    hidden_filters=frozenset({"project", "compound"}),
    totals=(
        Total(_("to do"), Count("pk", filter=Q(state=TaskState.OPEN))),
        Total(_("overdue"), Count("pk", filter=overdue())),
    ),
    bulk=(Bulk("hand_over", _("Hand over"), "projects:tasks_hand_over", icon="arrows-exchange"),),
    empty_title=_("No task here"),
    empty_text=_("Choose another view or remove a condition."),
)  # fmt: skip
