"""Pages of a scheme: what each shows, where its links lead, and how many statements it takes."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compounds.models import Compound
from projects.actions.approvals import approve_scheme, record_objection, send_back
from projects.actions.schemes import edit_line, new_version, strike, submit_scheme
from projects.actions.visits import record_visit
from projects.models import SchemeState, Stage, WorkItem
from tests.cast import Cast
from tests.projects.builders import bring_to, make_project
from tests.projects.scheme_pages import at, statements
from tests.projects.schemes import make_approved_scheme, make_line, make_scheme, post, sign, work_of

# --- The tab ----------------------------------------------------------------------------


def test_a_project_without_a_scheme_offers_to_begin_one(cast: Cast) -> None:
    project = make_project(cast)
    page = cast.client("street").get(at("scheme", project))
    assert at("scheme_begin", project) in page.content.decode()
    assert (
        at("scheme_begin", project) not in cast.client("finance").get(at("scheme", project)).content.decode()
    )
    answer = cast.client("street").post(at("scheme_begin", project))
    assert answer.headers["Location"] == at("scheme_add", project, 1)


def test_the_tab_adds_up_and_warns_but_stops_nothing(cast: Cast) -> None:
    project = make_project(cast)
    Compound.objects.filter(pk=project.compound_id).update(household_count=100, floor_area=5000)
    scheme = make_scheme(cast, project, {"B01": 100})
    edit_line(line=scheme.lines.get(), user=cast.street, unit_cost=Decimal(50_000))
    page = cast.client("bureau").get(at("scheme", project))
    found = page.context["content"].estimate
    assert (found.total, found.per_household, found.per_area) == (5_000_000, 50_000, 1000)
    assert found.is_implausible
    assert len(found.empty_aspects) == 4
    assert len(page.context["content"].outside) == 1
    assert submit_scheme(scheme=scheme, user=cast.street).state == SchemeState.SIGNING


@pytest.mark.parametrize(
    "name", ["scheme", "scheme_version", "scheme_edit", "scheme_add", "scheme_works", "scheme_versions", "scheme_notice_print"]
)  # fmt: skip
def test_statements_do_not_grow_with_the_lines(cast: Cast, name: str) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project)
    client = cast.client("street")
    args = [1] if name not in ("scheme", "scheme_works", "scheme_versions") else []
    few = statements(client, at(name, project, *args))
    for code in ("B03", "B04", "B05", "B13", "B14", "I01", "I02", "I06", "U01"):
        make_line(cast, scheme, code)
    assert statements(client, at(name, project, *args)) == few
    assert few <= {"scheme": 32, "scheme_version": 32, "scheme_edit": 33}.get(name, 30)


def test_with_versions_signatures_and_objections_the_pages_stay_constant_too(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    second = new_version(project=project, user=cast.street, reason="增加停车位")
    make_line(cast, second, "I06")
    post(cast, sign(cast, second))
    client = cast.client("bureau")
    names = ("scheme_notice", "scheme_sign", "scheme_approve")
    before = [statements(client, at(name, project, 2)) for name in names]
    for number in range(5):
        record_objection(
            scheme=second, user=cast.community, received_on=timezone.localdate(), channel="visit", text=f"意见{number}",
            raised_by="居民",
        )  # fmt: skip
    assert [statements(client, at(name, project, 2)) for name in names] == before
    assert max(before) <= 36


# --- Versions and works -----------------------------------------------------------------


def test_a_change_shows_beside_the_approved_version_what_it_adds_strikes_and_costs(cast: Cast) -> None:
    project = make_project(cast)
    make_approved_scheme(cast, project)
    client = cast.client("street")
    client.post(at("scheme_change", project), {"reason": "居民要求增加停车位"})
    second = project.schemes.get(version=2)
    strike(
        line=second.lines.get(work_item=work_of(project, "B08")), user=cast.street, reason="道路由市政实施"
    )
    make_line(cast, second, "I06", 10)
    edit_line(
        line=second.lines.get(work_item=work_of(project, "B01")), user=cast.street, quantity=Decimal(900)
    )
    changes = client.get(at("scheme", project)).context["compared"]
    assert [one.label for one in changes.added] == ["机动车停车位"]
    assert [(one.label, one.reason) for one in changes.struck] == [("小区道路修复刷黑", "道路由市政实施")]
    assert changes.sum == 10 * 5000 + 100 * 600 - 1500 * 110
    asked = client.get(at("scheme_versions", project), {"older": 2, "newer": 1}).context["compared"]
    assert asked.sum == -changes.sum


def test_a_struck_work_keeps_its_page_with_every_change(cast: Cast) -> None:
    project = make_project(cast)
    scheme = make_scheme(cast, project, {"B01": 10, "B02": 5})
    line = scheme.lines.get(work_item=work_of(project, "B01"))
    edit_line(line=line, user=cast.street, quantity=Decimal(12))
    strike(line=line, user=cast.street, reason="由供水公司实施")
    page = cast.client("auditor").get(at("scheme_works", project))
    struck = [row for row in page.context["rows"] if row["is_struck"]]
    assert [(row["item"].pk, row["reason"]) for row in struck] == [(line.work_item_id, "由供水公司实施")]
    events = cast.client("auditor").get(at("scheme_work", project, line.work_item_id)).context["events"]
    assert [event["label"] for event in events] == ["delete", "update", "insert"]


def test_works_and_versions_of_another_project_are_not_there(cast: Cast) -> None:
    one, other = make_project(cast), make_project(cast, year=2027)
    make_scheme(cast, one)
    item = WorkItem.objects.filter(project=one)[0]
    client = cast.client("bureau")
    for url in (
        at("scheme_work", other, item.pk),
        at("scheme_version", other, 1),
        at("scheme_sign", other, 1),
    ):
        assert client.get(url).status_code == 404
    assert cast.client("stranger").get(at("scheme", one)).status_code == 404


# --- List, rules, board -----------------------------------------------------------------


def test_the_list_takes_the_same_statements_for_many(cast: Cast) -> None:
    make_approved_scheme(cast, make_project(cast))
    client, url = cast.client("bureau"), reverse("projects:schemes")
    few = statements(client, url)
    for year in (2027, 2028, 2029):
        make_scheme(cast, make_project(cast, year=year))
    assert statements(client, url) == few <= 12
    for address in (reverse("projects:list"), "/overview/"):
        assert f'href="{url}"' in client.get(address).content.decode(), address


@pytest.mark.parametrize("number", ["0", "99", "2147483648", "9223372036854775808", "9" * 40])
def test_impossible_numbers_are_pages_that_are_not_there(cast: Cast, number: str) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    client, here = cast.client("street"), at("scheme", project)
    for path in (f"{number}/", f"{number}/edit/", f"works/{number}/", f"visits/{number}/", f"1/objections/{number}/",
                 f"1/lines/{number}/strike/", f"1/signatures/{number}/document/"):  # fmt: skip
        assert client.get(here + path).status_code == 404, path
    assert client.get(at("scheme_versions", project), {"older": number, "newer": number}).status_code == 200


def links_of(page: Any) -> set[str]:
    return set(re.findall(r'href="(/projects/[^"#?]+/scheme/[^"#?]*)', page.content.decode()))


@pytest.mark.parametrize("state", ["draft", "signing", "noticed", "changing"])
def test_every_link_that_a_role_is_shown_leads_somewhere(cast: Cast, state: str) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    record_visit(
        project=project, user=cast.community, visited_on=timezone.localdate(), participants="社区", conclusion="可行"
    )  # fmt: skip
    scheme = make_scheme(cast, project)
    if state != "draft":
        submit_scheme(scheme=scheme, user=cast.street)
    if state not in ("draft", "signing"):
        send_back(scheme=scheme, user=cast.street, reason="再改")
        post(cast, sign(cast, scheme))
    if state in ("approved", "changing"):
        approve_scheme(scheme=scheme, user=cast.bureau)
    if state == "changing":
        new_version(project=project, user=cast.street, reason="变更")
    for who in ("bureau", "community", "liaison"):
        assert follow_links(cast.client(who), at("scheme", project), at("detail", project)) > 3


def follow_links(client: Client, *addresses: str) -> int:
    """How many pages there are; each must answer."""
    seen: set[str] = set()
    waiting = set(addresses)
    while waiting:
        url = waiting.pop()
        seen.add(url)
        answer: Any = client.get(url)
        assert answer.status_code == 200, url
        if not answer.streaming and answer.headers["Content-Type"].startswith("text/html"):
            waiting |= links_of(answer) - seen
        for close in answer._resource_closers:
            close()
    return len(seen)
