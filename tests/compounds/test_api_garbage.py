"""Whatever stands in the address: an answer or a problem document, never an accident."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compounds.filters import ORDERS, CompoundFilter
from tests.apiclient import PROBLEM, V1, Api
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.effort import examples

NAMES = [
    *CompoundFilter.base_filters,
    "cursor",
    "page_size",
    "sort",
    "format",
    "page",
    "limit",
    "id",
    "code__in",
]
ODD = [
    "9223372036854775808", "-1", "1e400", "NaN", "Infinity", "9e99", ",", "-", "--", "０", "４２１００３", "٣", "½",
    "\x00", "a\x00b", "\u202egpj.", "𠮷", "㐂", "😀" * 100, "x" * 7000, "%", "%%s", "%s", "'; DROP TABLE x; --", "\\", "_",
    "null", "None", "[]", "{}", "true", "false", "any", "none", "2026-11-20T08:00:00", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "421003", "42100300100100", "1" * 60, "1_000", " 7 ", "\n", "",
]  # fmt: skip
values = st.sampled_from(ODD) | st.text(max_size=40) | st.integers().map(str) | st.floats().map(str)
slow_is_fine = settings(
    deadline=None, max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def api(cast: Cast) -> Api:
    for at in range(3):
        make_compound(cast, f"小区{at}", built_year=1980 + at)
    return Api(cast.service)


def demand_answer(api: Api, path: str, query: str) -> None:
    response = api.request(path, query)
    assert response.status_code in {200, 400, 404}, (response.status_code, query)
    if response.status_code == 200:
        response.json()
    else:
        assert response.headers["Content-Type"] == PROBLEM, query


@slow_is_fine
@given(st.lists(st.tuples(st.sampled_from(NAMES), values), min_size=1, max_size=4))
@example([("page_size", "9e99")])
@example([("sort", ",")])
@example([("q", "%")])
@example([("q", "\\")])
@example([("updated_since", "0001-01-01T00:00:00+14:00")])
@example([("updated_since", "9999-12-31T23:59:59-14:00")])
def test_parameters(api: Api, parameters: list[tuple[str, str]]) -> None:
    query = urlencode(parameters, errors="surrogatepass")
    demand_answer(api, f"{V1}/compounds/", query)
    demand_answer(api, f"{V1}/pool/", query)


@slow_is_fine
@given(st.binary(max_size=30))
@example(b"q=%ED%A0%80")
@example(b"&&&==&=")
@example(b"q=" + b"%F0%9F" * 10)
@example(b"cursor=%00")
def test_raw_bytes(api: Api, query: bytes) -> None:
    demand_answer(api, f"{V1}/compounds/", query.decode("latin-1"))


@slow_is_fine
@given(st.text(max_size=40))
@example("\x00")
@example("..")
@example("x" * 3000)
@example("421003-000001\n")
def test_codes(api: Api, code: str) -> None:
    demand_answer(api, f"{V1}/compounds/{quote(code, safe='', errors='surrogatepass')}/", "")
    demand_answer(api, f"{V1}/divisions/{quote(code, safe='', errors='surrogatepass')}/", "")


@slow_is_fine
@given(st.data())
def test_cursors(api: Api, data: st.DataObject) -> None:
    sort = data.draw(st.sampled_from(sorted(ORDERS)))
    page: dict[str, Any] = api.json("compounds", sort=sort, page_size=1)
    cursor = page["next"].rpartition("cursor=")[2]
    at = data.draw(st.integers(0, len(cursor)))
    altered = cursor[:at] + data.draw(st.text(max_size=5)) + cursor[at + data.draw(st.integers(0, 3)) :]
    query = urlencode({"sort": sort, "page_size": "1", "cursor": altered}, errors="surrogatepass")
    demand_answer(api, f"{V1}/compounds/", query)


def test_percent_and_underscore_are_ordinary_signs(cast: Cast, api: Api) -> None:
    make_compound(cast, "百分之%百")
    assert [row["name"] for row in api.results("compounds", q="%")] == ["百分之%百"]
    assert api.results("compounds", q="_") == []
