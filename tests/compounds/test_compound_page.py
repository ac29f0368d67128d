"""A compound's page and its tabs: what they say, who sees them, how many statements they take."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compounds.actions.names import assign_cluster
from compounds.actions.pool import move_to_batch
from compounds.actions.register import update_compound
from compounds.models import (
    Batch,
    Compound,
)
from tests.cast import MINSHENG, SHENGLI, Cast
from tests.compounds.builders import make_building, make_compound, make_pooled, make_survey
from tests.compounds.register import at, form_of, merge, text_of

# --- A compound's page -------------------------------------------------------------------


def test_the_page_says_where_it_is_how_it_stands_and_what_is_missing(cast: Cast) -> None:
    compound = make_compound(
        cast, "砂石厂小区", former_names=["砂石厂宿舍"], has_owners_committee=False, management_state="none"
    )
    page = text_of(cast.client("bureau"), compound.get_absolute_url())
    for words in (
        "荆州市 · 荆州区 · 西城街道 · 胜利街社区居民委员会",
        "砂石厂宿舍",
        "三无小区",
        "未入库",
        "未摸底",
        "建成年代未登记",
    ):
        assert words in page
    assert f"{at('edit', compound.code)}#id_household_count" in page


def test_whoever_may_not_edit_sees_what_is_missing_without_a_way_to_the_form(cast: Cast) -> None:
    compound = make_compound(cast)
    page = text_of(cast.client("finance"), compound.get_absolute_url())
    assert at("edit", compound.code) not in page
    assert at("merge", compound.code) not in page


def test_eligibility_and_urgency_are_told_line_by_line(cast: Cast) -> None:
    compound = make_compound(cast, built_year=1985)
    make_survey(cast, compound, score=3, pipes=4)
    page = cast.client("bureau").get(compound.get_absolute_url())
    text = page.content.decode()
    assert "1985 年建成，早于 2001 年。" in text
    assert "最差的设施评 4 分（满分 4 分），达到 2 分的要求。" in text
    assert sum(part["points"] for part in page.context["parts"]) == page.context["score"].score
    assert sum(part["most"] for part in page.context["parts"]) == 100


def test_declared_figures_stand_beside_the_sums_and_a_difference_shows(cast: Cast) -> None:
    compound = make_compound(cast, building_count=2, household_count=80, floor_area=Decimal(5000))
    make_building(cast, compound, "1号楼", household_count=36, floor_area=Decimal(2500))
    make_building(cast, compound, "2号楼")
    figures = {
        str(figure.label): figure
        for figure in cast.client("bureau").get(compound.get_absolute_url()).context["figures"]
    }
    assert (figures["楼栋数"].declared, figures["楼栋数"].listed, figures["楼栋数"].difference) == (2, 2, 0)
    households = figures["户数"]
    assert (households.listed, households.known, households.is_partial, households.difference) == (
        36,
        1,
        True,
        -44,
    )
    assert figures["单元数"].difference is None


def test_implausible_figures_warn(cast: Cast) -> None:
    compound = make_compound(cast, building_count=3031, household_count=6332)
    assert "是否把单元当作楼栋统计" in text_of(cast.client("bureau"), compound.get_absolute_url())


def test_an_ended_compound_says_what_became_of_it(cast: Cast) -> None:
    into, other = make_compound(cast, "并入小区"), make_compound(cast, "被并小区")
    merge(cast.client("bureau"), into, other)
    page = text_of(cast.client("bureau"), other.get_absolute_url())
    assert "已于 2026-06-01 合并" in page
    assert f'href="{into.get_absolute_url()}"' in page
    assert at("edit", other.code) not in page
    assert cast.client("bureau").get(at("edit", other.code)).status_code == 403


# --- Who may see and do what -------------------------------------------------------------

PAGES = ("detail", "buildings", "history", "edit", "building_add", "merge", "split")


@pytest.mark.parametrize("page", PAGES)
def test_a_compound_of_another_division_is_not_there(cast: Cast, page: str) -> None:
    compound = make_compound(cast)
    assert cast.client("stranger").get(at(page, compound.code)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["contractor", "nobody", "sysadmin", "secadmin", "auditadmin"])
def test_whoever_sees_no_compounds_is_told_so_on_list_and_page(
    cast: Cast, who: str, page: str, settings: Any
) -> None:
    """One rule: whether there is such a compound is not what stands in the way."""
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    client = cast.client(who)
    assert client.get(at("list")).status_code == 403
    assert client.get(at(page, make_compound(cast).code)).status_code == 403
    assert client.get(at(page, "421003-999999")).status_code == 403


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("bureau", {*PAGES}),
        ("street", {*PAGES}),
        ("community", {"detail", "buildings", "history", "edit", "building_add"}),
        ("finance", {"detail", "buildings", "history"}),
        ("liaison", {"detail", "buildings", "history"}),
        ("auditor", {"detail", "buildings", "history"}),
    ],
)
def test_seen_but_not_allowed_is_refused(cast: Cast, who: str, allowed: set[str]) -> None:
    compound = make_compound(cast)
    client = cast.client(who)
    answers = {page: client.get(at(page, compound.code)).status_code for page in PAGES}
    assert answers == {page: 200 if page in allowed else 403 for page in PAGES}


def test_the_list_and_the_map_are_for_those_who_may_see_the_register(cast: Cast) -> None:
    for who in ("contractor", "nobody"):
        for page in ("list", "map", "points", "position"):
            assert cast.client(who).get(at(page)).status_code == 403, (who, page)


def test_only_those_who_may_add_compounds_get_the_form(cast: Cast) -> None:
    assert cast.client("street").get(at("create")).status_code == 200
    assert cast.client("community").get(at("create")).status_code == 403
    assert at("create") not in text_of(cast.client("community"), at("list"))


# --- History -----------------------------------------------------------------------------


def test_the_history_tells_who_changed_what_in_words(cast: Cast) -> None:
    compound = make_compound(cast, "砂石厂小区", household_count=100)
    cast.client("community").post(
        at("edit", compound.code),
        form_of(compound, household_count="120", management_state="professional", cluster_name="古城片区"),
    )
    page = cast.client("finance").get(at("history", compound.code))
    change = page.context["changes"][0]
    assert (change.who, change.what) == ("社区工作者庚", "基本信息变更")
    assert set(change.lines) == {
        ("户数", "100", "120"),
        ("管理", "未登记", "物业服务企业"),
        ("片区", None, "古城片区"),
    }


def test_the_history_gathers_surveys_pool_buildings_and_facts_newest_first(cast: Cast) -> None:
    compound = make_pooled(cast, "砂石厂小区")
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau, reason="会议纪要")
    make_building(cast, compound, "1号楼")
    page = cast.client("bureau").get(at("history", compound.code))
    told = [change.what for change in page.context["changes"]]
    # One transaction around the test: all moments are the same, so only each kind has an order.
    assert {"新增楼栋：1号楼", "库内调整批次", "入库", "登记入册", "2025-03-01 的摸底已确认"} <= set(told)
    assert told.index("库内调整批次") < told.index("入库")
    moved = page.context["changes"][told.index("库内调整批次")]
    assert (moved.lines, moved.reason) == ([("批次", "储备", "谋划")], "会议纪要")
    only = cast.client("bureau").get(f"{at('history', compound.code)}?kind=pool")
    assert [change.what for change in only.context["changes"]] == ["库内调整批次", "入库"]


def test_a_long_history_has_pages_and_nonsense_is_the_first(cast: Cast) -> None:
    compound = make_compound(cast, household_count=0)
    for number in range(1, 60):
        update_compound(compound=compound, user=cast.bureau, household_count=number)
    client = cast.client("bureau")
    first = client.get(at("history", compound.code)).context["log"]
    assert (len(first.changes), first.older) == (50, 2)
    second = client.get(f"{at('history', compound.code)}?page=2").context["log"]
    assert (len(second.changes), second.older, second.newer) == (10, 0, 1)
    for nonsense in ("9e99", "-1", "²", "0", "99999999999"):
        assert client.get(f"{at('history', compound.code)}?page={nonsense}").status_code == 200


# --- Statements --------------------------------------------------------------------------

# How many statements each page takes, signing in included; none of them depends on how many rows there are.
RECORDED = {
    "list": 7, "list_panel": 7, "map": 6, "points": 5, "detail": 11, "buildings": 9, "history": 11, "edit": 13,
    "create": 9, "merge": 7, "split": 12,
}  # fmt: skip


def counted(cast: Cast, compound: Compound) -> dict[str, int]:
    pages = {name: at(name) for name in ("list", "map", "points", "create")}
    pages["list_panel"] = f"{at('list')}?filters=1"
    pages |= {
        name: at(name, compound.code) for name in ("detail", "buildings", "history", "edit", "merge", "split")
    }
    client, found = cast.client("bureau"), {}
    for name, url in pages.items():
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        found[name] = len(captured)
    return found


def test_statements_are_recorded_and_constant_in_the_rows(cast: Cast) -> None:
    place: dict[str, Any] = {
        "longitude": Decimal("112.19"),
        "latitude": Decimal("30.35"),
        "built_year": 1985,
        "household_count": 10,
    }
    compound = make_compound(cast, "甲小区", **place)
    make_survey(cast, compound)
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau)
    make_building(cast, compound, "1号楼", household_count=12)
    make_building(cast, compound, "2号楼", household_count=12)
    first = counted(cast, compound)
    for number in range(3, 12):
        make_building(cast, compound, f"{number}号楼", household_count=12)
        other = make_compound(cast, f"乙{number}小区", community=MINSHENG if number % 2 else SHENGLI, **place)
        update_compound(compound=compound, user=cast.bureau2, household_count=number)
        assign_cluster(compounds=[other], name=f"片区{number}", user=cast.bureau)
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau2, reason="会议")
    assert counted(cast, compound) == first == RECORDED
    assert first["list"] <= 12
