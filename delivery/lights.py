"""The light of many projects at once: the rule of `delivery.curve` in SQL, and its words."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Case, DateField, DecimalField, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Greatest, Least
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.board import TypeText
from delivery.curve import AMBER_BELOW, GREEN_BELOW, Light, light_on, planned_on
from projects.models import Project, Stage, Standing

TONES: dict[str, str] = {Light.GREEN: "ok", Light.AMBER: "late", Light.RED: "wrong", "": ""}
WORDS: dict[str, TypeText] = {
    Light.GREEN: _("on plan"),
    Light.AMBER: _("behind plan"),
    Light.RED: _("far behind plan"),
    "": _("no light"),
}
LIGHT_CHOICES = [(light.value, WORDS[light]) for light in Light]


class Days(Func):
    """The whole days between two dates (PostgreSQL: date - date)."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def rule_in_words() -> str:
    return _now(
        "Green: at most {green} points below the plan. Amber: at most {amber}. Red: more, or not done after the planned completion."
    ).format(green=GREEN_BELOW, amber=AMBER_BELOW)


def with_light(rows: QuerySet[Project], day: date) -> Any:
    """`planned_percent` and `light` of the day; "" without planned dates."""
    number = DecimalField(max_digits=20, decimal_places=4)
    whole = Days(F("planned_completion_on"), F("planned_start_on")) + 1
    passed = Least(Greatest(Days(Value(day, DateField()), F("planned_start_on")) + 1, 0), F("whole_days"))
    has_plan = Q(planned_start_on__isnull=False, planned_completion_on__gte=F("planned_start_on"))
    behind = F("passed_days") * Value(100, number) - F("percent_done") * F("whole_days")
    return rows.annotate(
        whole_days=whole,
        passed_days=passed,
        planned_percent=Case(
            When(has_plan, then=Cast(F("passed_days") * 100, number) / F("whole_days")), output_field=number
        ),
        behind_plan=behind,
        light=Case(
            When(~has_plan, then=Value("")),
            When(planned_completion_on__isnull=True, then=Value("")),
            When(behind_plan__gt=F("whole_days") * AMBER_BELOW, then=Value(Light.RED.value)),
            When(planned_completion_on__lt=day, percent_done__lt=100, then=Value(Light.RED.value)),
            When(behind_plan__gt=F("whole_days") * GREEN_BELOW, then=Value(Light.AMBER.value)),
            default=Value(Light.GREEN.value),
        ),
    )


def on_site() -> Q:
    """Projects whose works are going on."""
    return Q(stage=Stage.CONSTRUCTION, standing=Standing.ACTIVE)


@dataclass(frozen=True)
class ProjectLight:
    """The light of one project from its kept figures: no statement."""

    light: Light | None
    planned: Fraction | None

    @classmethod
    def of(cls, project: Project, day: date) -> "ProjectLight":
        dates = {"start": project.planned_start_on, "completion": project.planned_completion_on}
        is_going_on = project.stage == Stage.CONSTRUCTION and project.standing == Standing.ACTIVE
        light = light_on(day, actual=project.percent_done, **dates) if is_going_on else None
        return cls(light, planned_on(day, **dates))

    @property
    def word(self) -> TypeText:
        return WORDS[self.light or ""]

    @property
    def tone(self) -> str:
        return TONES[self.light or ""]
