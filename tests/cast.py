"""The fixed cast: the same places and people in every test, so that tests read as sentences.

Jingzhou district (421003) and Zaoyang (420683) are strangers to each other: whoever
belongs to one must never see the other.
"""

import itertools
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.test import Client

from directory.models import Division, Organisation, OrganisationKind, RoleAssignment, User
from directory.powers import Role

PASSWORD = "Correct-Horse-7"

# The same method as in life at the least cost: tests sign in some hundred times.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1

PLACES = {
    "42": "湖北省",
    "4210": "荆州市",
    "421003": "荆州区",
    "421003001": "西城街道",
    "421003001001": "胜利街社区居民委员会",
    "421003001002": "民主街社区居民委员会",
    "421003002": "东城街道",
    "421003002001": "民生街社区居民委员会",
    "4206": "襄阳市",
    "420683": "枣阳市",
    "420683001": "北城街道",
    "420683001001": "光武社区居民委员会",
}
JINGZHOU, ZAOYANG = "421003", "420683"
WEST_STREET, EAST_STREET = "421003001", "421003002"
SHENGLI, MINZHU, MINSHENG = "421003001001", "421003001002", "421003002001"
GUANGWU = "420683001001"

# username: (name, role, division). Invented people.
PEOPLE: dict[str, tuple[str, str, str]] = {
    "sysadmin": ("系统管理员甲", Role.SYSTEM_ADMINISTRATOR, JINGZHOU),
    "secadmin": ("安全管理员乙", Role.SECURITY_ADMINISTRATOR, JINGZHOU),
    "auditadmin": ("审计管理员丙", Role.AUDIT_ADMINISTRATOR, JINGZHOU),
    "bureau": ("局长丁", Role.BUREAU_MANAGER, JINGZHOU),
    "bureau2": ("科长戊", Role.BUREAU_MANAGER, JINGZHOU),
    "street": ("街道干部己", Role.STREET_OFFICER, WEST_STREET),
    "community": ("社区工作者庚", Role.COMMUNITY_WORKER, SHENGLI),
    "finance": ("财政辛", Role.FINANCE_OFFICER, JINGZHOU),
    "liaison": ("供水壬", Role.LIAISON, JINGZHOU),
    "contractor": ("施工癸", Role.CONTRACTOR_USER, JINGZHOU),
    "auditor": ("审计员子", Role.AUDITOR, JINGZHOU),
    "service": ("数据接口丑", Role.SERVICE, JINGZHOU),
    "stranger": ("枣阳局寅", Role.BUREAU_MANAGER, ZAOYANG),
    "nobody": ("无角色卯", "", JINGZHOU),
}

_serial = itertools.count(1)


def make_places() -> dict[str, Division]:
    """The small tree of the cast; what is there already stays."""
    made = Division.objects.in_bulk(PLACES)
    missing = [
        Division(code=code, name=name, parent_id=parent_of(code))
        for code, name in PLACES.items()
        if code not in made
    ]
    return made | {one.code: one for one in Division.objects.bulk_create(missing)}


def parent_of(code: str) -> str | None:
    return max((above for above in PLACES if above != code and code.startswith(above)), key=len, default=None)


@cache
def password_hash() -> str:
    """The hash of PASSWORD, computed once a run: it is slow on purpose."""
    return make_password(PASSWORD)


def make_user(
    username: str = "", *, name: str = "", role: str = "", division: str = JINGZHOU, **fields: Any
) -> User:
    """A user with at most one role, held since 2020 without end."""
    username = username or f"user{next(_serial)}"
    user = User(username=username, name=name or username, home_division=division, **fields)
    user.password = password_hash()
    user.save()
    if role:
        RoleAssignment.objects.create(user=user, role=role, division_id=division, starts_on=date(2020, 1, 1))
    return user


def make_organisation(
    name: str = "", *, kind: str = OrganisationKind.TITLE_OWNER, division: str = JINGZHOU, **fields: Any
) -> Organisation:
    return Organisation.objects.create(
        name=name or f"单位{next(_serial)}", kind=kind, division_id=division, **fields
    )


class Cast:
    """`cast.bureau` is a user, made when first named; `cast.client("bureau")` is signed in."""

    def __init__(self) -> None:
        self._made: dict[str, User] = {}

    def __getattr__(self, username: str) -> User:
        if username.startswith("_") or username not in PEOPLE:
            raise AttributeError(username)
        if username not in self._made:
            name, role, division = PEOPLE[username]
            self._made[username] = make_user(
                username, name=name, role=role, division=division, is_service=role == Role.SERVICE
            )
        return self._made[username]

    def client(self, username: str = "", **defaults: Any) -> Client:
        """A browser: signed in as one of the cast, or nobody's."""
        client = Client(**defaults)
        if username:
            client.force_login(getattr(self, username))
        return client


@pytest.fixture
def cast(db: None) -> Cast:
    """The places exist; people appear when named."""
    make_places()
    return Cast()


@pytest.fixture
def committed_cast(committed_db: object) -> Cast:
    """The same places and people in a database with real commits, for races and the browser."""
    make_places()
    return Cast()


@pytest.fixture
def as_role(cast: Cast) -> Callable[[str], Client]:
    """`as_role("street").get(...)`"""
    return cast.client
