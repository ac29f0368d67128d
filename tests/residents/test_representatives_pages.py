"""Representatives: chosen by typing their door, replaced, their terms ended, their own letters."""

from typing import Any

import pytest

from residents.actions.letters import clear_text
from residents.codes import grouped
from residents.models import AccessCode, Household, Representative
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.pdf import words
from tests.residents.builders import make_doors, make_representative, make_round
from tests.residents.register_pages import at, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(cast: Cast) -> list[Household]:
    compound = make_compound(cast, "砂石厂小区")
    make_round(cast, compound)
    return make_doors(cast, compound, building="3号楼", floors=4)


def facts(door: str, **more: str) -> dict[str, str]:
    return {
        "door": door, "name": "李代表", "phone": "13812345678", "elected_how": "居民会议推选", "from_on": "2026-03-01",
        "term_until": "2028-02-29", **more,
    }  # fmt: skip


def test_a_representative_is_chosen_by_typing_the_door(cast: Cast, doors: list[Household]) -> None:
    client, code = cast.client("community"), doors[0].compound.code
    address = at("representative_choose", code)
    assert "还需 3 名" in text_of(client, at("representatives", code))
    make_doors(cast, doors[0].compound, building="4号楼")
    for door, said in (("9-9-909", "没有这个门牌"), ("101", "3号楼1单元101、4号楼1单元101"), ("", "")):
        answer = client.post(address, facts(door))
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert client.post(address, facts("3栋一单元101", term_until="2020-01-01")).status_code == 422
    assert client.post(address, facts("3栋一单元101")).status_code == 302
    made = Representative.objects.get()
    assert (made.household, made.name) == (doors[0], "李代表")
    again = client.post(address, facts("3-1-101"))
    assert "该户已有居民代表" in again.content.decode()


def test_one_follows_another_and_both_stand_in_the_history(cast: Cast, doors: list[Household]) -> None:
    client, first = (
        cast.client("community"),
        make_representative(cast, doors[0], "张代表", phone="13900000000"),
    )
    address = at("representative_replace", first.pk)
    assert client.post(address, facts("3-1-102", reason="")).status_code == 422
    assert client.post(address, facts("3-1-102", reason="搬离小区")).status_code == 302
    page = text_of(client, at("representatives", doors[0].compound.code))
    assert "接替张代表" in page
    assert "搬离小区" in page
    assert "13900000000" not in page
    assert client.get(address).status_code == 409


def test_a_term_ends_with_a_reason_and_five_are_enough(cast: Cast, doors: list[Household]) -> None:
    people = [make_representative(cast, door, f"{door.unit}代表") for door in doors[:5]]
    client, code = cast.client("community"), doors[0].compound.code
    assert at("representative_choose", code) not in text_of(client, at("representatives", code))
    assert client.post(at("representative_choose", code), facts("3-1-401")).status_code == 422
    address = at("representative_end", people[0].pk)
    assert client.post(address, {"until_on": "2025-01-01", "reason": "任满"}).status_code == 422
    assert client.post(address, {"until_on": "2026-06-01", "reason": "任满"}).status_code == 302
    assert Representative.objects.current().count() == 4
    assert client.post(at("representative_letter", people[0].pk)).status_code == 409


def test_the_personal_letter_holds_the_code_and_the_page_never_does(
    cast: Cast, doors: list[Household]
) -> None:
    person, client = make_representative(cast, doors[0]), cast.client("community")
    answer = client.post(at("representative_letter", person.pk))
    said = words(answer.content, 0)
    code = grouped(clear_text(AccessCode.objects.get(representative=person)))
    assert code in said
    page = text_of(client, at("representatives", doors[0].compound.code))
    assert code not in page
    client.post(at("representative_revoke", person.pk), {"reason": "信丢了"})
    assert not AccessCode.objects.live().exists()


def test_phones_show_to_whoever_keeps_the_register(cast: Cast, doors: list[Household]) -> None:
    person = make_representative(cast, doors[0], phone="13812345678")
    page = at("representatives", doors[0].compound.code)
    assert "13812345678" in text_of(cast.client("community"), page)
    auditor: Any = cast.client("auditor")
    assert "13812345678" not in text_of(auditor, page)
    assert auditor.post(at("representative_letter", person.pk)).status_code == 403
    assert auditor.get(at("representative_choose", doors[0].compound.code)).status_code == 403
    assert cast.client("stranger").get(at("representative_end", person.pk)).status_code == 404
    before = statements(auditor, page)
    for door in doors[1:4]:
        make_representative(cast, door)
    assert statements(auditor, page) <= before
