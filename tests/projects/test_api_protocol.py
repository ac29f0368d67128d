"""Garbage, validators and a client that polls: how the programme's API behaves on the wire."""

import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compounds.actions.register import update_compound
from directory.models import Organisation
from projects.filters.api import PROJECT_ORDERS, ProjectApiFilter, WorkFilter
from projects.models import Project
from tests.apiclient import PROBLEM, V1, Api, make_token
from tests.cast import Cast, make_organisation
from tests.delivery.builders import on_site, report
from tests.effort import examples
from tests.projects.builders import entry_of, make_project, make_unplanned_project

LISTS = ("projects", "works", "indicators", "plans", "catalogue")
NAMES = [
    *ProjectApiFilter.base_filters, *WorkFilter.base_filters, "kind", "state", "offered", "aspect", "cursor", "page_size",
    "sort", "format", "id",
]  # fmt: skip
ODD = [
    "9223372036854775808", "-1", "1e400", "NaN", "9e99", ",", "--", "０", "４２１００３", "٣", "\x00", "a\x00b", "\u202egpj.",
    "𠮷", "😀" * 100, "x" * 7000, "%", "%%s", "%s", "'; DROP TABLE x; --", "\\", "null", "true", "false", "under_way",
    "2026-11-20", "2026-02-30", "20261120", "2026-11-20T08:00:00", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "421003", "1" * 60, "1_000", " 7 ", "\n", "",
]  # fmt: skip
values = st.sampled_from(ODD) | st.text(max_size=40) | st.integers().map(str) | st.floats().map(str)
slow_is_fine = settings(
    deadline=None, max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def api(cast: Cast) -> Api:
    for at in range(3):
        make_unplanned_project(cast, f"小区{at}")
    return Api(cast.service)


# --- Garbage ----------------------------------------------------------------------------


def demand_answer(api: Api, path: str, query: str) -> None:
    response = api.request(path, query)
    assert response.status_code in {200, 400, 404}, (response.status_code, path, query)
    if response.status_code == 200:
        response.json()
    else:
        assert response.headers["Content-Type"] == PROBLEM, query


@slow_is_fine
@given(st.lists(st.tuples(st.sampled_from(NAMES), values), min_size=1, max_size=3))
@example([("started_from", "0001-01-01"), ("completed_to", "9999-12-31")])
@example([("page_size", "9e99")])
@example([("division", "42x")])
@example([("q", "%")])
@example([("updated_since", "9999-12-31T23:59:59-14:00")])
def test_parameters(api: Api, parameters: list[tuple[str, str]]) -> None:
    query = urlencode(parameters, errors="surrogatepass")
    for path in LISTS:
        demand_answer(api, f"{V1}/{path}/", query)


@slow_is_fine
@given(st.text(max_size=40))
@example("\x00")
@example("..")
@example("x" * 3000)
@example("421003-2026-0001\n")
def test_codes(api: Api, code: str) -> None:
    written = quote(code, safe="", errors="surrogatepass")
    demand_answer(api, f"{V1}/projects/{written}/", "")
    demand_answer(api, f"{V1}/plans/{written}/", "")


@slow_is_fine
@given(st.data())
def test_cursors(api: Api, data: st.DataObject) -> None:
    sort = data.draw(st.sampled_from(sorted(PROJECT_ORDERS)))
    cursor = api.json("projects", sort=sort, page_size=1)["next"].rpartition("cursor=")[2]
    at = data.draw(st.integers(0, len(cursor)))
    altered = cursor[:at] + data.draw(st.text(max_size=5)) + cursor[at + data.draw(st.integers(0, 3)) :]
    query = urlencode({"sort": sort, "page_size": "1", "cursor": altered}, errors="surrogatepass")
    demand_answer(api, f"{V1}/projects/", query)


# --- Validators -------------------------------------------------------------------------


def again(api: Api, path: str, first: Any) -> int:
    status: int = api.request(f"{V1}/{path}/", **{"If-None-Match": first.headers["ETag"]}).status_code
    return status


def test_what_the_client_has_is_not_sent_again(cast: Cast) -> None:
    project = on_site(cast)
    api = Api(cast.service)
    for path in (*LISTS, f"projects/{project.code}", f"plans/{entry_of(project).plan_id}"):
        first = api.get(path)
        assert again(api, path, first) == 304, path
        head = api.request(f"{V1}/{path}/", method="head")
        assert (head.content, head.headers["ETag"]) == (b"", first.headers["ETag"])


def test_whatever_is_told_changes_the_validator(cast: Cast) -> None:
    project = on_site(cast)
    client = make_organisation("城投", kind="other")
    Project.objects.filter(pk=project.pk).update(client=client)
    api = Api(cast.service)
    changes: list[Callable[[], Any]] = [
        lambda: report(cast, project),
        lambda: Organisation.objects.filter(pk=client.pk).update(name="新城投"),
        lambda: update_compound(compound=project.compound, user=cast.bureau, name="新名小区"),
    ]
    for change in changes:
        for path in ("projects", f"projects/{project.code}"):
            first = api.get(path)
            assert again(api, path, first) == 304
        change()
        assert again(api, path, first) == 200


def test_an_address_that_reads_takes_no_writing(cast: Cast) -> None:
    project = make_project(cast)
    api = Api(cast.service)
    for path in (*LISTS, f"projects/{project.code}"):
        for method in ("post", "put", "patch", "delete"):
            assert api.request(f"{V1}/{path}/", method=method).status_code == 405


# --- A client that polls ----------------------------------------------------------------

SOON = timedelta(seconds=1)


def test_a_polling_client_sees_a_progress_entry_within_a_second(site: str, committed_cast: Cast) -> None:
    """Against the running site: polling as often as a client may (ten times a second), timed from the commit on."""
    project = on_site(committed_cast)
    key, _token = make_token(committed_cast.service)

    def poll(since: str) -> dict[str, Any]:
        query = urlencode({"updated_since": since})
        request = urllib.request.Request(
            f"{site}{V1}/projects/?{query}", headers={"Authorization": f"Bearer {key}"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            found: dict[str, Any] = orjson.loads(response.read())
        return found

    since = poll("2020-01-01T00:00:00Z")["updated_until"]
    for quantity in (10, 20):
        before = {row["code"]: row["percent_done"] for row in poll(since)["results"]}
        report(committed_cast, project, quantity)
        saved = datetime.now(UTC)
        while {row["code"]: row["percent_done"] for row in poll(since)["results"]} == before:
            assert datetime.now(UTC) - saved < SOON
            time.sleep(0.1)
        assert datetime.now(UTC) - saved < SOON
    (row,) = poll(since)["results"]
    assert (row["code"], row["percent_done"]) == (project.code, "15.00")
    assert row["last_progress_on"] is not None
