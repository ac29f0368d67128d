"""From the rows of menus to the API's objects: nothing of a household, and no figure that stands for a few of them."""

from typing import Any

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from compounds.api.bodies import as_text
from residents.models import (
    Menu,
    MenuState,
    OptionRelation,
    OptionVersion,
    Outcome,
    OutcomeAdoption,
    current_versions,
)
from residents.outcome.reasons import Reason
from residents.outcome_reading import Line, OfMenu, Reading, rules_of_wishing
from residents.publishing import published_buildings, published_total, while_it_runs
from residents.tables.menus import with_participation

Body = dict[str, Any]
MENU_COLUMNS = (
    "id", "project__code", "project__compound__code", "project__compound__name", "project__compound__community_id",
    "project__compound__community__name", "title", "state", "opens_at", "closes_at", "result_on", "counted_at", "rule",
    "completion", "precedence", as_text("budget"), as_text("threshold"), "most", F("of_households"), F("chosen"),
)  # fmt: skip


def with_figures(menus: QuerySet[Menu]) -> QuerySet[Any]:
    """`chosen` households of `of_households`: those of the day of the count, once there was one."""
    official = Outcome.objects.filter(menu=OuterRef("pk"), is_official=True)
    counted = official.values(n=Cast(KeyTextTransform("households", "figures"), IntegerField()))
    return with_participation(menus).annotate(of_households=Coalesce(Subquery(counted), F("doors")))


def menu_body(row: tuple[Any, ...]) -> Body:
    (
        pk, project, compound, compound_name, community, community_name, title, state, opens_at, closes_at, result_on,
        counted_at, rule, completion, precedence, budget, threshold, most, households, chosen,
    ) = row[: len(MENU_COLUMNS)]  # fmt: skip
    is_final = state == MenuState.COUNTED
    return {
        "id": pk,
        "project": project,
        "compound": {"code": compound, "name": compound_name},
        "community": {"code": community, "name": community_name},
        "title": title,
        "state": state,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "result_on": result_on,
        "counted_at": counted_at,
        "rule": rule,
        "completion": completion,
        "precedence": precedence,
        "budget": budget,
        "threshold": threshold,
        "most": most,
        "participation": {
            "households": households,
            "chose": published_total(chosen) if is_final else while_it_runs(chosen),
            "is_final": is_final,
        },
    }


# --- Detail -----------------------------------------------------------------------------


def menu_detail(row: tuple[Any, ...], menu: Menu) -> Body:
    """The whole menu, in six statements more than the row itself."""
    body = menu_body(row)
    relations, versions = list(menu.relations.all()), current_versions(menu)
    # Voided after the count, it keeps its outcome in the office; nothing of it is told any more.
    is_final = menu.state == MenuState.COUNTED
    official = Outcome.objects.filter(menu=menu, is_official=True).first() if is_final else None
    return {
        **body,
        "introduction": menu.introduction,
        "void_reason": menu.void_reason,
        "participation": {**body["participation"], "buildings": _buildings(official)},
        "items": _items(menu, versions, relations),
        "outcome": _outcome(official, _of_menu(menu, versions, relations)) if official else None,
        "adoption": _adoption(menu) if official else None,
    }


def _buildings(official: Outcome | None) -> list[Body] | None:
    if official is None:
        return None
    kept = official.figures.get("buildings", [])
    told = published_buildings([doors for _one, doors, _n in kept], [chose for _one, _doors, chose in kept])
    return [
        {"building": number, "households": doors, "chose": chose}
        for (number, doors, _exact), chose in zip(kept, told, strict=True)
    ]


def _items(menu: Menu, versions: list[OptionVersion], relations: list[OptionRelation]) -> list[Body]:
    rules = rules_of_wishing(menu, relations)
    return [
        {
            "option": version.option_id,
            "name": version.name,
            "text": version.text,
            "category": version.option.category,
            "cost": version.cost,
            "subsidy": version.subsidy,
            "residents_pay": version.residents_pay,
            "requires": sorted(map(int, rules.needs.get(str(version.option_id), ()))),
            "excludes": sorted(map(int, rules.excludes.get(str(version.option_id), ()))),
        }
        for version in versions
    ]


def _of_menu(menu: Menu, versions: list[OptionVersion], relations: list[OptionRelation]) -> OfMenu:
    return OfMenu(
        rules=rules_of_wishing(menu, relations),
        categories={version.option_id: version.option.category for version in versions},
    )


def _outcome(official: Outcome, of: OfMenu) -> Body:
    reading = Reading(official, of)
    return {
        "rule": official.rule,
        "completion": official.completion,
        "budget": official.budget,
        "cost": official.figures["cost"],
        "left": official.figures["left"],
        "items": [_outcome_item(line, reading.reasons[str(line.option_id)]) for line in reading.lines],
    }


def _outcome_item(line: Line, reason: Reason) -> Body:
    """Of an item whose support is not told, neither why nor how many it needs: "too few of two" is one."""
    is_told = line.supporters is not None
    return {
        "option": line.option_id,
        "name": line.name,
        "is_in": line.is_in,
        "why": reason.why.value if is_told else None,
        "supporters": line.supporters,
        "needed": reason.needed if is_told else None,
        "sentence": line.sentence,
    }


def _adoption(menu: Menu) -> Body | None:
    found = OutcomeAdoption.objects.filter(menu=menu).select_related("scheme").first()
    if found is None:
        return None
    return {
        "adopted_at": found.adopted_at,
        "scheme_version": found.scheme.version,
        "departures": list(found.departures.order_by("id").values("option", "is_taken", "reason")),
    }
