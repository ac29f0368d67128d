"""What tests of the schemes' pages share."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.models import Project


def at(name: str, project: Project, *args: Any) -> str:
    return reverse(f"projects:{name}", args=[project.code, *args])


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def kind_of(client: Client, url: str) -> str:
    """The media type of a file, which is read to its end."""
    answer: Any = client.get(url)
    b"".join(answer.streaming_content)
    # `answer.close()` would end the request, and with it the test's own connection.
    for close in answer._resource_closers:
        close()
    return str(answer.headers["Content-Type"])


def line_fields(page: Any) -> dict[str, str]:
    """The form as the browser would send it back."""
    sent = {"summary": page.context["summary"].initial["summary"]}
    for _group, rows in page.context["groups"]:
        for row in rows:
            form = row["form"]
            sent |= {form.add_prefix(name): str(form.initial[name]) for name in form.fields}
    return sent
