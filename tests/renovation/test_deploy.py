"""The files of the containers: nothing secret in them, and the names they share with the settings."""

import re
import subprocess
from typing import Any

import psycopg2
import pytest
import yaml

from renovation.embedded.postgres import DISCREET
from renovation.environment import BASE_DIR
from tests.database import Databases

COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8"))
SETTINGS = (BASE_DIR / "renovation" / "settings.py").read_text(encoding="utf-8")
# Read by gunicorn or by the proxy, not by Django.
NOT_SETTINGS = {"WEB_WORKERS", "WEB_THREADS", "FORWARDED_ALLOW_IPS"}
SECRET = re.compile(r"SECRET|PASSWORD|KEY|TOKEN")


def compose_variables() -> set[str]:
    text = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    return set(re.findall(r"\$\{(\w+)", text))


def example_variables() -> dict[str, str]:
    lines = (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_no_file_holds_a_secret() -> None:
    for name, value in example_variables().items():
        if SECRET.search(name):
            assert value == "", name
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert str(value).startswith("${"), name


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(example_variables()) == compose_variables()


def test_every_setting_of_the_containers_is_read_by_the_portal() -> None:
    names = set(COMPOSE["x-portal"]["environment"]) - NOT_SETTINGS
    assert {name for name in names if f'"{name}"' not in SETTINGS} == set()


def test_only_the_migration_knows_the_owner() -> None:
    knowing = {
        name
        for name, service in COMPOSE["services"].items()
        if "DATABASE_OWNER_URL" in service.get("environment", {})
    }
    assert knowing == {"migrate"}


def test_the_database_and_redis_cannot_be_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("db", "redis"):
        assert COMPOSE["services"][name]["networks"] == ["inside"]
        assert "ports" not in COMPOSE["services"][name]


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - {"migrate"}))
def test_every_lasting_service_is_watched_and_restarted(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or name == "web"  # web's stands in the Dockerfile
    assert "HEALTHCHECK" in (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")


def test_the_log_of_the_database_is_as_discreet_as_on_one_machine() -> None:
    command = COMPOSE["services"]["db"]["command"]
    assert {f"{name}={value}" for name, value in DISCREET.items()} <= set(command)


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (BASE_DIR / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert users == ["portal"]


def test_the_role_script_makes_what_the_migration_needs(databases: Databases) -> None:
    """Its statements on our own server, under other names: roles and databases belong to the whole server."""
    text = (BASE_DIR / "deploy" / "postgres" / "roles.sh").read_text(encoding="utf-8")
    statements = text[text.index("<<'SQL'\n") + 8 : text.rindex("SQL")]
    suffix = databases.name
    for word in ("owner", "app", "renovation"):
        statements = re.sub(rf"(?<!:')\b{word}\b(?!')", f"{word}_{suffix}", statements)
    postgres = databases.installation.postgres
    command = [str(postgres.program("psql")), postgres.url("postgres", "postgres"), "--set=ON_ERROR_STOP=1"]
    undo = f"DROP DATABASE IF EXISTS renovation_{suffix}; DROP ROLE IF EXISTS owner_{suffix}, app_{suffix};\n"
    try:
        done = subprocess.run(
            [*command, "--set=owner=a'b", "--set=app=c"],
            input=statements,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        state = databases.installation.place.known
        url = f"postgres://app_{suffix}:c@127.0.0.1:{state.postgres_port}/renovation_{suffix}"
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE mine (id int)")
        connection.close()
    finally:
        for line in undo.split("; "):
            subprocess.run(
                [*command, "--quiet"], input=f"{line};", capture_output=True, text=True, check=True
            )
