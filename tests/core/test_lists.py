"""Lists: what the address may say, what is drawn, what leaves as a spreadsheet, what a bulk form chooses."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django_filters
import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.html import format_html
from django.utils.translation import override
from django_htmx.middleware import HtmxMiddleware

from core.board import ExportWatcher, board
from core.errors import InvalidInput, NotPermitted
from core.fields import WholeNumberField
from core.keyset import Term
from core.lists import Bulk, Column, Kind, Link, ListSpec, Total
from core.lists.page import ListPage
from core.lists.query import totals_of
from core.lists.spec import NothingChosen
from core.scope import SESSION_KEY
from core.sheets import open_bytes
from directory.models import Organisation, OrganisationKind, SavedView, User
from tests.cast import EAST_STREET, JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_organisation

KINDS = ((OrganisationKind.CONTRACTOR, "contractor"), (OrganisationKind.BANK, "bank"))


class YearFilter(django_filters.NumberFilter):
    field_class = WholeNumberField

    def get_max_validator(self) -> None:
        """The field has its own limits."""


class LivingFilter(django_filters.ChoiceFilter):
    """Narrows although nothing was given."""

    def filter(self, qs: Any, value: str) -> Any:
        return qs if value == "all" else qs.filter(ended_on__isnull=True)


class OrganisationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="contains", label="Search")
    kind = django_filters.MultipleChoiceFilter(choices=KINDS, label="Kind")
    number = YearFilter(field_name="pk", label="Number")
    ended = LivingFilter(choices=[("all", "all")], label="Ended")

    class Meta:
        model = Organisation
        fields: list[str] = []


LIST = ListSpec(
    key="organisations_of_a_test",
    title="Organisations",
    noun="organisations",
    division="division__code",
    columns=(
        Column("name", "Name", link=Link("portal:delete_view", "pk"), sort=(Term("name"), Term("pk"))),
        Column("kind", "Kind", choices=KINDS, tones={OrganisationKind.BANK: "late"}),
        Column("phone", "Telephone", kind=Kind.CODE),
        Column("ended_on", "Ended", kind=Kind.DATE),
        Column("division", "Division", source="division__name"),
        Column("users", "Users", source=Count("users"), kind=Kind.INTEGER, shown=False),
        Column("both", "Both", source="name", needs=("phone",), render=lambda row: f"{row['both']}/{row['phone']}",
               sort=None, shown=False),
        Column("marked", "Marked", source="name", render=lambda row: format_html("<b>{}</b>", row["marked"]),
               export=lambda row: row["marked"].upper(), shown=False),
    ),
    sort="name",
    totals=(Total("divisions", Count("division", distinct=True)),),
    bulk=(Bulk("move", "Move", "portal:save_view"),),
    size=3,
)  # fmt: skip

Ask = Callable[..., HttpRequest]


@pytest.fixture
def ask(cast: Cast) -> Ask:
    """A request as the middlewares leave it: `ask("?sort=-name", "bureau", division=…)`."""

    def make(
        address: str = "", username: str = "bureau", *, method: str = "get", **given: Any
    ) -> HttpRequest:
        factory = RequestFactory(headers=given.get("headers"))
        request: HttpRequest = getattr(factory, method)(f"/organisations/{address}", given.get("data"))
        request.user = getattr(cast, username)
        request.session = {SESSION_KEY: given["division"]} if "division" in given else {}  # type: ignore[assignment]
        request.COOKIES = given.get("cookies", {})
        request._messages = CookieStorage(request)  # type: ignore[attr-defined]
        HtmxMiddleware(lambda each: HttpResponse())(request)
        return request

    return make


def rows(request: HttpRequest) -> QuerySet[Organisation]:
    return Organisation.objects.visible_to(request.user)  # type: ignore[arg-type]


def page_of(request: HttpRequest, **given: Any) -> ListPage:
    return LIST.page(request, rows(request), filterset=OrganisationFilter, **given)


def answer(request: HttpRequest, **given: Any) -> Any:
    return LIST.respond(request, rows(request), filterset=OrganisationFilter, **given)


def text_of(request: HttpRequest, **given: Any) -> str:
    text: str = answer(request, **given).content.decode()
    return text


def names_on(page: ListPage) -> list[str]:
    return [row[1] for row in page._fetched[: LIST.size]]


def all_names(ask: Ask, address: str = "?") -> list[str]:
    """Every page after the other, by the links to the next one."""
    found: list[str] = []
    while address:
        page = page_of(ask(address))
        found += names_on(page)
        address = page.next_url
    return found


@pytest.fixture
def organisations(cast: Cast) -> list[Organisation]:
    """Seven in Jingzhou, some without a telephone or an end; one of strangers."""
    made = [
        make_organisation(name, kind=kind, division=division, phone=phone)
        for name, kind, division, phone in (
            ("甲公司", OrganisationKind.CONTRACTOR, JINGZHOU, "1"),
            ("乙公司", OrganisationKind.CONTRACTOR, WEST_STREET, ""),
            ("丙银行", OrganisationKind.BANK, WEST_STREET, "3"),
            ("丁银行", OrganisationKind.BANK, EAST_STREET, "3"),
            ("戊单位", OrganisationKind.TITLE_OWNER, SHENGLI, "5"),
            ("己单位", OrganisationKind.TITLE_OWNER, SHENGLI, ""),
            ("庚单位", OrganisationKind.TITLE_OWNER, EAST_STREET, "7"),
        )
    ]
    make_organisation("外地单位", division=ZAOYANG)
    return made


NAMES = sorted(["甲公司", "乙公司", "丙银行", "丁银行", "戊单位", "己单位", "庚单位"])


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


# --- Spreadsheets -----------------------------------------------------------------------


def sent(ask: Ask, address: str) -> bytes:
    response: Any = answer(ask(address), may_export=True)
    content = b"".join(response.streaming_content)
    response.file_to_stream.close()
    return content


def exported(ask: Ask, address: str) -> list[list[str]]:
    return open_bytes(sent(ask, address)).read().rows


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
