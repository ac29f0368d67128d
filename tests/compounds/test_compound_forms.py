"""Entering and changing a compound and its buildings, also by two people at once."""

from decimal import Decimal
from typing import Any

import pghistory
import pytest

from compounds.actions.register import update_compound
from compounds.models import (
    Building,
    Compound,
    ManagementState,
)
from directory.models import Organisation, OrganisationKind
from tests.cast import GUANGWU, JINGZHOU, MINSHENG, MINZHU, SHENGLI, Cast, make_organisation
from tests.compounds.builders import make_building, make_compound
from tests.compounds.register import at, form_of, text_of

# --- Entering and changing ---------------------------------------------------------------


def test_a_compound_is_entered_with_a_new_cluster_and_a_new_title_owner(cast: Cast) -> None:
    sent = form_of(
        name="  砂石厂  小区 ", former_names="砂石厂宿舍\n砂石厂宿舍\n  老大院 ", address="荆南路１号", cluster_name="古城片区",
        new_title_owner="荆州区砂石厂", built_year="１９８７", household_count="120", floor_area="9600.5",
        longitude="112.19", latitude="30.35", has_owners_committee="false",
    )  # fmt: skip
    answer = cast.client("street").post(at("create"), sent)
    compound = Compound.objects.get()
    assert answer.headers["Location"] == compound.get_absolute_url()
    assert (compound.name, compound.former_names) == ("砂石厂 小区", ["砂石厂宿舍", "老大院"])
    assert (compound.built_year, compound.household_count, compound.floor_area) == (
        1987,
        120,
        Decimal("9600.5"),
    )
    assert (compound.cluster and compound.cluster.name, compound.has_owners_committee) == ("古城片区", False)
    assert compound.title_owner is not None
    assert (compound.title_owner.kind, compound.title_owner.division_id) == (
        OrganisationKind.TITLE_OWNER,
        JINGZHOU,
    )


def test_a_known_title_owner_is_not_made_twice(cast: Cast) -> None:
    owner = make_organisation("荆州区砂石厂")
    cast.client("street").post(at("create"), form_of(new_title_owner="荆州区砂石厂"))
    assert Compound.objects.get().title_owner == owner
    assert Organisation.objects.count() == 1


def test_communities_outside_one_s_division_are_not_on_offer(cast: Cast) -> None:
    client = cast.client("street")
    page = text_of(client, at("create"))
    assert SHENGLI in page
    assert MINSHENG not in page
    assert GUANGWU not in page
    assert client.post(at("create"), form_of(community=GUANGWU)).status_code == 422
    assert not Compound.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b \u3000"}, "name"),
        ({"built_year": "1700"}, "built_year"),
        ({"built_year": "去年"}, "built_year"),
        ({"household_count": "-1"}, "household_count"),
        ({"household_count": "9" * 30}, "household_count"),
        ({"floor_area": "0"}, "floor_area"),
        ({"floor_area": "1e400"}, "floor_area"),
        ({"floor_area": "NaN"}, "floor_area"),
        ({"longitude": "112.1"}, "latitude"),
        ({"longitude": "30.3", "latitude": "112.1"}, "longitude"),
        ({"longitude": "2.35", "latitude": "48.85"}, "longitude"),
        ({"former_names": "\n".join(f"名{number}" for number in range(20))}, "former_names"),
        ({"management_state": "nonsense"}, "management_state"),
    ],
)
def test_what_cannot_be_is_explained_at_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    answer = cast.client("bureau").post(at("create"), form_of(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Compound.objects.exists()


def test_a_name_that_the_community_has_already_is_explained_at_the_name(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区")
    answer = cast.client("bureau").post(at("create"), form_of(name="砂石厂 小区"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["该社区已有同名小区。"]


def test_rare_characters_and_marks_of_direction(cast: Cast) -> None:
    cast.client("bureau").post(at("create"), form_of(name="𠮷㐂小区\u202e🏠"))
    assert Compound.objects.get().name == "𠮷㐂小区🏠"


def test_an_implausible_figure_is_saved_and_warned_about(cast: Cast) -> None:
    compound = make_compound(cast)
    sent = form_of(compound, building_count="100", household_count="150")
    page = cast.client("community").post(at("edit", compound.code), sent, follow=True)
    assert [str(message) for message in page.context["messages"]][1].startswith("每栋 2 户")


def test_moving_to_another_community_needs_the_right_to_add_there(cast: Cast) -> None:
    compound = make_compound(cast)
    assert (
        cast.client("community")
        .post(at("edit", compound.code), form_of(compound, community=MINZHU))
        .status_code
        == 422
    )
    assert (
        cast.client("street").post(at("edit", compound.code), form_of(compound, community=MINZHU)).status_code
        == 302
    )
    compound.refresh_from_db()
    assert compound.community_id == MINZHU


# --- Two people at once ------------------------------------------------------------------


def test_different_changes_of_two_people_are_both_kept(cast: Cast) -> None:
    compound = make_compound(cast, address="旧地址", household_count=100)
    mine = form_of(compound, address="旧地址", household_count="100", notes="我的备注")
    update_compound(compound=compound, user=cast.bureau2, address="新地址")
    client = cast.client("bureau")
    refused = client.post(at("edit", compound.code), mine)
    assert refused.status_code == 422
    conflict = refused.context["conflict"]
    assert (conflict.rows, conflict.taken) == ([], ["地址"])
    again = {name: refused.context["form"][name].value() or "" for name in refused.context["form"].fields}
    assert client.post(at("edit", compound.code), again).status_code == 302
    compound.refresh_from_db()
    assert (compound.address, compound.notes, compound.household_count) == ("新地址", "我的备注", 100)


def test_what_both_changed_is_shown_and_decided_by_saving_again(cast: Cast) -> None:
    compound = make_compound(cast, household_count=100, management_state=ManagementState.UNKNOWN)
    mine = form_of(compound, household_count="120", management_state="none")
    with pghistory.context(user=cast.bureau2.pk):
        update_compound(
            compound=compound, user=cast.bureau2, household_count=110, management_state="professional"
        )
    client = cast.client("bureau")
    refused = client.post(at("edit", compound.code), mine)
    conflict = refused.context["conflict"]
    assert conflict.who == "科长戊"
    assert conflict.rows == [("管理现状", "物业服务企业", "无人管理"), ("户数", "110", "120")]
    compound.refresh_from_db()
    assert compound.household_count == 110
    mine["version"] = refused.context["form"]["version"].value()
    assert client.post(at("edit", compound.code), mine).status_code == 302
    compound.refresh_from_db()
    assert (compound.household_count, compound.management_state) == (120, "none")


def test_a_form_without_a_version_overwrites_nothing_unseen(cast: Cast) -> None:
    compound = make_compound(cast, household_count=100)
    refused = cast.client("bureau").post(
        at("edit", compound.code), form_of(compound, version=None, household_count="1")
    )
    assert refused.status_code == 422
    assert ("户数", "100", "1") in refused.context["conflict"].rows


# --- Buildings ---------------------------------------------------------------------------


def building(**changes: str) -> dict[str, str]:
    return {"number": "1号楼", "structure": "brick_concrete", **changes}


def test_buildings_are_added_changed_and_removed(cast: Cast) -> None:
    compound = make_compound(cast)
    client = cast.client("community")
    sent = building(floors="6", household_count="36", floor_area="2880.00", another="1")
    assert client.post(at("building_add", compound.code), sent).headers["Location"] == at(
        "building_add", compound.code
    )
    one = Building.objects.get()
    assert (one.number_key, one.floors, one.household_count) == ("1", 6, 36)
    client.post(at("building_edit", compound.code, one.pk), building(number="一栋", floors="7"))
    one.refresh_from_db()
    assert (one.number, one.floors, one.household_count) == ("一栋", 7, None)
    client.post(at("building_delete", compound.code, one.pk))
    assert not Building.objects.exists()
    history = text_of(client, at("history", compound.code))
    assert "移除楼栋：一栋" in history


@pytest.mark.parametrize("number", ["3栋", "3#", "三号楼", "３号楼", "第3幢"])
def test_another_spelling_of_a_listed_number_names_the_listed_one(cast: Cast, number: str) -> None:
    compound = make_compound(cast)
    make_building(cast, compound, "3号楼")
    answer = cast.client("bureau").post(at("building_add", compound.code), building(number=number))
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["number"]
    assert number in sentence
    assert "3号楼" in sentence


def test_a_building_of_another_compound_is_not_there(cast: Cast) -> None:
    one, other = make_compound(cast), make_compound(cast)
    foreign = make_building(cast, other, "1号楼")
    client = cast.client("bureau")
    assert client.get(at("building_edit", one.code, foreign.pk)).status_code == 404
    assert client.post(at("building_delete", one.code, foreign.pk)).status_code == 404
    assert client.get(f"{at('buildings', one.code)}{10**30}/").status_code == 404
    assert Building.objects.count() == 1


def test_removing_needs_a_post_and_the_right(cast: Cast) -> None:
    compound = make_compound(cast)
    one = make_building(cast, compound, "1号楼")
    assert cast.client("bureau").get(at("building_delete", compound.code, one.pk)).status_code == 405
    assert cast.client("finance").post(at("building_delete", compound.code, one.pk)).status_code == 403


# --- Choosing a community among many -----------------------------------------------------


@pytest.fixture
def _many_communities(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a city: more communities than a select should hold."""
    monkeypatch.setattr("compounds.forms.communities.MOST_LISTED", 1)


@pytest.mark.usefixtures("_many_communities")
@pytest.mark.parametrize(
    ("typed", "code"),
    [(SHENGLI, SHENGLI), ("胜利街", SHENGLI), ("民主街社区居民委员会", MINZHU), (f"胜利街社区居民委员会 西城街道 {SHENGLI}", SHENGLI),
     ("民生", MINSHENG)],
)  # fmt: skip
def test_a_community_among_many_is_typed(cast: Cast, typed: str, code: str) -> None:
    client = cast.client("bureau")
    page = text_of(client, at("create"))
    assert 'list="communities-found"' in page
    assert MINSHENG not in page
    assert client.post(at("create"), form_of(community=typed)).status_code == 302
    assert Compound.objects.get().community_id == code


@pytest.mark.usefixtures("_many_communities")
@pytest.mark.parametrize(
    ("typed", "words"),
    [("民", "请补充代码"), ("光武", "没有"), (GUANGWU, "没有"), ("月球", "没有"), ("", "必填")],
)
def test_a_community_that_is_not_clear_or_not_one_s_own_is_asked_for_again(
    cast: Cast, typed: str, words: str
) -> None:
    answer = cast.client("bureau").post(at("create"), form_of(community=typed))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors["community"])
    assert not Compound.objects.exists()


@pytest.mark.usefixtures("_many_communities")
def test_editing_shows_the_community_and_keeps_it(cast: Cast) -> None:
    compound = make_compound(cast)
    client = cast.client("bureau")
    written = f"胜利街社区居民委员会 西城街道 {SHENGLI}"
    assert f'value="{written}"' in text_of(client, at("edit", compound.code))
    sent = form_of(compound, community=written, notes="改动")
    assert client.post(at("edit", compound.code), sent).status_code == 302
    compound.refresh_from_db()
    assert (compound.community_id, compound.notes) == (SHENGLI, "改动")


def test_suggestions_are_those_of_one_s_own_divisions(cast: Cast) -> None:
    found = text_of(cast.client("street"), f"{at('communities')}?community=街")
    assert SHENGLI in found
    assert MINZHU in found
    assert MINSHENG not in found
    assert text_of(cast.client("bureau"), f"{at('communities')}?community=421003002").count("<option") == 1
    assert text_of(cast.client("bureau"), at("communities")) == ""
    assert cast.client("finance").get(at("communities")).status_code == 403
