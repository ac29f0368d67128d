"""The reserve pool by the API, in its order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compounds.actions.pool import move_to_batch, set_place
from compounds.models import Batch, Compound, PoolEntry
from tests.apiclient import Api, faults
from tests.cast import Cast
from tests.compounds.builders import make_compound, make_survey


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def pooled(cast: Cast, name: str, *, score: int | None = 3) -> Compound:
    """In the pool by a stated reason, eligible or not; without a score it was never surveyed."""
    compound = make_compound(cast, name, built_year=1985)
    if score is not None:
        make_survey(cast, compound, score=score)
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau, reason="试点")
    return compound


def order(rows: list[dict[str, dict[str, str]]]) -> list[str]:
    return [row["compound"]["name"] for row in rows]


def test_a_decided_place_then_urgent_first_then_no_score(cast: Cast, api: Api) -> None:
    pooled(cast, "无分", score=None)
    pooled(cast, "不急", score=1)
    pooled(cast, "很急", score=4)
    moved = pooled(cast, "提前", score=2)
    set_place(compound=moved, user=cast.bureau, rank=1, reason="屋面漏水")
    rows = api.results("pool")
    assert order(rows) == ["提前", "很急", "不急", "无分"]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4]
    assert [row["override_reason"] for row in rows] == ["屋面漏水", "", "", ""]
    # The same order that the board uses.
    ranked = PoolEntry.objects.visible_to(cast.bureau).current().ranked()
    assert order(rows) == [entry.compound.name for entry in ranked.select_related("compound")]


def test_ranks_go_on_from_page_to_page(cast: Cast, api: Api) -> None:
    for at in range(5):
        pooled(cast, f"小区{at}", score=at % 3)
    pages = list(api.pages("pool", page_size=2))
    rows = [row for page in pages for row in page["results"]]
    assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]
    assert order(rows) == order(api.results("pool"))


def test_what_left_the_pool_is_told_only_when_asked_for(cast: Cast, api: Api) -> None:
    pooled(cast, "在库")
    gone = pooled(cast, "出库", score=2)
    move_to_batch(compounds=[gone], batch=Batch.OUT, user=cast.bureau, reason="拆迁")
    make_compound(cast, "未入库")
    assert order(api.results("pool")) == ["在库"]
    assert order(api.results("pool", batch="out")) == ["出库"]
    assert order(api.results("pool", batch=["out", "reserve"])) == ["在库", "出库"]
    assert "batch" in faults(api.get("pool", batch="none"))


def test_the_filters_are_those_of_the_compounds(cast: Cast, api: Api) -> None:
    pooled(cast, "砂石厂小区", score=4)
    pooled(cast, "光武小区", score=1)
    assert order(api.results("pool", q="ssc")) == ["砂石厂小区"]
    assert order(api.results("pool", urgency_from="60")) == ["砂石厂小区"]
    assert order(api.results("pool", batch="preparing")) == []
    assert "sort" in faults(api.get("pool", sort="name"))


def test_two_statements(cast: Cast, api: Api) -> None:
    counts = []
    for more in range(2):
        pooled(cast, f"小区{more}")
        api.results("pool")
        with CaptureQueriesContext(connection) as captured:
            api.results("pool")
        counts.append(len(captured))
    assert counts == [2, 2]
