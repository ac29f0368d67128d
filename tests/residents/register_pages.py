"""Asking the pages of the household register."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


def at(name: str, *args: Any) -> str:
    return reverse(f"residents:{name}", args=args)


def text_of(client: Client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response.content.decode()


def statements(client: Client, address: str) -> int:
    """How many the page sends, session and rights included, once everything that is kept is warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as sent:
        assert client.get(address).status_code == 200
    return len(sent)
