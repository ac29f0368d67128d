"""The works catalogue and the timetable template: in force by the nearest body, published as versions, never edited."""

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import NotPermitted
from directory.models import Division
from directory.powers import Role
from projects.actions.catalogue import publish_item, publish_timetable, withdraw_item
from projects.errors import (
    CatalogueBelowCounty,
    CatalogueChanged,
    ReasonNeeded,
    TimetableChanged,
    TimetableInvalid,
)
from projects.models import CatalogueItem, Milestone, TimetableTemplate
from tests.cast import JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_user
from tests.projects.builders import make_project
from tests.races import at_once, refusals


def at(name: str, *args: Any) -> str:
    return reverse(f"projects:{name}", args=args)


def browser(cast: Cast, who: str) -> Any:
    """Signed in as one of the cast."""
    return cast.client(who)


def place(code: str = JINGZHOU) -> Division:
    return Division.objects.get(pk=code)


def facts(**more: Any) -> Any:
    found: Any = {
        "name_zh": "供水管网改造", "name_en": "", "category": "basic", "aspect": "infrastructure", "unit": "m",
        "indicator": "water_pipe_km", "unit_cost_low": 200, "unit_cost": 300, "unit_cost_high": 400,
        "warranty_years": 2, "topics": [], "basis": "荆州市2026年造价信息",
    }  # fmt: skip
    return {**found, **more}


def item(code: str = "B01", at_division: str = SHENGLI) -> Any:
    return CatalogueItem.objects.of(at_division).get(code=code)


def form(**more: Any) -> dict[str, Any]:
    return {key: value for key, value in facts(**more).items() if key != "topics"}


# --- In force ---------------------------------------------------------------------------


def test_the_nearest_bodys_latest_version_is_in_force(cast: Cast) -> None:
    city = make_user(role=Role.BUREAU_MANAGER, division="4210")
    assert item().division is None
    publish_item(division=place("4210"), user=city, code="B01", facts=facts(unit_cost=310))
    assert item().unit_cost == 310
    publish_item(division=place(), user=cast.bureau, code="B01", facts=facts(unit_cost=320))
    publish_item(division=place("4210"), user=city, code="B01", facts=facts(unit_cost=330))
    assert (item().unit_cost, item().version) == (320, 1)
    assert item(at_division=ZAOYANG).division is None


def test_versions_of_a_body_have_no_gap_and_no_twin(committed_cast: Cast) -> None:
    cast = committed_cast
    user = cast.bureau
    publish = lambda: publish_item(division=place(), user=user, code="B01", facts=facts(), expected_version=0)  # noqa: E731
    answers = at_once(publish, publish)
    assert [type(refusal) for refusal in refusals(answers)] == [CatalogueChanged]
    publish_item(division=place(), user=user, code="B01", facts=facts())
    assert list(CatalogueItem.objects.filter(division=JINGZHOU).values_list("version", flat=True).order_by("version")) == [1, 2]  # fmt: skip


def test_a_catalogue_is_kept_by_counties_and_above(cast: Cast) -> None:
    with pytest.raises(CatalogueBelowCounty):
        publish_item(division=place(WEST_STREET), user=cast.bureau, code="B01", facts=facts())
    for somebody in (cast.street, cast.stranger):
        with pytest.raises(NotPermitted):
            publish_item(division=place(), user=somebody, code="B01", facts=facts())


def test_a_withdrawn_item_hides_the_one_above_and_may_come_back(cast: Cast) -> None:
    with pytest.raises(ReasonNeeded):
        withdraw_item(division=place(), user=cast.bureau, code="B01", basis=" ")
    withdraw_item(division=place(), user=cast.bureau, code="B01", basis="本区不实施")
    assert not CatalogueItem.objects.of(SHENGLI).offered().filter(code="B01").exists()
    publish_item(division=place(), user=cast.bureau, code="B01", facts=facts())
    assert CatalogueItem.objects.of(SHENGLI).offered().filter(code="B01").exists()


@pytest.mark.parametrize("statement", ["UPDATE {} SET version = 9", "DELETE FROM {}"])
@pytest.mark.parametrize("model", [CatalogueItem, TimetableTemplate])
def test_no_statement_changes_what_was_published(cast: Cast, model: Any, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))


# --- Pages ------------------------------------------------------------------------------


def test_the_page_groups_by_category_and_says_that_shipped_costs_are_placeholders(cast: Cast) -> None:
    page = browser(cast, "street").get(at("catalogue"))
    assert [group["key"] for group in page.context["groups"]] == ["basic", "improve", "upgrade"]
    assert sum(group["count"] for group in page.context["groups"]) == 47
    assert "占位" in page.content.decode()
    assert page.context["may_keep"] is False


def test_its_statements_do_not_grow_with_versions(cast: Cast) -> None:
    client = browser(cast, "bureau")
    client.get(at("catalogue"))
    with CaptureQueriesContext(connection) as few:
        client.get(at("catalogue"))
    for code in ("B01", "B02", "B03"):
        publish_item(division=place(), user=cast.bureau, code=code, facts=facts())
    with CaptureQueriesContext(connection) as many:
        client.get(at("catalogue"))
    assert len(many) == len(few)


def test_a_new_version_is_published_from_a_form_that_knows_the_old_one(cast: Cast) -> None:
    client = browser(cast, "bureau")
    page = client.get(at("catalogue_publish", "B01"))
    assert page.context["form"].initial["name_zh"] == item().name_zh
    assert page.context["consequences"]
    sent = form(version="0", unit_cost="350")
    assert client.post(at("catalogue_publish", "B01"), {**sent, "basis": ""}).status_code == 422
    assert client.post(at("catalogue_publish", "B01"), {**sent, "unit_cost": "999"}).status_code == 422
    assert client.post(at("catalogue_publish", "B01"), sent).status_code == 302
    assert (item().unit_cost, item().published_by) == (350, cast.bureau)
    # A colleague's page still shows the version before.
    assert client.post(at("catalogue_publish", "B01"), sent).status_code == 422
    shown = client.get(at("catalogue_item", "B01")).content.decode()
    assert re.search(r"<del>\s*600.00\s*</del>", shown) or "350" in shown
    assert browser(cast, "street").get(at("catalogue_publish", "B01")).status_code == 403
    assert client.get(at("catalogue_item", "Z99")).status_code == 404


def test_an_own_item_and_its_withdrawal(cast: Cast) -> None:
    client = browser(cast, "bureau")
    assert client.get(at("catalogue_add")).status_code == 200
    assert client.post(at("catalogue_add"), form(code="B01")).status_code == 422
    assert client.post(at("catalogue_add"), form(code="b80")).status_code == 422
    assert client.post(at("catalogue_add"), form(code="B80", name_zh="化粪池清掏")).status_code == 302
    assert item("B80").name_zh == "化粪池清掏"
    client.post(at("catalogue_withdraw", "B80"), {"reason": ""})
    assert item("B80").is_offered
    client.post(at("catalogue_withdraw", "B80"), {"reason": "并入雨污分流"})
    assert not item("B80").is_offered
    assert [one.code for one in client.get(at("catalogue")).context["withdrawn"]] == ["B80"]


def test_it_leaves_as_a_workbook(cast: Cast) -> None:
    answer = browser(cast, "bureau").get(at("catalogue_sheet"))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert browser(cast, "liaison").get(at("catalogue_sheet")).status_code == 403


# --- The timetable ----------------------------------------------------------------------


def line(stage: str, day: int, **more: Any) -> Any:
    return {
        "stage": stage,
        "name_zh": "节点",
        "name_en": "",
        "answerable": "bureau",
        "day": day,
        "closes": True,
        **more,
    }


WORKS = [line("start", 181), line("construction", 319)]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [line("start", 10)],
        [*WORKS, line("start", 12)],
        [line("start", 319), line("construction", 181)],
        [*WORKS, line("nowhere", 5)],
        [*WORKS, line("scheme", 5, name_zh=" ")],
        [*WORKS, line("scheme", 4000)],
        [*WORKS, line("scheme", 5, answerable="somebody")],
    ],
)
def test_an_impossible_timetable_is_refused(cast: Cast, lines: list[Any]) -> None:
    with pytest.raises(TimetableInvalid):
        publish_timetable(division=place(), user=cast.bureau, lines=lines, basis="x")


def test_new_projects_begin_with_the_new_timetable_and_running_ones_keep_theirs(cast: Cast) -> None:
    before = make_project(cast)
    kept = list(before.milestones.values_list("pk", "due_on"))
    publish_timetable(
        division=place(), user=cast.bureau, lines=[WORKS[1], WORKS[0]], basis="x", expected_version=0
    )
    with pytest.raises(TimetableChanged):
        publish_timetable(division=place(), user=cast.bureau, lines=WORKS, basis="x", expected_version=0)
    assert list(before.milestones.values_list("pk", "due_on")) == kept
    assert [one["stage"] for one in TimetableTemplate.objects.of(SHENGLI).lines] == ["start", "construction"]
    after = make_project(cast, year=2027)
    assert Milestone.objects.filter(project=after).count() == 2


def test_the_timetable_is_edited_line_by_line_without_scripts(cast: Cast) -> None:
    client = browser(cast, "bureau")
    page = client.get(at("timetable_publish"))
    lines = page.context["lines"]
    sent: dict[str, Any] = {
        "count": len(lines),
        "version": page.context["own_version"],
        "basis": "荆区改办〔2026〕3号",
    }
    for one in lines:
        for name in one.fields:
            value = one[name].value()
            if value not in (None, False, ""):
                sent[one.add_prefix(name)] = value
    new = lines[-1]
    added = {new.add_prefix(key): value for key, value in {"stage": "scheme", "name_zh": "入户走访", "day": "4月1日", "answerable": "community", "year": "0"}.items()}  # fmt: skip
    assert (
        client.post(at("timetable_publish"), {**sent, **added, new.add_prefix("day"): "13-40"}).status_code
        == 422
    )
    answer = client.post(at("timetable_publish"), {**sent, **added})
    assert answer.status_code == 302, (
        answer.context["form"].errors,
        [one.errors for one in answer.context["lines"]],
    )
    template = TimetableTemplate.objects.of(SHENGLI)
    assert (template.division_id, template.version, len(template.lines)) == (JINGZHOU, 1, 14)
    assert next(one for one in template.lines if one["name_zh"] == "入户走访")["day"] == 90
    assert client.post(at("timetable_publish"), {**sent, **added}).status_code == 422
    assert client.get(at("timetable_template")).status_code == 200
    assert browser(cast, "street").get(at("timetable_publish")).status_code == 403
