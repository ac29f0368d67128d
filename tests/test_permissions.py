"""Role × address × expected answer. The addresses come from the resolver: a new one without a line here fails.

Each line of `tests/permissions.txt` is an address name, a method, and the answer for each
role on a record of Jingzhou; a second line, marked `elsewhere`, is the same on the twin of
that record in Zaoyang. `in` means: sent to the sign-in page. When a line is missing or
wrong, the failure shows what the portal answers now: check it, then write it down.
"""

import re
from collections.abc import Iterator
from copy import copy
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from renovation.environment import BASE_DIR
from tests.cast import Cast
from tests.permission_addresses import ARGUMENTS, EVERYWHERE
from tests.permission_world import Side, here, there

TABLE = BASE_DIR / "tests" / "permissions.txt"
ROLES = (
    "sysadmin", "secadmin", "auditadmin", "bureau", "street", "community", "finance", "liaison", "contractor",
    "auditor", "service", "stranger", "nobody", "anonymous",
)  # fmt: skip
METHODS = ("GET", "POST")
ELSEWHERE = "elsewhere"

Line = tuple[str, str, str]


def named_addresses(patterns: Any = None, namespace: str = "") -> Iterator[tuple[str, bool]]:
    """(name, whether it takes arguments) of everything the resolver knows."""
    for item in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            takes = bool(item.pattern.converters) or "(?P<" in str(item.pattern)
            yield from ((name, more or takes) for name, more in named_addresses(item.url_patterns, inner))
        elif isinstance(item, URLPattern) and item.name:
            yield f"{namespace}{item.name}", bool(item.pattern.converters) or "(?P<" in str(item.pattern)


@cache
def expected() -> dict[Line, tuple[str, ...]]:
    """(name, method, "" or "elsewhere") → the answers in the order of ROLES."""
    found: dict[Line, tuple[str, ...]] = {}
    for text in TABLE.read_text(encoding="utf-8").splitlines():
        words = text.split()
        if not words or words[0].startswith("#"):
            continue
        place = ELSEWHERE if words[2] == ELSEWHERE else ""
        answers = tuple(words[3 if place else 2 :])
        assert len(answers) == len(ROLES), text
        found[words[0], words[1], place] = answers
    return found


NAMES = sorted(set(named_addresses()))
GROUPS = sorted({name.partition(":")[0] if ":" in name else "accounts" for name, _takes in NAMES})


def lines_of(group: str) -> list[tuple[Line, bool]]:
    found = []
    for name, takes in NAMES:
        if (name.partition(":")[0] if ":" in name else "accounts") != group:
            continue
        for method in METHODS:
            found.append(((name, method, ""), takes))
            if takes and name not in EVERYWHERE and name not in BEHIND_A_LETTER:
                found.append(((name, method, ELSEWHERE), takes))
    return found


def answer(client: Client, method: str, url: str) -> str:
    """The status, or `in`; whatever the request wrote, rows and cookies, is taken back."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        response = client.get(url) if method == "GET" else client.post(url)
        transaction.set_rollback(True)
    client.cookies = cookies
    for close in getattr(response, "_resource_closers", ()):
        close()
    if response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL)):
        return "in"
    return str(response.status_code)


def observed(line: Line, side: Side, clients: dict[str, Client]) -> tuple[str, ...] | None:
    """The answers in the order of ROLES; None where the address does not take the method at all."""
    name, method, _place = line
    url = reverse(name, args=ARGUMENTS[name](side) if name in ARGUMENTS else [])
    bureau = answer(clients["bureau"], method, url)
    if bureau == "405":
        return None
    return tuple(bureau if role == "bureau" else answer(clients[role], method, url) for role in ROLES)


def written(line: Line, answers: tuple[str, ...]) -> str:
    name, method, place = line
    return f"{name:36} {method:4} {place:9} " + " ".join(f"{one:4}" for one in answers).rstrip()


@pytest.fixture
def clients(cast: Cast, settings: Any) -> dict[str, Client]:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    return {
        role: cast.client("" if role == "anonymous" else role, raise_request_exception=True) for role in ROLES
    }


@pytest.mark.parametrize("group", GROUPS)
def test_every_role_gets_the_answer_of_the_table(cast: Cast, clients: dict[str, Client], group: str) -> None:
    ours, theirs = here(cast), there(cast)
    wrong = []
    for line, takes in lines_of(group):
        assert not takes or line[0] in ARGUMENTS, (
            f"{line[0]} takes arguments: add it to tests/permission_addresses.py"
        )
        answers = observed(line, theirs if line[2] else ours, clients)
        if answers is None:
            wrong += [f"{' '.join(line)}: the address does not take this method"] * (line in expected())
        elif expected().get(line) != answers:
            wrong.append(written(line, answers))
    assert not wrong, "Check, then put into tests/permissions.txt:\n" + "\n".join(wrong)


def test_the_table_has_no_line_without_an_address() -> None:
    names = {name for name, _takes in NAMES}
    assert [line for line in expected() if line[0] not in names] == []


@pytest.mark.parametrize("line", [line for line in expected() if line[2] == ELSEWHERE], ids=" ".join)
def test_another_divisions_record_is_nothing_for_everybody_of_this_one(line: Line) -> None:
    """The table itself: on a twin elsewhere only "no such page", "not for your role" and the sign-in page."""
    answers = dict(zip(ROLES, expected()[line], strict=True))
    answers.pop("stranger")
    assert set(answers.values()) <= {"404", "403", "401", "in"}


@pytest.mark.parametrize("line", expected(), ids=" ".join)
def test_without_an_account_only_public_addresses_answer(line: Line) -> None:
    answers = dict(zip(ROLES, expected()[line], strict=True))
    if line[0] in BEHIND_A_LETTER:
        # Behind a letter nobody of the staff is anybody: all get what a stranger gets.
        assert len(set(answers.values())) == 1
    elif line[0] not in PUBLIC:
        assert answers["anonymous"] in {"in", "401"}
        assert answers["service"] in {"in", "401"}


def names_below(start: str) -> set[str]:
    """Names of the addresses of an app that begin with `start`."""
    return {
        f"{resolver.namespace}:{pattern.name}"
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, URLResolver)
        for inner in resolver.url_patterns
        if isinstance(inner, URLResolver) and str(inner.pattern).startswith(start)
        for pattern in inner.url_patterns
        if isinstance(pattern, URLPattern) and pattern.name
    }


BEHIND_A_LETTER = names_below("r/") | {name for name, _takes in NAMES if name.startswith("api:resident")}
PUBLIC = {
    "account_login", "account_logout", "mfa_authenticate", "api:docs", "api:index", "api:problems", "api:root",
    "api:schema", "language", "portal:favicon", "portal:front", "portal:large_print",
}  # fmt: skip


def test_the_table_names_every_address_once() -> None:
    words = [
        re.split(r"\s+", text)[:3] for text in TABLE.read_text(encoding="utf-8").splitlines() if text.strip()
    ]
    heads = [
        " ".join(word[:2] + ([word[2]] if word[2] == ELSEWHERE else []))
        for word in words
        if word[0][0] != "#"
    ]
    assert len(heads) == len(set(heads))
