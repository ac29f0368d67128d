"""Tasks between the five tiers: who gives, passes on, reports and closes; what the database refuses; the alarm."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import ConstraintRefused
from directory.powers import Role
from outbox.models import Message
from projects.actions.alarms import due_alarms, sound_alarm, sound_alarms
from projects.actions.tasks import (
    add_evidence,
    cancel_task,
    close_task,
    comment,
    hand_over,
    move_due,
    pass_on,
    remove_evidence,
    report_done,
    return_task,
)
from projects.errors import (
    DateInFuture,
    EvidenceNeeded,
    HandsElsewhere,
    PartsOpen,
    PassNowhere,
    PlaceDoesNotFit,
    QuantityNeeded,
    ReasonNeeded,
    TaskWrongState,
)
from projects.hands import find, near, resolve
from projects.models import EntryKind, Task, TaskEntry, TaskFile, TaskKind, TaskState, Tier
from projects.registrations.tasks import follow_division, waiting_rows
from projects.task_totals import COUNTED, sum_of, totals_below
from projects.task_way import path_of, roll_up
from tests.cast import (
    EAST_STREET,
    GUANGWU,
    JINGZHOU,
    MINSHENG,
    MINZHU,
    SHENGLI,
    WEST_STREET,
    Cast,
    make_organisation,
    make_user,
)
from tests.compounds.builders import make_compound
from tests.projects.builders import make_project
from tests.projects.tasks import day, division, firm, make_done, make_photo, make_task, named, office
from tests.races import at_once, refusals

STRUCTURES = TaskKind.ILLEGAL_STRUCTURES


# --- Up and down -------------------------------------------------------------------------


def test_a_task_goes_down_to_the_community_and_up_again_and_the_thread_remembers(cast: Cast) -> None:
    task = make_task(cast, to=WEST_STREET)
    pass_on(task=task, user=cast.street, hands=office(SHENGLI), text="请社区先摸排")
    pass_on(task=task, user=cast.community, hands=office(WEST_STREET), text="需街道执法")
    task.refresh_from_db()
    entries = list(task.entries.all())
    assert [entry.kind for entry in entries] == [EntryKind.GIVEN, EntryKind.PASSED_DOWN, EntryKind.PASSED_UP]
    assert [(entry.from_name, entry.to_name) for entry in entries[1:]] == [
        ("西城街道", "胜利街社区居民委员会"), ("胜利街社区居民委员会", "西城街道"),
    ]  # fmt: skip
    path = path_of(task, entries)
    assert [stop.tier for stop in path] == list(Tier.values)
    assert [stop.state for stop in path] == ["not", "not", "here", "been", "not"]


def test_who_takes_it_says_the_tier(cast: Cast) -> None:
    place = division(SHENGLI)
    compound = make_compound(cast, "砂石厂小区")
    builder = make_organisation("施工公司", kind="contractor", division="4206")
    water = make_organisation("供水公司", kind="utility")
    keys = {
        f"d:{JINGZHOU}": Tier.CITY, f"d:{WEST_STREET}": Tier.STREET, f"d:{SHENGLI}": Tier.COMMUNITY,
        f"c:{compound.pk}": Tier.COMPOUND, f"o:{builder.pk}": Tier.COMPOUND, f"o:{water.pk}": Tier.DEPARTMENT,
        f"p:{cast.bureau2.pk}": Tier.DEPARTMENT, f"p:{cast.street.pk}": Tier.STREET,
        f"p:{cast.community.pk}": Tier.COMMUNITY,
    }  # fmt: skip
    for key, tier in keys.items():
        hands = resolve(cast.bureau, place, key, compound=compound)
        assert hands is not None, key
        assert (hands.key, hands.tier) == (key, tier)
    for nobody in (f"d:{GUANGWU}", f"d:{EAST_STREET}", f"p:{cast.stranger.pk}", f"p:{cast.sysadmin.pk}", "p:x", "", "d:", "o:9e9", "x:1", f"p:{10**30}"):  # fmt: skip
        assert resolve(cast.bureau, place, nobody) is None, nobody


def test_people_are_found_by_pinyin_and_only_on_the_line(cast: Cast) -> None:
    place = division(SHENGLI)
    make_user("wanghua", name="王华", role=Role.COMMUNITY_WORKER, division=SHENGLI)
    make_user("wanghua2", name="王花", role=Role.COMMUNITY_WORKER, division=MINSHENG)
    make_user("wanghua3", name="王画", role=Role.BUREAU_MANAGER, division="420683")
    assert [hands.label for hands in find(cast.bureau, place, "wh")] == ["王华"]
    assert [hands.label for hands in find(cast.bureau, division(JINGZHOU), "王")] == ["王华", "王花"]
    assert find(cast.bureau, place, "") == []
    assert [hands.label for hands in near(cast.bureau, place)][-1] == "胜利街社区居民委员会"


def test_nobody_off_the_line_of_the_place_holds_it(cast: Cast) -> None:
    task = make_task(cast, to=WEST_STREET)
    for code in (EAST_STREET, GUANGWU, "420683"):
        with pytest.raises(HandsElsewhere):
            pass_on(task=task, user=cast.bureau, hands=office(code))
    with pytest.raises(PassNowhere):
        pass_on(task=task, user=cast.bureau, hands=office(WEST_STREET))


def test_only_holder_giver_and_the_offices_above_pass_it_on(cast: Cast) -> None:
    task = make_task(cast, by="street", to=SHENGLI)
    for person in ("finance", "liaison", "contractor", "auditor", "stranger", "nobody"):
        with pytest.raises(NotPermitted):
            pass_on(task=task, user=getattr(cast, person), hands=office(WEST_STREET))
    named_task = make_task(cast, hands=named(cast.community))
    other = make_user(role=Role.COMMUNITY_WORKER, division=SHENGLI)
    with pytest.raises(NotPermitted):
        report_done(task=named_task, user=other, text="x", files=[])
    pass_on(task=task, user=cast.community, hands=office(WEST_STREET))


def test_a_task_lies_where_its_project_lies(cast: Cast) -> None:
    project = make_project(cast)
    task = make_task(cast, project=project)
    assert task.compound == project.compound
    with pytest.raises(PlaceDoesNotFit):
        make_task(cast, about=MINZHU, project=project)
    with pytest.raises(NotPermitted):
        make_task(cast, by="stranger")
    with pytest.raises(NotPermitted):
        make_task(cast, by="auditor")


def test_several_are_handed_over_together_or_not_at_all(cast: Cast) -> None:
    tasks = [make_task(cast, to=WEST_STREET) for _serial in range(3)]
    assert hand_over(tasks=tasks, user=cast.street, hands=named(cast.community)) == 3
    assert hand_over(tasks=tasks, user=cast.bureau, hands=named(cast.community)) == 0
    closed = make_task(cast)
    cancel_task(task=closed, user=cast.bureau, reason="不再需要")
    with pytest.raises(TaskWrongState):
        hand_over(tasks=[*tasks, closed], user=cast.bureau, hands=office(WEST_STREET))
    assert set(Task.objects.filter(pk__in=[one.pk for one in tasks]).values_list("tier", flat=True)) == {
        "community"
    }


# --- Done --------------------------------------------------------------------------------


def test_done_needs_evidence_and_the_giver_closes_or_returns(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI)
    with pytest.raises(EvidenceNeeded):
        report_done(task=task, user=cast.community, text=" ", files=[])
    report_done(task=task, user=cast.community, text="已清理", files=[])
    with pytest.raises(NotPermitted):
        close_task(task=task, user=cast.community)
    with pytest.raises(ReasonNeeded):
        return_task(task=task, user=cast.bureau, reason="")
    return_task(task=task, user=cast.bureau, reason="三单元还有杂物")
    make_done(cast, task, by="community")
    close_task(task=task, user=cast.bureau)
    task.refresh_from_db()
    assert (task.state, task.done_on) == (TaskState.CLOSED, timezone.localdate())
    for act in (cancel_task, return_task):
        with pytest.raises(TaskWrongState):
            act(task=task, user=cast.bureau, reason="x")


def test_what_is_counted_says_how_much(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI, kind=STRUCTURES, quantity_planned=Decimal(120), places_planned=4)
    photo = make_photo(cast.community)
    with pytest.raises(EvidenceNeeded):
        report_done(task=task, user=cast.community, text="拆了", files=[], quantity_done=Decimal(120))
    with pytest.raises(QuantityNeeded):
        report_done(task=task, user=cast.community, text="", files=[photo])
    with pytest.raises(ConstraintRefused):
        report_done(task=task, user=cast.community, text="", files=[photo], quantity_done=Decimal(-1))
    with pytest.raises(DateInFuture):
        report_done(
            task=task, user=cast.community, text="", files=[photo], quantity_done=Decimal(1), done_on=day(1)
        )
    report_done(
        task=task, user=cast.community, text="", files=[photo], quantity_done=Decimal("118.50"), places_done=4
    )
    task.refresh_from_db()
    assert (task.quantity_done, task.places_done) == (Decimal("118.50"), 4)


def test_photos_of_the_spot_join_the_report_once(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI, kind=TaskKind.MARKET_POINT, quantity_planned=Decimal(1))
    key, photo = uuid4(), make_photo(cast.community)
    first = add_evidence(task=task, user=cast.community, file=photo, key=key)
    assert add_evidence(task=task, user=cast.community, file=photo, key=key) == first
    dropped = add_evidence(task=task, user=cast.community, file=photo, key=uuid4())
    with pytest.raises(NotPermitted):
        remove_evidence(evidence=dropped, user=cast.stranger)
    remove_evidence(evidence=dropped, user=cast.community)
    report_done(task=task, user=cast.community, text="", files=[], quantity_done=Decimal(1))
    assert not task.evidence.exists()
    assert TaskFile.objects.filter(entry__task=task, entry__kind=EntryKind.DONE).count() == 1
    with pytest.raises(TaskWrongState):
        add_evidence(task=task, user=cast.community, file=photo, key=uuid4())


def test_the_day_moves_with_its_reason_by_the_givers_side(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI, due=-3)
    with pytest.raises(NotPermitted):
        move_due(task=task, user=cast.community, due_on=day(5), reason="下雨")
    with pytest.raises(ReasonNeeded):
        move_due(task=task, user=cast.bureau, due_on=day(5), reason="")
    move_due(task=task, user=cast.bureau, due_on=day(5), reason="下雨")
    entry = task.entries.get(kind=EntryKind.DUE_MOVED)
    assert day(-3).isoformat() in entry.text
    comment(task=task, user=cast.community, text="收到")
    with pytest.raises(ConstraintRefused):
        comment(task=task, user=cast.community, text=" ")


# --- Parts -------------------------------------------------------------------------------


def test_parts_are_given_by_the_holder_and_come_before_the_whole(cast: Cast) -> None:
    whole = make_task(
        cast, about=WEST_STREET, to=WEST_STREET, kind=STRUCTURES, quantity_planned=Decimal(1000)
    )
    parts = [
        make_task(
            cast,
            by="street",
            about=code,
            to=code,
            kind=STRUCTURES,
            parent=whole,
            quantity_planned=Decimal(300),
        )
        for code in (SHENGLI, MINZHU)
    ]
    with pytest.raises(NotPermitted):
        make_task(cast, by="community", to=SHENGLI, parent=make_task(cast, hands=named(cast.street)))
    with pytest.raises(PlaceDoesNotFit):
        make_task(cast, by="street", about=JINGZHOU, to=JINGZHOU, parent=whole)
    for act in (
        lambda: report_done(task=whole, user=cast.street, text="x", files=[make_photo(cast.street)], quantity_done=Decimal(1)),
        lambda: cancel_task(task=whole, user=cast.bureau, reason="x"),
    ):  # fmt: skip
        with pytest.raises(PartsOpen):
            act()
    make_done(cast, parts[0], by="community", quantity_done=Decimal(280))
    cancel_task(task=parts[1], user=cast.street, reason="并入下期")
    rolled = roll_up(whole)
    assert (rolled.parts, rolled.finished, rolled.quantity_planned, rolled.quantity_done) == (
        1,
        1,
        Decimal(300),
        Decimal(280),
    )
    make_done(cast, whole, by="street", quantity_done=Decimal(950))
    with pytest.raises(TaskWrongState):
        make_task(cast, by="street", about=SHENGLI, to=SHENGLI, parent=whole)


def test_totals_roll_up_the_tree_and_count_nothing_twice(cast: Cast) -> None:
    whole = make_task(
        cast,
        about=WEST_STREET,
        to=WEST_STREET,
        kind=STRUCTURES,
        quantity_planned=Decimal(1000),
        places_planned=10,
    )
    for code, planned, places in ((SHENGLI, 400, 4), (MINZHU, 200, 3)):
        make_task(cast, by="street", about=code, to=code, kind=STRUCTURES, parent=whole, quantity_planned=Decimal(planned), places_planned=places)  # fmt: skip
    part = whole.parts.get(division=SHENGLI)
    make_done(cast, part, by="community", quantity_done=Decimal(390), places_done=4)
    make_task(
        cast, about=MINSHENG, to=EAST_STREET, kind=TaskKind.DAY_CARE, quantity_planned=Decimal(2), due=-1
    )
    make_task(cast, about=MINSHENG, to=EAST_STREET)
    gone = make_task(cast, about=SHENGLI, to=SHENGLI, kind=STRUCTURES, quantity_planned=Decimal(9999))
    cancel_task(task=gone, user=cast.bureau, reason="重复")
    seen = Task.objects.visible_to(cast.bureau)
    streets = {row.name: row for row in totals_below(seen, JINGZHOU)}
    west = streets["西城街道"].cells[STRUCTURES]
    assert (west.planned, west.done, west.places_planned, west.places_done) == tuple(
        map(Decimal, (1000, 390, 10, 4))
    )
    assert streets["东城街道"].cells[TaskKind.DAY_CARE].overdue == 1
    below = {row.code: row for row in totals_below(seen, WEST_STREET)}
    assert below[WEST_STREET].is_itself
    assert [below[code].cells[STRUCTURES].planned for code in (WEST_STREET, SHENGLI, MINZHU)] == [
        400,
        400,
        200,
    ]
    assert sum_of(list(below.values())).cells[STRUCTURES].planned == 1000
    assert totals_below(Task.objects.visible_to(cast.stranger), "") == []
    assert len(COUNTED) == 5


# --- Who sees ----------------------------------------------------------------------------


def test_strangers_see_nothing_and_who_takes_part_sees_theirs(cast: Cast) -> None:
    builder = make_organisation("施工公司", kind="contractor")
    cast.contractor.organisation = builder
    cast.contractor.save()
    ours, theirs = make_task(cast, to=SHENGLI), make_task(cast, hands=firm(builder))
    seen = {name: set(Task.objects.visible_to(getattr(cast, name))) for name in ("community", "contractor", "stranger", "nobody", "sysadmin")}  # fmt: skip
    assert seen == {"community": {ours, theirs}, "contractor": {theirs}, "stranger": set(), "nobody": set(), "sysadmin": set()}  # fmt: skip
    report_done(task=theirs, user=cast.contractor, text="已完成", files=[])


@pytest.mark.parametrize("person", ["bureau", "street", "community", "finance", "contractor", "stranger", "nobody", "auditor"])  # fmt: skip
def test_the_sign_in_the_top_bar_counts_what_the_list_shows(cast: Cast, person: str) -> None:
    body = make_organisation("施工公司", kind="contractor")
    cast.contractor.organisation = body
    cast.contractor.save()
    for hands in (office(JINGZHOU), office(WEST_STREET), office(SHENGLI), named(cast.street), firm(body)):
        make_task(cast, hands=hands)
    user = type(cast.bureau).objects.get(pk=getattr(cast, person).pk)
    assert set(waiting_rows(user)) == set(Task.objects.waiting_for(user))


# --- The database ------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [("open", "closed"), ("done", "cancelled"), ("closed", "open"), ("cancelled", "open")])  # fmt: skip
def test_no_shell_takes_a_task_past_its_steps(cast: Cast, before: str, after: str) -> None:
    task = make_task(cast, to=SHENGLI)
    if before in ("done", "closed"):
        make_done(cast, task, by="community")
    if before == "closed":
        close_task(task=task, user=cast.bureau)
    if before == "cancelled":
        cancel_task(task=task, user=cast.bureau, reason="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(state=after, done_on=timezone.localdate())


def test_no_shell_changes_the_thread(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI)
    make_done(cast, task, by="community")
    for statement in (
        "UPDATE projects_taskentry SET text = 'x'", "DELETE FROM projects_taskentry", "DELETE FROM projects_taskfile",
        "UPDATE projects_taskfile SET file_id = file_id", "DELETE FROM projects_task",
        "SET LOCAL pgtrigger.ignore = 'projects.Task:task_moves'; UPDATE projects_task SET state = 'open', parent_id = id",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert TaskEntry.objects.filter(task=task).count() == 2


# --- The alarm ---------------------------------------------------------------------------


def told(user: Any) -> list[str]:
    found = Message.objects.in_inbox_of(user).filter(key__startswith="task_overdue:")
    return sorted(found.values_list("subject", flat=True))


def test_each_holder_is_told_once_of_each_overdue_task(cast: Cast) -> None:
    colleague = make_user(role=Role.COMMUNITY_WORKER, division=SHENGLI)
    make_task(cast, to=SHENGLI, due=-1, title="甲")
    make_task(cast, hands=named(cast.community), due=-30, title="乙")
    make_task(cast, to=SHENGLI, due=0, title="今天到期")
    done = make_task(cast, to=SHENGLI, due=-2, title="已报")
    make_done(cast, done, by="community")
    assert [sound_alarms(), sound_alarms()] == [2, 0]
    assert len(told(cast.community)) == 2
    assert len(told(colleague)) == 1
    assert told(cast.bureau) == []


def test_whoever_was_away_makes_up_for_it_and_silence_is_broken_weekly(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI, due=-10)
    cast.community  # noqa: B018 (comes into being)
    assert sound_alarms(day(-4)) == 1
    assert sound_alarms(day(0)) == 0
    assert sound_alarms(day(3)) == 1
    move_due(task=task, user=cast.bureau, due_on=day(-1), reason="改期")
    assert due_alarms(day()).count() == 1
    pass_on(task=task, user=cast.bureau, hands=named(cast.street))
    assert sound_alarms() == 1
    assert len(told(cast.street)) == 1


def test_two_beats_at_once_tell_once(committed_cast: Cast) -> None:
    cast = committed_cast
    task = make_task(cast, to=SHENGLI, due=-1)
    cast.community  # noqa: B018 (comes into being)
    today = timezone.localdate()
    answers = at_once(*[lambda: sound_alarm(task_id=task.pk, day=today)] * 6)
    assert sorted(answers) == [False] * 5 + [True]
    assert len(told(cast.community)) == 1
    assert not refusals(answers)


def test_without_the_condition_every_beat_believes_it_is_the_one(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the harness sees several beats at one task. The message's key keeps it single even then."""
    cast = committed_cast
    task = make_task(cast, to=SHENGLI, due=-1)
    cast.community  # noqa: B018 (comes into being)
    monkeypatch.setattr("projects.actions.alarms.due_alarms", lambda _day: Task.objects.all())
    answers = at_once(*[lambda: sound_alarm(task_id=task.pk, day=timezone.localdate())] * 3)
    assert answers == [True] * 3
    assert len(told(cast.community)) == 1


def test_a_message_that_cannot_be_written_leaves_the_task_unclaimed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make_task(cast, to=SHENGLI, due=-1)
    cast.community  # noqa: B018 (comes into being)

    def fail(**_facts: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("projects.actions.alarms.tell", fail)
        with pytest.raises(RuntimeError):
            sound_alarm(task_id=task.pk, day=timezone.localdate())
    task.refresh_from_db()
    assert task.alarmed_on is None
    assert sound_alarms() == 1


def test_a_renamed_division_takes_its_tasks_along(cast: Cast) -> None:
    task = make_task(cast, to=SHENGLI)
    assert follow_division(SHENGLI, MINZHU) == 2
    task.refresh_from_db()
    assert (task.division_id, task.holder_id) == (MINZHU, MINZHU)
    assert task.due_on - timezone.localdate() == timedelta(days=7)
