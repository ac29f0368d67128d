"""Every staff page that needs no more than a compound: its SQL statements and its time at 10,000 compounds."""

import time
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from benchmarks.bench import Bench
from benchmarks.cases import Case, Figure
from compounds.models import Compound
from directory.models import User

REPEATS = 12
MOST_MS = 200
# Files, sign-in and sign-out, and pages of nobody in particular.
LEFT_OUT = (
    "export",
    "template",
    "logout",
    "login",
    "signup",
    "password",
    "mfa",
    "account",
    "geojson",
    "photo",
)


def page_names(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """The full names of all addresses, in the order of the resolver."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from page_names(pattern.url_patterns, inner)
        elif pattern.name:
            yield namespace + pattern.name


def addresses(code: str) -> list[str]:
    """Those that can be written with nothing, or with a compound's code."""
    found: dict[str, None] = {}
    for name in page_names(get_resolver().url_patterns):
        if name.startswith("api:") or any(word in name for word in LEFT_OUT):
            continue
        for arguments in ({}, {"code": code}):
            try:
                found[reverse(name, kwargs=arguments)] = None
            except NoReverseMatch:
                continue
    return list(found)


def measured(client: Client, address: str) -> tuple[int, float] | None:
    """(statements, p95 in ms) of a page that answers 200 to a plain GET, else None."""
    if client.get(address).status_code != 200:
        return None
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    statements = len(captured)
    times = []
    for _repeat in range(REPEATS):
        begin = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - begin) * 1000)
    return statements, sorted(times)[int(REPEATS * 0.95)]


def measure(bench: Bench) -> Iterator[Figure]:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username="manager"))
    code = Compound.objects.order_by("code").values_list("code", flat=True)[0]
    for address in addresses(code):
        found = measured(client, address)
        if found is not None:
            statements, slowest = found
            yield Figure(
                case=f"page {address.replace(code, '…')}",
                portal=f"{statements} statements, {slowest:.0f} ms",
                goal=f"≤ {MOST_MS} ms",
                ok=slowest <= MOST_MS,
            )


def cases() -> list[Case]:
    return [Case(name="statements", measure=measure)]
