"""Sums say how many compounds they leave out, and lead to them."""

from django.utils.translation import override

from compounds.gaps import GAPS
from tests.cast import MINSHENG, SHENGLI, Cast
from tests.compounds.builders import make_compound, make_pooled
from tests.compounds.register import at, text_of


def make_town(cast: Cast) -> None:
    make_compound(cast, "全数小区", building_count=2, household_count=80, floor_area=6000)
    make_compound(cast, "缺面积小区", building_count=1, household_count=20)
    make_compound(cast, "全缺小区", community=MINSHENG)


def test_the_list_s_sum_line_leads_to_what_it_leaves_out(cast: Cast) -> None:
    make_town(cast)
    client = cast.client("bureau")
    page = text_of(client, at("list"))
    assert '<a href="?lacks=area">其中 2 个缺面积</a>' in page
    assert '<a href="?lacks=households">其中 1 个缺户数</a>' in page
    lacking = text_of(client, f"{at('list')}?lacks=area")
    assert "全数小区" not in lacking
    assert "缺面积小区" in lacking
    assert "全缺小区" in lacking
    # Where the list is of these rows already, there is nowhere else to go.
    assert 'lacks=area">其中' not in lacking
    assert text_of(client, f"{at('list')}?lacks=area&lacks=moon").count("notice-box wrong") == 1


def test_nothing_is_said_where_nothing_lacks(cast: Cast) -> None:
    make_compound(cast, "全数小区", building_count=2, household_count=80, floor_area=6000)
    page = text_of(cast.client("bureau"), at("list"))
    assert "缺面积" not in page
    assert "缺户数" not in page


def test_overview_and_tables_by_division_say_it_too(cast: Cast) -> None:
    make_town(cast)
    client = cast.client("bureau")
    overview = text_of(client, "/overview/")
    assert '<a class="stat-note lacking" href="/compounds/?lacks=area">其中 2 个缺面积</a>' in overview
    assert 'lacks=households">其中 1 个缺户数</a>' in overview
    assert 'lacks=households">其中 1 个缺户数</a>' in text_of(client, at("map"))


def test_the_pool_s_list_says_it(cast: Cast) -> None:
    make_pooled(cast, "在库小区")
    page = text_of(cast.client("bureau"), at("pool_list"))
    assert '<a href="?lacks=area">其中 1 个缺面积</a>' in page
    assert "在库小区" in text_of(cast.client("bureau"), f"{at('pool_list')}?lacks=area")


def test_the_words_of_each_gap() -> None:
    with override("en"):
        assert {key: gap.words(3) for key, gap in GAPS.items()} == {
            "area": "3 without floor area",
            "households": "3 without number of households",
            "buildings": "3 without number of buildings",
        }


def test_the_division_of_the_address_stays(cast: Cast) -> None:
    make_town(cast)
    page = text_of(cast.client("bureau"), f"{at('list')}?division={SHENGLI}")
    assert f'href="?division={SHENGLI}&amp;lacks=area">其中 1 个缺面积' in page
