"""A household sends its choice: session, guards, one slot per household; against a bare insert of the same row."""

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg2
from django.db import connection
from django.http import HttpResponse
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.bench import Bench, Measured, ratio_of
from benchmarks.cases import Case, Figure, at_least, at_most
from benchmarks.load import ANY_KEY
from compounds.models import Building
from directory.models import User
from projects.models import CatalogueItem, Project, Standing
from residents import session
from residents.actions.households import add_household
from residents.actions.letters import issue_codes
from residents.actions.menus import NewRound, add_option, draw_up_menu, publish_menu
from residents.models import AccessCode, Choice, Household, Menu, current_versions
from residents.models.rounds import Round

VOTERS, ITEMS, ALREADY = 200, 12, 20_000
TITLE = "请您家选一选"
GOAL, MOST_STATEMENTS = 0.35, 6
TABLE = """
DROP TABLE IF EXISTS bench_choice;
CREATE TABLE bench_choice (
    menu_id bigint NOT NULL, household_id bigint NOT NULL, seen bigint[] NOT NULL, wanted bigint[] NOT NULL,
    key uuid NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (menu_id, household_id));
GRANT SELECT, INSERT, UPDATE ON bench_choice TO app;
"""
# As many superseded choices again as a large compound makes in a month.
CAST_BEFORE = """
INSERT INTO residents_choice
    (menu_id, household_id, division_code, channel, code_id, seen, wanted, declined, receipt, key, body, reverse_reason)
SELECT %s, h.id, '', 'web', c.id, %s, %s, '{}', upper(substr(md5(random()::text), 1, 8)), gen_random_uuid(), '', ''
FROM residents_household h JOIN residents_accesscode c ON c.household_id = h.id AND c.revoked_at IS NULL
CROSS JOIN generate_series(1, %s) WHERE h.id = ANY (%s)
"""
Request = dict[str, Any]


def cases() -> Iterable[Case]:
    return [Case(name="choices", measure=measure)]


# --- A compound that chooses ------------------------------------------------------------


def a_menu(title: str) -> Menu:
    """Open for a month, twelve items, 200 doors; the one of this title, if there is one."""
    now = timezone.now()
    known = Menu.objects.open_at(now).filter(title=title).first()
    if known is not None:
        return known
    manager = User.objects.get(username="manager")
    busy = Round.objects.values("compound")
    project = Project.objects.filter(standing=Standing.ACTIVE, menus__isnull=True).exclude(compound__in=busy)[
        0
    ]
    doors(project, manager)
    menu = draw_up_menu(
        project=project, user=manager, title=title, budget=Decimal(900_000), opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=30), new_round=NewRound(title, "居委会", "0716-8000000"),
    )  # fmt: skip
    item = CatalogueItem.objects.filter(category="improve").order_by("code")[0]
    for number in range(1, ITEMS + 1):
        add_option(
            menu=menu, user=manager, catalogue_item=item, name=f"第{number}项", text="一句话说明装在哪里。",
            quantity=Decimal(1), cost=Decimal(50_000 + 10_000 * number),
        )  # fmt: skip
    return publish_menu(menu=menu, user=manager)


def doors(project: Project, manager: User) -> None:
    building = Building.objects.filter(compound=project.compound_id).first() or Building.objects.create(
        compound=project.compound, number="1号楼"
    )
    for number in range(VOTERS):
        staircase, place = divmod(number, 20)
        floor, unit = divmod(place, 2)
        add_household(
            user=manager, building=building, staircase=f"{staircase + 1}单元", floor=floor + 1, unit=f"{floor + 1}0{unit + 1}"
        )  # fmt: skip


def letters_of(menu: Menu) -> list[AccessCode]:
    manager = User.objects.get(username="manager")
    homes = list(Household.objects.living().filter(compound=menu.project.compound_id).order_by("pk"))
    codes = issue_codes(households=homes, user=manager)
    return [codes[home.pk] for home in homes]


# --- Requests ---------------------------------------------------------------------------


def session_cookie(code: AccessCode) -> str:
    response = HttpResponse()
    session.begin(response, code)
    name = session.cookie_name(session.SESSION)
    return f"{name}={response.cookies[name].value}"


class Voters:
    """The households of a menu with their letters, and what their phones send."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        self.letters = letters_of(menu)
        self.seen = [version.pk for version in current_versions(menu) if version.option.is_on_offer]

    def by_program(self) -> list[Request]:
        return [
            {
                "method": "POST",
                "path": f"/api/v1/resident/menus/{self.menu.pk}/choice/",
                "headers": {
                    "Cookie": session_cookie(code), "Content-Type": "application/json", "Idempotency-Key": ANY_KEY,
                },
                "body": json.dumps({"seen": self.seen, "wanted": wants(self.seen, number), "declined": []}),
            }
            for number, code in enumerate(self.letters)
        ]  # fmt: skip

    def by_page(self) -> list[Request]:
        """The finish button of the page, with the token of its form."""
        token, seen = _get_new_csrf_string(), "+".join(map(str, self.seen))
        return [
            {
                "method": "POST",
                "path": f"/r/menu/{self.menu.pk}/check/",
                "headers": {
                    "Cookie": f"{session_cookie(code)}; csrftoken={token}",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
                "body": f"csrfmiddlewaretoken={token}&key={ANY_KEY}&seen={seen}&declined=&wanted="
                + "+".join(map(str, wants(self.seen, number))),
            }
            for number, code in enumerate(self.letters)
        ]

    def bare(self) -> list[Request]:
        return [
            {
                "method": "POST",
                "path": "/choose",
                "headers": {"Content-Type": "application/json"},
                "body": json.dumps({
                    "menu": self.menu.pk, "household": code.household_id, "key": ANY_KEY, "seen": self.seen,
                    "wanted": wants(self.seen, number),
                }),
            }
            for number, code in enumerate(self.letters)
        ]  # fmt: skip

    def cast_before(self) -> None:
        known = Choice.objects.filter(menu=self.menu).count()
        rounds = max(0, ALREADY - known) // len(self.letters)
        households = [code.household_id for code in self.letters]
        with connection.cursor() as cursor:
            cursor.execute(CAST_BEFORE, [self.menu.pk, self.seen, wants(self.seen, 0), rounds, households])


def wants(seen: list[int], number: int) -> list[int]:
    return [version for place, version in enumerate(seen) if (number + place) % 3 == 0]


# --- Measured ---------------------------------------------------------------------------


def measure(bench: Bench) -> Iterator[Figure]:
    """An acknowledged choice is on the disk: so both sides wait for it."""
    fresh, old = Voters(a_menu(f"{TITLE} {timezone.now():%Y-%m-%d %H:%M:%S}")), Voters(a_menu(TITLE))
    old.cast_before()
    with psycopg2.connect(bench.database.url("owner")) as owner, owner.cursor() as cursor:
        cursor.execute(TABLE)
    with bench.database.durable():
        for name, requests in (("program", fresh.by_program()), ("page", fresh.by_page())):
            yield from against(bench, f"choice sent by a {name}", requests, fresh.bare())
        yield constant(bench, fresh, old)


def against(
    bench: Bench, case: str, requests: list[Request], limit_requests: list[Request]
) -> Iterator[Figure]:
    before = Choice.objects.count()
    portal, limit = bench.compare_requests(requests, limit_requests)
    if Choice.objects.count() - before < len(portal.latencies):
        raise RuntimeError("Not every choice that was acknowledged is there.")
    yield at_least(
        case, portal=f"{portal.rate:.0f}/s", limit=f"{limit.rate:.0f}/s", ratio=ratio_of(portal, limit), goal=GOAL
    )  # fmt: skip
    yield at_most(f"{case}: p99 / p50", round(portal.percentile(0.99) / portal.percentile(0.5), 2), 4)
    yield at_most(f"{case}: statements", statements(requests[0]), MOST_STATEMENTS)
    crowd = Measured()
    bench.drive_portal(crowd, requests, connections=VOTERS)
    yield at_most(f"{case}: p95 at {VOTERS} voters", round(crowd.percentile(0.95)), 1000, " ms")


def constant(bench: Bench, fresh: "Voters", old: "Voters") -> Figure:
    """The same where twenty thousand choices lie beneath, in turns."""
    few, many = Measured(), Measured()
    for _round in range(bench.rounds):
        bench.drive_portal(few, fresh.by_program())
        bench.drive_portal(many, old.by_program())
    grown = many.percentile(0.5) / few.percentile(0.5)
    return at_most(f"choice: p50 with {ALREADY:,} choices beneath, times that without", round(grown, 2), 1.3)


def statements(request: Request) -> int:
    """What one submit asks of the database."""
    client = Client(headers={"Cookie": request["headers"]["Cookie"]})
    kind = request["headers"]["Content-Type"]

    def send() -> Any:
        key = str(uuid.uuid4())
        body = request["body"].replace(ANY_KEY, key)
        return client.post(request["path"], body, content_type=kind, headers={"Idempotency-Key": key})

    send()
    with CaptureQueriesContext(connection) as captured:
        answer = send()
    if answer.status_code not in {201, 302}:
        raise RuntimeError(f"{request['path']} answered {answer.status_code}: {answer.content[:300]!r}")
    return len(captured)
