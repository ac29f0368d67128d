"""The map: the points as GeoJSON, the page with its table, where a typed position lies."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compounds.actions.pool import move_to_batch
from compounds.models import Batch, Compound
from compounds.positions import CoordinateSystem, to_wgs84, wgs84_to_gcj02
from tests.cast import GUANGWU, MINSHENG, WEST_STREET, Cast
from tests.compounds.builders import make_compound, make_pooled

POINTS = reverse("compounds:points")
MAP = reverse("compounds:map")
POSITION = reverse("compounds:position")
HERE: dict[str, Any] = {"longitude": Decimal("112.19"), "latitude": Decimal("30.35")}


def features(client: Client, query: str = "") -> dict[str, Any]:
    """{name: feature} of what the map would draw."""
    answer = client.get(f"{POINTS}{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/geo+json"
    return {feature["properties"]["name"]: feature for feature in answer.json()["features"]}


def test_a_point_says_what_its_popup_needs(cast: Cast) -> None:
    compound = make_compound(cast, "砂石厂小区", household_count=120, **HERE)
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau, reason="会议")
    found = features(cast.client("bureau"))["砂石厂小区"]
    assert found == {
        "type": "Feature",
        "id": compound.code,
        "geometry": {"type": "Point", "coordinates": [112.19, 30.35]},
        "properties": {"name": "砂石厂小区", "batch": "preparing", "households": 120, "urgency": None},
    }


def test_only_one_s_own_compounds_with_a_position_are_points(cast: Cast) -> None:
    make_compound(cast, "有位置", **HERE)
    make_compound(cast, "无位置")
    make_compound(cast, "别的城市", community=GUANGWU, by="stranger", **HERE)
    gone = make_compound(cast, "已合并", **HERE)
    Compound.objects.filter(pk=gone.pk).update(ended_on="2026-01-01")
    assert set(features(cast.client("bureau"))) == {"有位置"}
    assert set(features(cast.client("stranger"))) == {"别的城市"}


def test_the_map_is_narrowed_as_the_list_is(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区", **HERE)
    make_compound(cast, "民生小区", community=MINSHENG, **HERE)
    pooled = make_pooled(cast, "库内小区")
    Compound.objects.filter(pk=pooled.pk).update(
        wgs84_longitude=112, wgs84_latitude=30, longitude=112, latitude=30
    )
    client = cast.client("bureau")
    assert set(features(client, "?q=ssc")) == {"砂石厂小区"}
    assert set(features(client, "?batch=reserve")) == {"库内小区"}
    assert set(features(client, f"?division={MINSHENG}")) == {"民生小区"}
    session = client.session
    session["division"] = WEST_STREET
    session.save()
    assert set(features(client)) == {"砂石厂小区", "库内小区"}


def test_points_that_did_not_change_are_not_sent_again(cast: Cast) -> None:
    compound = make_compound(cast, "砂石厂小区", **HERE)
    client = cast.client("bureau")
    etag = client.get(POINTS).headers["ETag"]
    again = client.get(POINTS, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    packed = client.get(POINTS, headers={"Accept-Encoding": "gzip"})
    weak = packed.headers["ETag"]
    assert client.get(POINTS, headers={"Accept-Encoding": "gzip", "If-None-Match": weak}).status_code == 304
    Compound.objects.filter(pk=compound.pk).update(household_count=7)
    assert client.get(POINTS, headers={"If-None-Match": etag}).status_code == 200


def test_a_condition_that_cannot_be_read_is_left_out_as_on_the_page_around(cast: Cast) -> None:
    """Whoever types nonsense into the filter panel reads why beside it; the map draws what the table counts."""
    make_compound(cast, "砂石厂小区", **HERE)
    make_compound(cast, "三无小区", management_state="none", has_owners_committee=False, **HERE)
    client, query = cast.client("bureau"), "?no_manager=true&built_from=nonsense"
    assert [*features(client, query)] == ["三无小区"]
    assert "notice-box wrong" in client.get(f"{MAP}{query}").content.decode()


def test_points_are_shifted_where_the_tiles_are(cast: Cast, settings: Any) -> None:
    make_compound(cast, "砂石厂小区", **HERE)
    settings.TILE_COORDINATES = "gcj02"
    drawn = features(cast.client("bureau"))["砂石厂小区"]["geometry"]["coordinates"]
    assert drawn == pytest.approx(wgs84_to_gcj02(112.19, 30.35), abs=1e-6)
    assert drawn != [112.19, 30.35]


def test_every_sub_district_has_its_name_above_its_points(cast: Cast) -> None:
    make_compound(cast, **HERE)
    make_compound(cast, longitude=Decimal("112.21"), latitude=Decimal("30.37"))
    labels = cast.client("bureau").get(POINTS).json()["labels"]
    assert labels == [{"name": "西城街道", "at": [112.2, 30.37]}]


def test_too_many_points_are_cut_and_said_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compounds.views.map.MOST_POINTS", 1)
    for _each in range(2):
        make_compound(cast, **HERE)
    answer = cast.client("bureau").get(POINTS).json()
    assert (len(answer["features"]), answer["truncated"]) == (1, True)


def test_the_table_beneath_counts_by_division_and_leads_deeper(cast: Cast) -> None:
    make_pooled(cast, "库内小区")
    make_compound(cast, household_count=50, **HERE)
    make_compound(cast, community=MINSHENG, household_count=30)
    page = cast.client("bureau").get(MAP)
    west, east = page.context["table"]
    assert (west.name, west.compounds, west.placed, west.unplaced, west.households) == (
        "西城街道",
        2,
        1,
        1,
        50,
    )
    assert west.batches == [1, 0, 0]
    assert (east.name, east.compounds) == ("东城街道", 1)
    text = page.content.decode()
    assert f'href="?division={WEST_STREET}"' in text
    below = cast.client("bureau").get(f"{MAP}?division={WEST_STREET}").context["table"]
    assert [line.name for line in below] == ["胜利街社区居民委员会"]


def test_the_list_and_the_map_lead_to_each_other_with_the_same_filter(cast: Cast) -> None:
    make_compound(cast)
    client = cast.client("bureau")
    assert (
        f'href="{MAP}?no_manager=true"'
        in client.get(f"{reverse('compounds:list')}?no_manager=true").content.decode()
    )
    assert (
        f'href="{reverse("compounds:list")}?no_manager=true"'
        in client.get(f"{MAP}?no_manager=true").content.decode()
    )


def test_the_filter_panel_comes_alone_when_htmx_asks_for_it(cast: Cast) -> None:
    asked = {"HX-Request": "true", "HX-Target": "list-filters"}
    panel = cast.client("bureau").get(f"{MAP}?filters=1", headers=asked).content.decode()
    assert "<html" not in panel
    assert 'name="no_manager"' in panel


@pytest.mark.parametrize("system", CoordinateSystem.values)
def test_a_typed_position_is_found_in_its_own_system(cast: Cast, system: str) -> None:
    answer = cast.client("bureau").get(f"{POSITION}?longitude=112.19&latitude=30.35&system={system}")
    assert answer.json()["at"] == pytest.approx(to_wgs84(112.19, 30.35, system), abs=1e-6)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "必填"),
        ("?longitude=x&latitude=30&system=wgs84", "x"),
        ("?longitude=2&latitude=48&system=wgs84", "不在我国境内"),
        ("?longitude=NaN&latitude=30&system=wgs84", ""),
        ("?longitude=30.35&latitude=112.2&system=wgs84", "经纬度似乎颠倒"),
    ],
)
def test_a_position_that_cannot_be_is_explained_while_it_is_typed(
    cast: Cast, query: str, problem: str
) -> None:
    answer = cast.client("bureau").get(f"{POSITION}{query}")
    assert answer.status_code == 200
    assert answer.json()["at"] is None
    assert problem in answer.json()["problem"]
