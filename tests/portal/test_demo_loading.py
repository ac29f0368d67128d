"""Loading the demo: the same rows each time, whole or not at all, once, and never among real data."""

import os
from datetime import date
from io import StringIO
from random import Random
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import DjangoDbBlocker

from audit.models import AuditEntry
from compounds.models import Compound, ConditionSurvey, PoolEntry, SurveyPhoto
from delivery.models import ProgressEntry
from directory.models import Division, Organisation, User
from portal.demo import MARKER
from portal.demo.actions import NotADemo, NotEmpty, load_demo
from portal.demo.conditions import surveys_of
from portal.demo.figures import Bounds, share_out
from portal.demo.pool import moves_of
from portal.demo.register import all_compounds
from projects.models import Plan, Project, SchemeLine, Task
from tests.database import Databases
from tests.portal.demo_database import DAY, demo_instead

# On a quiet machine; where others work as well, it may take as much longer as there are more of them than cores.
SECONDS_ALLOWED = 60


def _rows() -> list[Any]:
    """What a reader of the demo sees, by natural keys: no numbers of rows, no moments of writing."""
    return [
        list(Compound.objects.order_by("code").values_list("code", "name", "address", "household_count", "floor_area", "search_text", "wgs84_longitude")),
        list(Compound.objects.order_by("code", "buildings__number_key").values_list("code", "buildings__number", "buildings__floors", "buildings__floor_area")),
        list(ConditionSurvey.objects.order_by("compound__code", "surveyed_on", "findings__topic").values_list("compound__code", "surveyed_on", "state", "hazards", "wishing_households", "findings__topic", "findings__score", "findings__note")),
        list(SurveyPhoto.objects.order_by("key").values_list("key", "file__sha256", "topic")),
        list(PoolEntry.objects.order_by("compound__code", "moved_at").values_list("compound__code", "batch", "moved_at", "reason", "urgency_at_entry", "override_rank")),
        list(Organisation.objects.order_by("division", "name").values_list("name", "kind", "credit_code")),
        list(User.objects.order_by("username", "roles__role").values_list("username", "name", "roles__role", "roles__division")),
        list(Project.objects.order_by("code").values_list("code", "compound__code", "stage", "standing", "started_on", "completed_on", "percent_done", "forecast_completion_on")),
        list(SchemeLine.objects.order_by("project__code", "scheme__version", "work_item__catalogue_item__code").values_list("project__code", "scheme__state", "work_item__catalogue_item__code", "quantity")),
        list(ProgressEntry.objects.filter(source="site").order_by("key").values_list("key", "project__code", "done_on", "quantity")),
        list(Task.objects.order_by("division", "title", "kind", "due_on", "quantity_planned").values_list("division", "title", "state", "due_on", "quantity_done")),
        list(Plan.objects.order_by("division", "kind", "first_year", "version").values_list("title", "state", "entries__compound__code", "entries__estimated_investment").order_by("division", "kind", "first_year", "version", "entries__position")),
    ]  # fmt: skip


def _events() -> int:
    events = apps.get_model("compounds", "CompoundEvent")
    return int(events._default_manager.count())


def _numbers() -> list[int]:
    return [AuditEntry.objects.count(), User.objects.count(), _events(), Compound.objects.count()]


class Loaded(NamedTuple):
    """The demo as the command loaded it: how that went, its rows, and what a second run of it did."""

    told: dict[str, Any]
    rows: list[Any]
    numbers: list[int]
    said_again: str
    numbers_again: list[int]


@pytest.fixture(scope="module")
def by_command(django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker) -> Loaded:
    out = StringIO()
    with django_db_blocker.unblock(), demo_instead(databases) as told:
        rows, numbers = _rows(), _numbers()
        call_command("load_demo", stdout=out)
        return Loaded(told, rows, numbers, out.getvalue(), _numbers())


def test_it_stays_under_a_minute(by_command: Loaded) -> None:
    told = by_command.told
    assert told["seconds"] < SECONDS_ALLOWED * max(1.0, told["load"] / (os.cpu_count() or 1))
    assert "507 compounds" in told["said"]
    assert "297 projects" in told["said"]


def test_a_second_run_changes_nothing(by_command: Loaded) -> None:
    assert "loaded already" in by_command.said_again
    assert by_command.numbers_again == by_command.numbers


def test_the_same_day_gives_the_same_rows_and_a_failure_at_the_end_leaves_none(
    by_command: Loaded, db: None, settings: Any
) -> None:
    """Loaded again by another process, with other numbers of rows and another seed of Python's hashes."""
    settings.DEMO = True
    found: list[Any] = []

    def break_off(done: int, steps: int) -> None:
        if done == steps:
            found.extend(_rows())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        load_demo(today=DAY, progress=break_off)
    assert found == by_command.rows
    assert not Compound.objects.exists()
    assert not Division.objects.exists()
    assert not AuditEntry.objects.filter(action=MARKER).exists()


def test_a_real_installation_is_refused(db: None, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(NotADemo):
        load_demo(today=DAY)
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert not User.objects.exists()


def test_a_database_with_people_in_it_is_refused(db: None, settings: Any) -> None:
    settings.DEMO = True
    User.objects.create(username="somebody", name="Somebody")
    with pytest.raises(NotEmpty):
        load_demo(today=DAY)
    assert not Compound.objects.exists()


def test_logins_without_a_demo_say_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load_demo"):
        call_command("demo_logins")


@pytest.mark.parametrize("today", [date(2025, 1, 1), date(2028, 2, 29), date(2031, 12, 31)])
def test_moves_follow_each_other_whatever_the_day(today: date) -> None:
    random = Random(7)
    for sketch in all_compounds():
        surveys = surveys_of(random, sketch, today=today)
        moments = [move.at for move in moves_of(random, sketch, surveys, eligible=True, today=today)]
        assert moments == sorted(moments)
        assert all(survey.surveyed_on <= today for survey in surveys)


# --- Sharing out ------------------------------------------------------------------------


def test_parts_stay_in_their_bounds_and_add_up() -> None:
    random = Random(3)
    for _try in range(200):
        bounds = [Bounds(least=random.randint(0, 5), most=random.randint(6, 40)) for _part in range(9)]
        whole = random.randint(sum(bound.least for bound in bounds), sum(bound.most for bound in bounds))
        parts = share_out(whole, [random.uniform(0.1, 9) for _part in range(9)], bounds)
        assert sum(parts) == whole
        assert all(bound.least <= part <= bound.most for part, bound in zip(parts, bounds, strict=True))


def test_a_total_that_fits_no_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        share_out(10, [1.0, 1.0], [Bounds(least=0, most=4)] * 2)
