"""What people type into the forms of a compound and a building is understood as the import understands it."""

from decimal import Decimal
from typing import Any

import pytest

from compounds.models import Building, Compound
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.compounds.register import at, form_of, text_of


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("household_count", "42户", 42), ("household_count", "４２ 户", 42), ("household_count", "1,200", 1200),
        ("household_count", "约320户", 320), ("household_count", "不详", None), ("building_count", "十二栋", 12),
        ("staircase_count", "6个单元", 6),
        ("built_year", "86年", 1986), ("built_year", "86", 1986), ("built_year", "1986年建成", 1986),
        ("built_year", "80年代", 1985), ("built_year", "１９８６", 1986), ("built_year", "03年", 2003),
        ("floor_area", "1.2万㎡", Decimal(12000)), ("floor_area", "12,000平方米", Decimal(12000)),
        ("floor_area", "９６００．５", Decimal("9600.5")),
    ],
)  # fmt: skip
def test_a_figure_is_understood(cast: Cast, field: str, typed: str, stored: Any) -> None:
    sent: Any = {field: typed}
    answer = cast.client("street").post(at("create"), form_of(**sent))
    assert answer.status_code == 302
    assert getattr(Compound.objects.get(), field) == stored


@pytest.mark.parametrize(
    ("field", "typed"),
    [("household_count", "很多"), ("household_count", "-3户"), ("built_year", "去年"), ("built_year", "2999年"),
     ("floor_area", "一些"), ("floor_area", "NaN")],
)  # fmt: skip
def test_what_cannot_be_understood_stands_at_its_field(cast: Cast, field: str, typed: str) -> None:
    sent: Any = {field: typed}
    answer = cast.client("street").post(at("create"), form_of(**sent))
    assert answer.status_code == 422
    assert [*answer.context["form"].errors] == [field]


def test_a_decade_is_no_certain_year(cast: Cast) -> None:
    cast.client("street").post(at("create"), form_of(built_year="80年代"))
    assert Compound.objects.get().built_year_certainty == "approximate"


def test_degrees_as_a_device_shows_them(cast: Cast) -> None:
    sent = form_of(longitude="112°11′24″E", latitude="北纬30.35")
    assert cast.client("street").post(at("create"), sent).status_code == 302
    compound = Compound.objects.get()
    assert (compound.longitude, compound.latitude) == (Decimal("112.19"), Decimal("30.35"))


def test_a_position_the_wrong_way_round_is_named_as_such(cast: Cast) -> None:
    answer = cast.client("street").post(at("create"), form_of(longitude="30.35", latitude="112.2"))
    assert answer.status_code == 422
    assert "经纬度似乎颠倒" in answer.content.decode()


def test_a_building_s_figures_are_understood(cast: Cast) -> None:
    compound = make_compound(cast)
    sent = {"number": "3号楼", "floors": "6层", "staircase_count": "3个单元", "household_count": "36户",
            "lift_count": "2部", "built_year": "86年", "floor_area": "0.3万㎡"}  # fmt: skip
    assert cast.client("street").post(at("building_add", compound.code), sent).status_code == 302
    building = Building.objects.get()
    assert (building.floors, building.staircase_count, building.household_count) == (6, 3, 36)
    assert (building.lift_count, building.built_year, building.floor_area) == (2, 1986, Decimal(3000))


@pytest.mark.parametrize("page", ["create", "edit", "building_add"])
def test_an_empty_post_is_a_form_with_errors_no_visit(cast: Cast, page: str) -> None:
    compound = make_compound(cast)
    url = at(page) if page == "create" else at(page, compound.code)
    assert cast.client("bureau").post(url, {}).status_code == 422
    assert "errors" not in text_of(cast.client("bureau"), url).split("<main", 1)[0]
