"""What tests of the projects' pages share."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.history import version_of
from projects.models import Project


def at(name: str, *args: Any) -> str:
    return reverse(f"projects:{name}", args=args)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def move(client: Client, project: Project, kind: str, **sent: Any) -> HttpResponse:
    """What the page of a move sends, as it was shown when `project` was read."""
    facts = {"effective_on": "2026-11-20", "expected_stage": project.stage, "reason": "", **sent}
    return client.post(f"{at('stage_move', project.code)}?move={kind}", facts)  # type: ignore[return-value]


def form_of(project: Project, **changes: Any) -> dict[str, Any]:
    """What the form of a project's facts sends; `changes` are fields."""
    return {
        "lead_kind": project.lead_kind, "lead_reason": project.lead_reason, "lead": project.lead_id or "",
        "client": project.client_id or "", "manager": project.manager_id or "", "programmes": project.programmes,
        "notes": project.notes, "version": version_of(project), **changes,
    }  # fmt: skip
