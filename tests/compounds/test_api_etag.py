"""Conditional requests: what the client has already is not sent again, and what changed always is."""

from http.client import HTTPConnection

import pytest
from django.http import HttpResponse

from compounds.actions.register import update_compound
from compounds.models import Cluster
from directory.models import Division
from directory.powers import Role
from tests.apiclient import V1, Api, make_token
from tests.cast import MINSHENG, SHENGLI, WEST_STREET, Cast, make_user
from tests.compounds.builders import make_building, make_compound


@pytest.fixture
def api(cast: Cast) -> Api:
    return Api(cast.service)


def again(api: Api, path: str, first: HttpResponse, **headers: str) -> HttpResponse:
    return api.request(f"{V1}/{path}/", **{"If-None-Match": first.headers["ETag"], **headers})


@pytest.mark.parametrize("path", ["compounds", "pool", "divisions", "organisations"])
def test_the_same_list_is_not_sent_twice(cast: Cast, api: Api, path: str) -> None:
    make_compound(cast)
    first = api.get(path)
    second = again(api, path, first)
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["ETag"] == first.headers["ETag"]
    assert "no-cache" in second.headers["Cache-Control"]


def test_a_change_of_a_row_is_sent(cast: Cast, api: Api) -> None:
    compound = make_compound(cast)
    for path in ("compounds", f"compounds/{compound.code}"):
        first = api.get(path)
        update_compound(compound=compound, user=cast.bureau, address=f"改 {path}")
        assert again(api, path, first).status_code == 200


def test_a_change_of_a_neighbouring_row_is_sent_too(cast: Cast, api: Api) -> None:
    """Names of the community, of the cluster, a building: the compound's own row stays as it was."""
    cluster = Cluster.objects.create(division_id=WEST_STREET, name="甲片区")
    compound = make_compound(cast, cluster=cluster)
    path = f"compounds/{compound.code}"
    changes = [
        lambda: Division.objects.filter(pk=SHENGLI).update(name="新名社区"),
        lambda: Cluster.objects.update(name="乙片区"),
        lambda: make_building(cast, compound, "1号楼"),
    ]
    for change in changes:
        first = api.get(path)
        change()
        assert again(api, path, first).status_code == 200


def test_validators_as_clients_and_proxies_write_them(cast: Cast, api: Api) -> None:
    make_compound(cast)
    etag = api.get("compounds").headers["ETag"]
    assert etag.startswith('"')
    for known in (f"W/{etag}", f'"other", {etag}', "*"):
        assert api.request(f"{V1}/compounds/", **{"If-None-Match": known}).status_code == 304
    for unknown in ('"other"', "garbage", "", '"' * 500, etag.strip('"')):
        assert api.request(f"{V1}/compounds/", **{"If-None-Match": unknown}).status_code == 200


def test_two_programs_never_share_an_answer(cast: Cast, api: Api) -> None:
    make_compound(cast, community=MINSHENG)
    response = api.get("compounds")
    assert "private" in response.headers["Cache-Control"]
    of_the_street = make_user("street-program", role=Role.SERVICE, division=WEST_STREET, is_service=True)
    assert again(Api(of_the_street), "compounds", response).status_code == 200


def test_the_head_is_that_of_the_whole(cast: Cast, api: Api) -> None:
    compound = make_compound(cast)
    for path in ("compounds", "pool", "divisions", f"compounds/{compound.code}"):
        whole = api.get(path)
        head = api.request(f"{V1}/{path}/", method="head")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole.content))
        assert head.headers["ETag"] == whole.headers["ETag"]


def test_options_name_the_methods(cast: Cast, api: Api) -> None:
    response = api.request(f"{V1}/compounds/", method="options")
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_detail_says_when_it_changed(cast: Cast, api: Api) -> None:
    compound = make_compound(cast)
    assert api.get(f"compounds/{compound.code}").headers["Last-Modified"].endswith(" GMT")


def test_over_the_wire_a_head_and_a_304_leave_the_connection_clean(site: str, committed_cast: Cast) -> None:
    make_compound(committed_cast)
    key, _token = make_token(committed_cast.service)
    headers = {"Authorization": f"Bearer {key}"}
    wire = HTTPConnection(site.removeprefix("http://"), timeout=10)
    etag = ""
    for method, more, status in (
        ("GET", {}, 200), ("HEAD", {}, 200), ("GET", {"If-None-Match": "etag"}, 304), ("OPTIONS", {}, 204),
        ("GET", {}, 200),
    ):  # fmt: skip
        sent = dict.fromkeys(more, etag)
        wire.request(method, f"{V1}/compounds/", headers={**headers, **sent})
        response = wire.getresponse()
        body = response.read()
        assert response.status == status
        assert bool(body) == (method == "GET" and status == 200)
        etag = response.headers["ETag"] or etag
    wire.close()
