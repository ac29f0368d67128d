"""The reserve pool: urgent first, reasons where the order is left, every move a row."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from compounds.actions.pool import clear_place, move_to_batch, set_place
from compounds.actions.rules import publish_eligibility_rule, publish_urgency_formula
from compounds.errors import AlreadyThere, NotEligible, NotInPool, OutOfOrder, ReasonNeeded, WeightsUnusable
from compounds.judging.urgency import DEFAULT_WEIGHTS
from compounds.models import Batch, PoolEntry, UrgencyFormula, UrgencyScore
from core.errors import NotPermitted
from directory.models import Division
from tests.cast import GUANGWU, JINGZHOU, ZAOYANG, Cast
from tests.compounds.builders import current_entry, do_jobs, make_compound, make_pooled, make_survey


def test_an_eligible_compound_enters_without_a_reason(cast: Cast) -> None:
    compound = make_pooled(cast, score=3)
    entry = current_entry(compound)
    assert (entry.batch, str(entry.urgency_at_entry), entry.reason) == (Batch.RESERVE, "62.40", "")


def test_what_is_not_eligible_enters_only_with_a_reason(cast: Cast) -> None:
    unknown = make_compound(cast, "新苑", built_year=2008)
    with pytest.raises(NotEligible, match="新苑"):
        move_to_batch(compounds=[unknown], batch=Batch.RESERVE, user=cast.bureau)
    move_to_batch(
        compounds=[unknown], batch=Batch.RESERVE, user=cast.bureau, reason="区长办公会 2026-3 号纪要"
    )
    assert current_entry(unknown).reason == "区长办公会 2026-3 号纪要"


def test_every_move_is_a_row(cast: Cast) -> None:
    compound = make_pooled(cast)
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau)
    move_to_batch(compounds=[compound], batch=Batch.OUT, user=cast.bureau, reason="已拆迁")
    batches = PoolEntry.objects.filter(compound=compound).order_by("id").values_list("batch", flat=True)
    assert list(batches) == [Batch.RESERVE, Batch.PREPARING, Batch.OUT]
    assert PoolEntry.objects.current().filter(compound=compound).count() == 1


def test_leaving_the_pool_needs_a_reason_and_standing_still_is_no_move(cast: Cast) -> None:
    compound = make_pooled(cast)
    with pytest.raises(ReasonNeeded):
        move_to_batch(compounds=[compound], batch=Batch.OUT, user=cast.bureau)
    with pytest.raises(AlreadyThere):
        move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau, reason="x")


def test_the_less_urgent_goes_first_only_with_a_reason(cast: Cast) -> None:
    urgent, calm = make_pooled(cast, "急", score=4), make_pooled(cast, "缓", score=2)
    with pytest.raises(OutOfOrder, match=r"缓.*急"):
        move_to_batch(compounds=[calm], batch=Batch.PREPARING, user=cast.bureau)
    move_to_batch(compounds=[calm], batch=Batch.PREPARING, user=cast.bureau, reason="与道路工程同步")
    move_to_batch(compounds=[urgent], batch=Batch.PREPARING, user=cast.bureau)


def test_the_refusal_names_the_most_urgent_and_counts_those_passed_over(cast: Cast) -> None:
    most = make_pooled(cast, "最急小区", score=4)
    make_pooled(cast, "次急小区", score=3)
    least = make_pooled(cast, "最缓小区", score=2)
    with pytest.raises(OutOfOrder) as refusal:
        move_to_batch(compounds=[least], batch=Batch.PREPARING, user=cast.bureau)
    assert "2 个小区" in refusal.value.message
    assert "最急小区" in refusal.value.message
    assert (refusal.value.details["before"], refusal.value.details["passed"]) == ("最急小区", 2)
    # With the most urgent beside it, only one is passed over and it is named alone.
    with pytest.raises(OutOfOrder, match="次急小区") as refusal:
        move_to_batch(compounds=[least, most], batch=Batch.PREPARING, user=cast.bureau)
    assert refusal.value.details["passed"] == 1
    assert "个小区" not in refusal.value.message


def test_the_first_of_the_order_go_together_without_a_reason(cast: Cast) -> None:
    first, second = make_pooled(cast, score=4), make_pooled(cast, score=3)
    make_pooled(cast, score=2)
    move_to_batch(compounds=[second, first], batch=Batch.IMPLEMENTING, user=cast.bureau)


def test_the_order_is_each_countys_own(cast: Cast) -> None:
    make_pooled(cast, score=4)
    theirs = make_compound(cast, community=GUANGWU, by="stranger", built_year=1980)
    move_to_batch(compounds=[theirs], batch=Batch.RESERVE, user=cast.stranger, reason="市政府交办")
    move_to_batch(compounds=[theirs], batch=Batch.PREPARING, user=cast.stranger)


def test_a_place_out_of_turn_goes_first_and_says_why(cast: Cast) -> None:
    urgent, calm = make_pooled(cast, "急", score=4), make_pooled(cast, "缓", score=2)
    with pytest.raises(ReasonNeeded):
        set_place(compound=calm, user=cast.bureau, rank=1, reason="")
    set_place(compound=calm, user=cast.bureau, rank=1, reason="承诺事项")
    ranked = list(PoolEntry.objects.current().ranked().values_list("compound__name", flat=True))
    assert ranked == ["缓", "急"]
    move_to_batch(compounds=[calm], batch=Batch.PREPARING, user=cast.bureau)
    clear_place(compound=urgent, user=cast.bureau)


def test_a_place_is_of_the_pool(cast: Cast) -> None:
    with pytest.raises(NotInPool):
        set_place(compound=make_compound(cast), user=cast.bureau, rank=1, reason="x")


def test_a_bulk_move_is_all_or_nothing(cast: Cast) -> None:
    ready, not_ready = make_compound(cast, built_year=1980), make_compound(cast)
    make_survey(cast, ready)
    with pytest.raises(NotEligible):
        move_to_batch(compounds=[ready, not_ready], batch=Batch.RESERVE, user=cast.bureau)
    assert not PoolEntry.objects.exists()


def test_only_the_bureau_moves_and_only_its_own(cast: Cast) -> None:
    compound = make_pooled(cast)
    for person in ("street", "community", "finance", "stranger", "secadmin"):
        with pytest.raises(NotPermitted):
            move_to_batch(compounds=[compound], batch=Batch.OUT, user=getattr(cast, person), reason="x")


def test_the_statements_of_a_bulk_move_do_not_grow(cast: Cast) -> None:
    def statements(count: int) -> int:
        compounds = [make_compound(cast) for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            move_to_batch(compounds=compounds, batch=Batch.RESERVE, user=cast.bureau, reason="批量")
        return len(captured)

    assert statements(2) == statements(12)


def test_one_current_entry_per_compound_even_from_a_shell(cast: Cast) -> None:
    entry = current_entry(make_pooled(cast))
    entry.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save(force_insert=True)


def test_a_new_formula_is_a_new_version_and_rebuilds_the_scores(cast: Cast) -> None:
    compound = make_pooled(cast, score=2, pipes=4)
    weights = {**dict.fromkeys(DEFAULT_WEIGHTS, 0), "pipes": 1}
    formula = publish_urgency_formula(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2026, 1, 1),
        basis="荆区住建〔2026〕3号", weights=weights,
    )  # fmt: skip
    do_jobs()
    score = UrgencyScore.objects.get(compound=compound)
    assert (str(score.score), score.formula, formula.version) == ("100.00", formula, 1)
    again = publish_urgency_formula(
        division=formula.division, user=cast.bureau, effective_from=date(2026, 1, 1), basis="修正",  # type: ignore[arg-type]
        weights=DEFAULT_WEIGHTS,
    )  # fmt: skip
    assert again.version == 2
    do_jobs()
    score.refresh_from_db()
    assert score.formula == again


def test_a_formula_of_one_county_does_not_reach_another(cast: Cast) -> None:
    publish_urgency_formula(
        division=Division.objects.get(pk=ZAOYANG), user=cast.stranger, effective_from=date(2026, 1, 1), basis="枣",
        weights={"pipes": 1},
    )  # fmt: skip
    compound = make_pooled(cast, score=3)
    assert UrgencyScore.objects.get(compound=compound).formula.division is None


@pytest.mark.parametrize("weights", [{}, {"pipes": 0}, {"pipes": -1}, {"pipes": 101}, {"pipes": 1.5}, {"sky": 1}, {"pipes": True}])  # fmt: skip
def test_weights_that_weigh_nothing_or_something_unknown_are_refused(
    cast: Cast, weights: dict[str, int]
) -> None:
    with pytest.raises(WeightsUnusable):
        publish_urgency_formula(
            division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2026, 1, 1),
            basis="x", weights=weights,
        )  # fmt: skip


def test_a_stricter_rule_makes_a_compound_ineligible(cast: Cast) -> None:
    compound = make_pooled(cast, wishing=80)
    publish_eligibility_rule(
        division=Division.objects.get(pk=JINGZHOU), user=cast.bureau, effective_from=date(2026, 1, 1),
        basis="荆区住建〔2026〕4号", built_before=2001, environment_minimum=2, facilities_minimum=2, wish_percent=95,
    )  # fmt: skip
    do_jobs()
    assert not UrgencyScore.objects.get(compound=compound).is_eligible


def test_rules_are_set_by_the_bureau_of_the_place(cast: Cast) -> None:
    for person in ("street", "stranger", "finance"):
        with pytest.raises(NotPermitted):
            publish_urgency_formula(
                division=Division.objects.get(pk=JINGZHOU), user=getattr(cast, person),
                effective_from=date(2026, 1, 1), basis="x", weights={"pipes": 1},
            )  # fmt: skip


def test_a_published_version_is_never_changed(cast: Cast) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        UrgencyFormula.objects.update(basis="另说")
