"""A long list leaves as a job's file: the same rows as on the screen, for whoever asked, while they may."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from core.lists import export
from directory.models import RoleAssignment
from jobs.exports import EXPORT
from jobs.models import Job, JobState
from jobs.running import run
from tests.cast import MINSHENG, WEST_STREET, Cast
from tests.compounds.builders import make_compound

LIST = "/compounds/"


@pytest.fixture(autouse=True)
def _long_is_more_than_two() -> Iterator[None]:
    with mock.patch.object(export, "AT_ONCE", 2):
        yield


def make_three(cast: Cast) -> None:
    for name, households in (("甲小区", 30), ("乙小区", 20), ("丙小区", 10)):
        make_compound(cast, name, household_count=households)


def asked(cast: Cast, query: str = "?export=xlsx", who: str = "bureau") -> Job:
    """The job behind the page that the export leads to."""
    answer = cast.client(who).get(reverse("compounds:list") + query)
    assert answer.status_code == 302
    job = Job.objects.latest("pk")
    assert answer.headers["Location"] == reverse("jobs:detail", args=[job.pk])
    return job


def done(job: Job) -> Job:
    run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    return job


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def fetched(cast: Cast, job: Job, who: str = "bureau") -> list[list[Any]]:
    answer = cast.client(who).get(reverse("jobs:result", args=[job.pk]))
    assert answer.status_code == 200
    return rows_of(b"".join(answer))


def test_a_short_list_is_downloaded_at_once(cast: Cast) -> None:
    make_compound(cast)
    answer = cast.client("bureau").get(reverse("compounds:list") + "?export=csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer)
    assert not Job.objects.exists()


def test_a_long_list_becomes_a_job_s_file_with_rows_columns_and_order_of_the_screen(
    committed_cast: Cast,
) -> None:
    cast = committed_cast
    make_three(cast)
    job = asked(cast, "?sort=-households&cols=households&export=xlsx")
    assert (job.kind, job.title) == (EXPORT, "导出小区（xlsx）")
    done(job)
    assert job.message == "3 行"
    assert fetched(cast, job) == [["小区", "户数"], ["甲小区", 30], ["乙小区", 20], ["丙小区", 10]]


def test_csv_too(committed_cast: Cast) -> None:
    make_three(committed_cast)
    job = done(asked(committed_cast, "?export=csv&cols=households&sort=households"))
    answer = committed_cast.client("bureau").get(reverse("jobs:result", args=[job.pk]))
    assert b"".join(answer).decode("utf-8-sig").splitlines()[1] == "丙小区,10"


def test_the_audit_hears_of_it_once_when_it_is_asked_for(committed_cast: Cast) -> None:
    make_three(committed_cast)
    job = asked(committed_cast)
    done(job)
    entry = AuditEntry.objects.get(action="compounds.exported")
    assert (entry.actor, entry.detail["rows"], entry.detail["file"]) == (committed_cast.bureau, 3, "xlsx")


def test_asked_again_meanwhile_it_is_the_same_job(cast: Cast) -> None:
    make_three(cast)
    first = asked(cast)
    assert asked(cast) == first
    assert asked(cast, "?export=csv") != first
    assert asked(cast, who="auditor") != first


def test_the_division_and_the_columns_of_the_screen_go_along(committed_cast: Cast) -> None:
    cast = committed_cast
    make_three(cast)
    for number in range(3):
        make_compound(cast, f"民生{number}", community=MINSHENG)
    client = cast.client("bureau")
    session = client.session
    session["division"] = WEST_STREET
    session.save()
    client.cookies["cols_compounds"] = "built_year"
    client.get(reverse("compounds:list") + "?export=xlsx")
    rows = fetched(cast, done(Job.objects.get()))
    assert rows[0] == ["小区", "建成年代"]
    assert sorted(row[0] for row in rows[1:]) == ["丙小区", "乙小区", "甲小区"]


def test_chosen_rows_go_along(committed_cast: Cast) -> None:
    cast = committed_cast
    compounds = [make_compound(cast, f"选{number}") for number in range(3)]
    make_compound(cast, "不选")
    sent = {"pick": [compound.pk for compound in compounds], "query": "cols=households"}
    assert cast.client("bureau").post(reverse("compounds:bulk_export"), sent).status_code == 302
    job = Job.objects.get()
    assert "csrf" not in str(job.params)
    assert {row[0] for row in fetched(cast, done(job))[1:]} == {"选0", "选1", "选2"}


def test_nobody_else_sees_the_job_or_its_file(committed_cast: Cast) -> None:
    make_three(committed_cast)
    job = done(asked(committed_cast))
    for who in ("bureau2", "sysadmin", "stranger"):
        for page in ("jobs:detail", "jobs:result"):
            assert committed_cast.client(who).get(reverse(page, args=[job.pk])).status_code in {302, 404}


def test_who_may_no_longer_export_gets_no_file(committed_cast: Cast) -> None:
    cast = committed_cast
    make_three(cast)
    made, waiting = done(asked(cast)), asked(cast, "?export=csv")
    take_roles(cast)
    assert cast.client("bureau").get(reverse("jobs:result", args=[made.pk])).status_code == 403
    run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.result_file) == (JobState.FAILED, None)


def take_roles(cast: Cast) -> None:
    RoleAssignment.objects.filter(user=cast.bureau).update(starts_on="2019-01-01", ends_on="2020-01-01")
    # What a process keeps of a person's roles is of one request.
    connection.close()


def test_whoever_was_locked_meanwhile_gets_no_file(committed_cast: Cast) -> None:
    make_three(committed_cast)
    job = asked(committed_cast)
    type(committed_cast.bureau).objects.filter(pk=committed_cast.bureau.pk).update(is_active=False)
    run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_an_export_that_is_cancelled_leaves_no_file(committed_cast: Cast) -> None:
    make_three(committed_cast)
    job = asked(committed_cast)
    committed_cast.client("bureau").post(reverse("jobs:cancel", args=[job.pk]))
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result_file) == (JobState.CANCELLED, None)
