"""The staff's list of compounds as a page: session, scope, filter, sums, saved views, 100 rows of HTML."""

from collections.abc import Iterator

from django.test import Client

from benchmarks.api import statements, streets
from benchmarks.bench import Bench, ratio_of
from benchmarks.cases import Case, Figure, at_least, at_most
from directory.models import User

LIST = "/compounds/"
# NetBox v4.4's list of 100 rows, measured in the same way against the same kind of limit.
NETBOX_RATIO = 0.011


def signed_in() -> dict[str, str]:
    """The cookies of the bureau's manager as a browser sends them."""
    client = Client()
    client.force_login(User.objects.get(username="manager"))
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())}


def measure_list(bench: Bench) -> Iterator[Figure]:
    headers = signed_in()
    paths = [f"{LIST}?division={street}" for street in streets()]
    size = len(bench.get(bench.portal, paths[0], headers))
    limits = [f"/page?division={street}&bytes={size}" for street in streets()]
    portal, limit = bench.compare(paths, limits, headers=headers)
    ratio = ratio_of(portal, limit)
    rates = {"portal": f"{portal.rate:.0f}/s", "limit": f"{limit.rate:.0f}/s"}
    yield at_least("list page, 100 compounds", **rates, ratio=ratio, goal=0.12)
    yield at_least("list page: times NetBox's ratio", **rates, ratio=ratio / NETBOX_RATIO, goal=10)
    yield at_most("list page: p95", round(portal.percentile(0.95), 1), 60, " ms")
    yield at_most("list page: p99 / p50", round(portal.percentile(0.99) / portal.percentile(0.5), 2), 4)
    yield at_most("list page: statements", statements(paths[0], headers), 12)


def measure_whole(bench: Bench) -> Iterator[Figure]:
    """The same without a narrower division: count and sums run over all 10,000 compounds."""
    headers = signed_in()
    size = len(bench.get(bench.portal, LIST, headers))
    portal, limit = bench.compare([LIST], [f"/page?division=4290&bytes={size}"], headers=headers)
    yield at_least(
        "list page, all 10,000 compounds", portal=f"{portal.rate:.0f}/s", limit=f"{limit.rate:.0f}/s",
        ratio=ratio_of(portal, limit), goal=0.12,
    )  # fmt: skip
    yield at_most("list page, all: p95", round(portal.percentile(0.95), 1), 60, " ms")


def cases() -> list[Case]:
    return [Case(name="page", measure=measure_list), Case(name="page-all", measure=measure_whole)]
