"""What every tab of a compound's page needs: the compound as one may see it, its place, what one may do."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from compounds.judging.in_force import rescoring_of
from compounds.models import Batch, Building, Compound, CompoundSuccession
from compounds.permissions import (
    can_create_in,
    can_edit_compound,
    can_fill_survey,
    can_manage_pool,
    can_see_register,
)
from compounds.tables import BATCH_TONES
from core.errors import demand
from directory.models import Division
from directory.requests import SignedInRequest
from jobs.views import card


def seen_compound(request: SignedInRequest, code: str) -> Compound:
    """The compound with its pool entry and urgency score joined.

    As on the list: 403 for whoever sees no compounds at all, 404 for one that this person does not see.
    """
    demand(can_see_register(request.user))
    listed = (
        Building.objects.filter(compound=OuterRef("pk")).order_by().values("compound").annotate(Count("pk"))
    )
    rows = Compound.objects.visible_to(request.user).with_pool()
    rows = rows.annotate(listed_buildings=Coalesce(Subquery(listed.values("pk__count")), 0))
    return get_object_or_404(
        rows.select_related(
            "community",
            "cluster",
            "title_owner",
            "urgency_score__formula__division",
            "urgency_score__rule__division",
        ),
        code=code,
    )


def rescoring(request: SignedInRequest, code: str = "") -> dict[str, Any] | None:
    """The job that recomputes scores of a division ("": of one's own) just now, as `core/job_card.html` takes it.

    `is_mine` tells whether this person asked for it: a job's own page is for nobody else.
    """
    job = rescoring_of([code] if code else request.user.scopes)
    return {**card(job), "is_mine": job.requested_by_id == request.user.pk} if job else None


def compound_page(
    request: SignedInRequest,
    template: str,
    compound: Compound,
    tab: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a tab; `template` extends compounds/compound.html and fills its block `tab`."""
    return render(request, template, {**page_context(request, compound, tab), **context}, status=status)


def page_context(request: SignedInRequest, compound: Compound, tab: str) -> dict[str, Any]:
    """What the head of a compound's page draws (compounds/compound.html)."""
    user, here = request.user, compound.community_id
    batch = getattr(compound, "batch", None)
    return {
        "compound": compound,
        "tab": tab,
        "place": Division.objects.way_names(here),
        "batch_label": Batch(batch).label if batch else "",
        "batch_tone": BATCH_TONES.get(batch, "") if batch else "",
        "score": getattr(compound, "urgency_score", None),
        "may_edit": can_edit_compound(user, compound),
        "may_reshape": compound.ended_on is None and can_create_in(user, here),
        "may_survey": can_fill_survey(user, compound),
        "may_move": compound.ended_on is None and can_manage_pool(user, here),
        "successors": _successors(compound),
    }


def _successors(compound: Compound) -> list[CompoundSuccession]:
    """What became of a compound that was merged or split up."""
    if compound.ended_on is None:
        return []
    return list(compound.successions.select_related("new").order_by("new__code"))
