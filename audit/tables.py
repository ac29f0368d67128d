"""The columns of the audit."""

import json
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry, Outcome
from audit.vocabulary import action_label, division_name, kind_label
from core.keyset import Term
from core.lists import Column, Kind, Link, ListSpec
from core.lists.columns import Row


def listed_entries(user: Any) -> QuerySet[AuditEntry]:
    """What this person may read, with the names of the divisions."""
    return AuditEntry.objects.visible_to(user).annotate(place=division_name("division_code"))


def _action(row: Row) -> str:
    return action_label(row["action"])


def _subject(row: Row) -> SafeString | str:
    """The record, as a link to everything about it."""
    if not row["subject_kind"]:
        return ""
    query = urlencode({"subject": f"{row['subject_kind']}:{row['subject_id']}"})
    return format_html('<a href="?{}">{}</a> <span class="quiet">{}</span>',
                       query, row["subject"] or row["subject_id"], kind_label(row["subject_kind"]))  # fmt: skip


def _subject_text(row: Row) -> str:
    return " ".join(
        part for part in (kind_label(row["subject_kind"]), row["subject"], row["subject_id"]) if part
    )


def detail_text(detail: dict[str, Any] | None) -> str:
    """{"rows": 12} → `rows: 12`; nothing stands in there that is not plain."""
    pairs = ((key, value) for key, value in (detail or {}).items() if value not in ("", None, [], {}))
    return "; ".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in pairs
    )


def _detail(row: Row) -> str:
    return detail_text(row["detail"])


ENTRIES = ListSpec(
    key="audit",
    title=_("Audit"),
    noun=pgettext_lazy("count", "entries"),
    one=pgettext_lazy("count", "entry"),
    division="division_code",
    columns=(
        Column("at", _("Time"), kind=Kind.MOMENT, link=Link("audit:entry", "pk"), sort=(Term("at"), Term("pk")), descending=True),
        Column("actor", _("Person"), source="actor_name"),
        Column("action", _("Action"), render=_action, export=_action, width=24),
        Column("outcome", _("Outcome"), choices=Outcome.choices, tones={Outcome.REFUSED: "late"}),
        Column(
            "subject", _("Record"), source="subject_name", needs=("subject_kind", "subject_id"),
            render=_subject, export=_subject_text, width=30,
        ),
        Column("place", _("Division"), sort=(Term("division_code"), Term("pk"))),
        Column("address", pgettext_lazy("network", "Address"), kind=Kind.CODE),
        Column("reason", _("Reason"), width=30),
        Column("detail", _("Detail"), sort=None, render=_detail, export=_detail, shown=False, width=40),
        Column("code", _("Division code"), source="division_code", kind=Kind.CODE, shown=False),
    ),
    sort="-at",
    empty_title=_("No entries"),
    empty_text=_("Sign-ins, refusals, role changes and exports of your divisions appear here."),
)  # fmt: skip
