"""What tests of the register's pages share: addresses, what the form of a compound sends, a merge."""

from typing import Any

from django.test import Client
from django.urls import reverse

from compounds.models import (
    Compound,
)
from core.history import version_of
from tests.cast import SHENGLI


def at(name: str, *args: Any) -> str:
    return reverse(f"compounds:{name}", args=args)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(compound: Compound | None = None, **changes: Any) -> dict[str, Any]:
    """What the form of a compound sends; `changes` are fields, None leaves one out."""
    sent: dict[str, Any] = {
        "name": compound.name if compound else "新小区",
        "community": compound.community_id if compound else SHENGLI,
        "heritage": "none",
        "management_state": "unknown",
        "coordinate_system": "wgs84",
        "version": version_of(compound) if compound else "",
    }
    return {name: value for name, value in {**sent, **changes}.items() if value is not None}


def merge(client: Client, into: Compound, *others: Compound, reason: str = "区政府批复") -> Any:
    sent = {"others": [one.pk for one in others], "effective_on": "2026-06-01", "reason": reason}
    return client.post(at("merge", into.code), sent)
