"""Organisations: registered once, with a credit code that fits."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, NotPermitted
from core.history import version_of
from core.integrity import ConstraintRefused
from directory import credit_code
from directory.actions import organisations
from directory.actions.organisations import levelled_credit_code
from directory.errors import (
    CreditCodeTaken,
    OrganisationChanged,
    OrganisationEnded,
    OrganisationHasPeople,
)
from directory.models import Division, Organisation
from tests.cast import JINGZHOU, WEST_STREET, ZAOYANG, Cast, make_organisation, make_user
from tests.directory.steps import VALID_CREDIT_CODE, last_entry, today


def register(cast: Cast, name: str = "荆州水务集团", *, by: str = "sysadmin", **facts: Any) -> Organisation:
    facts.setdefault("division", Division.objects.get(pk=JINGZHOU))
    return organisations.create_organisation(actor=getattr(cast, by), name=name, kind="utility", **facts)


def test_the_system_administrator_registers_an_organisation(cast: Cast) -> None:
    made = register(cast, credit_code=VALID_CREDIT_CODE)
    assert made.credit_code == VALID_CREDIT_CODE
    assert last_entry("organisation.created").division_code == JINGZHOU


@pytest.mark.parametrize("who", ["secadmin", "auditadmin", "bureau", "street", "auditor"])
def test_nobody_else_does(cast: Cast, who: str) -> None:
    with pytest.raises(NotPermitted):
        register(cast, by=who)


def test_an_organisation_is_registered_within_the_own_division(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        register(cast, division=Division.objects.get(pk=ZAOYANG))


@pytest.mark.parametrize(
    "typed",
    [
        "9142 0100 MA4K M4XD 2G",
        "91420100-MA4KM4XD-2G",
        "９１４２０１００ＭＡ４ＫＭ４ＸＤ２Ｇ",
        "91420100ma4km4xd2g",
    ],
)
def test_a_credit_code_is_stored_in_one_form(cast: Cast, typed: str) -> None:
    assert register(cast, credit_code=typed).credit_code == VALID_CREDIT_CODE


def test_a_credit_code_whose_check_character_does_not_fit_is_refused(cast: Cast) -> None:
    with pytest.raises(ConstraintRefused):
        register(cast, credit_code=VALID_CREDIT_CODE[:-1] + "7")


def test_a_credit_code_belongs_to_one_organisation(cast: Cast) -> None:
    register(cast, credit_code=VALID_CREDIT_CODE)
    with pytest.raises(CreditCodeTaken, match="荆州水务集团"):
        register(cast, "另一家", credit_code=VALID_CREDIT_CODE)


def test_of_a_strangers_organisation_only_the_fact_is_told(cast: Cast) -> None:
    make_organisation("枣阳市某厂", division=ZAOYANG, credit_code=VALID_CREDIT_CODE)
    with pytest.raises(CreditCodeTaken) as refused:
        register(cast, credit_code=VALID_CREDIT_CODE)
    assert "枣阳" not in refused.value.message


def test_two_of_one_name_in_one_division_are_refused(cast: Cast) -> None:
    register(cast)
    with pytest.raises(ConstraintRefused):
        register(cast)
    assert register(cast, division=Division.objects.get(pk=WEST_STREET))


def test_a_name_is_needed(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        register(cast, "  ")


def test_two_people_editing_the_same_organisation_do_not_overwrite_each_other(cast: Cast) -> None:
    made = register(cast)
    seen = version_of(made)
    organisations.update_organisation(
        actor=cast.sysadmin, organisation=made, seen_version=seen, phone="0716-1"
    )
    with pytest.raises(OrganisationChanged):
        organisations.update_organisation(
            actor=cast.sysadmin, organisation=made, seen_version=seen, phone="2"
        )


def test_an_organisation_is_not_handed_to_a_division_out_of_reach(cast: Cast) -> None:
    made = register(cast)
    with pytest.raises(NotPermitted):
        organisations.update_organisation(
            actor=cast.sysadmin, organisation=made, division=Division.objects.get(pk=ZAOYANG)
        )


def test_an_organisation_with_people_does_not_end(cast: Cast) -> None:
    made = register(cast)
    person = make_user("worker", organisation=made)
    with pytest.raises(OrganisationHasPeople):
        organisations.end_organisation(actor=cast.sysadmin, organisation=made, ended_on=today())
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    organisations.end_organisation(actor=cast.sysadmin, organisation=made, ended_on=today(), reason="注销")
    assert not Organisation.objects.active().filter(pk=made.pk).exists()
    with pytest.raises(OrganisationEnded):
        organisations.update_organisation(actor=cast.sysadmin, organisation=made, phone="1")


def test_the_name_is_free_again_when_an_organisation_has_ended(cast: Cast) -> None:
    organisations.end_organisation(actor=cast.sysadmin, organisation=register(cast), ended_on=today())
    assert register(cast)


# --- Who sees which ---------------------------------------------------------------------


def test_offices_of_another_division_are_unseen_and_firms_are_seen_everywhere(cast: Cast) -> None:
    office = make_organisation("枣阳市住建局", kind="bureau", division=ZAOYANG)
    builder = make_organisation("枣阳建工", kind="contractor", division=ZAOYANG)
    seen = Organisation.objects.visible_to(cast.bureau)
    assert builder in seen
    assert office not in seen


def test_without_a_role_only_the_own_organisation_is_seen(cast: Cast) -> None:
    own = make_organisation("某单位")
    make_organisation("另一单位")
    person = make_user("lonely", organisation=own)
    assert list(Organisation.objects.visible_to(person)) == [own]


# --- The check character ----------------------------------------------------------------

bodies = st.text(credit_code.ALPHABET, min_size=17, max_size=17)


def valid_by_database(code: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credit_code_is_valid(%s)", [code])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("code", ["91420100MA4KM4XD2G", "91350100M000100Y43"])
def test_published_codes_are_valid(code: str) -> None:
    """The second is the example of GB 32100-2015."""
    assert credit_code.is_valid(code)


@given(bodies, st.sampled_from(credit_code.ALPHABET))
def test_exactly_one_check_character_fits(body: str, other: str) -> None:
    right = credit_code.check_character(body)
    assert credit_code.is_valid(body + right)
    assert credit_code.is_valid(body + other) == (other == right)


@given(bodies, st.integers(0, 16), st.sampled_from(credit_code.ALPHABET))
def test_one_mistyped_character_is_always_found(body: str, place: int, other: str) -> None:
    code = body + credit_code.check_character(body)
    typed = code[:place] + other + code[place + 1 :]
    assert credit_code.is_valid(typed) == (typed == code)


@given(bodies, st.integers(0, 15))
def test_two_exchanged_neighbours_are_always_found(body: str, place: int) -> None:
    code = body + credit_code.check_character(body)
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert credit_code.is_valid(typed) == (typed == code)


def test_python_and_database_judge_alike(db: None) -> None:
    @given(
        st.one_of(
            bodies.map(lambda body: body + credit_code.check_character(body)),
            st.text(credit_code.ALPHABET, min_size=18, max_size=18),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        )
    )
    def alike(code: str) -> None:
        assert credit_code.is_valid(code) == valid_by_database(code)

    alike()


@given(st.text("０９ａＺ 09azZ-\t\u3000", max_size=40))
def test_levelling_twice_is_levelling_once(typed: str) -> None:
    once = levelled_credit_code(typed)
    assert levelled_credit_code(once) == once
