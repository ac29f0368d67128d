"""Progress: what is kept, what is refused, in the actions and in the database."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.history import history_of
from delivery.actions.progress import (
    MOST_PHOTOS,
    add_photo,
    caption_photos,
    enter_progress_before_portal,
    report_progress,
    reverse_entry,
)
from delivery.errors import (
    AlreadyReversed,
    BeforePortalOnly,
    DayBeforeStart,
    DayInFuture,
    KeyUsedDifferently,
    MoreThanPlanned,
    NotInScheme,
    NotUnderConstruction,
    QuantityWrong,
    ReversalStays,
    TooManyPhotos,
)
from delivery.models import ProgressEntry, ProgressPhoto
from projects.actions.stages import resume, suspend
from projects.errors import ReasonNeeded
from projects.models import PartyRole, Project, WorkItem, WorkItemProgress
from tests.cast import Cast
from tests.delivery.builders import (
    a_photo,
    at_the_start,
    from_before,
    items_of,
    make_scheme,
    on_site,
    party_user,
    report,
)


def state(project: Project) -> Any:
    project.refresh_from_db()
    done = [row.done for row in WorkItemProgress.objects.filter(project=project).order_by("work_item")]
    return project.percent_done, done


def test_an_entry_moves_item_project_and_its_day(cast: Cast) -> None:
    project = on_site(cast)
    before = project.updated_at
    entry = report(cast, project, 50)
    assert state(project) == (Decimal("25.00"), [50, 0])
    assert project.last_progress_on == entry.done_on == timezone.localdate()
    assert project.updated_at > before
    assert (entry.division_code, entry.organisation_id) == (project.division_code, None)


def test_what_is_done_beyond_the_plan_counts_as_the_whole_only(cast: Cast) -> None:
    project = on_site(cast)
    report(cast, project, 120)
    assert state(project) == (Decimal("50.00"), [120, 0])
    with pytest.raises(MoreThanPlanned) as refusal:
        report(cast, project, "0.01")
    assert refusal.value.details["room"] == "0"


def test_a_reversal_takes_an_entry_back_whole_and_both_stay(cast: Cast) -> None:
    project = on_site(cast)
    entry = report(cast, project, 50)
    with pytest.raises(ReasonNeeded):
        reverse_entry(entry=entry, user=cast.community, reason=" ")
    back = reverse_entry(entry=entry, user=cast.community, reason="量错了")
    assert (back.quantity, back.done_on, back.note) == (Decimal(-50), entry.done_on, "量错了")
    assert state(project) == (Decimal(0), [0, 0])
    assert project.last_progress_on is None
    with pytest.raises(AlreadyReversed):
        reverse_entry(entry=entry, user=cast.community, reason="再来")
    with pytest.raises(ReversalStays):
        reverse_entry(entry=back, user=cast.community, reason="反悔")


def test_the_same_key_is_the_same_entry_and_never_another(cast: Cast) -> None:
    project = on_site(cast)
    key = uuid.uuid4()
    work = items_of(project)[0].pk
    sent: dict[str, Any] = {"project": project, "work_item": work, "user": cast.community, "key": key,
                            "done_on": timezone.localdate(), "quantity": Decimal(5)}  # fmt: skip
    first = report_progress(**sent)
    again = report_progress(**{**sent, "quantity": Decimal("5.00"), "note": "  "})
    assert (first.is_new, again.is_new, again.entry) == (True, False, first.entry)
    with pytest.raises(KeyUsedDifferently) as refusal:
        report_progress(**{**sent, "quantity": Decimal(6)})
    assert refusal.value.details["entry"] == first.entry.pk
    assert state(project)[1] == [5, 0]


def test_a_retry_hears_of_its_entry_also_after_the_site_has_stopped(cast: Cast) -> None:
    project = on_site(cast)
    key = uuid.uuid4()
    entry = report(cast, project, 5, key=key)
    suspend(project=project, user=cast.bureau, reason="停工")
    assert report(cast, project, 5, key=key) == entry
    with pytest.raises(NotUnderConstruction):
        report(cast, project, 5)
    resume(project=project, user=cast.bureau)
    report(cast, project, 5)


def test_only_while_under_construction(cast: Cast) -> None:
    project = at_the_start(cast)
    with pytest.raises(NotUnderConstruction):
        report(cast, project)


def test_days_lie_between_the_start_and_today(cast: Cast) -> None:
    project = on_site(cast)
    today = timezone.localdate()
    with pytest.raises(DayInFuture):
        report(cast, project, done_on=today + timedelta(days=1))
    with pytest.raises(DayBeforeStart):
        report(cast, project, done_on=today - timedelta(days=1))


@pytest.mark.parametrize("quantity", ["0", "-1", "0.001", "1e10", "NaN", "Infinity"])
def test_quantities_are_plain_and_positive(cast: Cast, quantity: str) -> None:
    project = on_site(cast)
    with pytest.raises(QuantityWrong):
        report(cast, project, quantity)


def test_only_works_of_this_project_and_of_the_scheme_in_force(cast: Cast) -> None:
    project, other = on_site(cast), on_site(cast)
    sent: dict[str, Any] = {"user": cast.community, "quantity": Decimal(1), "done_on": timezone.localdate()}
    with pytest.raises(NotInScheme):
        report_progress(project=project, work_item=items_of(other)[0].pk, key=uuid.uuid4(), **sent)


def test_an_item_struck_from_the_scheme_keeps_what_was_done_and_takes_no_more(cast: Cast) -> None:
    project = on_site(cast)
    entry = report(cast, project, 50)
    make_scheme(cast, project, works=(("B02", "200", "150"),))
    assert state(project) == (Decimal(0), [50, 0])
    with pytest.raises(NotInScheme):
        report(cast, project, 1)
    reverse_entry(entry=entry, user=cast.bureau, reason="记错")
    assert state(project)[1] == [0, 0]


def test_firms_on_the_site_report_and_take_back_their_own(cast: Cast) -> None:
    project = on_site(cast)
    works_for_it, watches = party_user(cast, project), party_user(cast, project, role=PartyRole.SUPERVISOR)
    draws = party_user(cast, project, role=PartyRole.DESIGNER)
    sent: dict[str, Any] = {
        "project": project,
        "work_item": items_of(project)[0].pk,
        "done_on": timezone.localdate(),
    }
    entry = report_progress(user=works_for_it, quantity=Decimal(3), key=uuid.uuid4(), **sent).entry
    assert entry.organisation == works_for_it.organisation
    report_progress(user=watches, quantity=Decimal(2), key=uuid.uuid4(), **sent)
    for stranger in (draws, cast.contractor, cast.stranger, cast.finance, cast.auditor):
        with pytest.raises(NotPermitted):
            report_progress(user=stranger, quantity=Decimal(1), key=uuid.uuid4(), **sent)
    with pytest.raises(NotPermitted):
        reverse_entry(entry=entry, user=watches, reason="不是他的")
    reverse_entry(entry=entry, user=works_for_it, reason="记错")


def test_a_photo_is_kept_once_however_often_it_is_sent(cast: Cast) -> None:
    project = on_site(cast)
    entry, key = report(cast, project), uuid.uuid4()
    file = a_photo(cast.community)
    first = add_photo(entry=entry, user=cast.community, file=file, key=key, caption="管沟")
    assert add_photo(entry=entry, user=cast.community, file=a_photo(cast.community), key=key) == first
    ProgressPhoto.objects.bulk_create(
        [
            ProgressPhoto(entry=entry, file=file, key=uuid.uuid4(), by=cast.community)
            for _ in range(MOST_PHOTOS - 1)
        ]
    )
    with pytest.raises(TooManyPhotos):
        add_photo(entry=entry, user=cast.community, file=file, key=uuid.uuid4())


def test_what_was_done_before_the_portal_is_one_marked_entry_for_each_work(cast: Cast) -> None:
    project = from_before(cast)
    work = items_of(project)[0].pk
    sent: dict[str, Any] = {"user": cast.bureau, "work_item": work, "done_on": date(2023, 9, 1)}
    entry = enter_progress_before_portal(project=project, quantity=Decimal(40), **sent)
    assert (entry.source, state(project)) == ("before_portal", (Decimal("20.00"), [40, 0]))
    with pytest.raises(BeforePortalOnly):
        enter_progress_before_portal(project=project, quantity=Decimal(10), **sent)
    report(cast, project, 10)
    assert state(project)[1] == [50, 0]
    begun_here = on_site(cast)
    with pytest.raises(BeforePortalOnly):
        enter_progress_before_portal(
            project=begun_here, quantity=Decimal(1), user=cast.bureau, work_item=items_of(begun_here)[0].pk,
            done_on=timezone.localdate(),
        )  # fmt: skip


# --- By SQL, as the role of the web process ----------------------------------------------


def refused(write: Callable[[], Any]) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        write()
    return str(refusal.value)


def row(project: Project, work: WorkItem, cast: Cast, **facts: Any) -> ProgressEntry:
    kept: dict[str, Any] = {
        "quantity": 1,
        "done_on": timezone.localdate(),
        "key": uuid.uuid4(),
        "body_digest": "x",
    }
    return ProgressEntry(project=project, work_item=work, by=cast.bureau, **{**kept, **facts})


def test_entries_are_never_changed(cast: Cast) -> None:
    entry = report(cast, on_site(cast))
    rows = ProgressEntry.objects.filter(pk=entry.pk)
    assert "permission denied" in refused(partial(rows._raw_delete, rows.db))
    assert "permission denied" in refused(lambda: ProgressEntry.objects.update(quantity=9))


def test_of_a_photo_only_the_words_beneath_it_change_and_the_former_ones_are_kept(cast: Cast) -> None:
    project = on_site(cast)
    entry = report(cast, project)
    facts: dict[str, Any] = {
        "entry": entry,
        "user": cast.community,
        "file": a_photo(cast.community),
        "key": uuid.uuid4(),
    }
    photo = add_photo(**facts, caption="管沟")
    caption_photos(entry=entry, user=cast.street, captions={photo.pk: " 南侧  管沟 "})
    rows = ProgressPhoto.objects.filter(pk=photo.pk)
    assert rows.get().caption == "南侧 管沟"
    assert [*history_of(ProgressPhoto).order_by("pgh_id").values_list("caption", flat=True)] == [
        "管沟",
        "南侧 管沟",
    ]
    assert "Cannot delete" in refused(partial(rows._raw_delete, rows.db))
    other = a_photo(cast.bureau)
    for columns in (
        {"file": other},
        {"by": cast.bureau},
        {"key": uuid.uuid4()},
        {"added_at": timezone.now()},
    ):
        assert "Cannot update" in refused(partial(rows.update, **columns))


def test_a_firm_writes_beneath_its_own_photos_only(cast: Cast) -> None:
    project = on_site(cast)
    firm, other = party_user(cast, project), party_user(cast, project, role=PartyRole.SUPERVISOR)
    entry = report(cast, project)
    ours, theirs = (
        add_photo(entry=entry, user=user, file=a_photo(user), key=uuid.uuid4()) for user in (firm, other)
    )
    caption_photos(entry=entry, user=firm, captions={ours.pk: "管沟"})
    for captions in ({theirs.pk: "x"}, {ours.pk: "x", theirs.pk: "x"}):
        with pytest.raises(NotPermitted):
            caption_photos(entry=entry, user=firm, captions=captions)
    caption_photos(entry=entry, user=cast.bureau, captions={ours.pk: "东侧管沟", theirs.pk: "回填"})
    elsewhere = report(cast, project)
    assert caption_photos(entry=elsewhere, user=cast.bureau, captions={ours.pk: "x"}) == 0


def test_the_kept_figures_are_nobodys_to_write(cast: Cast) -> None:
    project = on_site(cast)
    refused(lambda: WorkItemProgress.objects.filter(project=project).update(done=5))
    refused(lambda: Project.objects.filter(pk=project.pk).update(last_progress_on=timezone.localdate()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{projects_workitemprogress:progress_is_kept}'")
        refused(lambda: WorkItemProgress.objects.filter(project=project).update(done=5))


def test_the_database_refuses_what_the_actions_refuse(cast: Cast) -> None:
    project, other = on_site(cast), on_site(cast)
    work, second = items_of(project)
    entry = report(cast, project, 50)
    today = timezone.localdate()
    cases: list[tuple[str, ProgressEntry]] = [
        ("progress_within_plan", row(project, work, cast, quantity="70.01")),
        ("progress_quantity_positive", row(project, work, cast, quantity=-1)),
        ("progress_quantity_positive", row(project, work, cast, quantity=0)),
        ("progress_quantity_positive", row(project, work, cast, quantity=-50, note="x")),
        ("a day that has not come", row(project, work, cast, done_on=today + timedelta(days=1))),
        ("works before their start", row(project, work, cast, done_on=today - timedelta(days=1))),
        ("no such work item", row(project, items_of(other)[0], cast)),
        ("from before the portal", row(project, work, cast, source="before_portal")),
        ("one entry, whole", row(project, work, cast, quantity=-49, reverses=entry, note="x")),
        ("one entry, whole", row(project, second, cast, quantity=-50, reverses=entry, note="x")),
        ("progress_reversal_says_why", row(project, work, cast, quantity=-50, reverses=entry)),
        ("progress_key_once", row(project, work, cast, key=entry.key)),
    ]
    for words, attempt in cases:
        assert words in refused(attempt.save), words
    row(project, work, cast, quantity=-50, reverses=entry, note="x").save()
    assert "reverses" in refused(row(project, work, cast, quantity=-50, reverses=entry, note="x").save)
    suspend(project=project, user=cast.bureau, reason="停工")
    assert "construction and suspended" in refused(row(project, work, cast).save)
    assert state(project)[1] == [0, 0]
