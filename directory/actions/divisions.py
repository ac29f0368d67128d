"""The register of divisions: taken over from the official list, set-wise and all or nothing.

Divisions are renamed, merged and dissolved every year. Nothing is ever deleted:
what is gone keeps its row with the day it ended, and a succession says where its
living records went.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from core.board import board
from core.text import listed
from directory.codes import parent_code
from directory.division_files import DivisionLine, SuccessionLine
from directory.errors import DivisionFileRefused, SuccessionFileRefused
from directory.models import Division, DivisionSuccession, Organisation, RoleAssignment, SuccessionKind, User


@dataclass
class DivisionReport:
    """What an edition changed. `missing` are living divisions of the file's counties that it leaves out."""

    new: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    unchanged: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)
    ended: list[tuple[str, str]] = field(default_factory=list)
    successions: list[tuple[str, str, int]] = field(default_factory=list)


def import_divisions(
    *,
    divisions: Sequence[DivisionLine],
    successions: Sequence[SuccessionLine] = (),
    actor: Any = None,
    dry_run: bool = False,
) -> DivisionReport:
    """Take over a newer edition and then its successions; with `dry_run` only say what would happen.

    Raises DivisionFileRefused with the line numbers; then nothing was changed.
    """
    report = DivisionReport()
    with transaction.atomic():
        _take_over(divisions, report)
        for line in successions:
            _succeed(line, report)
        _refuse_orphans_of_the_ended(successions)
        gone = {line.old for line in successions}
        report.missing = [(code, name) for code, name in report.missing if code not in gone]
        record(action="divisions.imported", actor=actor, detail=_counts(report))
        transaction.set_rollback(dry_run)
    return report


def _counts(report: DivisionReport) -> dict[str, int]:
    return {
        "new": len(report.new),
        "renamed": len(report.renamed),
        "unchanged": report.unchanged,
        "missing": len(report.missing),
        "successions": len(report.successions),
    }


# --- The edition ------------------------------------------------------------------------


def _take_over(lines: Sequence[DivisionLine], report: DivisionReport) -> None:
    with connection.cursor() as cursor:
        # One writer at a time; readers go on. Two editions at once would miss each other's parents.
        cursor.execute("LOCK TABLE directory_division IN SHARE ROW EXCLUSIVE MODE")
    known = {
        code: (name, ended) for code, name, ended in Division.objects.values_list("code", "name", "ended_on")
    }
    _refuse_orphans(lines, known)
    for line in lines:
        old_name, ended = known.get(line.code, (None, None))
        if old_name is None:
            report.new.append((line.code, line.name))
        elif ended is not None:
            report.ended.append((line.code, old_name))
        elif old_name != line.name:
            report.renamed.append((line.code, old_name, line.name))
        else:
            report.unchanged += 1
    report.missing = _missing(lines, known)
    _write([*report.new, *((code, name) for code, _old, name in report.renamed)])


def _refuse_orphans(lines: Sequence[DivisionLine], known: dict[str, tuple[str, Any]]) -> None:
    here = {line.code for line in lines}
    faults = []
    for line in lines:
        parent = parent_code(line.code)
        if parent is None or line.code in known or (parent in here and parent not in known):
            continue
        if parent not in known:
            faults.append((line.number, _("{code} has no parent: {parent} is unknown.").format(
                code=line.code, parent=parent)))  # fmt: skip
        elif known[parent][1] is not None:
            faults.append((line.number, _("{code} lies below {parent}, which has ended.").format(
                code=line.code, parent=parent)))  # fmt: skip
    if faults:
        raise DivisionFileRefused(faults)


def _missing(lines: Sequence[DivisionLine], known: dict[str, tuple[str, Any]]) -> list[tuple[str, str]]:
    """A file of one county says nothing about its neighbours: only counties it names are compared."""
    here = {line.code for line in lines}
    counties = {code[:6] for code in here if len(code) >= 6}
    return sorted(
        (code, name)
        for code, (name, ended) in known.items()
        if ended is None and code[:6] in counties and code not in here
    )


def _write(rows: list[tuple[str, str]]) -> None:
    """One statement for all: parents and children need no order, the foreign key is checked at the end."""
    if not rows:
        return
    codes, names = [code for code, _name in rows], [name for _code, name in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_division (code, name, parent_id)"
            " SELECT code, name, parent FROM unnest(%s::text[], %s::text[], %s::text[]) AS line (code, name, parent)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name",
            [codes, names, [parent_code(code) for code in codes]],
        )


# --- Successions ------------------------------------------------------------------------


def _succeed(line: SuccessionLine, report: DivisionReport) -> None:
    """End `old` and, but for a split, move its living records to `new`. A line done before is passed over."""
    if DivisionSuccession.objects.filter(old=line.old, new=line.new).exists():
        return
    found = {one.code: one for one in Division.objects.filter(code__in=[line.old, line.new])}
    _refuse_succession(line, found)
    moved = 0 if line.kind == SuccessionKind.SPLIT else _move_records(line)
    Division.objects.filter(code=line.old).update(ended_on=line.effective_on)
    DivisionSuccession.objects.create(
        old_id=line.old, new_id=line.new, kind=line.kind, effective_on=line.effective_on, moved=moved
    )
    report.successions.append((line.old, line.new, moved))


def _refuse_succession(line: SuccessionLine, found: dict[str, Division]) -> None:
    fault = ""
    for code in (line.old, line.new):
        if code not in found:
            fault = fault or _("{code} is unknown.").format(code=code)
    if not fault:
        fault = _succession_fault(line, found[line.old], found[line.new])
    if fault:
        raise SuccessionFileRefused([(line.number, fault)])


def _succession_fault(line: SuccessionLine, old: Division, new: Division) -> str:
    if old.code == new.code:
        return _("A division does not succeed itself.")
    if len(old.code) != len(new.code):
        return _("{old} and {new} are of different levels.").format(old=old.code, new=new.code)
    if line.effective_on > timezone.localdate():
        return _("{day} has not come yet; records move on that day.").format(
            day=line.effective_on.isoformat()
        )
    if new.ended_on is not None:
        return _("{code} has ended and cannot take anything over.").format(code=new.code)
    if old.ended_on is not None and line.kind != SuccessionKind.SPLIT:
        return _("{code} has ended already.").format(code=old.code)
    return ""


def _move_records(line: SuccessionLine) -> int:
    moved = _move_roles(line) + _move_organisations(line)
    moved += User.objects.filter(home_division=line.old).update(home_division=line.new)
    return moved + sum(follower.follow(line.old, line.new) for follower in board.division_followers())


def _move_roles(line: SuccessionLine) -> int:
    """Who holds the same role at both keeps one of them."""
    open_roles = RoleAssignment.objects.filter(division=line.old, ended_at__isnull=True)
    twice = RoleAssignment.objects.filter(division=line.new, ended_at__isnull=True).values("user", "role")
    held = {(row["user"], row["role"]) for row in twice}
    doubled = [one.pk for one in open_roles if (one.user_id, one.role) in held]
    RoleAssignment.objects.filter(pk__in=doubled).update(ended_at=timezone.now())
    return open_roles.exclude(pk__in=doubled).update(division=line.new)


def _move_organisations(line: SuccessionLine) -> int:
    moving = Organisation.objects.active().filter(division=line.old)
    taken = set(Organisation.objects.active().filter(division=line.new).values_list("name", flat=True))
    doubled = sorted(taken & set(moving.values_list("name", flat=True)))
    if doubled:
        fault = _("Both divisions have an organisation named {names}: rename or end one of them first.")
        raise SuccessionFileRefused([(line.number, fault.format(names=listed(doubled)))])
    return moving.update(division=line.new)


def _refuse_orphans_of_the_ended(lines: Sequence[SuccessionLine]) -> None:
    """A division that ends takes no living division with it: those below need lines of their own."""
    faults = []
    for line in lines:
        below = Division.objects.living().filter(code__startswith=line.old).exclude(code=line.old)
        left = list(below.values_list("code", flat=True)[:5])
        if left:
            sentence = _("Below {old} there are still divisions without a successor: {codes}.")
            faults.append((line.number, sentence.format(old=line.old, codes=", ".join(left))))
    if faults:
        raise SuccessionFileRefused(faults)
