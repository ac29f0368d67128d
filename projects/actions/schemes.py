"""一区一策: a compound's scheme drawn up, line by line, and its versions. Its way through the offices: `actions.approvals`."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from compounds.models import Topic
from core.errors import ChangedMeanwhile, DomainError, NotPermitted
from core.history import history_of
from core.integrity import constraints_as_refusals, violated_constraint
from core.text import clean_line
from directory.models import Division, User
from projects.errors import (
    CatalogueBelowCounty,
    GapsOpen,
    GapUnknown,
    LessThanDone,
    LineGone,
    NoApprovedScheme,
    ProjectNotActive,
    ReasonNeeded,
    SchemeApproved,
    SchemeEmpty,
    SchemeNotOpen,
    SchemeUnderWay,
    WorkHandedIn,
    WorkListed,
    WorkNotBasic,
    WorkNotOffered,
)
from projects.gaps import gaps_of, needs_of
from projects.models import (
    CatalogueItem,
    Category,
    Project,
    Scheme,
    SchemeLine,
    SchemeRule,
    SchemeState,
    Strike,
    Treatment,
    Waiver,
    WorkItem,
    WorkOrigin,
)
from projects.models.catalogue import LEVELS_OF_A_CATALOGUE
from projects.models.scheme import SCHEME_UNDER_WAY
from projects.permissions import can_draw_scheme, can_set_scheme_rules

NAMED_IN_A_REFUSAL = 3
# As the constraint `progress_within_plan`: more than a fifth above the plan is a change of the works.
MOST_ABOVE_PLAN = Decimal("1.2")
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


# --- Versions ---------------------------------------------------------------------------


@transaction.atomic
def begin_scheme(*, project: Project, user: User, summary: str = "", reason: str = "") -> Scheme:
    """The first version. Where one was withdrawn before, the next says why (`reason`)."""
    project = _lock_project(project, user)
    if project.schemes.approved().exists():
        raise SchemeApproved
    version = _next_version(project)
    reason = clean_line(reason)
    if version > 1 and not reason:
        raise ReasonNeeded
    return _create(project, user, version, summary=summary.strip(), change_reason=reason)


@transaction.atomic
def new_version(*, project: Project, user: User, reason: str) -> Scheme:
    """A change of an approved scheme: its lines and waivers are copied; it holds until the new one is approved."""
    project = _lock_project(project, user)
    approved = project.schemes.approved().first()
    if approved is None:
        raise NoApprovedScheme
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    version = _next_version(project)
    scheme = _create(project, user, version, summary=approved.summary, change_reason=reason)
    SchemeLine.objects.bulk_create(
        SchemeLine(scheme=scheme, project=project, **row)
        for row in approved.lines.order_by("pk").values("work_item_id", "quantity", "unit_cost", "note")
    )
    Waiver.objects.bulk_create(
        Waiver(scheme=scheme, **row) for row in approved.waivers.values("topic", "reason", "by_id")
    )
    return scheme


@transaction.atomic
def withdraw_scheme(*, scheme: Scheme, user: User, reason: str) -> Scheme:
    """Give up a version that is being drawn up; what was in it can still be read."""
    scheme = _lock_open(scheme, user)
    if not clean_line(reason):
        raise ReasonNeeded
    scheme.state, scheme.return_reason = SchemeState.WITHDRAWN, clean_line(reason)
    scheme.save()
    return scheme


@transaction.atomic
def describe_scheme(*, scheme: Scheme, user: User, summary: str) -> Scheme:
    """What is done, in words that the public notice carries."""
    scheme = _lock_open(scheme, user)
    scheme.summary = summary.strip()
    scheme.save(update_fields=["summary"])
    return scheme


@transaction.atomic
def submit_scheme(*, scheme: Scheme, user: User) -> Scheme:
    """Hand it in for signing. 先民生后提升: no upgrade item while a need is neither planned nor waived."""
    scheme = _lock_open(scheme, user)
    lines = list(scheme.lines.select_related("work_item__catalogue_item", "work_item__progress"))
    if not lines:
        raise SchemeEmpty
    if any(line.work_item.catalogue_item.category == Category.UPGRADE for line in lines):
        unanswered = [gap.label for gap in gaps_of(scheme, lines) if gap.is_open]
        if unanswered:
            raise GapsOpen(topics="、".join(unanswered))
    refuse_less_than_done(scheme)
    scheme.state = SchemeState.SIGNING
    scheme.submitted_by, scheme.submitted_at, scheme.return_reason = user, timezone.now(), ""
    save_state(scheme)
    return scheme


def refuse_less_than_done(scheme: Scheme) -> None:
    """More than a fifth above the plan would have been built: the database refuses that approval."""
    ahead = scheme.lines.filter(work_item__progress__done__gt=F("quantity") * MOST_ABOVE_PLAN)
    names = [str(line.work_item) for line in ahead.select_related("work_item__catalogue_item")]
    if names:
        raise LessThanDone(names=_listed(names))


# --- Lines ------------------------------------------------------------------------------


@transaction.atomic
def add_work(*, scheme: Scheme, user: User, item: CatalogueItem, quantity: Decimal, **facts: Unpack[WorkFacts]) -> SchemeLine:  # fmt: skip
    """Put an item of the catalogue in force here into the draft."""
    scheme = _lock_open(scheme, user)
    (line,) = _add(scheme, user, [Addition(item=item, quantity=quantity, **facts)])
    return line


@transaction.atomic
def edit_line(*, line: SchemeLine, user: User, **facts: Unpack[LineFacts]) -> SchemeLine:
    scheme = _lock_open(line.scheme, user)
    (changed,) = _edit(scheme, [LineEdit(line_id=line.pk, facts=facts)])
    return changed


@transaction.atomic
def save_lines(
    *, scheme: Scheme, user: User, edits: Sequence[LineEdit] = (), additions: Sequence[Addition] = ()
) -> Saved:
    """A whole table at once, all or nothing. Rows that somebody else changed since they were shown are refused."""
    scheme = _lock_open(scheme, user)
    return Saved(changed=_edit(scheme, edits), added=_add(scheme, user, additions))


@transaction.atomic
def strike(*, line: SchemeLine, user: User, reason: str) -> Strike:
    """Leave a work out of this version. It keeps its history and can be taken back in."""
    scheme = _lock_open(line.scheme, user)
    line = _own_lines(scheme, [line.pk])[line.pk]
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    struck = Strike(
        scheme=scheme, work_item_id=line.work_item_id, project_id=line.project_id, quantity=line.quantity,
        unit_cost=line.unit_cost, reason=reason, by=user,
    )  # fmt: skip
    with constraints_as_refusals(Strike):
        struck.save(force_insert=True)
    line.delete()
    return struck


@transaction.atomic
def take_back(*, struck: Strike, user: User) -> SchemeLine:
    """Put a struck work back in, as it had been."""
    scheme = _lock_open(struck.scheme, user)
    found = scheme.strikes.filter(pk=struck.pk).first()
    if found is None:
        raise LineGone
    line = SchemeLine(
        scheme=scheme, work_item_id=found.work_item_id, project_id=scheme.project_id, quantity=found.quantity,
        unit_cost=found.unit_cost,
    )  # fmt: skip
    found.delete()
    with constraints_as_refusals(SchemeLine):
        line.save(force_insert=True)
    return line


def mark_of(line: SchemeLine) -> str:
    """A digest of all that a row of the table shows, by which another hand in between is noticed."""
    work = line.work_item
    return mark(line.quantity, line.unit_cost, line.note, work.location, work.treatment, work.origin)


def mark(quantity: Decimal, unit_cost: Decimal, *words: str) -> str:
    """The same of values as they were sent: `words` are note, location, treatment and origin."""
    figures = (f"{figure:.2f}" for figure in (quantity, unit_cost))
    return hashlib.sha256("\n".join((*figures, *words)).encode()).hexdigest()[:12]


def handed_in(work_items: Iterable[int]) -> set[int]:
    """Those of the work items that stand in a version which was handed in: where they are is fixed."""
    fixed = SchemeLine.objects.filter(work_item__in=list(work_items)).exclude(
        scheme__state__in=(SchemeState.DRAFT, SchemeState.WITHDRAWN)
    )
    return set(fixed.values_list("work_item_id", flat=True))


# --- Needs ------------------------------------------------------------------------------


@transaction.atomic
def waive_gap(*, scheme: Scheme, user: User, topic: str, reason: str) -> Waiver:
    """Leave a need of the survey open, and say why; saying it again replaces the reason."""
    scheme = _lock_open(scheme, user)
    if topic not in {need.topic for need in needs_of(scheme.project)}:
        raise GapUnknown
    reason = clean_line(reason)
    if not reason:
        raise ReasonNeeded
    with constraints_as_refusals(Waiver):
        waiver, _created = Waiver.objects.update_or_create(
            scheme=scheme, topic=Topic(topic), defaults={"reason": reason, "by": user}
        )
    return waiver


@transaction.atomic
def unwaive_gap(*, scheme: Scheme, user: User, topic: str) -> None:
    scheme = _lock_open(scheme, user)
    scheme.waivers.filter(topic=topic).delete()


# --- Rules ------------------------------------------------------------------------------


@transaction.atomic
def publish_scheme_rule(
    *, division: Division, user: User, notice_days: int, cost_low: Decimal, cost_high: Decimal, basis: str
) -> SchemeRule:
    """A body's next version of what it sets otherwise; schemes already on notice keep their days."""
    if not can_set_scheme_rules(user, division.code):
        raise NotPermitted
    if len(division.code) not in LEVELS_OF_A_CATALOGUE:
        raise CatalogueBelowCounty(name=division.name)
    Division.objects.select_for_update(no_key=True).get(pk=division.pk)
    latest = SchemeRule.objects.filter(division=division).aggregate(latest=Max("version"))["latest"] or 0
    rule = SchemeRule(
        division=division, version=latest + 1, notice_days=notice_days, cost_low=cost_low, cost_high=cost_high,
        basis=clean_line(basis), published_by=user,
    )  # fmt: skip
    with constraints_as_refusals(SchemeRule):
        rule.save(force_insert=True)
    return rule


# --- Locks and refusals -----------------------------------------------------------------

# What the triggers refuse, by the name they give: a survey confirmed at the same moment, a shell.
_REFUSALS: dict[str, DomainError] = {
    "scheme_has_works": SchemeEmpty(),
    "scheme_answers_needs_first": GapsOpen(topics="…"),
    "progress_within_plan": LessThanDone(names="…"),
}


def save_state(scheme: Scheme) -> None:
    """Write a move of a scheme; what only the database noticed becomes a refusal with its sentence."""
    try:
        with constraints_as_refusals(Scheme):
            scheme.save()
    except IntegrityError as error:
        refusal = _REFUSALS.get(violated_constraint(error))
        if refusal is None:
            raise
        raise type(refusal)(**refusal.details) from error


def lock_scheme(scheme: Scheme) -> Scheme:
    """The project first, then its scheme: in that order everybody waits for everybody."""
    project = Project.objects.select_for_update(no_key=True).get(pk=scheme.project_id)
    scheme = Scheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    scheme.project = project
    return scheme


def _lock_open(scheme: Scheme, user: User) -> Scheme:
    scheme = lock_scheme(scheme)
    _demand(scheme.project, user)
    if not scheme.is_open:
        raise SchemeNotOpen(state=scheme.get_state_display())
    return scheme


def _lock_project(project: Project, user: User) -> Project:
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    _demand(project, user)
    return project


def _demand(project: Project, user: User) -> None:
    if not can_draw_scheme(user, project):
        raise NotPermitted
    if not project.is_active:
        raise ProjectNotActive(standing=project.get_standing_display())


def _next_version(project: Project) -> int:
    under_way = project.schemes.filter(state__in=SCHEME_UNDER_WAY).first()
    if under_way is not None:
        raise SchemeUnderWay(version=under_way.version, state=under_way.get_state_display())
    return int(project.schemes.aggregate(latest=Max("version"))["latest"] or 0) + 1


def _create(project: Project, user: User, version: int, **facts: str) -> Scheme:
    scheme = Scheme(project=project, version=version, drawn_up_by=user, **facts)
    with constraints_as_refusals(Scheme):
        scheme.save(force_insert=True)
    return scheme


# --- Writing lines ----------------------------------------------------------------------


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
        raise WorkNotOffered(name=_listed([asked[pk].name for pk in sorted(strangers)]))


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
    lines = _own_lines(scheme, [edit.line_id for edit in edits])
    _refuse_changed_by_others(edits, lines)
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


def _own_lines(scheme: Scheme, ids: Iterable[int]) -> dict[int, SchemeLine]:
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


def _refuse_changed_by_others(edits: Sequence[LineEdit], lines: dict[int, SchemeLine]) -> None:
    stale = [lines[edit.line_id] for edit in edits if edit.seen and edit.seen != mark_of(lines[edit.line_id])]
    if stale:
        raise _changed_meanwhile(stale)


def _changed_meanwhile(stale: list[SchemeLine]) -> ChangedMeanwhile:
    """Who and when, as the history of the lines knows it."""
    rows = history_of(SchemeLine).filter(pgh_obj__in=[line.pk for line in stale])
    last = rows.order_by("-pgh_id").first()
    who = User.objects.filter(pk=(last.pgh_context or {}).get("user") or 0).first() if last else None
    when = timezone.localtime(last.pgh_created_at).strftime("%H:%M") if last else "—"
    return ChangedMeanwhile(who=str(who or _("Somebody else")), when=when, lines=[line.pk for line in stale])


def _listed(names: Sequence[str]) -> str:
    return "、".join(names[:NAMED_IN_A_REFUSAL]) + ("…" if len(names) > NAMED_IN_A_REFUSAL else "")
