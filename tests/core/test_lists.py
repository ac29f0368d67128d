"""Lists: what the address may say and what is drawn."""

from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from core.errors import InvalidInput
from directory.models import Organisation, OrganisationKind, SavedView
from tests.cast import EAST_STREET, WEST_STREET, ZAOYANG, Cast, make_organisation
from tests.core.organisation_list import (
    LIST,
    NAMES,
    Ask,
    OrganisationFilter,
    all_names,
    answer,
    names_on,
    page_of,
    rows,
    text_of,
)

# --- Order and place --------------------------------------------------------------------


@pytest.mark.parametrize("column", ["name", "kind", "phone", "ended_on", "division"])
def test_pages_give_every_row_once_in_either_direction(
    ask: Ask, organisations: list[Organisation], column: str
) -> None:
    upwards, downwards = all_names(ask, f"?sort={column}"), all_names(ask, f"?sort=-{column}")
    assert sorted(upwards) == sorted(downwards) == NAMES
    if column == "name":
        assert upwards == NAMES == downwards[::-1]


def test_a_row_that_goes_does_not_push_another_off_the_pages(
    ask: Ask, organisations: list[Organisation]
) -> None:
    first = page_of(ask("?sort=name"))
    seen = names_on(first)
    Organisation.objects.get(name=seen[0]).delete()
    assert seen + names_on(page_of(ask(first.next_url))) == NAMES[:6]


@pytest.mark.parametrize("sort", ["", "-", "no_such", "name,kind", "-both", "pk;drop", "__class__"])
def test_an_order_that_is_not_offered_is_the_usual_one(
    ask: Ask, organisations: list[Organisation], sort: str
) -> None:
    assert names_on(page_of(ask(f"?sort={sort}"))) == NAMES[:3]


def test_a_place_that_this_list_did_not_write_is_the_beginning(
    ask: Ask, organisations: list[Organisation]
) -> None:
    own = parse_qs(urlsplit(page_of(ask("?sort=name")).next_url).query)["after"][0]
    for after in ("x", "", "%00", own[:-2] + "xx", "WyJuYW1lIiwgWyLkuIEiLCAxXV0"):
        assert names_on(page_of(ask(f"?after={after}"))) == NAMES[:3]
    assert names_on(page_of(ask(f"?sort=-name&after={own}"))) == NAMES[::-1][:3]


def test_an_expression_sorts_and_pages_like_a_column(
    cast: Cast, ask: Ask, organisations: list[Organisation]
) -> None:
    cast.finance.organisation = organisations[2]
    cast.finance.save()
    assert all_names(ask, "?cols=users&sort=-users")[0] == "丙银行"
    assert sorted(all_names(ask, "?cols=users&sort=-users")) == NAMES


# --- Columns ----------------------------------------------------------------------------


def test_columns_come_from_the_address_and_are_remembered(ask: Ask) -> None:
    request = ask("?cols=phone&cols=both")
    response = answer(request)
    assert LIST.state(request).column_keys == ("name", "phone", "both")
    cookies = {name: morsel.value for name, morsel in response.cookies.items()}
    assert LIST.state(ask("", cookies=cookies)).column_keys == ("name", "phone", "both")
    usual = ask("?cols=default", cookies=cookies)
    assert LIST.state(usual).column_keys == ("name", "kind", "phone", "ended_on", "division")
    assert isinstance(answer(usual).cookies, SimpleCookie)
    assert answer(ask("?cols=default", cookies=cookies)).cookies[f"cols_{LIST.key}"].value == ""


@pytest.mark.parametrize("columns", ["no_such", ".", "name", "%F0%9F%8F%A0"])
def test_unknown_columns_are_the_usual_ones(ask: Ask, columns: str) -> None:
    assert LIST.state(ask(f"?cols={columns}")).column_keys == (
        "name",
        "kind",
        "phone",
        "ended_on",
        "division",
    )


def test_what_comes_from_a_row_cannot_become_markup(ask: Ask, cast: Cast) -> None:
    make_organisation('<script>alert("x")</script>', phone="</td><b>")
    text = text_of(ask("?cols=phone&cols=both&cols=marked"), bulk=("move",))
    assert "<script>alert" not in text
    assert "</td><b>" not in text
    assert "<b>&lt;script&gt;" in text


def test_a_cell_links_to_its_row(ask: Ask, organisations: list[Organisation]) -> None:
    assert f'<a href="/views/{organisations[0].pk}/delete/">甲公司</a>' in text_of(ask("?q=甲"))


def test_values_are_written_in_the_reader_s_language(ask: Ask, organisations: list[Organisation]) -> None:
    with override("zh-hans"):
        assert "筛选" in text_of(ask())
    with override("en"):
        assert "Filter" in text_of(ask())
        assert "筛选" not in text_of(ask())


# --- Conditions -------------------------------------------------------------------------


def test_each_condition_is_a_chip_that_can_be_taken_away(ask: Ask, organisations: list[Organisation]) -> None:
    page = page_of(ask("?kind=bank&kind=contractor&q=公司&sort=-name"))
    assert [(chip.label, chip.value) for chip in page.chips] == [
        ("Kind", "bank"), ("Kind", "contractor"), ("Search", "公司"),
    ]  # fmt: skip
    assert parse_qs(urlsplit(page.chips[1].remove_url).query) == {
        "kind": ["bank"],
        "q": ["公司"],
        "sort": ["-name"],
    }
    assert (page.count, names_on(page)) == (2, ["甲公司", "乙公司"])


def test_the_sum_line_speaks_of_the_filtered_set(ask: Ask, organisations: list[Organisation]) -> None:
    page = page_of(ask("?kind=bank"))
    totals = [(str(value), label, lacking) for value, label, lacking in page.totals]
    assert (page.count, totals) == (2, [("2", "divisions", None)])


def test_a_part_that_narrows_without_being_asked_always_does(
    ask: Ask, organisations: list[Organisation]
) -> None:
    Organisation.objects.filter(name="甲公司").update(ended_on="2026-01-01")
    assert page_of(ask()).count == 6
    assert page_of(ask("?ended=all")).count == 7


def test_what_cannot_be_read_is_said_and_left_out(ask: Ask, organisations: list[Organisation]) -> None:
    page = page_of(ask("?kind=bank&number=1e400&kind=nothing"))
    assert [label for label, _sentence in page.errors] == ["Kind", "Number"]
    assert page.count == 7
    text = text_of(ask("?number=abc&filters=1"))
    assert "notice-box wrong" in text


def test_nothing_is_sent_or_done_by_a_filter_that_cannot_be_read(
    ask: Ask, organisations: list[Organisation]
) -> None:
    with pytest.raises(InvalidInput):
        answer(ask("?number=abc&export=csv"), may_export=True)
    with pytest.raises(InvalidInput):
        LIST.selected(
            posted := ask(method="post", data={"all": "1", "query": "number=abc"}),
            rows(posted), filterset=OrganisationFilter,
        )  # fmt: skip


def test_the_chosen_division_narrows_unless_the_address_names_one(
    ask: Ask, organisations: list[Organisation]
) -> None:
    assert page_of(ask("", division=WEST_STREET)).count == 4
    assert page_of(ask(f"?division={EAST_STREET}", division=WEST_STREET)).count == 2
    assert page_of(ask("", division=ZAOYANG)).count == 7, "a division out of reach is no choice"


@pytest.mark.parametrize(
    "address", ["?page=9e99", "?order_by=,", "?division=%E4%B8%80", "?division=42%25", "?kind=", "?q=%F0%A0%AE%B7",
                "?q=%E2%80%AE", "?number=-1", "?number=9223372036854775808", "?cols=a.b.c&sort=", "?export=exe"],
)  # fmt: skip
def test_strange_addresses_are_answered(ask: Ask, organisations: list[Organisation], address: str) -> None:
    assert answer(ask(address)).status_code == 200


def test_kept_sql_is_never_another_person_s(ask: Ask, organisations: list[Organisation]) -> None:
    def names(username: str) -> list[str]:
        request = ask("", username)
        page = page_of(request, depends_on=request.user.scopes)  # type: ignore[union-attr]
        return [*names_on(page), str(page.count)]

    for _again in range(2):
        assert names("bureau") == [*NAMES[:3], "7"]
        assert names("stranger") == ["丁银行", "丙银行", "乙公司", "5"]


def test_kept_sql_answers_what_a_new_one_does(ask: Ask, organisations: list[Organisation]) -> None:
    for address in ("", "?kind=bank", "?sort=-division&cols=users", "?q=none"):
        for _again in range(2):
            kept, new = page_of(ask(address), depends_on="x"), page_of(ask(address))
            assert (kept._fetched, kept.count, str(kept.rows)) == (new._fetched, new.count, str(new.rows))
    make_organisation("新单位")
    assert page_of(ask(), depends_on="x").count == 8


# --- Parts of the page ------------------------------------------------------------------


def test_htmx_gets_the_part_that_it_will_replace(ask: Ask, organisations: list[Organisation]) -> None:
    def part(address: str, target: str) -> str:
        return text_of(ask(address, headers={"HX-Request": "true", "HX-Target": target}))

    assert part("?kind=bank", "list").lstrip().startswith('<div class="list"')
    assert "<table" not in part("?filters=1", "list-filters")
    more = part(page_of(ask()).next_url, "")
    assert more.lstrip().startswith("<tr>")
    assert more.count("<tr>") == 3


def test_the_list_works_without_scripts(ask: Ask, organisations: list[Organisation]) -> None:
    text = text_of(ask("?kind=bank&sort=-name"), bulk=("move",), may_export=True)
    assert '<form class="list-search"' in text
    assert 'form="list-search" name="kind" value="bank"' in text
    assert 'formaction="/views/"' in text
    assert "export=xlsx" in text


def test_saved_views_are_tabs(ask: Ask, cast: Cast) -> None:
    SavedView.objects.create(user=cast.bureau, page=LIST.key, name="银行", query="kind=bank")
    SavedView.objects.create(user=cast.bureau2, page=LIST.key, name="别人的", query="kind=bank")
    tabs = page_of(ask("?kind=bank&after=x")).tabs
    assert [(str(tab.name), tab.is_here) for tab in tabs][1:] == [("银行", True)]
    assert not tabs[0].is_here
    assert page_of(ask("?kind=contractor")).can_keep


def test_empty_lists_say_what_to_do(ask: Ask, cast: Cast) -> None:
    with override("en"):
        assert "Nothing here yet" in text_of(ask())
        assert "Nothing matches this filter" in text_of(ask("?q=x"))


def test_the_number_of_statements_does_not_grow(ask: Ask, organisations: list[Organisation]) -> None:
    def statements() -> int:
        request = ask("?kind=bank&kind=contractor")
        assert request.user.scopes  # type: ignore[union-attr]
        with CaptureQueriesContext(connection) as captured:
            text_of(request, bulk=("move",), may_export=True)
        return len(captured)

    few = statements()
    for number in range(30):
        make_organisation(f"更多{number}", kind=OrganisationKind.BANK)
    assert statements() == few <= 5
