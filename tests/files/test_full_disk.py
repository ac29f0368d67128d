"""The disk fills up under the running portal: each asker hears it clearly, nothing is half there, and it goes on.

A real file system of one megabyte, where this machine lets us mount one; what needs no such
right (`RLIMIT_FSIZE`) stands in `test_store.py` and `test_documents.py`.
"""

import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import requests
from django.db import connections
from pytest_django import Settings

from compounds.actions.surveys import begin_survey
from compounds.models import SurveyPhoto
from directory.models import User
from files.actions import store_product
from files.errors import StorageFull
from files.models import StoredFile
from imports.models import ImportRun
from jobs import exports
from jobs.actions import enqueue
from jobs.models import Job, JobState
from jobs.running import run
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.compounds.pages import picture
from tests.compounds.rosters import roster
from tests.database import Databases
from tests.directory.test_over_http import Desk
from tests.site import own_gunicorn
from tools import backup
from tools.steps import Stop


class SmallDisk:
    """One megabyte; `fill` leaves no byte of it, `free` gives it back."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.files, self.temporary = place / "files", place / "temporary"
        for folder in (self.files, self.temporary):
            folder.mkdir()

    def fill(self) -> None:
        size = 4096
        with (self.place / "filler").open("wb", buffering=0) as filler:
            while size:
                try:
                    filler.write(b"x" * size)
                except OSError:
                    size //= 2

    def free(self) -> None:
        (self.place / "filler").unlink()

    def objects(self) -> list[str]:
        return [path.name for path in self.files.rglob("*") if path.is_file()]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield SmallDisk(place)
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def desk(disk: SmallDisk, committed_db: Databases, tmp_path: Path) -> Iterator[Desk]:
    """A portal of its own whose files and uploads lie on the small disk."""
    places = {
        "MEDIA_ROOT": str(disk.files),
        "UPLOAD_TEMP_DIR": str(disk.temporary),
        "TMPDIR": str(disk.temporary),
    }
    with own_gunicorn(tmp_path / "site.log", **places) as (url, _process):
        made = Desk(url)
        yield made
        made.session.close()


def send(desk: Desk, path: str, **file: tuple[str, bytes]) -> tuple[int, str]:
    answer = desk.session.post(
        desk.site + path, data={"csrfmiddlewaretoken": desk.csrf, "key": KEY, "topic": "roads"}, files=file,
        headers={"Referer": desk.site + path}, allow_redirects=False, timeout=30,
    )  # fmt: skip
    return answer.status_code, answer.text


def heard(desk: Desk, path: str, **file: tuple[str, bytes]) -> tuple[int, str]:
    """The answer comes before the whole body was read: without a proxy between, a client may be cut off before it."""
    for _ in range(20):
        with suppress(requests.ConnectionError):
            return send(desk, path, **file)
    pytest.fail("no answer was heard")


KEY = str(uuid.uuid4())


def test_a_photo_waits_for_room_and_then_arrives_once(
    committed_cast: Cast, disk: SmallDisk, desk: Desk
) -> None:
    survey = begin_survey(
        compound=make_compound(committed_cast, "砂石厂小区"),
        user=committed_cast.community,
        surveyed_on=date(2025, 3, 1),
    )
    address, photo = f"/surveys/{survey.pk}/photos/", ("a.jpg", picture().read())
    desk.sign_in("community")
    desk.get(f"/surveys/{survey.pk}/fill/")
    disk.fill()
    status, said = send(desk, address, photo=photo)
    assert (status, "空间已满" in said) == (503, True)
    assert not SurveyPhoto.objects.exists()
    assert not StoredFile.objects.exists()
    assert disk.objects() == []
    assert desk.get("/compounds/").status_code == 200, "everything else goes on"
    disk.free()
    assert [send(desk, address, photo=photo)[0] for _ in range(2)] == [201, 201]
    assert SurveyPhoto.objects.count() == StoredFile.objects.count() == 1


def test_an_upload_that_is_too_large_for_what_is_left_says_so_before_any_view_begins(
    committed_cast: Cast, disk: SmallDisk, desk: Desk
) -> None:
    """From 2 MB on an upload is put on the disk while it is read."""
    assert committed_cast.bureau
    desk.sign_in("bureau")
    desk.get("/imports/new/compounds/")
    disk.fill()
    status, said = heard(desk, "/imports/new/compounds/", file=("花名册.xlsx", b"PK" + b"x" * 3_000_000))
    assert (status, "存储空间已满" in said) == (503, True)
    small = roster(["新小区", "421003001001", "", "1987", "100", "3", "8000"])
    status, said = send(desk, "/imports/new/compounds/", file=("花名册.xlsx", small))
    assert (status, "空间已满" in said) == (503, True)
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()
    # The broken upload's own file may stand there, empty, until the server forgets the request.
    assert sum(path.stat().st_size for path in disk.temporary.iterdir()) == 0


def test_an_export_ends_with_the_sentence_and_leaves_no_file(
    committed_cast: Cast, disk: SmallDisk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = str(disk.files)
    monkeypatch.setattr(tempfile, "tempdir", str(disk.temporary))
    make_compound(committed_cast, "砂石厂小区")
    person = User.objects.get(pk=committed_cast.bureau.pk)
    job = exported(person)
    disk.fill()
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result_file) == (JobState.FAILED, None)
    assert "满" in job.error
    assert not StoredFile.objects.exists()
    disk.free()
    again = exported(person)
    run(again.pk)
    again.refresh_from_db()
    assert again.state == JobState.DONE
    connections.close_all()


def exported(person: User) -> Job:
    return enqueue(
        kind=exports.EXPORT, title="小区", user=person,
        params={"method": "GET", "path": "/compounds/", "query": "export=csv", "form": "", "cookies": {}, "division": ""},
    )  # fmt: skip


def test_a_backup_without_room_says_so_and_leaves_none_that_looks_whole(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = disk.place.parent / "dump"
    source.write_bytes(b"x" * 3_000_000)
    target = disk.place / "backup.tar"
    with pytest.raises(Stop, match="nearly full"):
        backup.write_archive(target, manifest(), {"database.dump": source})
    # The disk fills while it is written: space was there when it was asked for.
    monkeypatch.setattr(backup, "need_space", lambda *_: None)
    with pytest.raises(OSError, match="No space"):
        backup.write_archive(target, manifest(), {"database.dump": source})
    assert not target.exists()
    assert not list(disk.place.glob(".*unfinished"))


def manifest() -> backup.Manifest:
    return backup.Manifest(made_at="2026-11-20T12:00:00+08:00", version="1", demo=False)


def test_a_store_on_a_full_disk_keeps_what_it_had(cast: Cast, disk: SmallDisk, settings: Settings) -> None:
    settings.MEDIA_ROOT = str(disk.files)
    kept = store_product(content=BytesIO(b"a"), name="a.csv", media_type="text/csv", user=cast.bureau)
    disk.fill()
    with pytest.raises(StorageFull):
        store_product(
            content=BytesIO(picture().read()), name="b.csv", media_type="text/csv", user=cast.bureau
        )
    assert disk.objects() == [kept.sha256]
    assert StoredFile.objects.count() == 1
