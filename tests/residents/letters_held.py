"""A resident at the own phone: scan or type a code, confirm, be at home."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from residents.actions.letters import clear_text, issue_code_of_representative, issue_codes
from residents.models import Household, Representative
from tests.cast import Cast

HOME, CONFIRM = "/r/", "/r/confirm/"


def code_of(cast: Cast, holder: Household | Representative, *, by: str = "community") -> str:
    """What stands on the letter: twelve characters."""
    user = getattr(cast, by)
    if isinstance(holder, Representative):
        return clear_text(issue_code_of_representative(representative=holder, user=user))
    return clear_text(issue_codes(households=[holder], user=user)[holder.pk])


@dataclass
class Phone:
    """A browser of its own. `follow=True` throughout: what is seen at the end of the redirects."""

    client: Client

    def get(self, url: str, **more: Any) -> Any:
        return self.client.get(url, follow=True, **more)

    def post(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.client.post(url, data or {}, follow=True, **more)

    def scan(self, code: str, **more: Any) -> Any:
        return self.get(f"/r/{code}", **more)

    def type(self, text: str, **more: Any) -> Any:
        return self.post(HOME, {"code": text}, **more)

    def confirm(self, **more: Any) -> Any:
        return self.post(CONFIRM, **more)


def phone(**defaults: Any) -> Phone:
    return Phone(Client(**defaults))


def at_home(cast: Cast, holder: Household | Representative, **defaults: Any) -> Phone:
    """Scanned and confirmed."""
    held = phone(**defaults)
    held.scan(code_of(cast, holder))
    held.confirm()
    return held
