"""A household's page: facts and their history, the record behind a reason, owners, doors that end."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from compounds.models import Compound
from core.history import version_of
from residents.actions.households import update_household
from residents.actions.owners import OwnerFacts, record_owners
from residents.models import Household, Owner, OwnerChange, RecordOpening
from tests.cast import Cast
from tests.compounds.builders import make_building, make_compound
from tests.residents.builders import make_doors, make_owner, make_representative
from tests.residents.register_pages import at, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(cast: Cast) -> Household:
    """3号楼1单元101, owned by 欧阳修远 and 司马相如."""
    compound = make_compound(cast, "砂石厂小区")
    (first, *_others) = make_doors(cast, compound, building="3号楼", exclusive_area="61.5")
    couple = [OwnerFacts("欧阳修远", phone="13812345678", is_voter=True), OwnerFacts("司马相如")]
    record_owners(household=first, user=cast.community, owners=couple, effective_on=date(2020, 1, 1))
    return first


def opened(cast: Cast, door: Household, who: str = "community") -> Any:
    client = cast.client(who)
    client.post(at("household_open", door.pk), {"usual": "ownership", "words": ""})
    return client


# --- Whose it is ----------------------------------------------------------------------------


def test_names_and_phones_are_masked_until_a_reason_is_given(cast: Cast, door: Household) -> None:
    client = cast.client("community")
    page = text_of(client, at("household", door.pk))
    assert "欧**" in page
    assert "138****5678" in page
    assert not any(secret in page for secret in ("修远", "相如", "13812345678"))
    refused = client.post(at("household_open", door.pk), {"usual": "other", "words": " "})
    assert (refused.status_code, RecordOpening.objects.count()) == (422, 0)
    client.post(at("household_open", door.pk), {"usual": "contact", "words": "电话约时间"})
    page = text_of(client, at("household", door.pk))
    assert "欧阳修远" in page
    assert "13812345678" in page
    assert "就改造事宜联系业主：电话约时间" in page
    assert client.get(at("household", door.pk)).headers["Cache-Control"] == "private, no-store"


def test_an_opening_is_this_persons_and_ends_after_fifteen_minutes(cast: Cast, door: Household) -> None:
    client = opened(cast, door)
    assert "欧阳修远" in text_of(client, at("household", door.pk))
    assert "欧阳修远" not in text_of(cast.client("street"), at("household", door.pk))
    other = make_doors(cast, door.compound, building="4号楼")[0]
    make_owner(cast, other, "诸葛孔明")
    assert "诸葛孔明" not in text_of(client, at("household", other.pk))
    later = timezone.now() + timedelta(minutes=16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("residents.views.register_household.timezone.now", lambda: later)
        assert "欧阳修远" not in text_of(client, at("household", door.pk))


def test_a_record_is_nowhere_but_on_its_page(cast: Cast, door: Household) -> None:
    client = opened(cast, door)
    page = text_of(client, at("household", door.pk))
    title = page[page.index("<title>") : page.index("</title>")]
    assert "欧" not in title
    told = "".join(
        str(row) for row in AuditEntry.objects.values_list("detail", "subject_name", "reason", "action")
    )
    assert "household.opened" in told
    for secret in ("欧阳", "相如", "13812345678"):
        assert secret not in told
        assert secret not in "".join(map(str, OwnerChange.objects.values_list("basis", "kind")))
    auditor = text_of(cast.client("auditor"), at("household", door.pk))
    assert "欧**" in auditor
    assert at("household_open", door.pk) not in auditor


def test_owners_are_recorded_corrected_and_handed_over(cast: Cast, door: Household) -> None:
    client = cast.client("community")
    assert client.get(at("household_owners", door.pk)).status_code == 409
    client = opened(cast, door)
    page = text_of(client, at("household_owners", door.pk))
    assert 'value="欧阳修远"' in page
    told = {
        "lines": "3", "manner": "transferred", "effective_on": "2026-05-01", "basis": "不动产权证", "voter": "1",
        "name-0": "欧阳修远", "share-0": "50%", "phone-0": "138-1234-5678", "name-1": "诸葛孔明", "share-1": "一半", "phone-1": "",
    }  # fmt: skip
    assert client.post(at("household_owners", door.pk), {**told, "basis": ""}).status_code == 422
    assert client.post(at("household_owners", door.pk), {**told, "share-0": "3/2"}).status_code == 422
    assert client.post(at("household_owners", door.pk), {**told, "phone-0": "没有"}).status_code == 422
    assert client.post(at("household_owners", door.pk), {**told, "share-1": "2/3"}).status_code == 422
    assert (
        client.post(at("household_owners", door.pk), {**told, "effective_on": "9999-12-31"}).status_code
        == 422
    )
    more = client.post(at("household_owners", door.pk), {**told, "more": "1"})
    assert (more.status_code, 'name="name-6"' in more.content.decode()) == (200, True)
    assert client.post(at("household_owners", door.pk), told).status_code == 302
    now = Owner.objects.current().filter(household=door).order_by("pk")
    assert [(owner.name, owner.share_denominator, owner.is_voter) for owner in now] == [
        ("欧阳修远", 2, False), ("诸葛孔明", 2, True),
    ]  # fmt: skip
    assert Owner.objects.get(name="司马相如").until_on == date(2026, 5, 1)
    page = text_of(client, at("household", door.pk))
    assert "1 名原业主" in page
    assert "司马相如" in page
    assert "司马相如" not in text_of(cast.client("street"), at("household", door.pk))
    change = OwnerChange.objects.filter(household=door).first()
    assert change is not None
    assert (change.kind, change.basis, change.owner_count) == ("transferred", "不动产权证", 2)


def test_the_first_owners_need_no_opening(cast: Cast, door: Household) -> None:
    other = make_doors(cast, door.compound, building="4号楼")[0]
    client = cast.client("community")
    assert 'name="manner"' not in text_of(client, at("household_owners", other.pk))
    told = {"lines": "2", "effective_on": "2026-05-01", "basis": "", "voter": "", "name-0": "王五"}
    assert client.post(at("household_owners", other.pk), {**told, "name-0": ""}).status_code == 422
    assert client.post(at("household_owners", other.pk), told).status_code == 302
    assert other.owners.get().name == "王五"


def test_who_votes_units_of_one_owner_and_erasure(cast: Cast, door: Household) -> None:
    client = cast.client("community")
    first, second = door.owners.order_by("pk")
    assert "欧阳" not in text_of(client, at("household_voter", door.pk))
    client.post(at("household_voter", door.pk), {"owner": str(second.pk), "basis": "共有人推举书"})
    assert Owner.objects.get(household=door, is_voter=True) == second
    other = make_doors(cast, door.compound, building="4号楼")[0]
    make_owner(cast, other, "欧阳修远")
    found = text_of(client, f"{at('household_link', door.pk, first.pk)}?door=4-1-101")
    assert "同名" in found
    assert "修远" not in found
    told = {"door": "4-1-101", "other": str(other.owners.get().pk), "note": "两本产权证为同一人"}
    assert client.post(at("household_link", door.pk, first.pk), told).status_code == 302
    assert "4号楼1单元101" in text_of(client, at("household", door.pk))
    client.post(at("household_part", door.pk, first.pk), {"reason": "同名不同人"})
    assert not Owner.objects.filter(person_link__isnull=False).exists()
    assert client.post(at("household_erase", door.pk, first.pk), {"reason": ""}).status_code == 409
    client.post(at("household_erase", door.pk, first.pk), {"reason": "本人要求"})
    first.refresh_from_db()
    assert (first.name, first.phone, first.erased_at is not None) == ("", "", True)
    assert "已删除" in text_of(client, at("household", door.pk))


def test_owners_of_another_household_cannot_be_reached_through_this_one(cast: Cast, door: Household) -> None:
    other = make_doors(cast, door.compound, building="4号楼")[0]
    make_owner(cast, other, "诸葛孔明")
    client, foreign = cast.client("community"), other.owners.get().pk
    for name in ("household_part", "household_erase"):
        assert client.post(at(name, door.pk, foreign), {"reason": "x"}).status_code == 404
    assert client.get(at("household_link", door.pk, foreign)).status_code == 404
    assert (
        client.post(at("household_voter", door.pk), {"owner": str(foreign), "basis": "x"}).status_code == 422
    )
    assert client.get(at("household", 2**63)).status_code == 404


# --- Facts ----------------------------------------------------------------------------------


def test_the_second_editor_sees_what_the_first_one_changed(cast: Cast, door: Household) -> None:
    version = version_of(door)
    update_household(household=door, user=cast.street, tenancy="let", unit="101甲")
    told = {
        "building": str(door.building_id), "staircase": "1单元", "floor": "1", "unit": "101乙", "exclusive_area": "61.5",
        "use": "home", "tenancy": "unknown", "version": str(version),
    }  # fmt: skip
    client = cast.client("community")
    conflict = client.post(at("household_edit", door.pk), told)
    page = conflict.content.decode()
    assert conflict.status_code == 422
    assert "101甲" in page
    # What only the other changed is taken over.
    assert '<option value="let" selected>' in page
    again = {**told, "tenancy": "let", "version": str(version_of(door))}
    assert client.post(at("household_edit", door.pk), again).status_code == 302
    door.refresh_from_db()
    assert (door.unit, door.tenancy, door.use) == ("101乙", "let", "home")
    assert client.post(at("household_edit", door.pk), {**again, "unit": "102"}).status_code == 422


def test_the_history_tells_facts_and_owners_without_names(cast: Cast, door: Household) -> None:
    client = cast.client("community")
    told = {
        "building": str(door.building_id), "staircase": "1单元", "floor": "1", "unit": "101", "exclusive_area": "62",
        "use": "shop", "tenancy": "let", "version": str(version_of(door)),
    }  # fmt: skip
    client.post(at("household_edit", door.pk), told)
    page = text_of(client, at("household", door.pk))
    assert "社区工作者庚" in page
    assert "变更后业主 2 人" in page
    assert "<del>61.5</del>" in page
    facts = text_of(client, f"{at('household', door.pk)}?kind=household")
    assert "变更后业主" not in facts


# --- Doors that end -------------------------------------------------------------------------


def test_a_door_is_split_with_the_consequences_said_first(cast: Cast, door: Household) -> None:
    make_representative(cast, door)
    client = cast.client("community")
    page = text_of(client, f"{at('household_split', door.pk)}?parts=3")
    assert "已登记的 2 名业主" in page
    assert "1 名居民代表" in page
    assert 'name="unit-3"' in page
    told = {
        "parts": "2",
        "unit-1": "101A",
        "area-1": "30",
        "unit-2": "101a",
        "area-2": "",
        "effective_on": "2026-05-01",
        "reason": "分户",
    }
    assert client.post(at("household_split", door.pk), told).status_code == 422
    told["unit-2"] = "102"
    taken = client.post(at("household_split", door.pk), told)
    assert "unit-2" in taken.context["form"].errors
    told["unit-2"] = "101B"
    assert client.post(at("household_split", door.pk), told).status_code == 302
    page = text_of(client, at("household", door.pk))
    assert "101A" in page
    assert "101B" in page
    assert client.get(at("household_edit", door.pk)).status_code == 403
    made = Household.objects.get(unit="101A")
    assert "3号楼1单元101<" in text_of(client, at("household", made.pk))


def test_ticked_doors_of_one_building_become_one(cast: Cast, door: Household) -> None:
    compound: Compound = door.compound
    client, to = cast.client("community"), at("household_bulk_merge", compound.code)
    doors = list(Household.objects.order_by("pk")[:2])
    elsewhere = make_doors(cast, compound, building="4号楼")[0]
    impossible = client.post(to, {"pick": [str(doors[0].pk), str(elsewhere.pk)]})
    assert "请选择同一栋楼内" in impossible.content.decode()
    picked = {"pick": [str(one.pk) for one in doors]}
    asked = client.post(to, picked).content.decode()
    assert 'value="123.00"' in asked
    told = {
        **picked,
        "step": "done",
        "staircase": "1单元",
        "floor": "1",
        "unit": "101",
        "exclusive_area": "123",
    }
    assert client.post(to, told).status_code == 422
    done = client.post(to, {**told, "effective_on": "2026-05-01", "reason": "打通"})
    assert done.status_code == 302
    assert Household.objects.living().filter(building=door.building).count() == 3
    assert "打通" in text_of(client, done.headers["Location"])


def test_a_door_is_struck_off_not_in_advance(cast: Cast, door: Household) -> None:
    client = cast.client("community")
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    early = client.post(at("household_strike", door.pk), {"effective_on": tomorrow, "reason": "拆除"})
    assert early.status_code == 422
    client.post(at("household_strike", door.pk), {"effective_on": "2026-05-01", "reason": "拆除"})
    page = text_of(client, at("household", door.pk))
    assert "2026-05-01 注销，留作历史" in page
    assert "拆除" in page


def test_statements_of_a_households_page_do_not_grow(cast: Cast, door: Household) -> None:
    make_building(cast, door.compound, "8号楼")
    client = opened(cast, door)
    page = at("household", door.pk)
    before = statements(client, page)
    for number in range(3):
        client.post(at("household_open", door.pk), {"usual": "vote", "words": ""})
        update_household(household=door, user=cast.community, use=("home", "shop", "office")[number])
    owners = [OwnerFacts(f"共有人{sign}") for sign in "甲乙丙丁"]
    record_owners(
        household=door, user=cast.community, owners=owners, effective_on=date(2026, 1, 1), basis="更正"
    )
    assert statements(client, page) <= before
    assert before <= 18
