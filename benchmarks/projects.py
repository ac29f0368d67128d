"""Projects: their list by the API and as a page, at 10,000 of them; statements of a project's page."""

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.api import demand_same, issued_token, statements, streets
from benchmarks.bench import Bench, ratio_of
from benchmarks.cases import Case, Figure, at_least, at_most
from benchmarks.pages import signed_in
from directory.models import User
from projects.models import Project

API = "/api/v1/projects/"
PAGE = "/projects/"


def measure_api(bench: Bench) -> Iterator[Figure]:
    headers = {"Authorization": f"Bearer {issued_token()}"}
    paths = [f"{API}?division={street}" for street in streets()]
    limits = [f"/projects-api?division={street}" for street in streets()]
    for ours, theirs in zip(paths[:3], limits[:3], strict=True):
        demand_same(bench.get(bench.portal, ours, headers), bench.get(bench.limit, theirs, {}))
    portal, limit = bench.compare(paths, limits, headers=headers)
    yield at_least(
        "project list API, 100 rows, token, filter, throttle", portal=f"{portal.rate:.0f}/s",
        limit=f"{limit.rate:.0f}/s", ratio=ratio_of(portal, limit), goal=0.4,
    )  # fmt: skip
    yield at_most("project list API: p99", round(portal.percentile(0.99), 1), 50, " ms")
    yield at_most(
        "project list API: p99 / p50", round(portal.percentile(0.99) / portal.percentile(0.5), 2), 4
    )
    yield at_most("project list API: statements", statements(paths[0], headers), 5)


def measure_changes(bench: Bench) -> Iterator[Figure]:
    """What a client asks every few seconds: anything new? Three statements, nothing to tell."""
    headers = {"Authorization": f"Bearer {issued_token()}"}
    path = f"{API}?updated_since=2099-01-01T00:00:00Z"
    yield at_most("project list API, polled: statements", statements(path, headers), 5)


def measure_page(bench: Bench) -> Iterator[Figure]:
    headers = signed_in()
    paths = [f"{PAGE}?division={street}" for street in streets()]
    size = len(bench.get(bench.portal, paths[0], headers))
    limits = [f"/projects-page?division={street}&bytes={size}" for street in streets()]
    portal, limit = bench.compare(paths, limits, headers=headers)
    yield at_least(
        "project list page, 100 rows", portal=f"{portal.rate:.0f}/s", limit=f"{limit.rate:.0f}/s",
        ratio=ratio_of(portal, limit), goal=0.12,
    )  # fmt: skip
    yield at_most("project list page: p95", round(portal.percentile(0.95), 1), 60, " ms")
    yield at_most(
        "project list page: p99 / p50", round(portal.percentile(0.99) / portal.percentile(0.5), 2), 4
    )
    yield at_most("project list page: statements", statements(paths[0], headers), 12)


def measure_detail(bench: Bench) -> Iterator[Figure]:
    """A project's page at each stage of the line: what hangs on it must not cost statements."""
    client = Client()
    client.force_login(User.objects.get(username="manager"))
    found = []
    for code in Project.objects.order_by("stage", "code").distinct("stage").values_list("code", flat=True):
        client.get(f"{PAGE}{code}/")
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"{PAGE}{code}/")
        if response.status_code != 200:
            raise RuntimeError(f"{PAGE}{code}/ answered {response.status_code}")
        found.append(len(captured))
    yield Figure(case="project page: statements, by stage", portal=", ".join(map(str, found)))


def cases() -> list[Case]:
    return [
        Case(name="projects-api", measure=measure_api),
        Case(name="projects-changes", measure=measure_changes),
        Case(name="projects-page", measure=measure_page),
        Case(name="project", measure=measure_detail),
    ]
