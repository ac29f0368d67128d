"""A reader who goes on from `complete_until` misses nothing, however late a transaction commits."""

from datetime import datetime, timedelta

from django.db import connection

from core.changes import MARGIN_SECONDS, complete_until
from tests.database import Databases


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    return moment


def test_with_nobody_else_about_it_is_now_less_the_margin(committed_db: Databases) -> None:
    before = now()
    margin = timedelta(seconds=MARGIN_SECONDS)
    assert before - margin <= complete_until() <= now() - margin


def test_an_open_transaction_holds_it_back_until_it_ends(committed_db: Databases) -> None:
    with committed_db.connect(committed_db.name, role="app") as other, other.cursor() as cursor:
        other.autocommit = False
        cursor.execute("INSERT INTO directory_division (code, name) VALUES ('99', '晚')")
        cursor.execute("SELECT now(), clock_timestamp(), pg_sleep(0.3)")
        ((began, stamped, _pause),) = cursor.fetchall()
        held = complete_until()
        assert held <= began
        assert held < stamped
        other.commit()
    assert complete_until() > held


def test_other_databases_do_not_matter(committed_db: Databases) -> None:
    with committed_db.connect("postgres") as other, other.cursor() as cursor:
        other.autocommit = False
        cursor.execute("SELECT now(), pg_sleep(0.2)")
        ((began, _pause),) = cursor.fetchall()
        assert complete_until() > began - timedelta(seconds=MARGIN_SECONDS)
        other.rollback()
