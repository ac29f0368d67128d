"""The count of a menu, and the adoption of its outcome into the scheme."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone

from core.errors import NotPermitted
from core.integrity import constraints_as_refusals, refusals_of_triggers
from core.text import clean_line
from directory.models import User
from projects.actions.schemes import add_work, begin_scheme, edit_line, new_version, strike
from projects.models import Project, Scheme, SchemeState, WorkOrigin
from residents.counting import Count, count_of, figures_of, rules_of
from residents.errors.menus import (
    AlreadyAdopted,
    BeyondBudget,
    DepartureNeedsReason,
    MenuClosed,
    MenuStillOpen,
    NotCounted,
    PaperMayCome,
    PaperOutstanding,
)
from residents.models import (
    ChoiceDraft,
    Completion,
    Departure,
    Menu,
    MenuState,
    OptionVersion,
    Outcome,
    OutcomeAdoption,
    OutcomeRule,
    current_versions,
)
from residents.outcome.words import amount
from residents.participation import kept_participation
from residents.permissions import can_adopt_outcomes, can_run_menus

# Of departures, as the scheme says it.
NOT_CHOSEN, LEFT_OUT, LONGEST_NOTE = "居民选择未入选，仍然安排：", "居民选择已入选，不安排：", 300


@transaction.atomic
def count_menu(*, menu: Menu, user: User, no_paper_is_left: bool = False) -> Outcome:
    """Close the books and count, by both rules; the menu's own rule is the official one.

    The menu's row is taken exclusively: no choice lands beside the count. Refused before the close, and while
    sealed paper is not entered and confirmed piece by piece. As long as paper may still be sealed `user` has to
    say that `no_paper_is_left`; a count that is earlier than that shows by its time and name that they did.
    """
    menu = Menu.objects.select_for_update(of=("self",)).select_related("project").get(pk=menu.pk)
    if not can_run_menus(user, menu.division_code):
        raise NotPermitted
    if menu.state != MenuState.PUBLISHED:
        raise MenuClosed
    if timezone.now() < menu.closes_at:
        raise MenuStillOpen
    if timezone.now() < menu.paper_until and not no_paper_is_left:
        raise PaperMayCome(moment=f"{timezone.localtime(menu.paper_until):%Y-%m-%d %H:%M}")
    outstanding = outstanding_paper(menu)
    if outstanding:
        raise PaperOutstanding(listed="；".join(outstanding))
    menu.state, menu.counted_by, menu.counted_at = MenuState.COUNTED, user, timezone.now()
    with refusals_of_triggers(
        {"menu_counted_with_all_paper": MenuStillOpen, "menu_counted_after_close": MenuStillOpen}
    ):
        menu.save(update_fields=["state", "counted_by", "counted_at"])
    ChoiceDraft.objects.filter(menu=menu).delete()
    count = count_of(menu)
    rules = [(menu.rule, menu.completion), *_others(menu)]
    made = [_outcome(menu, user, count, rule, completion) for rule, completion in rules]
    # Who took part where, as it was on this day: the register goes on, and two moments of it must not be compared.
    made[0].figures["buildings"] = kept_participation(menu)
    return Outcome.objects.bulk_create(made)[0]


def _others(menu: Menu) -> list[tuple[str, str]]:
    """The rule beside the menu's own, for comparison."""
    if menu.rule == OutcomeRule.GREEDY:
        return [(OutcomeRule.EQUAL_SHARES, Completion.BUDGET_INCREASE)]
    return [(OutcomeRule.GREEDY, Completion.NONE)]


def _outcome(menu: Menu, user: User, count: Count, rule: str, completion: str) -> Outcome:
    return Outcome(
        menu=menu, rule=rule, completion=completion, budget=menu.budget, is_official=rule == menu.rule,
        figures=figures_of(count, rules_of(rule, completion)), digest=count.digest, computed_by=user,
    )  # fmt: skip


def outstanding_paper(menu: Menu) -> list[str]:
    """Batches that keep the menu from being counted: "№2: 30/32"."""
    found = []
    for batch in menu.batches.all():
        done = (
            batch.choices.filter(reversed_at__isnull=True, counts_from__isnull=False).count()
            + batch.spoiled.confirmed().count()
        )
        if batch.sealed_at is None or done != batch.pieces:
            found.append(f"№{batch.number}: {done}/{batch.pieces}")
    return found


def is_as_counted(outcome: Outcome) -> bool:
    """Whether the choices of today still give this outcome: what anybody who doubts it may ask."""
    count = count_of(outcome.menu)
    figures = figures_of(count, rules_of(outcome.rule, outcome.completion))
    return count.digest == bytes(outcome.digest) and all(
        figures[key] == outcome.figures[key] for key in ("won", "cost", "left", "reasons")
    )


# --- Adoption ---------------------------------------------------------------------------


@transaction.atomic
def adopt_outcome(
    *, menu: Menu, user: User, departures: Mapping[int, tuple[bool, str]] | None = None,
    more_money_is_there: bool = False,
) -> OutcomeAdoption:  # fmt: skip
    """Take the official outcome into the project's scheme, as a draft of a new version where one is approved.

    `departures`: option id → (taken in, reason) where the bureau does otherwise; residents read the reasons.
    What needs more than the menu's budget is refused unless `user` says that `more_money_is_there`.
    """
    menu = Menu.objects.select_for_update(of=("self",)).select_related("project").get(pk=menu.pk)
    if not can_adopt_outcomes(user, menu.division_code):
        raise NotPermitted
    outcome = menu.outcomes.filter(is_official=True).first()
    if menu.state != MenuState.COUNTED or outcome is None:
        raise NotCounted
    if OutcomeAdoption.objects.filter(menu=menu).exists():
        raise AlreadyAdopted
    versions = [version for version in current_versions(menu) if version.option.is_on_offer]
    won = {int(item_id) for item_id in outcome.figures["won"]}
    leaving = _leaving(versions, won, departures or {})
    taken = taken_of(won, {pk: is_taken for pk, (is_taken, _why) in leaving.items()})
    if not more_money_is_there:
        _refuse_beyond(menu, sum(one.charged for one in versions if one.option_id in taken))
    scheme = _draft_of(menu.project, user)
    for version in versions:
        departs = leaving.get(version.option_id)
        _settle(
            scheme, user, version, is_taken=version.option_id in taken, reason=departs[1] if departs else ""
        )
    adoption = OutcomeAdoption.objects.create(menu=menu, outcome=outcome, scheme=scheme, adopted_by=user)
    with constraints_as_refusals(Departure):
        Departure.objects.bulk_create(
            Departure(adoption=adoption, option_id=pk, is_taken=is_taken, reason=reason)
            for pk, (is_taken, reason) in leaving.items()
        )
    return adoption


def taken_of(won: Collection[int], departures: Mapping[int, bool]) -> set[int]:
    """The options that are done: those that won, but for the departures (option id → taken in)."""
    return {pk for pk in (*won, *departures) if departures.get(pk, True)}


def beyond_budget(adoption: OutcomeAdoption) -> Decimal:
    """By how much what was adopted exceeds the menu's budget; nothing where it does not."""
    departures = dict(adoption.departures.values_list("option", "is_taken"))
    taken = taken_of([int(item_id) for item_id in adoption.outcome.figures["won"]], departures)
    versions = current_versions(adoption.menu)
    charged = sum((one.charged for one in versions if one.option_id in taken), Decimal(0))
    return max(charged - adoption.menu.budget, Decimal(0))


def _refuse_beyond(menu: Menu, charged: Decimal | int) -> None:
    over = charged - menu.budget
    if over > 0:
        raise BeyondBudget(
            cost=amount(Fraction(charged)), budget=amount(Fraction(menu.budget)), over=amount(Fraction(over))
        )


def _leaving(
    versions: list[OptionVersion], won: set[int], departures: Mapping[int, tuple[bool, str]]
) -> dict[int, tuple[bool, str]]:
    """The departures that are some, each with its reason."""
    found = {}
    for version in versions:
        is_taken, reason = departures.get(version.option_id, (version.option_id in won, ""))
        if is_taken == (version.option_id in won):
            continue
        if not clean_line(reason):
            raise DepartureNeedsReason(name=version.name)
        found[version.option_id] = (is_taken, clean_line(reason))
    return found


def _draft_of(project: Project, user: User) -> Scheme:
    """The version that is being drawn up; where there is none, one is begun."""
    draft = project.schemes.filter(state=SchemeState.DRAFT).first()
    if draft is not None:
        return draft
    reason = "居民选择的结果"
    if project.schemes.approved().exists():
        return new_version(project=project, user=user, reason=reason)
    return begin_scheme(project=project, user=user, reason=reason)


def _settle(scheme: Scheme, user: User, version: OptionVersion, *, is_taken: bool, reason: str) -> None:
    """Put an item into the version, or strike it there. `reason`: why the bureau departs from the residents' choice.

    The words stand in the scheme, which is Chinese whoever adopts.
    """
    lines = scheme.lines.filter(work_item__catalogue_item__code=version.option.catalogue_item.code)
    if version.option.work_item_id is not None:
        lines = scheme.lines.filter(work_item=version.option.work_item_id)
    line = lines.first()
    if is_taken and line is None:
        add_work(
            scheme=scheme, user=user, item=version.option.catalogue_item, quantity=version.quantity,
            unit_cost=(version.cost / version.quantity).quantize(Decimal("0.01")),
            origin=WorkOrigin.ADDED if reason else WorkOrigin.CHOSEN,
            note=_shortened(f"{version.name}（{NOT_CHOSEN}{reason}）") if reason else version.name,
        )  # fmt: skip
    elif is_taken and reason and line is not None:
        edit_line(line=line, user=user, note=_shortened(f"{NOT_CHOSEN}{reason}"))
    elif not is_taken and line is not None:
        strike(line=line, user=user, reason=_shortened(f"{LEFT_OUT}{reason}") if reason else "居民未选")


def _shortened(words: str) -> str:
    """As long as a note or a reason of the scheme may be."""
    return words if len(words) <= LONGEST_NOTE else f"{words[: LONGEST_NOTE - 1]}…"
