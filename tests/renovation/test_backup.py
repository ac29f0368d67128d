"""`make backup` and `make restore`: what comes back is what was there, and a bad file changes nothing."""

import shutil
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from renovation.embedded import Installation
from renovation.environment import read_environment
from residents import keys
from tests.renovation.embedded_homes import ask, remove
from tools.backup import back_up_letter_key, make_backup
from tools.restore import restore
from tools.steps import Stop


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("backup") / "var"
    yield home
    remove(home)


@pytest.fixture
def installation(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A real installation with one table, one file and one setting of its own."""
    monkeypatch.setenv("DATA_DIR", str(data))
    installation = Installation.main()
    installation.start(tied=True)
    ask(
        installation.postgres.url("owner"),
        "DROP TABLE IF EXISTS compound; CREATE TABLE compound (name text);"
        "INSERT INTO compound VALUES ('江汉小区'); GRANT SELECT ON compound TO app",
    )
    (data / "files" / "2026").mkdir(parents=True, exist_ok=True)
    (data / "files" / "2026" / "照片.jpg").write_bytes(b"a picture")
    installation.write_environment()
    lines = {**read_environment(data / "environment"), "DEMO": "0", "PORTAL_NAME": "荆州区"}
    (data / "environment").write_text(
        "".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8"
    )
    yield installation
    installation.stop()


@pytest.fixture
def backup(installation: Installation, tmp_path: Path) -> Path:
    make_backup(tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def rows(role: str = "app") -> list[tuple[object, ...]]:
    installation = Installation.main()
    installation.start(tied=True)
    found = ask(installation.postgres.url(role), "SELECT name FROM compound")
    installation.stop()
    return found


def test_what_was_backed_up_comes_back_and_what_was_there_is_kept(
    installation: Installation, backup: Path, data: Path
) -> None:
    key = read_environment(data / "environment")["SECRET_KEY"]
    ask(installation.postgres.url("owner"), "UPDATE compound SET name = 'changed since'")
    (data / "files" / "2026" / "照片.jpg").unlink()
    (data / "environment").write_text("SECRET_KEY=another\nDEMO=0\n", encoding="utf-8")
    installation.stop()

    restore(backup, aside="before_1")

    assert rows() == [("江汉小区",)]
    assert (data / "files" / "2026" / "照片.jpg").read_bytes() == b"a picture"
    lines = read_environment(data / "environment")
    assert (lines["SECRET_KEY"], lines["PORTAL_NAME"]) == (key, "荆州区")
    installation.start(tied=True)
    kept = installation.postgres.url("owner", "renovation_before_1")
    assert ask(kept, "SELECT name FROM compound") == [("changed since",)]
    assert (data / "files.before_1").is_dir()


def test_the_role_app_gets_no_more_by_a_restore(installation: Installation, backup: Path) -> None:
    installation.stop()
    restore(backup, aside="before_2")
    installation.start(tied=True)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(installation.postgres.url("app"), "DELETE FROM compound")
    assert ask(
        installation.postgres.url("app"), "SELECT tableowner FROM pg_tables WHERE tablename = 'compound'"
    ) == [("owner",)]


def test_a_backup_may_be_made_of_stopped_servers_and_leaves_them_stopped(
    installation: Installation, tmp_path: Path
) -> None:
    installation.stop()
    make_backup(tmp_path / "backup.tar")
    assert not Installation.main().running()
    assert stat.S_IMODE((tmp_path / "backup.tar").stat().st_mode) == 0o600


@pytest.mark.parametrize("harm", ["shortened", "changed", "no backup", "outside"])
def test_a_bad_file_changes_nothing(installation: Installation, backup: Path, data: Path, harm: str) -> None:
    bad = backup.with_name("bad.tar")
    content = backup.read_bytes()
    if harm == "shortened":
        bad.write_bytes(content[: content.index(b"PGDMP") + 600])
    elif harm == "changed":
        place = content.index(b"PGDMP") + 400
        bad.write_bytes(content[:place] + b"?" + content[place + 1 :])
    elif harm == "no backup":
        bad.write_bytes(b"PK\x03\x04 something else")
    else:
        with tarfile.open(bad, "w") as tar:
            tar.add(backup, "../../outside")
    installation.stop()
    with pytest.raises(Stop):
        restore(bad, aside="before_3")
    assert rows() == [("江汉小区",)]
    assert not (data / "files.before_3").exists()
    assert not list(data.glob("restore.*"))


def test_a_backup_of_a_newer_version_is_refused(installation: Installation, tmp_path: Path) -> None:
    ask(
        installation.postgres.url("owner"),
        "CREATE TABLE django_migrations (app text, name text);"
        "INSERT INTO django_migrations VALUES ('compounds', '9999_from_the_future')",
    )
    make_backup(tmp_path / "newer.tar")
    ask(installation.postgres.url("owner"), "DROP TABLE django_migrations")
    installation.stop()
    with pytest.raises(Stop, match="newer version"):
        restore(tmp_path / "newer.tar", aside="before_5")
    assert rows() == [("江汉小区",)]


def test_a_demo_never_becomes_a_real_installation(
    installation: Installation, backup: Path, data: Path
) -> None:
    installation.stop()
    text = (data / "environment").read_text(encoding="utf-8")
    (data / "environment").write_text(text.replace("DEMO=0", "DEMO=1"), encoding="utf-8")
    with pytest.raises(Stop, match="another DATA_DIR"):
        restore(backup, aside="before_4")


# --- The letter key ---------------------------------------------------------------------


def test_the_letter_key_is_made_once_and_is_in_no_backup(
    installation: Installation, backup: Path, data: Path
) -> None:
    key = installation.letter_key()
    assert stat.S_IMODE((data / "letter-key").stat().st_mode) == 0o600
    installation.write_environment()
    assert installation.letter_key() == key
    assert key.encode() not in backup.read_bytes()
    with tarfile.open(backup) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        assert keys.fingerprint(key) in manifest.read().decode()


def test_a_lost_letter_key_is_not_silently_replaced(installation: Installation, data: Path) -> None:
    (data / "letter-key").rename(data / "lost")
    try:
        installation.write_environment()
        assert installation.letter_key() == ""
    finally:
        (data / "lost").rename(data / "letter-key")


def test_the_key_is_carried_away_apart_from_the_backup(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "safe" / "letter-key.txt"
    with pytest.raises(Stop, match="beside the backup"):
        back_up_letter_key(tmp_path / "letter-key.txt", beside=tmp_path / "backup.tar")
    back_up_letter_key(target, beside=tmp_path / "backup.tar")
    assert read_environment(target)["LETTER_KEY"] == installation.letter_key()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_restore_asks_for_the_key_that_the_letters_were_made_with(
    installation: Installation, backup: Path, data: Path, tmp_path: Path
) -> None:
    key = installation.letter_key()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text(keys.key_file(key), encoding="utf-8")
    wrong.write_text(keys.key_file(keys.new_key()), encoding="utf-8")
    installation.stop()
    (data / "letter-key").write_text(wrong.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Stop, match="another one"):
        restore(backup, aside="before_6")
    (data / "letter-key").unlink()
    with pytest.raises(Stop, match="here is none"):
        restore(backup, aside="before_6")
    with pytest.raises(Stop, match="were made with"):
        restore(backup, aside="before_6", key_file=wrong)
    assert not (data / "files.before_6").exists()
    restore(backup, aside="before_6", without_key=True)
    assert installation.letter_key() == ""
    restore(backup, aside="before_7", key_file=right)
    assert installation.letter_key() == key
    assert stat.S_IMODE((data / "letter-key").stat().st_mode) == 0o600


def test_an_unreadable_place_for_the_backup_is_one_line(installation: Installation, tmp_path: Path) -> None:
    shutil.copyfile(__file__, tmp_path / "a-file")
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        make_backup(tmp_path / "a-file" / "backup.tar")
