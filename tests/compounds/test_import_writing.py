"""Writing a previewed roster: all or nothing, only what the preview showed, with history, once."""

import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone, translation

from audit.models import AuditEntry
from compounds.actions.register import update_compound
from compounds.imports import writing
from compounds.models import Cluster, Compound
from compounds.models.register import CompoundCounter
from core.errors import DomainError
from core.history import history_of
from directory.models import OrganisationKind, RoleAssignment
from imports import actions
from imports.errors import ChangedSincePreview, NothingToWrite, RefusedByDatabase, WrongRowsLeft, WrongStep
from imports.models import ImportRun, ImportState
from jobs.models import Job, JobState
from jobs.progress import Silent
from tests.cast import MINZHU, SHENGLI, Cast
from tests.compounds.builders import make_compound, make_survey
from tests.compounds.rosters import imported, previewed, roster
from tests.jobs.test_jobs import fall_silent
from tests.jobs.workers import own_queue, with_beat_until, worker_process
from tests.races import at_once, refusals

FULL = [
    "编号",
    "小区名称",
    "社区",
    "地址",
    "曾用名",
    "建成年代",
    "户数",
    "建筑面积",
    "经度",
    "纬度",
    "坐标系",
    "产权单位",
    "片区",
    "管理状态",
    "业委会",
]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def write(run: ImportRun) -> ImportRun:
    return actions.write(run=run, progress=Silent())


def many(count: int, prefix: str = "小区") -> bytes:
    return roster(
        *[[f"{prefix}{n}", SHENGLI, f"西门路{n}号", 1980 + n % 20, 100 + n, 5, 20000] for n in range(count)]
    )


# --- What is written --------------------------------------------------------------------


def test_new_compounds_are_written_with_all_that_follows(cast: Cast) -> None:
    run = imported(
        roster(
            ["", "砂石厂小区", SHENGLI, "西门路18号", "砂石厂宿舍", "约1987", "320户", "3.86万㎡", "112.1905", "30.3521", "百度", "荆州市砂石公司",
             "西门片区", "无物业", "无"],
            ["", "乙", MINZHU], headings=FULL,
        ),
        cast.bureau,
    )  # fmt: skip
    first, second = Compound.objects.order_by("code")
    assert (run.state, run.counts["new"]) == (ImportState.WRITTEN, 2)
    assert (first.code, second.code) == ("421003-000001", "421003-000002")
    assert (first.name, first.community_id, first.former_names) == ("砂石厂小区", SHENGLI, ["砂石厂宿舍"])
    assert (first.built_year, first.built_year_certainty, first.household_count) == (1987, "approximate", 320)
    assert first.floor_area == Decimal("38600.00")
    assert (first.coordinate_system, first.longitude) == ("bd09", Decimal("112.190500"))
    assert abs(float(first.wgs84_longitude or 0) - 112.1785) < 0.001
    assert first.title_owner is not None
    assert (first.title_owner.name, first.title_owner.kind) == (
        "荆州市砂石公司",
        OrganisationKind.TITLE_OWNER,
    )
    assert first.cluster == Cluster.objects.get(division="421003", name="西门片区")
    assert (first.management_state, first.has_owners_committee, first.no_manager) == ("none", False, False)
    assert list(Compound.objects.matching("ssc")) == [first]
    assert list(Compound.objects.matching("砂石厂宿舍")) == [first]
    assert (second.management_state, second.heritage, second.notes, second.wgs84_longitude) == (
        "unknown",
        "none",
        "",
        None,
    )


def test_a_compound_written_by_an_import_is_the_same_as_one_entered_by_hand(cast: Cast) -> None:
    by_hand = make_compound(
        cast, "甲", address="西门路18号", former_names=["旧名"], built_year=1987, built_year_certainty="certain", household_count=320,
        longitude=Decimal("112.190500"), latitude=Decimal("30.352100"), coordinate_system="gcj02",
    )  # fmt: skip
    imported(
        roster(["甲", MINZHU, "西门路18号", "旧名", 1987, 320, 112.1905, 30.3521, "高德"],
               headings=["小区名称", "社区", "地址", "曾用名", "年代", "户数", "经度", "纬度", "坐标系"]),
        cast.bureau, year_certainty="certain",
    )  # fmt: skip
    other = Compound.objects.get(community=MINZHU)
    differ = {"id", "code", "community", "search_text", "created_at", "updated_at"}
    for field in Compound._meta.concrete_fields:
        if field.name not in differ:
            assert getattr(by_hand, field.attname) == getattr(other, field.attname), field.name
    assert other.search_text == by_hand.search_text.replace(by_hand.code, other.code)


def test_known_compounds_change_only_in_what_the_preview_showed(cast: Cast) -> None:
    known = make_compound(
        cast, "旧名", address="旧地址", household_count=300, notes="留着", floor_area=Decimal(5000)
    )
    imported(
        roster([known.code, "新名", MINZHU, "", "", "", 320, "", 112.2, 30.3], headings=FULL[:10]),
        cast.bureau,
        coordinate_system="wgs84",
    )
    known.refresh_from_db()
    assert (known.name, known.community_id, known.address, known.household_count, known.notes) == (
        "新名",
        MINZHU,
        "旧地址",
        320,
        "留着",
    )
    assert known.floor_area == Decimal(5000)
    assert known.wgs84_longitude == Decimal("112.200000")
    assert list(Compound.objects.matching("新名")) == list(Compound.objects.matching("xm")) == [known]
    assert list(Compound.objects.matching("旧名")) == []


def test_importing_the_same_file_again_finds_nothing_to_do(cast: Cast) -> None:
    content = roster(
        [
            "",
            "甲",
            SHENGLI,
            "地址",
            "旧名",
            "80年代",
            "约320",
            "3.86万",
            "112.1905",
            "30.3521",
            "高德",
            "某某厂",
            "某片区",
            "自管",
            "有",
        ],
        headings=FULL,
    )
    imported(content, cast.bureau)
    again = previewed(content, cast.bureau)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 1, "wrong": 0}
    with pytest.raises(NothingToWrite):
        write(again)


def test_history_knows_who_and_why(cast: Cast) -> None:
    known = make_compound(cast, "甲")
    run = imported(
        roster(["甲", SHENGLI, "新地址"], ["乙", SHENGLI]), cast.bureau, reason="荆建函〔2025〕3号"
    )
    events = history_of(Compound).order_by("pgh_id")
    inserted = events.filter(name="乙").get()
    updated = events.filter(pgh_obj=known, pgh_label="update").get()
    for event in (inserted, updated):
        assert event.pgh_context["reason"] == "荆建函〔2025〕3号"
        assert event.pgh_context["import"] == run.pk
    entry = AuditEntry.objects.get(action="imports.written")
    assert (entry.actor, entry.reason, entry.detail["new"], entry.detail["changed"]) == (
        cast.bureau,
        "荆建函〔2025〕3号",
        1,
        1,
    )


def test_scores_follow_a_changed_year(cast: Cast) -> None:
    known = make_compound(cast, "甲", built_year=1999)
    make_survey(cast, known)
    before = known.urgency_score.score
    imported(roster(["甲", SHENGLI, "", 1960]), cast.bureau)
    assert Compound.objects.get(pk=known.pk).urgency_score.score > before


# --- Wrong rows -------------------------------------------------------------------------


def test_wrong_rows_block_until_they_are_expressly_left_out(cast: Cast) -> None:
    run = previewed(roster(["甲", SHENGLI], ["", SHENGLI, "x"]), cast.bureau)
    with pytest.raises(WrongRowsLeft, match="1 rows have errors"):
        actions.confirm(run=run, user=cast.bureau, reason="", leave_out_wrong=False)
    with pytest.raises(WrongRowsLeft):
        write(run)
    actions.confirm(run=run, user=cast.bureau, reason="", leave_out_wrong=True)
    Job.objects.update(state=JobState.CANCELLED, finished_at=timezone.now())
    assert write(run).state == ImportState.WRITTEN
    assert Compound.objects.count() == 1


def test_a_run_is_written_once(cast: Cast) -> None:
    run = imported(many(3), cast.bureau)
    write(run)
    assert Compound.objects.count() == 3
    with pytest.raises(WrongStep):
        actions.discard(run=run)


# --- The register moved on --------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", ["added", "changed", "ended", "right lost"])
def test_what_changed_since_the_preview_refuses_everything_and_previews_anew(
    meanwhile: str, cast: Cast
) -> None:
    known = make_compound(cast, "甲", household_count=300)
    run = previewed(roster(["甲", SHENGLI, "", "", 320], ["乙", SHENGLI]), cast.bureau)
    if meanwhile == "added":
        make_compound(cast, "乙", by="bureau2")
    elif meanwhile == "changed":
        update_compound(compound=known, user=cast.bureau2, household_count=310)
    elif meanwhile == "ended":
        Compound.objects.filter(pk=known.pk).update(ended_on=timezone.localdate())
    else:
        RoleAssignment.objects.filter(user=cast.bureau).update(ended_at=timezone.now())
        run = ImportRun.objects.get(pk=run.pk)
    count = Compound.objects.count()
    with pytest.raises(ChangedSincePreview) as refusal:
        write(run)
    assert refusal.value.details["count"] == (2 if meanwhile == "right lost" else 1)
    assert Compound.objects.count() == count
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED
    expected = {
        "added": ("changed", 1),
        "changed": ("changed", 1),
        "ended": ("new", 2),
        "right lost": ("wrong", 2),
    }
    verdict, number = expected[meanwhile]
    assert run.counts[verdict] == number
    if meanwhile in {"added", "changed", "ended"}:
        assert write(run).state == ImportState.WRITTEN


def test_a_change_that_has_nothing_to_do_with_the_row_does_not_disturb(cast: Cast) -> None:
    known = make_compound(cast, "甲", household_count=300)
    run = previewed(roster(["甲", SHENGLI, "", "", 320]), cast.bureau)
    update_compound(compound=known, user=cast.bureau2, notes="别的事")
    write(run)
    known.refresh_from_db()
    assert (known.household_count, known.notes) == (320, "别的事")


# --- All or nothing ---------------------------------------------------------------------


def test_a_failure_in_the_middle_leaves_nothing_behind(committed_cast: Cast) -> None:
    """Another writer takes the name of the last row while the first ones are already inserted."""
    run = previewed(many(30), committed_cast.bureau)
    real, calls = writing._execute, []

    def interrupted(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise IntegrityError("somebody else was faster")
        real(*arguments)

    interruption = mock.patch.object(writing, "_execute", interrupted)
    with mock.patch.object(writing, "CHUNK", 10), interruption, pytest.raises(RefusedByDatabase):
        write(run)
    assert len(calls) == 3
    assert Compound.objects.count() == 0
    assert history_of(Compound).count() == 0
    assert CompoundCounter.objects.count() == 0
    assert write(run).state == ImportState.WRITTEN
    assert Compound.objects.count() == 30


def test_a_cancelled_job_writes_nothing(committed_cast: Cast) -> None:
    run = previewed(many(30), committed_cast.bureau)

    class Cancelled(Silent):
        def step(self, done: int, total: int, message: str = "") -> None:
            if done == 20:
                raise KeyboardInterrupt

    with mock.patch.object(writing, "CHUNK", 10), pytest.raises(KeyboardInterrupt):
        actions.write(run=run, progress=Cancelled())
    assert Compound.objects.count() == 0
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.PREVIEWED


def race(cast: Cast) -> list[Any]:
    """Two people confirm the same roster at the same instant."""
    content = many(60)
    runs = [previewed(content, person) for person in (cast.bureau, cast.bureau2)]
    return at_once(*[lambda run=run: write(run) for run in runs], patience=60)


def test_of_two_people_importing_the_same_file_one_writes_and_one_is_told(committed_cast: Cast) -> None:
    answers = race(committed_cast)
    (refusal,) = refusals(answers)
    assert isinstance(refusal, DomainError)
    assert "preview" in refusal.message
    assert Compound.objects.count() == 60
    assert max(Compound.objects.values_list("code", flat=True)) == "421003-000060"
    loser = ImportRun.objects.get(state=ImportState.PREVIEWED)
    assert loser.counts == {"new": 0, "changed": 0, "unchanged": 60, "wrong": 0}


def test_without_the_second_comparison_the_database_is_the_last_guard(committed_cast: Cast) -> None:
    """The negative control: the harness sees two writers; the unique constraint still keeps one."""
    with mock.patch.object(writing, "_is_outdated", return_value=False):
        answers = race(committed_cast)
    (refusal,) = refusals(answers)
    assert isinstance(refusal, RefusedByDatabase)
    assert Compound.objects.count() == 60


def test_without_the_constraint_either_the_file_would_be_there_twice(
    committed_cast: Cast, committed_db: Any
) -> None:
    with committed_db.connect(committed_db.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute("DROP INDEX compound_name_once_per_community")
    with mock.patch.object(writing, "_is_outdated", return_value=False):
        assert refusals(race(committed_cast)) == []
    assert Compound.objects.count() == 120


# --- A killed worker --------------------------------------------------------------------


@pytest.fixture
def apart() -> Iterator[None]:
    with own_queue():
        yield


@pytest.mark.usefixtures("apart")
def test_a_worker_killed_while_writing_leaves_nothing_and_the_next_writes_all_once(
    committed_cast: Cast, committed_db: Any
) -> None:
    """The writing is held up by a lock, so that the kill hits it in the middle."""
    known = make_compound(committed_cast, "小区0")
    run = previewed(many(200), committed_cast.bureau)
    with committed_db.connect(committed_db.name, role="owner") as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM compounds_compound WHERE id = %s FOR UPDATE", [known.pk])
        job = actions.confirm(run=run, user=committed_cast.bureau, reason="", leave_out_wrong=False)
        with worker_process() as first:
            with_beat_until(lambda: _waits_for_a_lock(committed_db))
            os.kill(first.pid, signal.SIGKILL)
        cursor.execute("ROLLBACK")
    assert Compound.objects.count() == 1
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
    fall_silent(job)
    with worker_process():
        with_beat_until(lambda: Job.objects.get(pk=job.pk).is_finished)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert Compound.objects.count() == 200
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.WRITTEN
    assert AuditEntry.objects.filter(action="imports.written").count() == 1
    inserted = history_of(Compound).filter(pgh_label="insert", pgh_context__import=run.pk)
    assert inserted.count() == 199
    assert {event.pgh_context["user"] for event in inserted} == {committed_cast.bureau.pk}


def _waits_for_a_lock(database: Any) -> bool:
    with database.connect(database.name, role="owner") as watcher, watcher.cursor() as cursor:
        # Of this database only: other test processes wait for locks of their own on the same server.
        cursor.execute(
            "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        )
        return cursor.fetchone() is not None


# --- Speed ------------------------------------------------------------------------------


def test_the_statements_of_writing_do_not_grow_with_the_rows(cast: Cast) -> None:
    counted = []
    for number in (5, 400):
        run = previewed(many(number, f"第{number}批"), cast.bureau)
        with mock.patch.object(writing, "CHUNK", 1000):
            before = len(connection.queries_log)
            connection.force_debug_cursor = True
            write(run)
            counted.append(len(connection.queries_log) - before)
            connection.force_debug_cursor = False
    assert counted[0] == counted[1]
