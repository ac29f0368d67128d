"""What is taken from a list: a spreadsheet, the rows of a bulk form, its sums."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Q
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from core.board import ExportWatcher, board
from core.errors import NotPermitted
from core.lists import Total
from core.lists.query import totals_of
from core.lists.spec import NothingChosen
from directory.models import Organisation, User
from tests.cast import WEST_STREET, Cast, make_organisation
from tests.core.organisation_list import (
    LIST,
    NAMES,
    Ask,
    OrganisationFilter,
    answer,
    exported,
    page_of,
    rows,
    sent,
    text_of,
)

# --- Spreadsheets -----------------------------------------------------------------------


def test_a_spreadsheet_is_exactly_what_is_shown(ask: Ask, organisations: list[Organisation]) -> None:
    for kind in ("csv", "xlsx"):
        found = exported(ask, f"?kind=bank&cols=kind&cols=marked&cols=division&sort=-name&export={kind}")
        assert found == [
            ["Name", "Kind", "Division", "Marked"], ["丙银行", "bank", "西城街道", "丙银行"],
            ["丁银行", "bank", "东城街道", "丁银行"],
        ]  # fmt: skip
    assert len(exported(ask, "?export=csv")) == 8, "all rows, not one page"


def test_cells_of_a_spreadsheet_cannot_act(ask: Ask, cast: Cast) -> None:
    make_organisation("=HYPERLINK(1)", phone="+1")
    assert b"'=HYPERLINK(1)" in sent(ask, "?export=csv")


def test_whoever_may_not_export_gets_none(ask: Ask, organisations: list[Organisation]) -> None:
    with pytest.raises(NotPermitted):
        answer(ask("?export=xlsx"))
    assert "export=" not in text_of(ask())


def test_watchers_hear_of_every_export(ask: Ask, organisations: list[Organisation]) -> None:
    heard: list[tuple[str, str, int]] = []
    watcher = ExportWatcher(
        key="test", exported=lambda request, key, kind, count: heard.append((key, kind, count))
    )
    board.register(watcher)
    try:
        exported(ask, "?kind=bank&export=csv")
    finally:
        board.forget(watcher)
    assert heard == [(LIST.key, "csv", 2)]


# --- Bulk actions -----------------------------------------------------------------------


def selected(ask: Ask, username: str = "bureau", **data: Any) -> set[str]:
    request = ask(username=username, method="post", data=data)
    found = LIST.selected(request, rows(request), filterset=OrganisationFilter)
    return set(found.values_list("name", flat=True))


def test_ticked_rows_are_chosen_if_they_may_be_seen(ask: Ask, organisations: list[Organisation]) -> None:
    foreign = Organisation.objects.get(name="外地单位")
    picks = [organisations[0].pk, organisations[4].pk, foreign.pk, "x", "-1", str(2**70)]
    assert selected(ask, pick=picks) == {"甲公司", "戊单位"}


def test_all_means_all_that_the_filter_found(ask: Ask, organisations: list[Organisation]) -> None:
    page = page_of(ask("?kind=bank", division=WEST_STREET))
    assert selected(ask, all="1", query=page.state.bulk_query) == {"丙银行"}
    assert selected(ask, all="1", query="") == set(NAMES)


def test_nothing_chosen_is_refused(ask: Ask, organisations: list[Organisation]) -> None:
    with pytest.raises(NothingChosen):
        selected(ask)


def test_the_form_carries_what_is_on_the_screen(ask: Ask, organisations: list[Organisation]) -> None:
    page = page_of(ask("?kind=bank&sort=-name&cols=phone&after=x", division=WEST_STREET))
    assert QueryDict(page.state.bulk_query).dict() == {"division": WEST_STREET, "kind": "bank"}
    assert "all" not in page.state.query


def test_sums_leave_out_joins_that_nothing_needs(cast: Cast, organisations: list[Organisation]) -> None:
    cast.finance.organisation = organisations[2]
    cast.finance.save()
    assert cast.bureau
    people = User.objects.annotate(works_at=F("organisation__name"), place=F("organisation__division__name"))
    plain = (Total("", Count("pk")),)

    def asked(rows: Any, wanted: tuple[Total, ...]) -> tuple[list[Any], int]:
        with CaptureQueriesContext(connection) as captured:
            found = totals_of(rows, wanted)
        return found, captured.captured_queries[0]["sql"].count("JOIN")

    assert asked(people, plain) == ([2, 2], 0)
    assert asked(people.filter(works_at="丙银行"), plain) == ([1, 1], 1)
    assert asked(people.filter(place="西城街道"), plain) == ([1, 1], 2)
    assert asked(people, (Total("", Count("organisation__division", distinct=True)),)) == ([2, 1], 1)
    assert asked(people.filter(~Q(works_at="丙银行") | Q(works_at=None)), plain) == ([1, 1], 1)


def test_names_of_conditions_are_looked_up_once_in_a_while(
    ask: Ask, organisations: list[Organisation]
) -> None:
    asked: list[str] = []

    def named(raw: str) -> str:
        asked.append(raw)
        return "银行业"

    for _again in range(3):
        page = page_of(ask("?kind=bank"), depends_on="x", describe={"kind": named})
        assert [chip.value for chip in page.chips] == ["银行业"]
    assert asked == ["bank"]
