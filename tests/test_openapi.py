"""The OpenAPI document is true: every answer fits it, and what it allows is accepted."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from compounds.actions.pool import move_to_batch, set_place
from compounds.actions.successions import merge_compounds
from compounds.models import Batch, Cluster
from core.api.docs import openapi
from projects.actions.projects import add_party, add_related_work, edit_project
from projects.models import PartyRole, Project
from residents.session import SESSION, cookie_name
from tests.apiclient import V1, Api
from tests.cast import SHENGLI, WEST_STREET, Cast, make_organisation
from tests.compounds.builders import make_building, make_compound, make_survey
from tests.delivery.builders import on_site, report
from tests.effort import examples
from tests.projects.builders import make_unplanned_project
from tests.residents.letters_held import at_home
from tests.residents.menus import doors_of, make_menu, send

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:jsonschema")


@pytest.fixture
def api(cast: Cast) -> Api:
    """The token of a district in which everything that can be told is there at least once."""
    projects = rich_projects(cast)
    rich = make_compound(
        cast, "砂石厂小区", former_names=["旧名"], address="人民路1号", built_year=1985, building_count=3,
        cluster=Cluster.objects.create(division_id=WEST_STREET, name="西片区"),
        title_owner=make_organisation("砂石厂", credit_code=None), management_state="none",
        has_owners_committee=False, has_repair_fund=True, staircase_count=9, household_count=120,
        floor_area=Decimal("9876.50"), longitude=Decimal("112.2"), latitude=Decimal("30.35"), heritage="listed",
    )  # fmt: skip
    make_building(
        cast, rich, "1号楼", floors=6, household_count=30, floor_area=Decimal(3000), built_year=1986
    )
    make_survey(cast, rich)
    move_to_batch(compounds=[rich], batch=Batch.RESERVE, user=cast.bureau)
    set_place(compound=rich, user=cast.bureau, rank=1, reason="屋面漏水")
    gone = make_compound(cast, "旧院")
    merge_compounds(
        into=rich, others=[gone], user=cast.bureau, effective_on=rich.created_at.date(), reason="同院"
    )
    make_compound(cast, "空院")
    api = Api(cast.service)
    api.letter, api.menu = household_at_home(cast)  # type: ignore[attr-defined]
    api.codes = [rich.code, gone.code]  # type: ignore[attr-defined]
    api.projects = projects  # type: ignore[attr-defined]
    return api


def household_at_home(cast: Cast) -> tuple[Client, int]:
    """A phone behind a letter, whose household has chosen from its menu and ticks something else since."""
    menu = make_menu(cast)
    door = doors_of(menu)[0]
    send(cast, menu, door, "充电棚")
    held = at_home(cast, door)
    held.post(f"/r/menu/{menu.pk}/1/", {"answer": "want"})
    return held.client, menu.pk


def rich_projects(cast: Cast) -> list[Project]:
    """One with everything that hangs on a project, and one that has just begun."""
    project = on_site(cast, "改造小区")
    report(cast, project)
    firm = make_organisation("荆建", kind="contractor", credit_code=None)
    edit_project(project=project, user=cast.bureau, lead=firm, client=firm, programmes=["urban_renewal"])
    add_party(
        project=project,
        user=cast.bureau,
        organisation=firm,
        role=PartyRole.CONTRACTOR,
        from_on=date(2026, 1, 1),
    )
    add_related_work(project=project, user=cast.bureau, kind="gas", name="燃气迁改", organisation=firm)
    return [project, make_unplanned_project(cast, "新院")]


# --- Real answers against the document --------------------------------------------------


def closed(schema: Any) -> Any:
    """The document with every object closed: a member that it does not name is a fault."""
    if isinstance(schema, dict):
        found = {name: closed(inner) for name, inner in schema.items()}
        if "properties" in found and found.get("type") == "object" and "status" not in found["properties"]:
            found["additionalProperties"] = False
        return found
    return [closed(inner) for inner in schema] if isinstance(schema, list) else schema


def answers(api: Api) -> Iterator[tuple[str, Any]]:
    for name in ("divisions", "organisations", "compounds", "pool"):
        yield f"{V1}/{name}/", api.json(name)
    yield (
        f"{V1}/compounds/",
        api.json("compounds", updated_since="2020-01-01T00:00:00Z", page_size=1, ended="any"),
    )
    for code in api.codes:  # type: ignore[attr-defined]
        yield f"{V1}/compounds/{{code}}/", api.json(f"compounds/{code}")
    yield f"{V1}/divisions/{{code}}/", api.json(f"divisions/{SHENGLI}")
    for name in ("projects", "works", "indicators", "plans", "catalogue", "progress", "contracts"):
        yield f"{V1}/{name}/", api.json(name)
    yield f"{V1}/works/", api.json("works", updated_since="2020-01-01T00:00:00Z", page_size=1)
    for project in api.projects:  # type: ignore[attr-defined]
        yield f"{V1}/projects/{{code}}/", api.json(f"projects/{project.code}")
    (plan,) = api.results("plans")
    yield f"{V1}/plans/{{id}}/", api.json(f"plans/{plan['id']}")
    (organisation, *_others) = api.results("organisations")
    yield f"{V1}/organisations/{{id}}/", api.json(f"organisations/{organisation['id']}")
    yield f"{V1}/menus/", api.json("menus")
    for menu in api.results("menus"):
        yield f"{V1}/menus/{{id}}/", api.json(f"menus/{menu['id']}")
    yield from answers_at_home(api.letter, api.menu)  # type: ignore[attr-defined]


def answers_at_home(phone: Client, menu: int) -> Iterator[tuple[str, Any]]:
    for path in ("", "home/", "menus/", "menus/{id}/", "menus/{id}/receipt/"):
        address = f"{V1}/resident/{path}"
        yield address, phone.get(address.format(id=menu)).json()


def test_real_answers_have_exactly_the_members_that_are_described(api: Api) -> None:
    document = closed(openapi("en"))
    seen = set()
    for path, body in answers(api):
        described = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        schema = {**described, "components": document["components"]}
        jsonschema.Draft202012Validator(schema).validate(body)
        seen.add(path)
    assert seen == {path for path, methods in document["paths"].items() if "get" in methods}


def test_a_problem_is_as_described(api: Api) -> None:
    document = openapi("en")
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    for response in (api.get("compounds", x="1"), api.get("compounds/x"), Api().get("pool")):
        jsonschema.Draft202012Validator(schema).validate(response.json())


# --- The document itself ----------------------------------------------------------------


def test_the_document_is_openapi_3_1_in_json_and_yaml(db: None) -> None:
    client = Client()
    document = client.get(f"{V1}/schema/").json()
    assert document["openapi"].startswith("3.1")
    yaml = client.get(f"{V1}/schema/", {"format": "yaml"})
    assert yaml.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert yaml.content.startswith(b"openapi: 3.1")
    assert client.get(f"{V1}/schema/", headers={"Accept": "application/yaml"}).content == yaml.content
    assert client.get(f"{V1}/schema/", {"format": "xml"}).status_code == 400
    assert client.get(f"{V1}/schema/", headers={"Accept": "text/csv"}).status_code == 406


# Writing is for tokens alone, and is no answer that a client could have kept. A household has its letter.
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "get": [{"token": []}, {"cookieAuth": []}],
    "post": [{"token": []}],
}
AT_HOME = f"{V1}/resident/"
AT_THE_DOOR = {f"{AT_HOME}{path}/" for path in ("letter", "session", "leave")}
POSSIBLE = {
    "get": {"200", "304", "400", "401", "403", "406", "429"},
    "post": {"200", "201", "400", "401", "403", "406", "409", "415", "429"},
}
POSSIBLE_AT_HOME = {
    "get": {"200", "400", "401", "406"},
    "post": {"200", "400", "403", "406", "409", "413", "415"},
}


def security_of(path: str, method: str) -> list[dict[str, list[str]]]:
    if path in AT_THE_DOOR:
        return [{}]
    return [{"letter": []}] if path.startswith(AT_HOME) else SECURITY[method]


def test_every_operation_says_what_it_is_and_what_can_go_wrong(db: None) -> None:
    for path, methods in openapi("en")["paths"].items():
        ((method, operation),) = methods.items()
        assert operation["summary"], path
        assert operation["description"], path
        assert operation.get("security", [{}]) == security_of(path, method), path
        possible = POSSIBLE_AT_HOME if path.startswith(AT_HOME) else POSSIBLE
        assert possible[method] <= operation["responses"].keys(), path
        assert ("404" in operation["responses"]) == ("{" in path), path
        assert all(parameter["description"] for parameter in operation.get("parameters", [])), path


def test_the_index_leads_everywhere(cast: Cast) -> None:
    api = Api(cast.service)
    entries = api.request(f"{V1}/").json()
    for name, address in entries.items():
        assert api.request(address.removeprefix("http://testserver")).status_code == 200, name


# --- Made-up requests -------------------------------------------------------------------


@pytest.fixture
def _one_connection(api: Api) -> Iterator[None]:
    """A bare WSGI call ends with closing old connections; the test's own must stay, as with the test client.

    After `api`, whose phone is a test client: each of its requests connects the signals again.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


bounded = settings(
    max_examples=examples(25),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def validated(case: schemathesis.Case, api: Api) -> None:
    """Called with the token; behind a letter with the cookie of its session, unless the case is about that one."""
    if not case.path.startswith(AT_HOME):
        case.call_and_validate(headers={"Authorization": api.headers["Authorization"]})
        return
    made_up = case.meta.components.get(ParameterLocation.COOKIE) if case.meta else None
    if made_up is None or made_up.mode is GenerationMode.POSITIVE:
        name = cookie_name(SESSION)
        case.cookies = {name: api.letter.cookies[name].value}  # type: ignore[attr-defined]
    # The first takes every cookie for a made-up one; the second, every text for the code of a letter and every
    # number for an item on show. What opens nothing and lands nowhere is in tests/residents/test_resident_api.py.
    case.call_and_validate(excluded_checks=[ignored_auth, positive_data_acceptance])


@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_made_up_requests(api: Api, mode: GenerationMode) -> None:
    """Schemathesis makes requests from the document, allowed and forbidden ones, and checks the answers by it."""
    schema = schemathesis.openapi.from_wsgi(f"{V1}/schema/", get_wsgi_application())
    # NUL is refused before anything reads the address (`core.middleware`); no schema of a text says so.
    schema.config.generation.update(allow_x00=mode is GenerationMode.NEGATIVE)
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]

        @given(case=operation.as_strategy(generation_mode=mode))
        @bounded
        def check(case: schemathesis.Case) -> None:
            if mode is GenerationMode.POSITIVE and case.query:
                # What a cursor looks like cannot be described: it is signed.
                case.query.pop("cursor", None)
            validated(case, api)

        check()
