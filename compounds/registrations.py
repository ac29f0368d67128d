"""What the register shows on pages lower or higher in the house."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from compounds.actions.register import follow_division
from compounds.breakdown import SHOWN_BATCHES, by_division, level_below
from compounds.gaps import GAPS
from compounds.imports.kind import CompoundImport
from compounds.models import Batch, Compound, CompoundQuerySet, ConditionSurvey, SurveyState
from compounds.permissions import can_edit_compound, can_see_register
from compounds.worklists import CONFIRM_WITHIN
from core.board import (
    DivisionFollower,
    Figure,
    FigureValue,
    MissingLine,
    MissingSource,
    Panel,
    RailItem,
    SearchHit,
    SearchSource,
    Tab,
    WaitingLine,
    WaitingSource,
    board,
    by_code,
)
from core.figures import area, thousands
from directory.models import User
from directory.powers import Power
from imports.kinds import register as register_import

# What the overview adds up beside the number of compounds.
SUMMED_UP = ("households", "area")


def register_on_board() -> None:
    board.register(DivisionFollower(key="compounds", follow=follow_division))
    register_import(CompoundImport())
    _register_pages()
    _register_work()


# --- The register ------------------------------------------------------------------------


def _register_pages() -> None:
    board.register(
        RailItem(
            key="compounds", label=_("Compounds"), icon="building-community", url_name="compounds:list", position=20,
            may_see=can_see_register,
        )
    )  # fmt: skip
    for position, key, label, url_name in (
        (10, "overview", _("Overview"), "compounds:detail"),
        (20, "buildings", _("Buildings"), "compounds:buildings"),
        (90, "history", _("History"), "compounds:history"),
    ):
        board.register(
            Tab(
                subject="compound",
                key=key,
                label=label,
                position=position,
                url=by_code(url_name),
                count=_count(key),
            )
        )
    board.register(SearchSource(key="compounds", label=_("Compounds"), position=10, find=_find))
    board.register(MissingSource(subject="compound", key="facts", position=10, lines=_missing_facts))
    board.register(Figure(subject="overview", key="compounds", position=10, values=_figures))
    board.register(
        Panel(
            subject="overview", key="compounds_by_division", position=20, template="compounds/_by_division.html",
            context=_by_division, may_see=can_see_register,
        )
    )  # fmt: skip


def _count(key: str) -> Any:
    """How many buildings are listed, where the page fetched it along."""
    return lambda compound: getattr(compound, "listed_buildings", None) if key == "buildings" else None


def _find(user: User, key: str, limit: int) -> Iterator[SearchHit]:
    found = Compound.objects.visible_to(user).living().matching(key).select_related("community")
    for compound in found.order_by("name", "pk")[:limit]:
        detail = f"{compound.community.name} · {compound.code}"
        yield SearchHit(title=compound.name, detail=detail, url=compound.get_absolute_url())


def _missing_facts(user: User, compound: Compound) -> Iterator[MissingLine]:
    """Facts that every later stage asks for; whoever may mend them gets the way there."""
    may_edit = can_edit_compound(user, compound)
    edit = reverse("compounds:edit", args=[compound.code]) if may_edit else ""
    for is_missing, field, text in (
        (compound.built_year is None, "built_year", _("the year it was built")),
        (compound.household_count is None, "household_count", _("how many households live there")),
        (compound.floor_area is None, "floor_area", _("the floor area")),
        (compound.management_state == "unknown", "management_state", _("who manages it")),
        (compound.longitude is None, "longitude", _("its position")),
    ):
        if is_missing:
            yield MissingLine(text=text, url=f"{edit}#id_{field}" if edit else "")
    if getattr(compound, "listed_buildings", None) == 0:
        yield MissingLine(text=_("its buildings"), url=reverse("compounds:buildings", args=[compound.code]))


def _of_division(user: Any, division: str) -> CompoundQuerySet:
    rows = Compound.objects.visible_to(user).living().with_pool()
    return rows.within([division]) if division else rows


def _figures(request: HttpRequest, division: str) -> Iterator[FigureValue]:
    """The register and the pool in five figures; one statement."""
    user: Any = request.user
    if not can_see_register(user):
        return
    batches = {batch.value: Count("pk", filter=Q(current_entry__batch=batch)) for batch in SHOWN_BATCHES}
    found = (
        _of_division(user, division)
        .order_by()
        .aggregate(
            compounds=Count("pk"),
            households=Sum("household_count", default=0),
            area=Sum("floor_area", default=0),
            **{f"{key}_known": Count(GAPS[key].path) for key in SUMMED_UP},
            eligible=Count("pk", filter=Q(urgency_score__is_eligible=True, current_entry__isnull=True)),
            **batches,
        )
    )
    here = reverse("compounds:list")
    sums = _now("{households} households, {area}")
    yield FigureValue(
        label=_("Compounds"), value=thousands(found["compounds"]), url=here,
        note=sums.format(households=thousands(found["households"]), area=area(found["area"])),
        gaps=tuple(_gaps(found, here)),
    )  # fmt: skip
    for batch in SHOWN_BATCHES:
        yield FigureValue(
            label=capfirst(str(Batch(batch).label)), value=thousands(found[batch.value]), url=f"{here}?batch={batch}",
            note=_("batch of the pool"),
        )  # fmt: skip
    yield FigureValue(
        label=_("Eligible, not in the pool"),
        value=thousands(found["eligible"]),
        url=f"{here}?eligible=true&batch=none",
    )


def _gaps(found: dict[str, Any], here: str) -> Iterator[tuple[str, str]]:
    """How many compounds the two sums of the note leave out, each with the list of them."""
    for key in SUMMED_UP:
        gap = GAPS[key]
        lacking = found["compounds"] - found[f"{key}_known"]
        if lacking:
            yield gap.words(lacking), f"{here}?{urlencode([gap.condition])}"


def _by_division(request: HttpRequest, division: str) -> dict[str, Any]:
    user: Any = request.user
    digits = level_below([division] if division else list(user.scopes))
    lines = by_division(_of_division(user, division), digits)
    return {
        "lines": lines,
        "batches": [batch.label for batch in SHOWN_BATCHES],
    }


# --- Surveys and the pool ----------------------------------------------------------------


def _register_work() -> None:
    board.register(
        RailItem(
            key="surveys", label=_("Surveys"), icon="clipboard-list", url_name="compounds:surveys", position=25,
            may_see=can_see_register,
        )
    )  # fmt: skip
    board.register(
        RailItem(
            key="pool", label=_("Reserve pool"), icon="layout-kanban", url_name="compounds:pool", position=30,
            may_see=can_see_register,
        )
    )  # fmt: skip
    for position, key, label, url_name in (
        (30, "survey", _("Survey and photos"), "compounds:survey_tab"),
        (40, "pool", _("Pool"), "compounds:pool_tab"),
    ):
        board.register(
            Tab(subject="compound", key=key, label=label, position=position, url=by_code(url_name))
        )
    board.register(WaitingSource(key="surveys", position=10, lines=_waiting_surveys))
    board.register(MissingSource(subject="compound", key="survey", position=20, lines=_missing_work))


def _missing_work(user: User, compound: Compound) -> Iterator[MissingLine]:
    """A survey that counts, and a place in the pool; the page has both fetched along."""
    score = getattr(compound, "urgency_score", None)
    if score is None:
        url = reverse("compounds:survey_tab", args=[compound.code])
        yield MissingLine(text=_("a survey that the bureau has confirmed"), url=url)
    elif score.is_eligible and getattr(compound, "batch", None) in (None, Batch.OUT):
        url = reverse("compounds:pool_tab", args=[compound.code])
        yield MissingLine(text=_("a place in the reserve pool"), url=url)


def _waiting_surveys(user: User) -> Iterator[WaitingLine]:
    """What the bureau has to confirm, and what came back to whoever submitted it; two statements at most."""
    surveys = ConditionSurvey.objects.visible_to(user)
    here = reverse("compounds:surveys")
    if user.has_power(Power.CONFIRM_SURVEY):
        mine = surveys.within(user.scopes_for(Power.CONFIRM_SURVEY)).filter(state=SurveyState.SUBMITTED)
        found = mine.exclude(submitted_by=user).aggregate(count=Count("pk"), oldest=Min("submitted_at"))
        due = timezone.localdate(found["oldest"] + CONFIRM_WITHIN) if found["oldest"] else None
        yield WaitingLine(
            text=_("surveys to confirm"),
            count=found["count"],
            url=f"{here}?state=submitted",
            due=due,
        )
    if user.has_power(Power.FILL_SURVEY):
        returned = surveys.filter(state=SurveyState.RETURNED, submitted_by=user).count()
        url = f"{here}?state=returned&submitted_by={user.pk}"
        yield WaitingLine(text=_("surveys returned to me"), count=returned, url=url)
