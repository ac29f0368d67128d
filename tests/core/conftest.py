"""Who asks for a list of organisations, and what stands in it."""

from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from core.scope import SESSION_KEY
from directory.models import Organisation, OrganisationKind
from tests.cast import EAST_STREET, JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_organisation
from tests.core.organisation_list import Ask


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
