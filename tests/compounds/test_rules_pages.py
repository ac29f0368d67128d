"""The rules in force and their versions; new ones show their effect before they are published."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from compounds.actions.rules import publish_eligibility_rule, publish_urgency_formula
from compounds.actions.scoring import rescore_outdated
from compounds.errors import RuleBelowCounty
from compounds.judging.previews import effect_of_formula, effect_of_rule, proposed_formula, proposed_rule
from compounds.judging.urgency import DEFAULT_WEIGHTS, PARTS
from compounds.models import EligibilityRule, UrgencyFormula, UrgencyScore
from compounds.tasks import rescore_due
from directory.models import Division
from tests.cast import JINGZHOU, WEST_STREET, ZAOYANG, Cast
from tests.compounds.builders import do_jobs, make_compound, make_survey

WEIGHTS = dict.fromkeys(PARTS, 0) | {"pipes": 100}
LIMITS = {"built_before": 1986, "environment_minimum": 2, "facilities_minimum": 2, "wish_percent": 67}


def at(name: str, *args: Any) -> str:
    return reverse(f"compounds:{name}", args=args)


def formula_form(weights: dict[str, int] = WEIGHTS, **more: str) -> dict[str, str]:
    sent = {f"weight_{part}": str(weight) for part, weight in weights.items()}
    return {**sent, "effective_from": timezone.localdate().isoformat(), "basis": "荆建〔2025〕7 号", **more}


def rule_form(**more: str) -> dict[str, str]:
    limits = {name: str(value) for name, value in LIMITS.items()}
    return {**limits, "effective_from": timezone.localdate().isoformat(), "basis": "荆建〔2025〕8 号", **more}


def publish(client: Any, name: str, sent: dict[str, str]) -> Any:
    """As a person does: first the effect, then the publication of just that."""
    preview = client.post(at(name), sent)
    assert preview.status_code == 200
    return client.post(at(name), {**sent, "seal": preview.context["seal"], "publish": "1"})


# --- Reading ----------------------------------------------------------------------------


def test_everybody_who_is_signed_in_may_read_the_formula(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    for role in ("community", "contractor", "sysadmin", "nobody", "auditor"):
        page = cast.client(role).get(at("rules"))
        assert page.status_code == 200
        assert not page.context["may_set"]
        assert "2001" in page.content.decode()
    assert cast.client("").get(at("rules")).status_code == 302


def test_a_place_has_its_own_rules_before_those_of_its_city(cast: Cast) -> None:
    publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2025, 1, 1), basis="甲",
        weights=WEIGHTS,
    )  # fmt: skip
    ours = cast.client("community").get(at("rules"))
    assert ours.context["urgency"].basis == "甲"
    assert [version.state for version in ours.context["urgency_versions"]] == ["in_force", "replaced"]
    theirs = cast.client("stranger").get(at("rules"))
    assert theirs.context["urgency"].division is None
    assert cast.client("stranger").get(at("rules"), {"division": JINGZHOU}).status_code == 404


def test_a_version_is_seen_where_it_reaches(cast: Cast) -> None:
    formula = publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2025, 1, 1), basis="甲",
        weights=WEIGHTS,
    )  # fmt: skip
    assert cast.client("community").get(at("rule_version", "urgency", formula.pk)).status_code == 200
    assert cast.client("stranger").get(at("rule_version", "urgency", formula.pk)).status_code == 404
    shipped = EligibilityRule.objects.get(division=None)
    assert cast.client("stranger").get(at("rule_version", "eligibility", shipped.pk)).status_code == 200
    assert cast.client("community").get(at("rule_version", "moon", formula.pk)).status_code == 404


# --- Publishing -------------------------------------------------------------------------


def test_a_formula_shows_its_effect_and_is_then_published(cast: Cast) -> None:
    compound = make_compound(cast, "甲小区", built_year=1985)
    make_survey(cast, compound, score=1, pipes=4)
    client = cast.client("bureau")
    preview = client.post(at("rule_urgency_new"), formula_form(preview="1"))
    assert preview.context["effect"].top[0].score_after == Decimal("100.00")
    assert not UrgencyFormula.objects.filter(division=JINGZHOU).exists()
    answer = publish(client, "rule_urgency_new", formula_form())
    assert answer.url == f"{at('rules')}?division={JINGZHOU}"
    do_jobs()
    compound.refresh_from_db()
    assert compound.urgency_score.score == Decimal("100.00")


def test_what_was_changed_after_the_preview_is_previewed_again(cast: Cast) -> None:
    client = cast.client("bureau")
    preview = client.post(at("rule_urgency_new"), formula_form())
    changed = formula_form({**WEIGHTS, "roads": 50}, seal=preview.context["seal"], publish="1")
    answer = client.post(at("rule_urgency_new"), changed)
    assert answer.status_code == 200
    assert answer.context["effect"] is not None
    assert not UrgencyFormula.objects.filter(division=JINGZHOU).exists()


def test_a_rule_names_who_would_win_and_lose(cast: Cast) -> None:
    old, newer = (
        make_compound(cast, "八五小区", built_year=1985),
        make_compound(cast, "九五小区", built_year=1995),
    )
    for compound in (old, newer):
        make_survey(cast, compound)
    page = cast.client("bureau").post(at("rule_eligibility_new"), rule_form())
    effect = page.context["effect"]
    assert (effect.eligible_before, effect.eligible_after) == (2, 1)
    assert [one.name for one in effect.lost] == ["九五小区"]
    assert publish(cast.client("bureau"), "rule_eligibility_new", rule_form()).status_code == 302
    do_jobs()
    assert not UrgencyScore.objects.get(compound=newer).is_eligible


@pytest.mark.parametrize(
    "wrong",
    [{"weight_roads": "101"}, {"weight_roads": "-1"}, {"weight_roads": "1.5"}, {"weight_roads": ""},
     {"basis": " "}, {"effective_from": "1999-12-31"}, {"effective_from": "2999-01-01"},
     {"effective_from": "31.12.2025"}],
)  # fmt: skip
def test_a_formula_that_cannot_be_is_said_at_its_field(cast: Cast, wrong: dict[str, Any]) -> None:
    answer = cast.client("bureau").post(at("rule_urgency_new"), formula_form(**wrong))
    assert answer.status_code == 422
    assert answer.context["effect"] is None


def test_weights_that_weigh_nothing_are_refused(cast: Cast) -> None:
    answer = cast.client("bureau").post(at("rule_urgency_new"), formula_form(dict.fromkeys(PARTS, 0)))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"environment_minimum": "5"}, {"wish_percent": "101"}, {"built_before": "1"}]
)
def test_a_rule_that_cannot_be_is_said_at_its_field(cast: Cast, wrong: dict[str, str]) -> None:
    assert cast.client("bureau").post(at("rule_eligibility_new"), rule_form(**wrong)).status_code == 422


@pytest.mark.parametrize("name", ["rule_urgency_new", "rule_eligibility_new"])
def test_only_the_bureau_of_the_place_publishes(cast: Cast, name: str) -> None:
    assert cast.client("bureau").get(at(name)).status_code == 200
    for role in ("street", "community", "finance", "auditor"):
        assert cast.client(role).get(at(name)).status_code == 403
        assert cast.client(role).post(at(name), formula_form()).status_code == 403
    assert cast.client("nobody").get(at(name)).status_code == 403
    assert cast.client("stranger").get(at(name), {"division": JINGZHOU}).status_code == 404
    # A county's bureau sees its city on the way up, and sets nothing there.
    assert cast.client("bureau").get(at(name), {"division": "4210"}).status_code == 403


def test_below_a_county_there_are_no_rules(cast: Cast) -> None:
    page = cast.client("bureau").get(at("rule_urgency_new"), {"division": WEST_STREET})
    assert page.context["shown_division"].pk == JINGZHOU


def test_not_even_a_shell_sets_rules_below_a_county(cast: Cast) -> None:
    with pytest.raises(RuleBelowCounty):
        publish_urgency_formula(
            division=Division.objects.get(pk=WEST_STREET), user=cast.bureau, effective_from=date(2025, 1, 1),
            basis="甲", weights=WEIGHTS,
        )  # fmt: skip


# --- Effects ----------------------------------------------------------------------------


def test_a_citys_formula_does_not_reach_a_county_with_its_own(cast: Cast) -> None:
    make_survey(cast, make_compound(cast, "甲小区", built_year=1985), pipes=4)
    before = effect_of_formula(proposed_formula("4210", WEIGHTS))
    assert before.changed == 1
    publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2025, 1, 1), basis="甲",
        weights=DEFAULT_WEIGHTS,
    )  # fmt: skip
    assert effect_of_formula(proposed_formula("4210", WEIGHTS)).changed == 0


def test_the_ranks_before_and_after(cast: Cast) -> None:
    pipes, roads = (
        make_compound(cast, "管道小区", built_year=1985),
        make_compound(cast, "道路小区", built_year=1970),
    )
    make_survey(cast, pipes, score=1, pipes=4)
    make_survey(cast, roads, score=3, pipes=0)
    effect = effect_of_formula(proposed_formula(JINGZHOU, WEIGHTS))
    ranks = {change.name: (change.rank_before, change.rank_after, change.gain) for change in effect.top}
    assert ranks == {"管道小区": (2, 1, 1), "道路小区": (1, 2, -1)}
    assert (effect.surveyed, effect.moved) == (2, 2)


def test_an_effect_takes_as_many_statements_for_many_as_for_few(cast: Cast) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            effect_of_formula(proposed_formula(JINGZHOU, WEIGHTS))
            effect_of_rule(proposed_rule(JINGZHOU, **LIMITS))
        return len(caught)

    make_survey(cast, make_compound(cast))
    few = statements()
    for _each in range(4):
        make_survey(cast, make_compound(cast))
    assert statements() == few == 12


# --- Rules that come into force later ---------------------------------------------------


def test_a_rule_for_a_later_day_changes_the_scores_on_that_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = make_compound(cast, built_year=1985)
    make_survey(cast, ours, score=1, pipes=4)
    tomorrow = timezone.localdate() + timedelta(days=1)
    publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU),
        user=cast.bureau,
        effective_from=tomorrow,
        basis="甲",
        weights=WEIGHTS,
    )
    assert UrgencyScore.objects.get(compound=ours).score != Decimal("100.00")
    assert rescore_outdated() == 0
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    rescore_due()
    assert UrgencyScore.objects.get(compound=ours).score == Decimal("100.00")
    assert rescore_outdated() == 0


def test_a_rule_of_another_county_makes_nothing_due(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_survey(cast, make_compound(cast, built_year=1985))
    tomorrow = timezone.localdate() + timedelta(days=1)
    publish_eligibility_rule(
        division=Division.objects.get(pk=ZAOYANG),
        user=cast.stranger,
        effective_from=tomorrow,
        basis="乙",
        **LIMITS,
    )
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert rescore_outdated() == 0


# --- Statements -------------------------------------------------------------------------


def test_statements_of_the_rules_page(cast: Cast) -> None:
    client = cast.client("community")
    client.get(at("rules"))
    with CaptureQueriesContext(connection) as caught:
        client.get(at("rules"))
    assert len(caught) == 10
