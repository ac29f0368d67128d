"""Tabs of a compound's page: overview and history."""

import json
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compounds.changelog import KINDS, changes_of
from compounds.judging.eligibility import LABELS, eligibility_lines, sentence
from compounds.judging.urgency import Condition
from compounds.judging.words import PART_LABELS
from compounds.models import Compound, EligibilityRule, UrgencyScore
from compounds.sanity import Figures, sanity_warnings
from compounds.sums import compared_figures
from compounds.views.map import map_setting, neighbours, tile_position
from compounds.views.shared import compound_page, rescoring, seen_compound
from core.board import board
from core.changelog import log_page
from core.text import listed
from directory.requests import SignedInRequest

# --- Overview ---------------------------------------------------------------------------


def overview(request: SignedInRequest, code: str) -> HttpResponse:
    compound = seen_compound(request, code)
    score: UrgencyScore | None = getattr(compound, "urgency_score", None)
    position = tile_position(compound.wgs84_longitude, compound.wgs84_latitude)
    return compound_page(
        request,
        "compounds/overview.html",
        compound,
        "overview",
        {
            "missing": [] if compound.ended_on else board.missing("compound", request.user, compound),
            "facts": _facts(compound),
            "figures": compared_figures(compound),
            "warnings": list(sanity_warnings(declared_figures(compound))),
            "eligibility": _eligibility(compound, score),
            "parts": _parts(score),
            "rescoring": rescoring(request, compound.community_id) if score else None,
            "position": position,
            "map": map_setting(),
            "neighbours": json.dumps(neighbours(request, compound), ensure_ascii=False),
            "panels": [
                render_to_string(panel.template, panel.context(request, compound), request)
                for panel in board.panels("compound", request.user)
            ],
        },
    )


def declared_figures(compound: Compound) -> Figures:
    return Figures(
        built_year=compound.built_year,
        buildings=compound.building_count,
        staircases=compound.staircase_count,
        households=compound.household_count,
        area=compound.floor_area,
    )


def _facts(compound: Compound) -> list[tuple[str, Any]]:
    """The description list; what nobody recorded shows as a dash."""
    answers = {True: pgettext("answer", "yes"), False: pgettext("answer", "no"), None: ""}
    year = str(compound.built_year or "")
    if year:
        year = f"{year} · {compound.get_built_year_certainty_display()}"
    return [
        (_("Address"), compound.address),
        (_("Cluster"), compound.cluster or ""),
        (_("Built in"), year),
        (_("Title-owner unit"), compound.title_owner or ""),
        (_("Managed by"), compound.get_management_state_display()),
        (_("Owners' committee"), answers[compound.has_owners_committee]),
        (_("Repair fund paid in"), answers[compound.has_repair_fund]),
        (_("Heritage constraint"), compound.get_heritage_display()),
        (_("Former names"), listed(compound.former_names)),
        (_("Notes"), compound.notes),
    ]


def _eligibility(compound: Compound, score: UrgencyScore | None) -> list[dict[str, Any]]:
    """Each criterion with its sentence. Without a confirmed survey: what the rule in force will ask for."""
    if score is not None:
        found = score.eligibility
    else:
        rule = EligibilityRule.objects.in_force(compound.community_id[:6], timezone.localdate()).nearest()
        unknown = Condition(
            built_year=compound.built_year,
            scores={},
            asked_households=None,
            wishing_households=None,
            has_hazard=False,
        )
        found = [
            {"criterion": line.criterion, "met": line.met, "found": line.found, "needed": line.needed}
            for line in eligibility_lines(unknown, rule)
        ]
    return [
        {"label": LABELS[line["criterion"]], "met": line["met"], "sentence": sentence(**line)}
        for line in found
    ]


def _parts(score: UrgencyScore | None) -> list[dict[str, Any]]:
    """The parts that weigh anything, in the formula's order; `most` is what a part could add."""
    if score is None:
        return []
    whole = sum(part["weight"] for part in score.parts) or 1
    return [
        {
            "label": PART_LABELS.get(part["part"], part["part"]),
            "points": Decimal(part["points"]),
            "most": (Decimal(100) * part["weight"] / whole).quantize(Decimal("0.01")),
            "weight": part["weight"],
        }
        for part in score.parts
        if part["weight"]
    ]


# --- History ----------------------------------------------------------------------------


def history(request: SignedInRequest, code: str) -> HttpResponse:
    compound = seen_compound(request, code)
    log = log_page(request, KINDS, partial(changes_of, compound))
    return compound_page(request, "compounds/history.html", compound, "history", {"log": log})
