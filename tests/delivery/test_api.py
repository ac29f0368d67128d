"""Progress and contracts for programs: what is read, what is taken, and everything a careless program sends."""

import json
import time
import uuid
from typing import Any

import pytest
from django.utils import timezone

from delivery.actions.progress import reverse_entry
from delivery.models import ProgressEntry
from directory.models import TokenScope
from projects.actions.stages import suspend
from projects.models import Project
from tests.apiclient import V1, Api, demand_problem, make_stranger, make_token
from tests.cast import Cast
from tests.delivery.builders import at_the_start, items_of, make_contract, on_site, party_user, report


def writer(
    cast: Cast, *, scopes: tuple[str, ...] = (TokenScope.READ, TokenScope.WRITE_PROGRESS), user: Any = None
) -> Api:
    key, _token = make_token(user or cast.service, scopes=scopes)
    return Api(key=key)


def post(api: Api, project: Project, body: Any, *, key: Any = None, code: str = "", **headers: str) -> Any:
    """`body` as an object, or as the text of the body."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    sent = {**api.headers, "Idempotency-Key": str(key or uuid.uuid4()), **headers}
    address = f"{V1}/projects/{code or project.code}/progress/"
    return api.client.post(address, text, content_type="application/json", headers=sent)


def a_body(project: Project, /, **changes: Any) -> dict[str, Any]:
    sent = {
        "work_item": items_of(project)[0].pk,
        "done_on": timezone.localdate().isoformat(),
        "quantity": "12.50",
    }
    return {**sent, **changes}


def test_a_report_is_taken_and_read_back(cast: Cast) -> None:
    project, api = on_site(cast), writer(cast)
    response = post(api, project, a_body(project, note="管沟已回填"))
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["quantity"], body["project"], body["note"]) == ("12.50", project.code, "管沟已回填")
    assert body["work_item"]["code"] == "B01"
    assert api.results("progress", project=project.code) == [body]


def test_sent_again_it_is_the_same_entry(cast: Cast) -> None:
    project, api, key = on_site(cast), writer(cast), uuid.uuid4()
    first = post(api, project, a_body(project), key=key)
    again = post(api, project, a_body(project, quantity=12.5), key=str(key).upper())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()
    other = post(api, project, a_body(project, quantity="13"), key=key)
    problem = demand_problem(other, 409, "key_used_differently")
    assert problem["entry"] == first.json()["id"]
    suspend(project=project, user=cast.bureau, reason="停工")
    assert post(api, project, a_body(project), key=key).json() == first.json()
    demand_problem(post(api, project, a_body(project)), 409, "not_under_construction")


def test_rules_refuse_with_a_code_of_their_own(cast: Cast) -> None:
    project, other, api = on_site(cast), on_site(cast), writer(cast)
    cases: list[tuple[str, dict[str, Any]]] = [
        ("more_than_planned", {"quantity": "120.01"}),
        ("not_in_scheme", {"work_item": items_of(other)[0].pk}),
        ("not_in_scheme", {"work_item": 2**31 - 1}),
        ("day_in_future", {"done_on": "2100-01-01"}),
        ("day_before_start", {"done_on": "2020-01-01"}),
    ]
    for code, change in cases:
        demand_problem(post(api, project, a_body(project, **change)), 409, code)
    assert not ProgressEntry.objects.exists()


VALUES: dict[str, list[Any]] = {
    "quantity": [0, -1, "-5", "0.001", 0.001, "1e3", "NaN", "Infinity", "", " 5", "５", "1,000", True, None, [], {},
                 "9" * 400, 10**30],
    "work_item": [0, -1, 2**63, 2**31, 10**400, 1.5, "1", True, None, [1], {"id": 1}],
    "done_on": ["2026-02-30", "20.11.2026", "2026-11-20T00:00", 20261120, None, "", "9" * 9000],
    "note": ["a\x00b", "x" * 501, None, 5, {}, "\ud800"],
    # What a program may not say at all.
    "percent_done": [1], "reverses": [1], "source": ["before_portal"], "__proto__": [{}],
}  # fmt: skip


@pytest.mark.parametrize("field", VALUES)
def test_a_field_that_cannot_be_used_is_named(hostile: tuple[Api, Project], field: str) -> None:
    api, project = hostile
    for value in VALUES[field]:
        body = demand_problem(post(api, project, a_body(project, **{field: value})), 400, "invalid_input")
        assert {error["field"].split(".")[0] for error in body["errors"]} == {field}, value
    assert not ProgressEntry.objects.exists()


@pytest.fixture
def hostile(cast: Cast) -> tuple[Api, Project]:
    return writer(cast), on_site(cast)


def test_bodies_that_are_no_json_object(hostile: tuple[Api, Project]) -> None:
    api, project = hostile
    for text in (
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "[" * 100_000,
        b"\xff\xfe",
        '{"quantity": NaN}',
        '{"quantity": Infinity}',
    ):
        response = post(api, project, text)
        assert response.json()["code"] in {"parse_error", "invalid_input", "unsupported_media_type"}, text[
            :20
        ]
    overflow = json.dumps(a_body(project)).replace('"12.50"', "1e400")
    assert post(api, project, overflow).status_code == 400
    assert post(api, project, json.dumps(a_body(project, note="x" * 1_100_000))).status_code == 413
    sent = {**api.headers, "Idempotency-Key": str(uuid.uuid4())}
    form = api.client.post(f"{V1}/projects/{project.code}/progress/", {"quantity": 1}, headers=sent)
    demand_problem(form, 415, "unsupported_media_type")
    assert not ProgressEntry.objects.exists()


@pytest.mark.parametrize(
    "key",
    ["", "1", "x" * 5000, "{12345678-1234-5678-1234-567812345678}", "12345678123456781234567812345678", "ü"],
)
def test_without_a_proper_key_nothing_is_taken(hostile: tuple[Api, Project], key: str) -> None:
    api, project = hostile
    response = post(api, project, a_body(project), **{"Idempotency-Key": key})
    problem = demand_problem(response, 400, "invalid_input")
    assert problem["errors"][0]["field"] == "Idempotency-Key"


def test_who_may_report(cast: Cast) -> None:
    project = on_site(cast)
    demand_problem(
        post(writer(cast, scopes=(TokenScope.READ,)), project, a_body(project)), 403, "insufficient_scope"
    )
    demand_problem(post(writer(cast, user=make_stranger()), project, a_body(project)), 404, "not_found")
    demand_problem(post(Api(), project, a_body(project)), 401, "not_authenticated")
    demand_problem(post(Api(key="rp_x"), project, a_body(project)), 401, "invalid_token")
    demand_problem(post(writer(cast), project, a_body(project), code="421003-2026-9999"), 404, "not_found")
    write_only = writer(cast, scopes=(TokenScope.WRITE_PROGRESS,))
    assert post(write_only, project, a_body(project)).status_code == 201
    demand_problem(write_only.get("progress"), 403, "insufficient_scope")


def test_a_browsers_session_opens_nothing_here(cast: Cast) -> None:
    project = on_site(cast)
    api = Api()
    api.client.force_login(party_user(cast, project))
    demand_problem(post(api, project, a_body(project)), 401, "not_authenticated")


def test_the_address_takes_nothing_but_reports(cast: Cast) -> None:
    project, api = on_site(cast), writer(cast)
    for method in ("get", "put", "patch", "delete"):
        response = api.request(f"{V1}/projects/{project.code}/progress/", method=method)
        demand_problem(response, 405, "method_not_allowed")
    assert post(api, project, a_body(project), code=f"{project.code}x").status_code == 404


def test_entries_are_read_in_the_order_of_their_saving_with_what_took_them_back(cast: Cast) -> None:
    project, api = on_site(cast), Api(cast.service)
    entry = report(cast, project, 5)
    between = timezone.now().isoformat()
    time.sleep(0.01)
    back = reverse_entry(entry=entry, user=cast.bureau, reason="错")
    first, second = api.results("progress")
    assert (first["id"], first["reversed_by"], second["reverses"], second["quantity"]) == (
        entry.pk,
        back.pk,
        entry.pk,
        "-5.00",
    )
    page = api.json("progress", updated_since=between)
    assert [row["id"] for row in page["results"]] == [back.pk]
    assert page["updated_until"]
    assert api.results("progress", taken_back="false") == []
    assert [len(page["results"]) for page in api.pages("progress", page_size=1)] == [1, 1]
    assert Api(make_stranger()).results("progress") == []
    for wrong in (
        {"done_from": "2026-02-30"},
        {"taken_back": "1"},
        {"work_item": "1e9"},
        {"x": "1"},
        {"source": "y"},
    ):
        demand_problem(api.get("progress", **wrong), 400, "invalid_parameters")


def test_contracts_are_read_with_their_projects(cast: Cast) -> None:
    project, api = at_the_start(cast), Api(cast.service)
    contract = make_contract(cast, project)
    (row,) = api.results("contracts")
    assert (row["number"], row["projects"], row["amount"]) == (contract.number, [project.code], "60000.00")
    assert api.results("contracts", project=project.code) == [row]
    assert api.results("contracts", kind="design") == []
    assert api.results("contracts", division="421003001") == [row]
    assert api.results("contracts", division="421003002") == []
    assert Api(make_stranger()).results("contracts") == []


def test_a_poller_of_projects_sees_the_report_at_once(cast: Cast) -> None:
    project, api = on_site(cast), writer(cast)
    before = timezone.now().isoformat()
    assert api.results("projects", updated_since=before) == []
    post(api, project, a_body(project))
    (row,) = api.results("projects", updated_since=before)
    assert row["code"] == project.code
    assert "6.25" in json.dumps(row)
