"""The overview of registers, the doors of a compound, what is added up beside what is declared."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from compounds.models import Compound
from core.history import history_of
from residents.actions.households import strike_off
from residents.models import Household
from tests.cast import GUANGWU, Cast, make_user
from tests.compounds.builders import make_building, make_compound
from tests.residents.builders import make_call, make_doors, make_household, make_owner, make_round
from tests.residents.register_pages import at, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def compound(cast: Cast) -> Compound:
    """Three buildings: 3号楼 as declared, 4号楼 without doors, 5号楼 that declares nothing."""
    compound = make_compound(cast, "砂石厂小区", household_count=20, floor_area=Decimal(1000))
    make_building(cast, compound, "3号楼", household_count=8, floor_area=Decimal(500))
    make_building(cast, compound, "4号楼", household_count=12)
    make_doors(
        cast, compound, building="3号楼", staircases=2, floors=2, doors=2, exclusive_area=Decimal("61.5")
    )
    make_doors(cast, compound, building="5号楼", floors=1, doors=2)
    return compound


def sheet(response: Any) -> list[list[Any]]:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


# --- The overview ---------------------------------------------------------------------------


def test_the_overview_shows_each_register_beside_what_is_declared(cast: Cast, compound: Compound) -> None:
    make_compound(cast, "未登记小区", household_count=30)
    make_compound(cast, "光武小区", community=GUANGWU, by="stranger", household_count=999)
    doors = Household.objects.filter(building__number="3号楼").order_by("pk")
    make_owner(cast, doors[0])
    round_ = make_round(cast, compound)
    make_call(cast, round_, doors[0])
    make_call(cast, round_, doors[0])
    page = text_of(cast.client("bureau"), at("overview"))
    assert "光武小区" not in page
    assert "<strong>50</strong> 户（上报）" in page
    assert "<strong>10</strong> 户（登记）" in page
    assert "1 / 10" in page
    assert "-10" in page
    assert "492.00" in page
    # Two calls at one door reach one household.
    assert "10 %" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("has_register=true", ["砂石厂小区"]),
        ("has_register=false", ["空小区"]),
        ("differs=true", ["砂石厂小区"]),
        ("lacks_owners=true", ["砂石厂小区"]),
        ("round=true", ["砂石厂小区"]),
        ("round=false", ["空小区"]),
        ("declared=false", ["空小区"]),
        ("q=ssc", ["砂石厂小区"]),
    ],
)
def test_the_overview_is_narrowed(cast: Cast, compound: Compound, query: str, names: list[str]) -> None:
    make_compound(cast, "空小区")
    make_round(cast, compound)
    page = text_of(cast.client("bureau"), f"{at('overview')}?{query}")
    assert [name for name in ("砂石厂小区", "空小区") if name in page] == names


def test_the_rail_and_the_compound_lead_to_the_register_only_those_who_may_see_it(
    cast: Cast, compound: Compound
) -> None:
    page = text_of(cast.client("community"), compound.get_absolute_url())
    assert at("households", compound.code) in page
    assert at("overview") in page
    finance = text_of(cast.client("finance"), compound.get_absolute_url())
    assert at("households", compound.code) not in finance
    assert f'href="{at("overview")}"' not in finance


def test_whoever_sees_compounds_of_a_county_but_households_of_a_community_stays_within_it(
    cast: Cast, compound: Compound
) -> None:
    elsewhere = make_compound(cast, "民生小区", community="421003002001")
    clerk = make_user(role="finance_officer", division="421003")
    clerk.roles.create(role="community_worker", division_id="421003001001", starts_on="2020-01-01")
    client = cast.client()
    client.force_login(clerk)
    assert client.get(at("households", compound.code)).status_code == 200
    assert client.get(at("households", elsewhere.code)).status_code == 403
    assert "民生小区" not in text_of(client, at("overview"))


# --- The doors of a compound ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("3-2-201", ["3号楼2单元201"]),
        ("3栋二单元201室", ["3号楼2单元201"]),
        ("5号楼", ["5号楼1单元101", "5号楼1单元102"]),
        ("3-2", ["3号楼2单元101", "3号楼2单元102", "3号楼2单元201", "3号楼2单元202"]),
        ("2单元", ["3号楼2单元101", "3号楼2单元102", "3号楼2单元201", "3号楼2单元202"]),
        ("５０２", []),
        ("202", ["3号楼1单元202", "3号楼2单元202"]),
        ("<x>'", []),
    ],
)
def test_doors_are_found_as_people_write_them(
    cast: Cast, compound: Compound, typed: str, found: list[str]
) -> None:
    response = cast.client("community").get(at("households", compound.code), {"q": typed})
    page = response.content.decode()
    doors = [door.door for door in Household.objects.select_related("building").by_door()]
    assert [door for door in doors if f">{door}<" in page] == found


def test_the_list_is_narrowed_and_adds_up(cast: Cast, compound: Compound) -> None:
    doors = list(Household.objects.order_by("pk"))
    make_owner(cast, doors[0])
    strike_off(
        household=doors[1], user=cast.community, ended_on=doors[1].created_at.date(), reason="重复登记"
    )
    client, here = cast.client("community"), at("households", compound.code)
    page = text_of(client, here)
    assert "<strong>9</strong> 户 · <strong>430.5 ㎡</strong>" in page
    assert "2 户未填面积" in page
    for query, count in (
        ("has_owner=true", 1), ("has_owner=false", 8), ("building=3栋", 7), ("building=3&staircase=二单元", 4),
        ("has_area=false", 2), ("ended=true", 1), ("ended=any", 10), ("linked=true", 0), ("use=unknown", 9),
    ):  # fmt: skip
        assert f"<strong>{count}</strong> 户" in text_of(client, f"{here}?{query}"), query


def test_what_is_exported_has_no_names(cast: Cast, compound: Compound) -> None:
    make_owner(cast, Household.objects.order_by("pk").first(), "欧阳修远", phone="13800005678")  # type: ignore[arg-type]
    client = cast.client("bureau")
    rows = sheet(client.get(f"{at('households', compound.code)}?export=xlsx"))
    assert rows[0][0] == "门牌"
    assert len(rows) == 11
    assert not any("欧阳" in str(cell) or "1380000" in str(cell) for row in rows for cell in row)
    assert AuditEntry.objects.filter(action__contains="export").exists()


def test_use_and_tenancy_of_several_doors_are_set_at_once(cast: Cast, compound: Compound) -> None:
    client, to = cast.client("community"), at("household_bulk_use", compound.code)
    picked = [str(pk) for pk in Household.objects.order_by("pk").values_list("pk", flat=True)[:3]]
    asked = client.post(to, {"pick": picked})
    assert "3号楼1单元101" in asked.content.decode()
    assert client.post(to, {"pick": picked, "step": "done"}).status_code == 422
    client.post(to, {"pick": picked, "step": "done", "use": "shop"})
    assert Household.objects.filter(use="shop").count() == 3
    client.post(to, {"all": "1", "query": "building=5号楼", "step": "done", "tenancy": "let"})
    assert (
        list(Household.objects.filter(tenancy="let").values_list("building__number", flat=True))
        == ["5号楼"] * 2
    )
    event: Any = history_of(Household).filter(use="shop").first()
    assert event.pgh_context["user"] == cast.community.pk


def test_a_list_of_one_compound_chooses_nothing_of_another(cast: Cast, compound: Compound) -> None:
    other = make_doors(cast, make_compound(cast, "隔壁小区"))[0]
    client, to = cast.client("community"), at("household_bulk_use", compound.code)
    client.post(to, {"pick": [str(other.pk)], "step": "done", "use": "shop"})
    other.refresh_from_db()
    assert other.use == "unknown"


# --- Figures and the grid -------------------------------------------------------------------


def test_differences_from_the_declared_figures_are_shown(cast: Cast, compound: Compound) -> None:
    page = text_of(cast.client("auditor"), at("household_figures", compound.code))
    assert "1 栋登记户数与上报户数不一致" in page
    assert "1 栋未上报户数" in page
    assert "-10" in page
    # As long as doors lack their area, the sum is no figure to compare with.
    assert "-508" not in page
    assert "2 户未填面积" in page
    assert "?building=4%E5%8F%B7%E6%A5%BC" in page


def test_a_building_is_drawn_as_it_stands(cast: Cast, compound: Compound) -> None:
    building = compound.buildings.get(number="3号楼")
    make_household(cast, building, staircase="", unit="商铺1", floor=1)
    make_household(cast, building, staircase="1单元", unit="阁楼")
    page = text_of(cast.client("community"), f"{at('household_grid', compound.code)}?building={building.pk}")
    order = [page.index(text) for text in (">2</th>", ">201<", ">1</th>", ">101<", ">阁楼<")]
    assert order == sorted(order)
    assert "不分单元" in page


def test_a_door_is_added_once(cast: Cast, compound: Compound) -> None:
    client, to = cast.client("community"), at("household_add", compound.code)
    building = compound.buildings.get(number="4号楼")
    told = {
        "building": str(building.pk),
        "staircase": "一单元",
        "unit": "301室",
        "floor": "3",
        "exclusive_area": "61.5㎡",
    }
    assert client.post(to, told).status_code == 302
    again = client.post(to, {**told, "staircase": "1", "unit": "0301"})
    assert (again.status_code, "该门牌已经登记。" in again.content.decode()) == (422, True)
    door = Household.objects.get(building=building)
    assert (door.staircase_key, door.unit_key, str(door.exclusive_area)) == ("1", "301", "61.50")
    unread = client.post(to, {**told, "unit": "…"})
    assert unread.status_code == 422
    foreign = make_building(cast, make_compound(cast, "隔壁小区"), "1号楼")
    assert client.post(to, {**told, "building": str(foreign.pk)}).status_code == 422


def test_a_building_with_doors_is_not_removed(cast: Cast, compound: Compound) -> None:
    building = compound.buildings.get(number="3号楼")
    answer = cast.client("community").post(f"/compounds/{compound.code}/buildings/{building.pk}/delete/")
    assert answer.status_code == 409
    assert compound.buildings.filter(pk=building.pk).exists()


# --- Statements -----------------------------------------------------------------------------


def test_statements_do_not_grow_with_the_rows(cast: Cast, compound: Compound) -> None:
    client = cast.client("community")
    pages = [
        at("overview"),
        at("households", compound.code),
        at("household_grid", compound.code),
        at("household_figures", compound.code),
    ]
    before = [statements(client, page) for page in pages]
    for number in range(3):
        make_doors(cast, make_compound(cast, f"又一个小区{number}", household_count=9), floors=2)
    for door in make_doors(cast, compound, building="9号楼", floors=3, doors=3):
        make_owner(cast, door)
    after = [statements(client, page) for page in pages]
    assert before == after
    assert after[0] <= 8, after
    assert max(after) <= 16, after
