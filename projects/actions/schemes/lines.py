"""The lines of a scheme's table: works put in and changed, one by one or a whole table at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction

from core.integrity import constraints_as_refusals
from core.text import clean_line, first_of
from directory.models import User
from projects.actions.schemes.locks import lock_open
from projects.actions.schemes.marks import refuse_changed_by_others
from projects.errors import LineGone, WorkHandedIn, WorkListed, WorkNotBasic, WorkNotOffered
from projects.models import (
    CatalogueItem,
    Category,
    Scheme,
    SchemeLine,
    SchemeState,
    Treatment,
    WorkItem,
    WorkOrigin,
)

IN_A_WORK_ITEM = ("location", "treatment", "origin")


class WorkFacts(TypedDict, total=False):
    """What may be said of a work beside how much of it; cost in yuan per unit."""

    unit_cost: Decimal
    note: str
    location: str
    treatment: str
    origin: str


class LineFacts(WorkFacts, total=False):
    """`quantity` in the catalogue's unit."""

    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Addition:
    """A line to be put in. Without a unit cost the catalogue's usual one is taken, without an origin the item's own."""

    item: CatalogueItem
    quantity: Decimal
    unit_cost: Decimal | None = None
    location: str = ""
    treatment: str = Treatment.ALTER
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class LineEdit:
    """A line as somebody wants it; `seen` is the `mark_of` that the page showed, "" to write in any case."""

    line_id: int
    facts: LineFacts
    seen: str = ""


@dataclass
class Saved:
    changed: list[SchemeLine] = field(default_factory=list)
    added: list[SchemeLine] = field(default_factory=list)


@transaction.atomic
def add_work(*, scheme: Scheme, user: User, item: CatalogueItem, quantity: Decimal, **facts: Unpack[WorkFacts]) -> SchemeLine:  # fmt: skip
    """Put an item of the catalogue in force here into the draft."""
    scheme = lock_open(scheme, user)
    (line,) = _add(scheme, user, [Addition(item=item, quantity=quantity, **facts)])
    return line


@transaction.atomic
def edit_line(*, line: SchemeLine, user: User, **facts: Unpack[LineFacts]) -> SchemeLine:
    scheme = lock_open(line.scheme, user)
    (changed,) = _edit(scheme, [LineEdit(line_id=line.pk, facts=facts)])
    return changed


@transaction.atomic
def save_lines(
    *, scheme: Scheme, user: User, edits: Sequence[LineEdit] = (), additions: Sequence[Addition] = ()
) -> Saved:
    """A whole table at once, all or nothing. Rows that somebody else changed since they were shown are refused."""
    scheme = lock_open(scheme, user)
    return Saved(changed=_edit(scheme, edits), added=_add(scheme, user, additions))


def handed_in(work_items: Iterable[int]) -> set[int]:
    """Those of the work items that stand in a version which was handed in: where they are is fixed."""
    fixed = SchemeLine.objects.filter(work_item__in=list(work_items)).exclude(
        scheme__state__in=(SchemeState.DRAFT, SchemeState.WITHDRAWN)
    )
    return set(fixed.values_list("work_item_id", flat=True))


def _add(scheme: Scheme, user: User, additions: Sequence[Addition]) -> list[SchemeLine]:
    if not additions:
        return []
    _refuse_not_offered(scheme, additions)
    listed = {_place(line.work_item) for line in scheme.lines.select_related("work_item")}
    known = {_place(work): work for work in WorkItem.objects.filter(project=scheme.project_id)}
    lines = []
    for addition in additions:
        work = _work_of(scheme, user, addition)
        if _place(work) in listed:
            raise WorkListed(name=str(work))
        listed.add(_place(work))
        lines.append(_line(scheme, addition, known.get(_place(work)) or work))
    with constraints_as_refusals(SchemeLine):
        created = SchemeLine.objects.bulk_create(lines)
    # What had been struck from this version and is put in again is struck no more.
    scheme.strikes.filter(work_item__in=[line.work_item_id for line in created]).delete()
    return created


def _place(work: WorkItem) -> tuple[int, str, str]:
    """Two works with the same item, place and treatment are one work."""
    return work.catalogue_item_id, work.location, work.treatment


def _refuse_not_offered(scheme: Scheme, additions: Sequence[Addition]) -> None:
    asked = {addition.item.pk: addition.item for addition in additions}
    offered = CatalogueItem.objects.of(scheme.division_code).offered().filter(pk__in=asked)
    strangers = asked.keys() - set(offered.values_list("pk", flat=True))
    if strangers:
        raise WorkNotOffered(name=first_of([asked[pk].name for pk in sorted(strangers)]))


def _work_of(scheme: Scheme, user: User, addition: Addition) -> WorkItem:
    item = addition.item
    origin = addition.origin or (WorkOrigin.BASIC if item.category == Category.BASIC else WorkOrigin.ADDED)
    _refuse_wrong_origin(item, origin)
    return WorkItem(
        project=scheme.project, catalogue_item=item, location=clean_line(addition.location),
        treatment=addition.treatment, origin=origin, created_by=user,
    )  # fmt: skip


def _refuse_wrong_origin(item: CatalogueItem, origin: str) -> None:
    if origin == WorkOrigin.BASIC and item.category != Category.BASIC:
        raise WorkNotBasic(name=item.name)


def _line(scheme: Scheme, addition: Addition, work: WorkItem) -> SchemeLine:
    if work._state.adding:
        with constraints_as_refusals(WorkItem):
            work.save(force_insert=True)
    cost = addition.item.unit_cost if addition.unit_cost is None else addition.unit_cost
    return SchemeLine(
        scheme=scheme, work_item=work, project=scheme.project, quantity=addition.quantity, unit_cost=cost,
        note=clean_line(addition.note),
    )  # fmt: skip


def _edit(scheme: Scheme, edits: Sequence[LineEdit]) -> list[SchemeLine]:
    if not edits:
        return []
    lines = own_lines(scheme, [edit.line_id for edit in edits])
    refuse_changed_by_others(lines.values(), seen={edit.line_id: edit.seen for edit in edits})
    fixed = handed_in(line.work_item_id for line in lines.values())
    for edit in edits:
        line = lines[edit.line_id]
        for name in ("quantity", "unit_cost", "note"):
            if name in edit.facts:
                setattr(line, name, edit.facts[name])
        line.note = clean_line(line.note)
        _edit_work(line.work_item, edit.facts, is_fixed=line.work_item_id in fixed)
    _refuse_twice(scheme)
    with constraints_as_refusals(SchemeLine):
        for line in lines.values():
            line.save(update_fields=["quantity", "unit_cost", "note"])
    return list(lines.values())


def _edit_work(work: WorkItem, facts: LineFacts, *, is_fixed: bool) -> None:
    """Where and how; the row is written only where something differs."""
    wanted = {name: facts.get(name, getattr(work, name)) for name in IN_A_WORK_ITEM}
    wanted["location"] = clean_line(str(wanted["location"]))
    changed = [name for name in IN_A_WORK_ITEM if wanted[name] != getattr(work, name)]
    if not changed:
        return
    if is_fixed:
        raise WorkHandedIn(name=str(work))
    _refuse_wrong_origin(work.catalogue_item, str(wanted["origin"]))
    for name in changed:
        setattr(work, name, wanted[name])
    with constraints_as_refusals(WorkItem):
        work.save(update_fields=changed)


def own_lines(scheme: Scheme, ids: Iterable[int]) -> dict[int, SchemeLine]:
    wanted = set(ids)
    found = scheme.lines.select_related("work_item__catalogue_item").filter(pk__in=wanted)
    lines = {line.pk: line for line in found}
    if wanted - lines.keys():
        raise LineGone
    return lines


def _refuse_twice(scheme: Scheme) -> None:
    seen = set()
    for line in scheme.lines.select_related("work_item__catalogue_item"):
        if _place(line.work_item) in seen:
            raise WorkListed(name=str(line.work_item))
        seen.add(_place(line.work_item))
