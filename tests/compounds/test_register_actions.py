"""The register's writes: facts, buildings, another editor, merges and splits, renamed communities."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from compounds.actions.register import (
    add_building,
    follow_division,
    remove_building,
    update_building,
    update_compound,
)
from compounds.actions.successions import SplitPart, merge_compounds, split_compound
from compounds.errors import (
    CompoundChanged,
    CompoundEnded,
    NothingToMerge,
    ReasonNeeded,
    SplitIncomplete,
    SurveyUnderWay,
)
from compounds.models import Batch, Building, Compound, ManagementState, PoolEntry
from core.errors import NotPermitted
from core.history import history_of, version_of
from core.integrity import ConstraintRefused
from directory.models import Division
from tests.cast import EAST_STREET, GUANGWU, MINSHENG, MINZHU, SHENGLI, Cast, make_organisation
from tests.compounds.builders import current_entry, fill_survey, make_building, make_compound, make_pooled

ON = date(2026, 5, 1)


def test_a_compound_gets_a_code_of_its_county_that_is_never_given_again(cast: Cast) -> None:
    first, second = make_compound(cast), make_compound(cast)
    assert (first.code, second.code) == ("421003-000001", "421003-000002")


def test_what_follows_from_the_facts_is_derived(cast: Cast) -> None:
    compound = make_compound(
        cast,
        "  砂石厂\u200b 小区 ",
        former_names=["沙石公司宿舍", " "],
        built_year=1985,
        longitude=Decimal("112.190000"),
        latitude=Decimal("30.350000"),
        coordinate_system="gcj02",
    )
    compound.refresh_from_db()
    assert compound.name == "砂石厂 小区"
    assert compound.former_names == ["沙石公司宿舍"]
    assert compound.built_year_certainty == "approximate"
    assert compound.wgs84_longitude is not None
    assert Decimal("0.004") < compound.longitude - compound.wgs84_longitude < Decimal("0.007")  # type: ignore[operator]
    for typed in ("砂石", "ＳＳＣ", "ssc", "沙石公司", compound.code):
        assert list(Compound.objects.matching(typed)) == [compound], typed
    assert not Compound.objects.matching("凤凰").exists()


def test_two_compounds_of_one_name_in_one_community_are_refused_in_words(cast: Cast) -> None:
    make_compound(cast, "古建小区")
    with pytest.raises(ConstraintRefused, match=r"already has a compound of this name|同名"):
        make_compound(cast, "古建 小区")
    make_compound(cast, "古建小区", community=MINZHU)


def test_figures_that_cannot_be_are_refused_by_the_database(cast: Cast) -> None:
    for facts in (
        {"built_year": 1700},
        {"floor_area": Decimal(0)},
        {"longitude": Decimal(30), "latitude": Decimal(112)},
    ):
        with pytest.raises(ConstraintRefused):
            make_compound(cast, **facts)


def test_a_compound_belongs_to_a_community_not_to_a_street(cast: Cast) -> None:
    with pytest.raises(ConstraintRefused):
        make_compound(cast, community=EAST_STREET)


def test_only_those_with_the_right_at_that_place_add_and_edit(cast: Cast) -> None:
    compound = make_compound(cast)
    for person in ("community", "finance", "liaison", "auditor", "stranger", "nobody", "secadmin"):
        with pytest.raises(NotPermitted):
            make_compound(cast, by=person)
    for person in ("finance", "stranger", "nobody", "secadmin"):
        with pytest.raises(NotPermitted):
            update_compound(compound=compound, user=getattr(cast, person), notes="x")
    update_compound(compound=compound, user=cast.community, notes="社区可以改")


def test_a_community_worker_cannot_move_a_compound_away(cast: Cast) -> None:
    compound = make_compound(cast)
    with pytest.raises(NotPermitted):
        update_compound(compound=compound, user=cast.community, community=Division.objects.get(pk=MINZHU))


def test_nobody_manages_it_is_a_rule_over_recorded_facts(cast: Cast) -> None:
    compound = make_compound(cast, management_state=ManagementState.NONE, has_owners_committee=False)
    compound.refresh_from_db()
    assert compound.no_manager
    for facts in (
        {"title_owner": make_organisation()},
        {"title_owner": None, "has_owners_committee": True},
        {"has_owners_committee": None},
        {"has_owners_committee": False, "management_state": ManagementState.PROFESSIONAL},
    ):
        compound = update_compound(compound=compound, user=cast.bureau, **facts)
        compound.refresh_from_db()
        assert not compound.no_manager, facts


def test_the_second_editor_is_told_who_changed_what(cast: Cast) -> None:
    compound = make_compound(cast)
    shown = version_of(compound)
    update_compound(compound=compound, user=cast.street, expected_version=shown, household_count=120)
    with pytest.raises(CompoundChanged) as refusal:
        update_compound(compound=compound, user=cast.bureau, expected_version=shown, address="新地址")
    assert refusal.value.details["fields"] in {"households", "户数"}
    compound.refresh_from_db()
    assert (compound.household_count, compound.address) == (120, "")


def test_a_pool_move_meanwhile_is_no_conflict_for_the_form(cast: Cast) -> None:
    compound = make_pooled(cast)
    shown = version_of(compound)
    from_before = compound.updated_at
    compound.refresh_from_db()
    assert compound.updated_at > from_before
    update_compound(compound=compound, user=cast.bureau, expected_version=shown, address="西门外")


def test_a_building_is_in_the_register_once_however_its_number_is_written(cast: Cast) -> None:
    compound = make_compound(cast)
    make_building(cast, compound, "3号楼")
    with pytest.raises(ConstraintRefused, match=r"number|楼号"):
        make_building(cast, compound, "三栋")
    other = make_building(cast, compound, "4栋", floors=6)
    with pytest.raises(ConstraintRefused):
        update_building(building=other, user=cast.bureau, number="3#")
    remove_building(building=other, user=cast.bureau)
    assert [building.number for building in compound.buildings.all()] == ["3号楼"]
    assert history_of(Building).filter(pgh_obj_id=other.pk, pgh_label="delete").exists()


def test_buildings_are_sorted_as_people_count(cast: Cast) -> None:
    compound = make_compound(cast)
    for number in ("10栋", "2栋", "1栋"):
        make_building(cast, compound, number)
    assert [building.number for building in compound.buildings.all()] == ["1栋", "2栋", "10栋"]


def test_a_row_below_a_compound_carries_its_community_and_follows_it(cast: Cast) -> None:
    compound = make_pooled(cast)
    building = make_building(cast, compound, "1栋")
    update_compound(compound=compound, user=cast.bureau, community=Division.objects.get(pk=MINSHENG))
    building.refresh_from_db()
    survey = compound.surveys.get()
    assert building.division_code == survey.division_code == current_entry(compound).division_code == MINSHENG


def test_the_division_of_a_row_cannot_be_forged(cast: Cast) -> None:
    building = make_building(cast, make_compound(cast), "1栋")
    with pytest.raises(IntegrityError), transaction.atomic():
        Building.objects.filter(pk=building.pk).update(division_code=GUANGWU)


def test_a_merge_moves_buildings_names_and_figures(cast: Cast) -> None:
    into = make_compound(cast, "荆南生活区", household_count=100, floor_area=Decimal(8000))
    other = make_pooled(cast, "梅园小区")
    update_compound(compound=other, user=cast.bureau, household_count=60)
    make_building(cast, into, "1栋")
    make_building(cast, other, "1号楼")
    make_building(cast, other, "2号楼")
    into = merge_compounds(into=into, others=[other], user=cast.bureau, effective_on=ON, reason="连片改造")
    assert (into.household_count, into.floor_area, into.former_names) == (160, Decimal(8000), ["梅园小区"])
    assert [building.number for building in into.buildings.all()] == ["1栋", "2号楼", "梅园小区 1号楼"]
    other.refresh_from_db()
    assert other.ended_on == ON
    assert current_entry(other).batch == Batch.OUT
    with pytest.raises(CompoundEnded):
        add_building(compound=other, user=cast.bureau, number="9栋")
    make_compound(cast, "梅园小区")


def test_a_merge_needs_another_compound_a_reason_and_no_open_survey(cast: Cast) -> None:
    one, two = make_compound(cast), make_compound(cast)
    with pytest.raises(NothingToMerge):
        merge_compounds(into=one, others=[one], user=cast.bureau, effective_on=ON, reason="重复登记")
    with pytest.raises(ReasonNeeded):
        merge_compounds(into=one, others=[two], user=cast.bureau, effective_on=ON, reason=" ")
    fill_survey(cast, two)
    with pytest.raises(SurveyUnderWay):
        merge_compounds(into=one, others=[two], user=cast.bureau, effective_on=ON, reason="重复登记")


def test_a_split_gives_every_building_to_one_part(cast: Cast) -> None:
    old = make_pooled(cast, "内环北路片区", batch=Batch.PREPARING)
    first = make_building(cast, old, "1栋", household_count=30, floor_area=Decimal(2000))
    second = make_building(cast, old, "2栋", household_count=24)
    third = make_building(cast, old, "3栋")
    with pytest.raises(SplitIncomplete):
        split_compound(
            compound=old, parts=[SplitPart("南区", [first.pk]), SplitPart("北区", [second.pk])], user=cast.bureau,
            effective_on=ON, reason="道路分隔",
        )  # fmt: skip
    south, north = split_compound(
        compound=old, parts=[SplitPart("南区", [first.pk, second.pk]), SplitPart("北区", [third.pk])],
        user=cast.bureau, effective_on=ON, reason="道路分隔",
    )  # fmt: skip
    assert (south.building_count, south.household_count, south.floor_area) == (2, 54, Decimal(2000))
    assert (north.building_count, north.household_count, north.built_year) == (1, None, 1985)
    assert current_entry(south).batch == current_entry(north).batch == Batch.PREPARING
    assert current_entry(old).batch == Batch.OUT
    assert old.successions.count() == 2


def test_compounds_follow_a_merged_community_and_keep_apart_two_of_one_name(cast: Cast) -> None:
    make_compound(cast, "凤凰公寓", community=MINZHU)
    twin = make_compound(cast, "凤凰公寓")
    other = make_compound(cast, "油苑小区")
    assert follow_division(SHENGLI, MINZHU) == 2
    twin.refresh_from_db()
    other.refresh_from_db()
    assert (twin.community_id, twin.name, twin.former_names) == (
        MINZHU,
        "凤凰公寓（胜利街社区居民委员会）",
        ["凤凰公寓"],
    )
    assert (other.community_id, other.name) == (MINZHU, "油苑小区")


def test_strangers_see_nothing_of_each_other(cast: Cast) -> None:
    ours, theirs = make_compound(cast), make_compound(cast, community=GUANGWU, by="stranger")
    assert list(Compound.objects.visible_to(cast.bureau)) == [ours]
    assert list(Compound.objects.visible_to(cast.stranger)) == [theirs]
    assert list(Compound.objects.visible_to(cast.community)) == [ours]
    for person in ("secadmin", "sysadmin", "auditadmin", "contractor", "nobody"):
        assert not Compound.objects.visible_to(getattr(cast, person)).exists(), person
    assert not PoolEntry.objects.visible_to(cast.nobody).exists()


def test_every_change_is_history_with_who_and_why(cast: Cast) -> None:
    compound = make_compound(cast, household_count=10)
    update_compound(compound=compound, user=cast.bureau, household_count=12)
    events = history_of(Compound).filter(pgh_obj=compound).order_by("pgh_id")
    assert [(event.pgh_label, event.household_count) for event in events] == [("insert", 10), ("update", 12)]


@pytest.mark.parametrize("change", ["add", "update", "remove"])
def test_a_change_of_a_building_is_a_change_for_those_who_poll_the_compound(cast: Cast, change: str) -> None:
    compound = make_compound(cast)
    building = make_building(cast, compound, "1栋")
    before = Compound.objects.get(pk=compound.pk).updated_at
    if change == "add":
        make_building(cast, compound, "2栋")
    elif change == "update":
        update_building(building=building, user=cast.bureau, household_count=12)
    else:
        remove_building(building=building, user=cast.bureau)
    assert Compound.objects.get(pk=compound.pk).updated_at > before


def test_a_street_does_not_merge_away_what_is_in_the_pool(cast: Cast) -> None:
    into, pooled = make_compound(cast), make_pooled(cast)
    with pytest.raises(NotPermitted):
        merge_compounds(into=into, others=[pooled], user=cast.street, effective_on=ON, reason="重复登记")
    merge_compounds(
        into=into, others=[make_compound(cast)], user=cast.street, effective_on=ON, reason="重复登记"
    )
