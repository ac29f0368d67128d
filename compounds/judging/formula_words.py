"""The urgency formula and the eligibility rule in words, for everybody who is judged by them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compounds.judging.urgency import AGE, FULLY_AGED, HAZARD, NEW_SINCE, WISH
from compounds.judging.words import PART_LABELS
from compounds.models import EligibilityRule, Topic, UrgencyFormula
from compounds.models.survey import PROBLEM_CLASSES, SHORTFALLS

# (key, which is also the colour's name; label; the parts).
PART_GROUPS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("shortfalls", _("Four shortfalls"), SHORTFALLS),
    ("problems", _("Five problem classes"), PROBLEM_CLASSES),
    ("age", _("Age"), (AGE,)),
    ("wish", _("Wish"), (WISH,)),
    ("hazard", _("Hazard"), (HAZARD,)),
)
# How each part gets its value between 0 and 1, in words.
PART_WORDS: dict[str, Promise] = {
    **dict.fromkeys(Topic.values, _("survey score ÷ 4")),
    AGE: _("years before {since} that it was built ÷ {years}, at most 1"),
    WISH: _("households that want it ÷ households asked"),
    HAZARD: _("1 where the survey found danger, otherwise 0"),
}


def part_words(part: str) -> str:
    return str(PART_WORDS[part]).format(since=NEW_SINCE, years=FULLY_AGED)


@dataclass(frozen=True, kw_only=True)
class WeightLine:
    """A part of the formula; `percent` is its share of the whole, in percent with one place."""

    part: str
    label: str | Promise
    words: str
    weight: int
    percent: str


@dataclass(frozen=True, kw_only=True)
class WeightGroup:
    key: str
    label: Promise
    weight: int
    percent: str
    lines: list[WeightLine]


def weight_groups(formula: UrgencyFormula) -> list[WeightGroup]:
    """The formula's weights in their groups, each with its share of the whole."""
    weights: dict[str, int] = formula.weights
    whole = sum(weights.values())
    return [
        WeightGroup(
            key=key,
            label=label,
            weight=sum(weights.get(part, 0) for part in parts),
            percent=_percent(sum(weights.get(part, 0) for part in parts), whole),
            lines=[
                WeightLine(
                    part=part,
                    label=PART_LABELS[part],
                    words=part_words(part),
                    weight=weights.get(part, 0),
                    percent=_percent(weights.get(part, 0), whole),
                )
                for part in parts
            ],
        )
        for key, label, parts in PART_GROUPS
    ]


def _percent(part: int, whole: int) -> str:
    """8 of 100 → "8", 8 of 96 → "8.3"."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def rule_sentences(rule: EligibilityRule) -> list[str]:
    """What a compound must fulfil, a sentence each; all of them must hold."""
    return [
        _now("It was built before {year}.").format(year=rule.built_before),
        _now("Dirt and disorder scored {score} or worse, of 4.").format(score=rule.environment_minimum),
        _now(
            "The worst of buildings, municipal services, roads, pipes, parking, security and lifts scored"
            " {score} or worse, of 4."
        ).format(score=rule.facilities_minimum),
        _now("At least {percent} % of the households asked want the renovation.").format(
            percent=rule.wish_percent
        ),
    ]
