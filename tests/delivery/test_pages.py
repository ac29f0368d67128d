"""The pages of the building site: what they show, to whom, in how many statements."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delivery.actions.progress import add_photo, reverse_entry
from delivery.curve import Light, light_on, planned_on
from delivery.lights import with_light
from delivery.models import Contract, ProgressEntry
from projects.models import DocumentKind, Project, Stage
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.delivery.builders import (
    PDF,
    a_firm,
    a_photo,
    at_the_start,
    items_of,
    make_contract,
    on_site,
    party_user,
    ready_to_start,
    report,
)
from tests.projects.builders import make_document

Lines = Callable[[str], Client]


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection, ) as found:  # fmt: skip
        response = client.get(address)
    assert response.status_code == 200, response.content.decode()[:500]
    return len(found)


def fetched(client: Client, address: str) -> Any:
    """A file, read to its end and closed."""
    response = client.get(address)
    if response.streaming:
        b"".join(response)
        for close in getattr(response, "_resource_closers", ()):
            close()
    return response


def entry_form(**changes: Any) -> dict[str, Any]:
    sent = {"key": uuid.uuid4(), "quantity": "12.5", "done_on": timezone.localdate().isoformat(), "note": ""}
    return {**sent, **changes}


# --- Reporting ---------------------------------------------------------------------------


def test_the_way_of_a_report(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    (work, _other) = items_of(project)
    client = as_role("community")
    first = client.get(f"/projects/{project.code}/progress/report/")
    step = f"/projects/{project.code}/progress/report/{work.pk}/"
    assert step in first.content.decode()
    sent = entry_form()
    answer = client.post(step, sent)
    entry = ProgressEntry.objects.get()
    assert answer["Location"] == f"/projects/{project.code}/progress/{entry.pk}/photos/"
    assert client.post(step, sent)["Location"] == answer["Location"]
    assert ProgressEntry.objects.count() == 1
    photos = client.post(answer["Location"], {"photos_": [picture(), picture(colour="red")]})
    receipt = client.get(photos["Location"]).content.decode()
    assert entry.photos.count() == 2
    assert "12.5" in receipt
    again = client.post(answer["Location"], {"photos_": [picture()]})
    assert again.status_code == 302
    assert entry.photos.count() == 2


def test_a_key_sent_with_something_else_shows_the_saved_entry(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    step = f"/projects/{project.code}/progress/report/{items_of(project)[0].pk}/"
    client, sent = as_role("community"), entry_form()
    client.post(step, sent)
    answer = client.post(step, {**sent, "quantity": "13"})
    assert answer.status_code == 422
    assert f"/projects/{project.code}/progress/{ProgressEntry.objects.get().pk}/" in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"quantity": "0"}, {"quantity": "1e3"}, {"quantity": "NaN"}, {"quantity": ""},
                                   {"done_on": "2026-02-30"}, {"done_on": "gestern"}, {"key": "x"}, {"note": "x" * 501},
                                   {"quantity": "9" * 30}])  # fmt: skip
def test_what_cannot_be_is_told_in_the_form(cast: Cast, as_role: Lines, wrong: dict[str, str]) -> None:
    project = on_site(cast)
    step = f"/projects/{project.code}/progress/report/{items_of(project)[0].pk}/"
    answer = as_role("community").post(step, entry_form(**wrong))
    assert answer.status_code == 422
    assert not ProgressEntry.objects.exists()


def test_full_width_digits_are_read(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    step = f"/projects/{project.code}/progress/report/{items_of(project)[0].pk}/"
    as_role("community").post(step, entry_form(quantity="１２．５"))
    assert ProgressEntry.objects.get().quantity == Decimal("12.5")


def test_a_photo_that_is_none_is_refused_in_words(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    entry = report(cast, project)
    address = f"/projects/{project.code}/progress/{entry.pk}/photos/"
    answer = as_role("community").post(address, {"photos_": [SimpleUploadedFile("说明.jpg", b"%PDF-1.7")]})
    assert answer.status_code == 422
    answer = as_role("community").post(f"{address}add/", {"photo": picture(), "key": "no key"})
    assert answer.status_code == 400
    assert not entry.photos.exists()


def test_the_queue_gets_its_tile_and_the_same_one_again(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    entry, key = report(cast, project), uuid.uuid4()
    address = f"/projects/{project.code}/progress/{entry.pk}/photos/add/"
    client = as_role("community")
    answers = [client.post(address, {"photo": picture(), "key": key, "topic": ""}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    photo = entry.photos.get()
    shown = fetched(client, f"/projects/{project.code}/progress/{entry.pk}/photos/{photo.pk}/full.jpg")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_photo_gets_its_words_on_the_page_it_is_added_on(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    entry = report(cast, project)
    address = f"/projects/{project.code}/progress/{entry.pk}/photos/"
    client = as_role("community")
    tile = client.post(f"{address}add/", {"photo": picture(), "key": uuid.uuid4(), "topic": ""})
    field = f"caption_{entry.photos.get().pk}"
    assert f'name="{field}"' in tile.content.decode()
    assert client.post(address, {field: "长" * 121}).status_code == 422
    receipt = client.post(address, {field: "供水管沟开挖"}, follow=True).content.decode()
    assert '<span class="photo-words">供水管沟开挖</span>' in receipt
    assert f'name="{field}"' not in receipt


def test_an_entry_is_taken_back_on_its_page(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    entry = report(cast, project)
    address = f"/projects/{project.code}/progress/{entry.pk}/"
    client = as_role("street")
    assert client.post(f"{address}reverse/", {"reason": " "}).status_code == 409
    client.post(f"{address}reverse/", {"reason": "重复上报"})
    assert "重复上报" in client.get(address).content.decode()
    assert client.post(f"{address}reverse/", {"reason": "再来"}).status_code == 409


def test_a_firm_reports_on_its_own_site_and_sees_no_other(cast: Cast) -> None:
    project, other = on_site(cast), on_site(cast)
    client = Client()
    client.force_login(party_user(cast, project))
    step = f"/projects/{project.code}/progress/report/{items_of(project)[0].pk}/"
    assert client.post(step, entry_form()).status_code == 302
    assert client.get(f"/projects/{project.code}/progress/").status_code == 200
    assert client.get(f"/projects/{other.code}/progress/").status_code == 404
    assert client.get(f"/projects/{project.code}/complete/").status_code == 403
    listed = client.get("/site/entries/").content.decode()
    assert project.compound.name in listed
    assert other.compound.name not in listed


def test_pages_of_another_project_do_not_show_this_entry(cast: Cast, as_role: Lines) -> None:
    project, other = on_site(cast), on_site(cast)
    entry = report(cast, project)
    photo = add_photo(entry=entry, user=cast.community, file=a_photo(cast.community), key=uuid.uuid4())
    client = as_role("bureau")
    for tail in ("", "photos/", f"photos/{photo.pk}/full.jpg", f"photos/{photo.pk}/thumbnail.jpg"):
        assert client.get(f"/projects/{other.code}/progress/{entry.pk}/{tail}").status_code == 404
    assert client.get(f"/projects/{other.code}/progress/report/{entry.work_item_id}/").status_code == 404


def test_the_two_days_of_completion_have_names_of_their_own(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    report(cast, project, 50)
    client = as_role("bureau")
    dated, computed = "竣工（按进度计划）", "竣工（按近期进度推算）"
    head = client.get(project.get_absolute_url()).content.decode()
    tab = client.get(f"/projects/{project.code}/progress/").content.decode()
    assert (dated in head, computed in head) == (True, False)
    assert all(f"<dt>{name}</dt>" in tab for name in (dated, computed))


# --- Start, completion, contracts ---------------------------------------------------------


def test_start_and_completion_by_their_pages(cast: Cast, as_role: Lines) -> None:
    project = at_the_start(cast)
    client = as_role("bureau")
    start, complete = f"/projects/{project.code}/start/", f"/projects/{project.code}/complete/"
    today = timezone.localdate().isoformat()
    sent = {"effective_on": today, "stage": "start"}
    assert "/site/contracts/add/?project=" in client.get(start).content.decode()
    assert client.post(start, sent).status_code == 422
    make_contract(cast, project)
    make_document(cast, project, DocumentKind.START_EVIDENCE)
    assert client.post(start, sent)["Location"] == f"/projects/{project.code}/"
    assert client.get(start).status_code == 200
    report(cast, project, 100)
    report(cast, project, 200, item=1)
    make_document(cast, project, DocumentKind.COMPLETION_EVIDENCE)
    assert client.post(complete, {"effective_on": today, "stage": "start"}).status_code == 422
    assert client.post(complete, {"effective_on": today, "stage": "construction"}).status_code == 302
    project.refresh_from_db()
    assert project.stage == Stage.ACCEPTANCE


def contract_form(project: Project, **changes: Any) -> dict[str, Any]:
    sent = {
        "kind": "works", "number": "HT-1", "title": "施工合同", "organisation": a_firm().pk, "amount": "60000",
        "signed_on": "2026-05-01", "projects": [project.pk], "notes": "",
        "document": SimpleUploadedFile("合同.pdf", PDF, content_type="application/pdf"),
    }  # fmt: skip
    return {**sent, **changes}


def test_a_contract_is_filed_shown_and_corrected(cast: Cast, as_role: Lines) -> None:
    project = at_the_start(cast)
    client = as_role("street")
    form = client.get(f"/site/contracts/add/?project={project.code}&kind=works").content.decode()
    assert project.compound.name in form
    assert client.post("/site/contracts/add/", contract_form(project, amount="-1")).status_code == 422
    filed = client.post("/site/contracts/add/", contract_form(project, document=picture()))
    contract = Contract.objects.get()
    assert filed["Location"] == contract.get_absolute_url()
    assert "HT-1" in client.get(filed["Location"]).content.decode()
    assert fetched(client, f"{filed['Location']}document/").status_code == 200
    assert fetched(client, f"{filed['Location']}preview.jpg").status_code == 200
    edit = f"{filed['Location']}edit/"
    assert client.get(edit).status_code == 200
    changed = contract_form(project, title="施工总承包合同", document="")
    assert client.post(edit, changed).status_code == 302
    contract.refresh_from_db()
    assert contract.title == "施工总承包合同"
    assert as_role("community").get(edit).status_code == 403


def test_the_projects_of_a_contract_are_found_by_typing_and_named_with_or_without_scripts(
    cast: Cast, as_role: Lines
) -> None:
    project, other = at_the_start(cast), at_the_start(cast)
    client, address = as_role("street"), "/site/contracts/add/"
    page = client.get(f"{address}?project={project.code}").content.decode()
    assert page.count('type="checkbox" name="projects"') == 2  # the chosen one, and the script's empty line
    assert f'<option value="{other.pk}"' in page
    assert f'<option value="{project.pk}"' not in page
    sent = contract_form(project, further=other.pk, title="两个小区")
    grown = client.post(address, {**sent, "add_project": "1"})
    assert grown.status_code == 200
    assert grown.content.decode().count('type="checkbox" name="projects"') == 3
    assert "两个小区" in grown.content.decode()
    nothing = client.post(address, {**sent, "projects": [], "further": ""})
    assert "further" in nothing.context["form"].errors
    assert client.post(address, {**sent, "document": picture()}).status_code == 302
    assert {one.pk for one in Contract.objects.get().projects.all()} == {project.pk, other.pk}
    shown = client.get(f"/projects/{other.code}/").content.decode()
    assert Contract.objects.get().get_absolute_url() in shown


def test_the_changes_of_a_contract_are_one_line_for_each_act(cast: Cast, as_role: Lines) -> None:
    project, other = at_the_start(cast), at_the_start(cast)
    as_role("street").post("/site/contracts/add/", contract_form(project, document=picture()))
    contract = Contract.objects.get()
    edit, client = f"{contract.get_absolute_url()}edit/", as_role("bureau")
    facts = contract_form(project, document="", organisation=contract.organisation_id)
    for changes in (
        {},
        {"amount": "75000", "further": other.pk},
        {"amount": "75000", "projects": [other.pk]},
    ):
        assert client.post(edit, {**facts, **changes}).status_code == 302
    with CaptureQueriesContext(connection) as asked:
        page = client.get(contract.get_absolute_url())
    last, middle, first = page.context["changes"]
    assert (first.lines, first.who, middle.who) == ([], cast.street.name, cast.bureau.name)
    assert [line[1:] for line in middle.lines] == [
        ("60,000", "75,000"),
        (str(project), f"{project}、{other}"),
    ]
    assert [line[1:] for line in last.lines] == [(f"{project}、{other}", str(other))]
    assert len(asked) <= 26


# --- Lists and figures --------------------------------------------------------------------


def test_the_lists_and_their_spreadsheets(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    entry = report(cast, project, 30)
    reverse_entry(entry=entry, user=cast.bureau, reason="错")
    report(cast, project, 20)
    client = as_role("bureau")
    assert project.compound.name in client.get("/site/").content.decode()
    assert client.get("/site/entries/?taken_back=false").context["list"].count == 1
    assert client.get("/site/entries/?taken_back=true").context["list"].count == 2
    assert client.get(f"/site/entries/?project={project.code}").context["list"].count == 3
    assert client.get("/site/contracts/?kind=works").context["list"].count == 1
    for address in ("/site/", "/site/entries/", "/site/contracts/"):
        assert fetched(client, f"{address}?export=xlsx").status_code == 200
    assert as_role("nobody").get("/site/").status_code == 403
    for address in ("/site/", "/site/entries/", "/site/contracts/"):
        assert as_role("stranger").get(address).context["list"].count == 0


def test_a_contract_is_found_by_its_number(cast: Cast, as_role: Lines) -> None:
    contract = make_contract(cast, at_the_start(cast), number="荆施2026-018")
    assert contract.get_absolute_url() in as_role("bureau").get("/search/?q=2026-018").content.decode()
    assert contract.get_absolute_url() not in as_role("stranger").get("/search/?q=2026-018").content.decode()


def test_the_overview_counts_sites_and_what_waits(cast: Cast, as_role: Lines) -> None:
    project = on_site(cast)
    report(cast, project, 100)
    report(cast, project, 200, item=1)
    page = as_role("bureau").get("/overview/").content.decode()
    assert "/site/?light=red" in page
    assert "/site/?done=true" in page


@pytest.mark.parametrize("entries", [1, 6])
def test_the_number_of_statements_does_not_grow(cast: Cast, as_role: Lines, entries: int) -> None:
    """Recorded: 26 for the tab; the lists as every list."""
    project = on_site(cast)
    for _ in range(entries):
        entry = report(cast, project, 1)
        add_photo(entry=entry, user=cast.community, file=a_photo(cast.community), key=uuid.uuid4())
    client = as_role("bureau")
    found = {
        address: statements(client, address)
        for address in (
            f"/projects/{project.code}/progress/", f"/projects/{project.code}/progress/{entry.pk}/",
            f"/projects/{project.code}/progress/report/", "/site/", "/site/entries/", "/site/contracts/",
        )
    }  # fmt: skip
    tab, receipt, choose, *lists = found.values()
    assert tab <= 27, found
    assert receipt <= 12, found
    assert choose <= 10, found
    assert max(lists) <= 10, found


def test_what_is_late_is_told_on_the_project_page(cast: Cast, as_role: Lines) -> None:
    project = ready_to_start(cast)
    page = as_role("bureau").get(f"/projects/{project.code}/").content.decode()
    assert f"/projects/{project.code}/start/" in page
    project = on_site(cast)
    milestone = project.milestones.get(stage=Stage.CONSTRUCTION, closes_stage=True)
    assert milestone.planned_on < timezone.localdate() + timedelta(days=4000)
    page = as_role("bureau").get(f"/projects/{project.code}/progress/").content.decode()
    assert "data-curve" in page


def test_the_light_of_the_list_is_the_light_of_the_page(cast: Cast) -> None:
    """The rule in SQL against the rule in Python, on every day around its edges."""
    found = on_site(cast, works=(("B01", "100", "300"),))
    report(cast, found, 33)
    found.refresh_from_db()
    start, end = found.planned_start_on, found.planned_completion_on
    assert start is not None
    assert end is not None
    seen = set()
    for number in range(-5, (end - start).days + 12):
        day = start + timedelta(days=number)
        (row,) = with_light(Project.objects.filter(pk=found.pk), day)
        light = light_on(day, actual=found.percent_done, start=start, completion=end)
        assert row.light == light, day
        planned = planned_on(day, start=start, completion=end)
        assert planned is not None
        assert abs(Fraction(row.planned_percent) - planned) < Fraction(1, 1000)
        seen.add(light)
    assert seen == set(Light)
