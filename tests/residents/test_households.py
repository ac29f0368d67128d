"""Doors and whose they are: what the actions do, and what the database never holds."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compounds.actions.successions import merge_compounds
from compounds.models import Building
from core.errors import NotPermitted
from core.integrity import ConstraintRefused
from residents.actions.households import merge_households, split_household, update_household
from residents.actions.letters import issue_codes
from residents.actions.menus import void_menu
from residents.actions.owners import (
    OwnerFacts,
    erase_owner,
    link_owners,
    name_voter,
    open_record,
    record_owners,
)
from residents.actions.questionnaires import void_questionnaire
from residents.errors.households import (
    HasVoiceAlready,
    HouseholdEnded,
    OwnersOfSeveralCompounds,
    ReasonNeeded,
    SeveralVoters,
    SharesAboveWhole,
)
from residents.models import Household, Owner, OwnerChange, RecordOpening
from tests.cast import Cast
from tests.compounds.builders import make_building, make_compound
from tests.residents.asking import answer, make_questionnaire
from tests.residents.builders import make_doors, make_household, make_owner
from tests.residents.menus import doors_of as menu_doors
from tests.residents.menus import make_menu, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("staircase", "unit"), [("二单元", "501室"), ("2门", "５０１"), ("第2单元", "0501")])
def test_one_door_written_in_several_ways_stands_once(cast: Cast, staircase: str, unit: str) -> None:
    building = make_building(cast, make_compound(cast), "3号楼")
    make_household(cast, building, staircase="2单元", unit="501", floor=5)
    with pytest.raises(ConstraintRefused):
        make_household(cast, building, staircase=staircase, unit=unit, floor=5)


def test_a_door_knows_its_compound_and_goes_with_its_building(cast: Cast) -> None:
    old, into = make_compound(cast, "旧院"), make_compound(cast, "新院")
    door = make_doors(cast, old)[0]
    assert (door.compound_id, door.division_code) == (old.pk, old.community_id)
    merge_compounds(into=into, others=[old], user=cast.bureau, effective_on=date(2026, 5, 1), reason="合并")
    door.refresh_from_db()
    assert door.compound_id == into.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Household.objects.filter(pk=door.pk).update(compound=old)


def test_a_door_that_has_spoken_gets_no_second_voice(cast: Cast) -> None:
    menu = make_menu(cast, doors=3)
    first, second, third = menu_doors(menu)
    send(cast, menu, first, "充电棚")
    how: dict[str, Any] = {"user": cast.community, "effective_on": timezone.localdate(), "reason": "分户"}
    with pytest.raises(HasVoiceAlready, match="选择改造项目"):
        split_household(household=first, parts=[{"unit": "101A"}, {"unit": "101B"}], **how)
    with pytest.raises(HasVoiceAlready):
        merge_households(households=[second, first], into={"unit": "101"}, **how)
    # Whoever has said nothing yet speaks as what it becomes.
    assert len(split_household(household=second, parts=[{"unit": "102A"}, {"unit": "102B"}], **how)) == 2
    questionnaire = make_questionnaire(cast, compound=third.compound, doors=0)
    answer(questionnaire, third)
    with pytest.raises(HasVoiceAlready, match="改造意见问卷"):
        split_household(household=third, parts=[{"unit": "103A"}, {"unit": "103B"}], **how)
    void_questionnaire(questionnaire=questionnaire, user=cast.bureau, reason="重来")
    void_menu(menu=menu, user=cast.bureau, reason="重来")
    assert merge_households(households=[third, first], into={"unit": "101"}, **how).unit == "101"


def test_a_household_is_split_and_the_old_one_is_history(cast: Cast) -> None:
    door = make_doors(cast)[0]
    parts = split_household(
        household=door, parts=[{"unit": "101A"}, {"unit": "101B"}], user=cast.community,
        effective_on=date(2026, 5, 1), reason="分户",
    )  # fmt: skip
    assert [part.unit for part in parts] == ["101A", "101B"]
    assert list(door.successions.values_list("new", flat=True)) == [part.pk for part in parts]
    with pytest.raises(HouseholdEnded):
        update_household(household=door, user=cast.community, use="shop")
    back = merge_households(
        households=parts,
        into={"unit": "101"},
        user=cast.community,
        effective_on=date(2026, 6, 1),
        reason="并户",
    )
    assert Household.objects.living().filter(building=door.building).count() == 4
    assert back.staircase == "1单元"


def test_shares_and_voters_are_held_to_one(cast: Cast) -> None:
    door = make_doors(cast)[0]
    thirds = [OwnerFacts(name, Fraction(1, 3)) for name in ("甲", "乙", "丙")]
    record_owners(household=door, user=cast.community, owners=thirds, effective_on=date(2020, 1, 1))
    with pytest.raises(SharesAboveWhole):
        record_owners(
            household=door, user=cast.community, effective_on=date(2021, 1, 1), basis="更正",
            owners=[OwnerFacts("甲", Fraction(2, 3)), OwnerFacts("乙", Fraction(1, 2))],
        )  # fmt: skip
    with pytest.raises(SeveralVoters):
        record_owners(
            household=door, user=cast.community, effective_on=date(2021, 1, 1), basis="更正",
            owners=[OwnerFacts("甲", is_voter=True), OwnerFacts("乙", is_voter=True)],
        )  # fmt: skip
    first = Owner.objects.current().filter(household=door).first()
    name_voter(household=door, owner=first, user=cast.community, basis="书面委托")
    with pytest.raises(IntegrityError), transaction.atomic():
        Owner.objects.filter(household=door).update(is_voter=True)


def test_a_sale_ends_the_owners_before_and_erasing_leaves_the_history_without_names(cast: Cast) -> None:
    door = make_doors(cast)[0]
    make_owner(cast, door, "王某")
    with pytest.raises(ReasonNeeded):
        record_owners(
            household=door, user=cast.community, owners=[OwnerFacts("赵某")], effective_on=date(2026, 3, 1)
        )
    letter = issue_codes(households=[door], user=cast.community)[door.pk]
    record_owners(
        household=door, user=cast.community, owners=[OwnerFacts("赵某", phone="13800005678")],
        effective_on=date(2026, 3, 1), basis="不动产权证", transferred=True,
    )  # fmt: skip
    letter.refresh_from_db()
    # Whoever sold it keeps no key.
    assert (letter.revoked_by, bool(letter.revoke_reason)) == (cast.community, True)
    before, now = Owner.objects.filter(household=door).order_by("id")
    assert (before.until_on, now.until_on) == (date(2026, 3, 1), None)
    assert (now.masked_name, now.masked_phone) == ("赵*", "138****5678")
    erase_owner(owner=before, user=cast.community, reason="本人要求删除")
    before.refresh_from_db()
    assert (before.name, before.until_on) == ("", date(2026, 3, 1))
    kinds = list(OwnerChange.objects.filter(household=door).order_by("id").values_list("kind", flat=True))
    assert kinds == ["entered", "transferred", "erased"]


def test_units_of_one_owner_lie_in_one_compound(cast: Cast) -> None:
    doors = make_doors(cast)[:2]
    (elsewhere, *_others) = make_doors(cast)
    for door in (*doors, elsewhere):
        make_owner(cast, door)
    owners = [door.owners.get() for door in doors]
    link = link_owners(owners=owners, user=cast.community, note="同一业主")
    assert link.owners.count() == 2
    with pytest.raises(OwnersOfSeveralCompounds):
        link_owners(owners=[owners[0], elsewhere.owners.get()], user=cast.community, note="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Owner.objects.filter(household=elsewhere).update(person_link=link)


def test_opening_a_record_asks_for_a_reason_and_is_kept(cast: Cast) -> None:
    door = make_doors(cast)[0]
    with pytest.raises(ReasonNeeded):
        open_record(household=door, user=cast.bureau, reason=" ")
    with pytest.raises(NotPermitted):
        open_record(household=door, user=cast.secadmin, reason="好奇")
    open_record(household=door, user=cast.bureau, reason="核对产权")
    assert list(RecordOpening.objects.values_list("by__username", "reason", "compound")) == [
        ("bureau", "核对产权", door.compound_id)
    ]


def test_what_is_seen_ends_at_the_division_and_at_names(cast: Cast) -> None:
    make_doors(cast)
    for who, seen in {
        "bureau": 4,
        "street": 4,
        "community": 4,
        "auditor": 4,
        "stranger": 0,
        "secadmin": 0,
        "contractor": 0,
    }.items():
        assert Household.objects.visible_to(getattr(cast, who)).count() == seen, who


def test_buildings_cannot_leave_their_doors_behind(cast: Cast) -> None:
    door = make_doors(cast)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Building.objects.filter(pk=door.building_id).delete()
