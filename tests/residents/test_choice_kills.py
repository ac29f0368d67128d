"""Killed between the insert and the commit, Redis gone meanwhile: what was acknowledged is there once, the rest not at all.

Faults 5 and 7; fault 4, an answer lost after the commit, is walked in a browser (`test_menu_browser`).
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.db import connection

from renovation.environment import BASE_DIR
from residents.actions.choices import keep_draft
from residents.models import AccessCode, Choice, ChoiceDraft, Household, Menu
from tests.cast import Cast
from tests.database import Databases
from tests.residents.letters_held import code_of
from tests.residents.menus import doors_of, make_menu, on_show
from tests.site import answers, app_environment, kill_workers, own_gunicorn, until

NOBODY_LISTENS = "redis://127.0.0.1:1/0"
# Sends a choice as the portal does; or, bare, the same in two statements that each commit by themselves.
SEND = """
import uuid, django
django.setup()
from residents.actions import choices
from residents.models import AccessCode, Choice, ChoiceDraft, Household, Menu
menu, door = Menu.objects.get(pk={menu}), Household(pk={door})
said = dict(menu=menu, household=door, code=AccessCode.objects.get(pk={code}), key=uuid.uuid4())
if {bare}:
    choices._land(Choice(channel="web", **said), seen={seen}, wanted=[], declined=[])
    ChoiceDraft.objects.filter(menu=menu, household=door).delete()
else:
    choices.choose(**said, seen={seen}, wanted=[])
"""


@pytest.fixture
def home(committed_cast: Cast) -> tuple[Menu, Household]:
    """With something ticked and not yet sent, which goes when the choice is in."""
    menu = make_menu(committed_cast)
    found = doors_of(menu)[0]
    keep_draft(menu=menu, household=found, answers={menu.options.all()[0].pk: "want"})
    return menu, found


class Phone:
    """A resident's browser without scripts."""

    def __init__(self, url: str, code: str) -> None:
        self.url, self.session = url, requests.Session()
        self.session.get(f"{url}/r/{code}", timeout=20)
        self.press("/r/confirm/", {})

    def form(self, path: str) -> dict[str, str]:
        page = self.session.get(self.url + path, timeout=20).text
        return dict(
            re.findall(r'<input type="hidden" name="(key|seen|wanted|declined)" value="([^"]*)"', page)
        )

    def press(self, path: str, form: dict[str, str]) -> requests.Response:
        token = re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"',
            self.session.get(f"{self.url}/r/confirm/", timeout=20).text,
        )
        sent = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
        return self.session.post(self.url + path, sent, headers={"Referer": self.url + path}, timeout=60)


@contextmanager
def held_before_commit(databases: Databases) -> Iterator[None]:
    """A choice takes the draft with it: a lock on that holds whoever sends between the insert and the commit."""
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM residents_choicedraft FOR UPDATE")
        yield
        cursor.execute("ROLLBACK")


def somebody_waits(databases: Databases) -> bool:
    """For a row that another transaction holds: here only the draft's."""
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND locktype = 'transactionid' AND datname = current_database()"
        )
        return cursor.fetchone() != (0,)


def end_who_waits() -> None:
    """The server process of whoever was killed, which would finish its statement: as the role that it works for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND locktype = 'transactionid' AND datname = current_database()"
        )


def is_let_go(databases: Databases, door: Household) -> bool:
    """The killed process' transaction is undone: its lock on the household is free."""
    with databases.connect(databases.name) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT 1 FROM residents_household WHERE id = %s FOR UPDATE SKIP LOCKED", [door.pk])
        return cursor.fetchone() is not None


def is_whole(menu: Menu) -> bool:
    """The choice is in and the draft gone, or neither."""
    return Choice.objects.filter(menu=menu).exists() != ChoiceDraft.objects.filter(menu=menu).exists()


def test_a_choice_whose_worker_is_killed_before_the_commit_is_there_once_when_it_is_sent_again(
    committed_cast: Cast, home: tuple[Menu, Household], own_site: tuple[str, int], databases: Databases
) -> None:
    """The server finishes a statement whose sender has died: the commit that nobody heard of gives its first receipt."""
    (menu, door), (url, master) = home, own_site
    phone = Phone(url, code_of(committed_cast, door))
    check = f"/r/menu/{menu.pk}/check/"
    form = phone.form(check)
    with ThreadPoolExecutor(1) as people, held_before_commit(databases):
        asked = people.submit(phone.press, check, form)
        until(lambda: somebody_waits(databases) or asked.done())
        kill_workers(master)
        with pytest.raises(requests.RequestException):
            asked.result()
    until(lambda: is_let_go(databases, door))
    assert is_whole(menu)
    until(lambda: answers(url))
    received = phone.press(check, form)
    # And once more, as a phone that did not hear that either.
    again = phone.press(check, form)
    sent = Choice.objects.get(menu=menu)
    assert [answer.url for answer in (received, again)] == [f"{url}/r/menu/{menu.pk}/receipt/"] * 2
    assert f"{sent.receipt[:4]} {sent.receipt[4:]}" in again.text
    assert not ChoiceDraft.objects.exists()


@pytest.mark.parametrize("bare", [False, True])
def test_it_is_the_one_statement_that_leaves_nothing_half_done(
    committed_cast: Cast, home: tuple[Menu, Household], databases: Databases, *, bare: bool
) -> None:
    """The negative control: in two statements a kill leaves a choice that its household is told is not submitted yet."""
    menu, door = home
    code_of(committed_cast, door)
    code = AccessCode.objects.live().get(household=door)
    script = SEND.format(
        bare=bare, menu=menu.pk, door=door.pk, code=code.pk, seen=list(on_show(menu).values())
    )
    with held_before_commit(databases):
        sender = subprocess.Popen([sys.executable, "-c", script], cwd=BASE_DIR, env=app_environment())
        until(lambda: somebody_waits(databases) or sender.poll() is not None)
        assert sender.poll() is None
        sender.kill()
        sender.wait()
        end_who_waits()
    until(lambda: is_let_go(databases, door))
    assert is_whole(menu) is not bare


def test_without_redis_a_household_chooses_all_the_same(
    committed_cast: Cast, home: tuple[Menu, Household], tmp_path: Path
) -> None:
    menu, door = home
    with own_gunicorn(tmp_path / "site.log", REDIS_URL=NOBODY_LISTENS) as (url, _master):
        phone = Phone(url, code_of(committed_cast, door))
        check = f"/r/menu/{menu.pk}/check/"
        assert phone.press(check, phone.form(check)).url.endswith("/receipt/")
    assert Choice.objects.filter(menu=menu).counting().count() == 1
