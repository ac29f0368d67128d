"""The first accounts of an installation: three people, three administrations."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from directory.actions.administrators import FirstAdministrator, create_first_administrators
from directory.errors import AlreadySetUp, PasswordRefused
from directory.models import Division, User
from directory.powers import ADMINISTRATORS, Role
from tests.cast import JINGZHOU, Cast
from tests.directory.steps import fresh, is_signed_in, last_entry, sign_in

PEOPLE = {"SYSTEM": "zhang", "SECURITY": "li", "AUDIT": "wang"}


@pytest.fixture(autouse=True)
def _nobody_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(""))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("FIRST_ADMIN_DIVISION", JINGZHOU)
    monkeypatch.setenv("FIRST_ADMIN_DIVISION_NAMES", "湖北省/荆州市/荆州区")
    for key, username in PEOPLE.items():
        monkeypatch.setenv(f"FIRST_ADMIN_{key}", username)
        monkeypatch.setenv(f"FIRST_ADMIN_{key}_NAME", f"管理员{username}")
    return monkeypatch


def command(*words: str) -> str:
    out = StringIO()
    call_command("create_administrators", *words, stdout=out)
    return out.getvalue()


def passwords(said: str) -> dict[str, str]:
    lines = [line.split() for line in said.splitlines()]
    return {line[0]: line[-1] for line in lines if line and line[0] in PEOPLE.values()}


def test_an_empty_installation_gets_three_administrators(db: None, environment: object) -> None:
    said = command()
    found = passwords(said)
    assert set(found) == set(PEOPLE.values())
    people = {user.username: user for user in User.objects.all()}
    assert sorted(role for user in people.values() for role, _code in user.current_roles) == sorted(
        ADMINISTRATORS
    )
    assert all(
        user.must_change_password and user.check_password(found[name]) for name, user in people.items()
    )
    assert Division.objects.get(pk="4210").name == "荆州市"
    assert last_entry("role.granted").actor_name == "manage.py"


def test_they_can_sign_in_with_what_was_printed(db: None, environment: object) -> None:
    cast = Cast()
    password = passwords(command())["li"]
    client = cast.client()
    sign_in(client, "li", password)
    assert is_signed_in(client)
    assert client.get("/overview/")["Location"] == "/accounts/password/"


def test_starting_again_makes_no_more(db: None, environment: object) -> None:
    command()
    assert "has its administrators" in command()
    assert User.objects.count() == 3


def test_given_passwords_are_taken_and_must_be_changed(db: None, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIRST_ADMIN_SYSTEM_PASSWORD", "From-the-env-9")
    command()
    user = User.objects.get(username="zhang")
    assert user.check_password("From-the-env-9")
    assert user.must_change_password


def test_a_weak_given_password_makes_nobody(db: None, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIRST_ADMIN_SECURITY_PASSWORD", "12345")
    with pytest.raises(CommandError):
        command()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "missing", ["FIRST_ADMIN_DIVISION", "FIRST_ADMIN_DIVISION_NAMES", "FIRST_ADMIN_AUDIT"]
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(
    db: None, environment: pytest.MonkeyPatch, missing: str
) -> None:
    environment.delenv(missing)
    with pytest.raises(CommandError, match=missing):
        command()
    assert not User.objects.exists()


def test_a_list_of_divisions_is_imported_first(
    db: None, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "divisions.csv"
    path.write_text(
        "code,name\n42,湖北省\n4210,荆州市\n421003,荆州区\n421003001,西城街道\n", encoding="utf-8"
    )
    environment.delenv("FIRST_ADMIN_DIVISION_NAMES")
    assert "4 divisions" in command("--divisions-file", str(path))
    assert fresh(User.objects.get(username="li")).current_roles == [(Role.SECURITY_ADMINISTRATOR, JINGZHOU)]


def test_an_impossible_division_is_refused(db: None, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FIRST_ADMIN_DIVISION", "4210031")
    with pytest.raises(CommandError, match="4210031"):
        command()


def test_where_there_are_administrators_none_are_made_by_this_way(cast: Cast) -> None:
    assert cast.auditadmin
    with pytest.raises(AlreadySetUp):
        create_first_administrators(
            division_code=JINGZHOU,
            people=[FirstAdministrator(role=Role.SYSTEM_ADMINISTRATOR, username="x", name="x")],
        )


def test_a_refused_password_names_the_rule(cast: Cast) -> None:
    person = FirstAdministrator(role=Role.SYSTEM_ADMINISTRATOR, username="x", name="x", password="short")
    with pytest.raises(PasswordRefused) as refused:
        create_first_administrators(division_code=JINGZHOU, people=[person])
    assert "10" in refused.value.message
