"""Every link that a page shows leads somewhere: followed from the overview, for each role of the demo.

No 500 anywhere, and no link to a page that its reader may not open (403) or cannot see (404).
"""

from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from directory.models import User
from directory.powers import Role
from portal.demo.people import listed_accounts
from portal.demo.published import JINGZHOU

# Pages of one kind (same view, same parameters) look alike: so many of each are opened, and of each view.
# Who may open what is the same in every language: in a second one each kind is drawn once.
OF_A_KIND, OF_A_VIEW = {"zh-hans": 2, "en": 1}, {"zh-hans": 6, "en": 4}
PAGES_AT_MOST = 600
READERS = [
    account.username
    for account in listed_accounts()
    if account.role != Role.SERVICE and not account.division.startswith("4206")
]  # fmt: skip


class _Links(HTMLParser):
    """Addresses of links and pictures, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get({"a": "href", "img": "src"}.get(tag, ""))
        if address and not given.get("target"):
            self.found.append(address)


def _links(page: str, response: HttpResponseBase) -> Iterator[str]:
    """Addresses of this site, without fragments; static files are not the crawl's."""
    parser = _Links()
    parser.feed(response.content.decode() if hasattr(response, "content") else "")
    for address in parser.found:
        parts = urlsplit(urljoin(page, address))
        if (
            parts.scheme in ("", "http", "https")
            and not parts.netloc
            and not parts.path.startswith("/static/")
        ):
            yield parts._replace(fragment="").geturl()


def _kind(address: str) -> tuple[Any, ...]:
    """What makes two addresses the same kind of page."""
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return (parts.path,)
    return (match.view_name or match.route, *sorted({key for key, _value in parse_qsl(parts.query)}))


def _crawl(client: Client, start: str, language: str) -> Iterator[tuple[str, str, int]]:
    """(page with the link, address, status) of everything that was opened."""
    waiting, seen, opened = deque([("", start)]), {start}, Counter[tuple[Any, ...]]()
    while waiting:
        page, address = waiting.popleft()
        kind = _kind(address)
        if opened[kind] >= OF_A_KIND[language] or opened[kind[:1]] >= OF_A_VIEW[language]:
            continue
        opened.update({kind, kind[:1]})
        response = client.get(address)
        if response.streaming:
            # Read to the end, so that the file behind it is closed.
            list(response)
        yield page, address, response.status_code
        if response.status_code in (301, 302, 303):
            targets = [urljoin(address, response["Location"])]
        elif response.get("Content-Type", "").startswith("text/html"):
            targets = list(_links(address, response))
        else:
            targets = []
        for target in targets:
            if target not in seen:
                seen.add(target)
                waiting.append((address, target))


@pytest.mark.parametrize(
    ("username", "language"),
    [(username, "zh-hans") for username in READERS]
    + [(username, "en") for username in ("jz-section", "jz-community", "jz-system", "jz-audit")],
)
def test_every_link_shown_to_a_role_leads_somewhere(
    loaded: None, db: None, settings: Any, username: str, language: str
) -> None:
    settings.DEMO, settings.SECOND_FACTOR_FOR_ADMINISTRATORS = True, False
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    client.force_login(User.objects.get(username=username))
    opened = list(_crawl(client, reverse("portal:overview"), language))
    wrong = [f"{status} {address} (linked from {page})" for page, address, status in opened if status >= 400]
    assert not wrong, "\n".join(wrong)
    assert 5 < len(opened) < PAGES_AT_MOST


def test_every_role_of_the_county_is_among_the_readers() -> None:
    roles = {account.role for account in listed_accounts() if account.username in READERS}
    assert roles == set(Role.values) - {Role.SERVICE}
    assert any(account.division == JINGZHOU for account in listed_accounts())
