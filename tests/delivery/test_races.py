"""Many writers on one site, on real commits. Each guard is proven by taking it away."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Event, Thread, Timer
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from delivery.actions.progress import report_progress, reverse_entry
from delivery.actions.works import complete_works
from delivery.errors import AlreadyReversed, CompletionIncomplete, MoreThanPlanned, NotUnderConstruction
from delivery.models import ProgressEntry
from projects.models import DocumentKind, Project, Stage, WorkItemProgress
from tests.cast import Cast
from tests.database import Databases
from tests.delivery.builders import items_of, on_site, report
from tests.projects.builders import make_document
from tests.races import at_once, refusals

WRITERS = 10
EACH = 5


def figures(project: Project) -> Any:
    """Percentage, kept quantities, and what the entries add up to."""
    project.refresh_from_db()
    kept = (
        WorkItemProgress.objects.filter(project=project).order_by("work_item").values_list("done", flat=True)
    )
    sums = project.progress_entries.values("work_item").annotate(sum=Sum("quantity")).order_by("work_item")
    return project.percent_done, list(kept), [row["sum"] for row in sums]


def test_fifty_reports_at_once_lose_nothing(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    first, second = (item.pk for item in items_of(project))
    user, today = committed_cast.community, timezone.localdate()

    def write(item: int) -> None:
        for _ in range(EACH):
            report_progress(
                project=project,
                work_item=item,
                user=user,
                quantity=Decimal(1),
                done_on=today,
                key=uuid.uuid4(),
            )

    answers = at_once(
        *[lambda item=item: write(item) for item in (first, second) * (WRITERS // 2)], patience=60
    )
    assert not refusals(answers)
    assert ProgressEntry.objects.count() == WRITERS * EACH
    assert figures(project) == (Decimal("18.75"), [25, 25], [25, 25])


def test_one_key_sent_by_many_at_once_is_one_entry(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    key, user, today = uuid.uuid4(), committed_cast.community, timezone.localdate()
    item = items_of(project)[0].pk

    def write() -> Any:
        return report_progress(
            project=project, work_item=item, user=user, quantity=Decimal(7), done_on=today, key=key
        )

    answers = at_once(*[write] * WRITERS)
    assert not refusals(answers)
    assert len({answer.entry.pk for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1
    assert figures(project)[1] == [7, 0]


def test_the_limit_of_the_plan_holds_against_all_at_once(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    answers = at_once(*[lambda: report(committed_cast, project, 50)] * 4)
    assert {type(refusal) for refusal in refusals(answers)} == {MoreThanPlanned}
    assert figures(project)[1] == [100, 0]


def test_an_entry_is_taken_back_once(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    entry, user = report(committed_cast, project, 50), committed_cast.bureau
    answers = at_once(*[lambda: reverse_entry(entry=entry, user=user, reason="重复")] * 6)
    assert [type(refusal) for refusal in refusals(answers)] == [AlreadyReversed] * 5
    assert figures(project) == (Decimal(0), [0, 0], [0])


def test_nothing_is_reported_behind_the_completion(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    make_document(committed_cast, project, DocumentKind.COMPLETION_EVIDENCE)
    report(committed_cast, project, 100)
    entry = report(committed_cast, project, 200, item=1)
    bureau = committed_cast.bureau
    answers = at_once(
        lambda: complete_works(project=project, user=bureau, effective_on=timezone.localdate()),
        lambda: reverse_entry(entry=entry, user=bureau, reason="虚报"),
    )
    (refusal,) = refusals(answers)
    project.refresh_from_db()
    done = figures(project)[0]
    assert (type(refusal), project.stage, done) in {
        (NotUnderConstruction, Stage.ACCEPTANCE, Decimal(100)),
        (CompletionIncomplete, Stage.CONSTRUCTION, Decimal(50)),
    }


# --- The lock of the project, and what happens without it ----------------------------------


@contextmanager
def a_row_by_another(project: Project, item: int, cast: Cast) -> Iterator[Event]:
    """In a thread of its own another writer inserts an entry, and waits with its commit for the event."""
    may_commit, inserted = Event(), Event()

    def write() -> None:
        with transaction.atomic():
            entry(project, item, cast).save()
            inserted.set()
            may_commit.wait(10)
        connection.close()

    thread = Thread(target=write)
    thread.start()
    assert inserted.wait(10)
    yield may_commit
    may_commit.set()
    thread.join(10)


def entry(project: Project, item: int, cast: Cast) -> ProgressEntry:
    return ProgressEntry(
        project=project, work_item_id=item, quantity=40, done_on=timezone.localdate(), key=uuid.uuid4(),
        body_digest="x", by=cast.bureau,
    )  # fmt: skip


def percent_after_two_writers(project: Project, cast: Cast) -> Decimal:
    """Another writer's insert is open while ours begins; it commits while ours waits."""
    first, second = (item.pk for item in items_of(project))
    with a_row_by_another(project, first, cast) as may_commit:
        Timer(0.7, may_commit.set).start()
        entry(project, second, cast).save()
    project.refresh_from_db()
    return project.percent_done


def without_the_lock(databases: Databases) -> None:
    """The negative control: the owner takes the row lock out of the trigger's function."""
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE 'pgtrigger_progress_entry_is_possible_%'"
        )
        ((definition,),) = cursor.fetchall()
        assert definition.count("FOR NO KEY UPDATE") == 2
        cursor.execute(
            definition.replace("WHERE id = NEW.project_id FOR NO KEY UPDATE", "WHERE id = NEW.project_id")
        )


def test_the_percentage_counts_both_of_two_writers(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    assert percent_after_two_writers(project, committed_cast) == Decimal("30.00")


def test_without_the_projects_lock_a_writers_share_is_lost(
    committed_cast: Cast, databases: Databases
) -> None:
    project = on_site(committed_cast)
    without_the_lock(databases)
    assert percent_after_two_writers(project, committed_cast) < Decimal("30.00")


def test_a_refused_report_leaves_no_trace(committed_cast: Cast) -> None:
    project = on_site(committed_cast)
    before = project.updated_at
    with pytest.raises(MoreThanPlanned):
        report(committed_cast, project, 121)
    project.refresh_from_db()
    assert (project.updated_at, project.percent_done) == (before, Decimal(0))
