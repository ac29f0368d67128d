"""Every refusal below /api/ is a problem document, whoever refuses: address, method, format, token, rule, accident."""

import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from compounds.api import CompoundList
from core.api.problems import PROBLEMS, rule_problems
from core.errors import DomainError, InvalidInput
from tests.apiclient import V1, Api, demand_problem, make_token
from tests.cast import Cast, make_user


class Refusing(APIView):
    """An endpoint that takes a body, and raises what it is told to."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    raises: Exception | None = None

    def post(self, request: Request) -> HttpResponse:
        if self.raises:
            raise self.raises
        return HttpResponse(request.data)


def posted(body: bytes = b"{}", content_type: str = "application/json", **attributes: Any) -> Any:
    request = RequestFactory().post("/api/v1/things/", body, content_type=content_type)
    response: Any = Refusing.as_view(**attributes)(request)
    response.json = lambda: json.loads(response.content)
    return response


def test_an_unknown_address(cast: Cast) -> None:
    for path in ("/api/v1/nothing/", "/api/v2/", "/api/v1/compounds/1/2/3/", "/api/小区/"):
        demand_problem(Api(cast.service).request(path), 404, "not_found")
        demand_problem(Client().get(path, headers={"Accept-Language": "en"}), 404, "not_found")


def test_a_damaged_address(cast: Cast) -> None:
    api = Api(cast.service)
    for query in ("q=%00", "q=%ff", "q=%ed%a0%80"):
        demand_problem(api.request(f"{V1}/compounds/", query), 400, "bad_request")


def test_another_method_names_those_that_are_allowed(cast: Cast) -> None:
    for method in ("post", "put", "patch", "delete"):
        response = Api(cast.service).request(f"{V1}/compounds/", method=method)
        demand_problem(response, 405, "method_not_allowed")
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_another_format(cast: Cast) -> None:
    response = Api(cast.service).request(f"{V1}/compounds/", Accept="application/xml")
    demand_problem(response, 406, "not_acceptable")


def test_without_a_token(cast: Cast) -> None:
    response = Api().get("compounds")
    demand_problem(response, 401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_wrong_token_is_told_apart_from_none(cast: Cast) -> None:
    response = Api(key="rp_wrong").get("compounds")
    demand_problem(response, 401, "invalid_token")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_a_program_whose_role_has_ended(cast: Cast) -> None:
    demand_problem(Api(make_user("idle", is_service=True)).get("compounds"), 403, "not_permitted")


def test_a_token_without_the_scope(cast: Cast) -> None:
    key, _token = make_token(cast.service, scopes=("progress:write",))
    demand_problem(Api(key=key).get("compounds"), 403, "insufficient_scope")


def test_an_accident(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("not for anybody's eyes")

    monkeypatch.setattr(CompoundList, "rows", fail)
    # An address that nobody asked for yet: what was prepared once is not prepared again.
    response = Api(cast.service).get("compounds", q="accident")
    demand_problem(response, 500, "internal_server_error")
    assert b"eyes" not in response.content


def test_a_body_that_is_no_json() -> None:
    demand_problem(posted(b"{"), 400, "parse_error")
    demand_problem(posted(b"\xff\xfe"), 400, "parse_error")


def test_a_body_of_another_kind() -> None:
    demand_problem(posted(b"a=1", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")


def test_wrong_fields_are_named_by_their_path() -> None:
    detail: Any = {"name": ["missing"], "lines": [{}, {"score": ["too high"]}], "whole": "odd"}
    body = demand_problem(posted(raises=exceptions.ValidationError(detail)), 400, "invalid_input")
    assert body["errors"] == [
        {"field": "name", "message": "missing"},
        {"field": "lines.1.score", "message": "too high"},
        {"field": "whole", "message": "odd"},
    ]


def test_a_rule_that_refuses_keeps_its_code_and_its_figures() -> None:
    body = demand_problem(posted(raises=InvalidInput(reason="odd")), 400, "invalid_input")
    assert body["reason"] == "odd"

    class Full(DomainError):
        code = "full"
        sentence = "Only {most} fit."

    body = demand_problem(posted(raises=Full(most=3)), 409, "full")
    assert (body["title"], body["most"]) == ("Only 3 fit.", 3)


def test_figures_of_a_refusal_never_stand_for_the_problems_own_members() -> None:
    class Odd(DomainError):
        code = "odd"
        sentence = "{title} of {status}"

    body = demand_problem(
        posted(raises=Odd(title="Prince", status="Wales", detail=1, code=2, kept=3)), 409, "odd"
    )
    assert (body["title"], body["kept"]) == ("Prince of Wales", 3)


def test_problems_are_told_in_the_readers_language(cast: Cast) -> None:
    english = Api(cast.service).get("nothing").json()
    chinese = Api(cast.service, **{"Accept-Language": "zh-CN"}).get("nothing").json()
    assert english["code"] == chinese["code"]
    assert english["title"].isascii()
    assert not chinese["title"].isascii()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_type_leads_to_an_explanation(db: None, language: str) -> None:
    page = Client().get("/api/problems/", headers={"Accept-Language": language})
    assert page.status_code == 200
    anchors = set(re.findall(r'<dt id="([a-z0-9_]+)"', page.content.decode()))
    assert anchors == PROBLEMS.keys() | {kind.code for kind in rule_problems()}


def test_codes_are_for_programs() -> None:
    for kind in (*PROBLEMS.values(), *rule_problems()):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code), kind.code
