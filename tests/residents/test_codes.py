"""The short code on a letter: the same from the same key, forgiving to read, and no slip of the pen is a guess."""

from contextlib import suppress
from itertools import combinations

import pytest
from django.core.checks import Error
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from residents import codes, keys
from residents.checks import check_letter_key
from residents.codes import ALPHABET, LENGTH, Kind, code_for, digest_of, grouped, read_code

CODE = st.integers(1, 10**6).map(lambda holder: code_for(Kind.HOUSEHOLD, holder, 1))


# --- Making -----------------------------------------------------------------------------


def test_a_code_is_made_again_from_the_key_alone_and_differs_by_kind_holder_and_generation() -> None:
    code = code_for(Kind.HOUSEHOLD, 7, 1)
    assert code == code_for(Kind.HOUSEHOLD, 7, 1)
    others = {
        code_for(Kind.HOUSEHOLD, 7, 2),
        code_for(Kind.HOUSEHOLD, 8, 1),
        code_for(Kind.REPRESENTATIVE, 7, 1),
    }
    assert len(others | {code}) == 4


def test_a_code_has_twelve_characters_that_nobody_takes_for_another_and_53_bits() -> None:
    assert not set("01OILUV") & set(ALPHABET)
    assert len(set(ALPHABET)) == 29
    assert 29 ** (LENGTH - 1) > 2**53
    assert all(set(code_for(Kind.HOUSEHOLD, holder, 1)) <= set(ALPHABET) for holder in range(1, 200))
    assert grouped("7KQM3WXZ9RTC") == "7KQM 3WXZ 9RTC"


def test_another_key_gives_other_codes_and_other_digests(settings: Settings) -> None:
    code = code_for(Kind.HOUSEHOLD, 7, 1)
    digest = digest_of(code)
    settings.LETTER_KEY = keys.new_key()
    assert code_for(Kind.HOUSEHOLD, 7, 1) != code
    assert digest_of(code) != digest
    assert len(digest) == 32


def test_no_two_of_twenty_thousand_households_share_a_code() -> None:
    made = {code_for(Kind.HOUSEHOLD, holder, 1) for holder in range(20_000)}
    assert len(made) == 20_000


# --- Reading ----------------------------------------------------------------------------


@given(CODE)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code.lower())
    for typed in (
        code.lower(), grouped(code), f" {grouped(code).replace(' ', '-')}\n", full_width, grouped(code).replace(" ", "　"),
        grouped(code).replace(" ", "－"), f"https://portal.example.org/r/{code}", f"HTTPS://PORTAL.EXAMPLE.ORG/R/{code}/?x=1",
        f"\u200b{code}\u202c",
    ):  # fmt: skip
        assert read_code(typed) == code


@given(CODE, st.integers(0, LENGTH - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
def test_a_single_wrong_character_is_never_taken_for_another_code(code: str, place: int, wrong: str) -> None:
    typed = code[:place] + wrong + code[place + 1 :]
    try:
        assert read_code(typed) == code
    except codes.CodeUnread:
        assert typed != code


@given(CODE)
def test_two_exchanged_characters_are_noticed(code: str) -> None:
    for one, other in combinations(range(LENGTH), 2):
        typed = list(code)
        typed[one], typed[other] = typed[other], typed[one]
        if "".join(typed) != code:
            with pytest.raises(codes.CodeMistyped):
                read_code("".join(typed))


def test_a_misread_letter_is_put_right_where_only_one_fits() -> None:
    code = next(made for made in (code_for(Kind.HOUSEHOLD, n, 1) for n in range(500)) if "Q" in made)
    assert read_code(code.replace("Q", "O", 1)) == code
    code = next(made for made in (code_for(Kind.HOUSEHOLD, n, 1) for n in range(500)) if "J" in made)
    assert read_code(code.replace("J", "1", 1).lower()) == code


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", codes.CodeMissing),
        (" - ", codes.CodeMissing),
        ("7KQM", codes.CodeLength),
        ("7KQM 3WXZ 9RTC 4", codes.CodeLength),
        ("七七七七七七七七七七七七", codes.CodeCharacter),
        ("7KQM 3WXZ 9R$C", codes.CodeCharacter),
        ("0O1I LUV0 O1IL", codes.CodeCharacter),
        ("\x00\x00", codes.CodeMissing),
        ("9" * 10_000_000, codes.CodeLength),
        ("\ud800" * 12, codes.CodeMissing),
        ("😀" * 12, codes.CodeCharacter),
    ],
)
def test_what_cannot_be_a_code_is_told_and_says_what_to_look_at(
    typed: str, refusal: type[codes.CodeUnread]
) -> None:
    with pytest.raises(refusal) as told:
        read_code(typed)
    assert str(told.value)
    assert told.value.status == 400


@given(st.text(max_size=40))
def test_anything_typed_is_a_code_or_a_refusal(typed: str) -> None:
    with suppress(codes.CodeUnread):
        assert set(read_code(typed)) <= set(ALPHABET)


# --- The key ----------------------------------------------------------------------------


def test_without_a_key_nothing_is_made_or_read(settings: Settings) -> None:
    settings.LETTER_KEY = ""
    for work in (lambda: code_for(Kind.HOUSEHOLD, 1, 1), lambda: digest_of("x"), codes.key_fingerprint):
        with pytest.raises(codes.LetterKeyMissing):
            work()


def test_another_key_than_the_letters_were_made_with_is_noticed(settings: Settings) -> None:
    known = codes.key_fingerprint()
    codes.check_fingerprint(known)
    settings.LETTER_KEY = keys.new_key()
    with pytest.raises(codes.LetterKeyDiffers) as told:
        codes.check_fingerprint(known)
    assert known in told.value.message
    assert settings.LETTER_KEY not in told.value.message


def test_a_deployment_without_a_key_of_its_own_is_an_error(settings: Settings) -> None:
    def said() -> str:
        return " ".join(str(message.msg) for message in check_letter_key(None) if isinstance(message, Error))

    assert said() == ""
    for key, words in (
        ("", "not set"),
        ("short", "43 characters"),
        (settings.SECRET_KEY, "differ from SECRET_KEY"),
    ):
        settings.LETTER_KEY = key
        assert words in said()
    settings.LETTER_KEY, settings.LETTER_KEY_FINGERPRINT = keys.new_key(), "0123456789abcdef"
    assert "another key" in said()
