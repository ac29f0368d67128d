"""What a row of the table showed: by its mark another hand in between is noticed."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import ChangedMeanwhile
from core.history import history_of
from directory.models import User
from projects.models import SchemeLine


def mark_of(line: SchemeLine) -> str:
    """A digest of all that a row of the table shows, by which another hand in between is noticed."""
    work = line.work_item
    return mark(line.quantity, line.unit_cost, line.note, work.location, work.treatment, work.origin)


def mark(quantity: Decimal, unit_cost: Decimal, *words: str) -> str:
    """The same of values as they were sent: `words` are note, location, treatment and origin."""
    figures = (f"{figure:.2f}" for figure in (quantity, unit_cost))
    return hashlib.sha256("\n".join((*figures, *words)).encode()).hexdigest()[:12]


def refuse_changed_by_others(lines: Iterable[SchemeLine], *, seen: Mapping[int, str]) -> None:
    """`seen` are {line: the mark that the page showed}, "" to write in any case."""
    stale = [line for line in lines if seen[line.pk] and seen[line.pk] != mark_of(line)]
    if stale:
        raise _changed_meanwhile(stale)


def _changed_meanwhile(stale: list[SchemeLine]) -> ChangedMeanwhile:
    """Who and when, as the history of the lines knows it."""
    rows = history_of(SchemeLine).filter(pgh_obj__in=[line.pk for line in stale])
    last = rows.order_by("-pgh_id").first()
    who = User.objects.filter(pk=(last.pgh_context or {}).get("user") or 0).first() if last else None
    when = timezone.localtime(last.pgh_created_at).strftime("%H:%M") if last else "—"
    return ChangedMeanwhile(who=str(who or _("Somebody else")), when=when, lines=[line.pk for line in stale])
