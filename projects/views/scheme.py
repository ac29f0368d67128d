"""The scheme tab of a project: the current version, earlier ones, their difference, the works with their history."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from core.board import board
from core.history import history_of
from directory.models import User
from directory.requests import SignedInRequest
from projects.estimate import Difference, difference, work_of
from projects.models import Project, Scheme, SchemeLine, SchemeState, SiteVisit, Strike, WorkItem
from projects.permissions import can_draw_scheme, can_export, can_record_visits
from projects.views.scheme_shared import (
    SCHEME_TONES,
    Content,
    current_of,
    find_scheme,
    rights_of,
    way_of,
)
from projects.views.shared import find_project, project_page

VISITS_SHOWN = 20


@require_safe
def scheme_tab(request: SignedInRequest, code: str) -> HttpResponse:
    """The version that matters now; where there is none, the way to begin one."""
    project = find_project(request, code)
    scheme = current_of(project)
    if scheme is None:
        context = {
            "may_begin": project.is_active and can_draw_scheme(request.user, project),
            "visits": _visits(project),
            "may_visit": can_record_visits(request.user, project),
        }
        return project_page(request, "projects/scheme_none.html", project, "scheme", context)
    return _version(request, scheme)


@require_safe
def version_page(request: SignedInRequest, code: str, version: int) -> HttpResponse:
    return _version(request, find_scheme(request, code, version))


def _version(request: SignedInRequest, scheme: Scheme) -> HttpResponse:
    project = scheme.project
    versions = list(project.schemes.order_by("-version"))
    approved = next((one for one in versions if one.state == SchemeState.APPROVED), None)
    content = Content(scheme)
    context: dict[str, Any] = {
        "scheme": scheme,
        "tone": SCHEME_TONES[scheme.state],
        "content": content,
        "way": way_of(request, scheme),
        "versions": versions,
        "approved": approved if approved and approved.pk != scheme.pk else None,
        "compared": _against(approved, scheme, content) if approved and approved.pk != scheme.pk else None,
        "visits": _visits(project),
        "may_visit": can_record_visits(request.user, project),
        "may_begin": scheme.state == SchemeState.WITHDRAWN and scheme.pk == versions[0].pk and not approved
        and project.is_active and can_draw_scheme(request.user, project),
        "may_export": can_export(request.user),
        "panels": [
            render_to_string(panel.template, panel.context(request, scheme), request)
            for panel in board.panels("scheme", request.user)
        ],
        **rights_of(request, scheme),
    }  # fmt: skip
    return project_page(request, "projects/scheme.html", project, "scheme", context)


def _visits(project: Project) -> list[SiteVisit]:
    visits = project.site_visits.select_related("recorded_by").annotate(photo_count=Count("photos"))
    return list(visits[:VISITS_SHOWN])


# --- Versions beside each other ---------------------------------------------------------


@require_safe
def versions(request: SignedInRequest, code: str) -> HttpResponse:
    """All versions, and the difference of any two: `?older=1&newer=2`, else the latest against the one before."""
    project = find_project(request, code)
    found = list(
        project.schemes.select_related("drawn_up_by", "approved_by").with_estimate().order_by("-version")
    )
    older, newer = _pair(request, found)
    context = {
        "versions": [(scheme, SCHEME_TONES[scheme.state]) for scheme in found],
        "older": older,
        "newer": newer,
        "compared": between(older, newer) if older and newer else None,
    }
    return project_page(request, "projects/scheme_versions.html", project, "scheme", context)


def _pair(request: SignedInRequest, found: list[Scheme]) -> tuple[Scheme | None, Scheme | None]:
    """What was asked for; else the latest beside the approved one before it, or simply the one before."""
    by_number = {str(scheme.version): scheme for scheme in found}
    newer = by_number.get(request.GET.get("newer", "")) or (found[0] if found else None)
    before = [scheme for scheme in found if newer and scheme.version < newer.version]
    in_force = (SchemeState.APPROVED, SchemeState.SUPERSEDED)
    usual = next((scheme for scheme in before if scheme.state in in_force), before[0] if before else None)
    return by_number.get(request.GET.get("older", "")) or usual, newer


def between(older: Scheme, newer: Scheme) -> Difference:
    """What leads from one version to another; three statements."""
    rows = SchemeLine.objects.filter(scheme__in=[older.pk, newer.pk])
    lines: dict[int, list[SchemeLine]] = {older.pk: [], newer.pk: []}
    for line in rows.select_related("work_item__catalogue_item"):
        lines[line.scheme_id].append(line)
    return difference(
        map(work_of, lines[older.pk]), map(work_of, lines[newer.pk]), strike_reasons(older, newer)
    )


def _against(approved: Scheme, scheme: Scheme, content: Content) -> Difference:
    """The version of the page beside the approved one; its own lines are there already."""
    before = approved.lines.select_related("work_item__catalogue_item")
    older, newer = (approved, scheme) if approved.version < scheme.version else (scheme, approved)
    pair = (map(work_of, before), content.works.values())
    if older is scheme:
        pair = (pair[1], pair[0])  # type: ignore[assignment]
    return difference(*pair, strike_reasons(older, newer))


def strike_reasons(older: Scheme, newer: Scheme) -> dict[int, str]:
    """Why works were struck between two versions: the latest reason counts."""
    low, high = sorted((older.version, newer.version))
    rows = Strike.objects.filter(
        scheme__project=newer.project_id, scheme__version__gt=low, scheme__version__lte=high
    )
    return dict(rows.order_by("scheme__version").values_list("work_item_id", "reason"))


# --- Works with their history -----------------------------------------------------------


@require_safe
def works(request: SignedInRequest, code: str) -> HttpResponse:
    """Every work item of the project, struck ones too, with what each version said of it."""
    project = find_project(request, code)
    lines = SchemeLine.objects.select_related("scheme").order_by("scheme__version")
    strikes = Strike.objects.select_related("scheme").order_by("scheme__version")
    items = project.work_items.select_related("catalogue_item", "progress").prefetch_related(
        Prefetch("lines", lines), Prefetch("strikes", strikes)
    )
    numbers = list(project.schemes.order_by("version").values_list("version", flat=True))
    current = current_of(project)
    context = {
        "numbers": numbers,
        "current": current,
        "rows": [_row(item, numbers, current) for item in items],
    }
    return project_page(request, "projects/scheme_works.html", project, "scheme", context)


def _row(item: WorkItem, numbers: Iterable[int], current: Scheme | None) -> dict[str, Any]:
    said = {line.scheme.version: line for line in item.lines.all()}
    struck = {strike.scheme.version: strike for strike in item.strikes.all()}
    return {
        "item": item,
        "cells": [(number, said.get(number), struck.get(number)) for number in numbers],
        "is_struck": current is not None and current.version not in said,
        "reason": next((struck[number].reason for number in sorted(struck, reverse=True)), ""),
        "progress": getattr(item, "progress", None),
    }


@require_safe
def work(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """One work item: what it is, each change of it and of its lines, by whom and when."""
    project = find_project(request, code)
    item = get_object_or_404(
        project.work_items.select_related("catalogue_item", "created_by", "progress"), pk=pk
    )
    context = {
        "item": item,
        "progress": getattr(item, "progress", None),
        "lines": list(item.lines.select_related("scheme").order_by("-scheme__version")),
        "strikes": list(item.strikes.select_related("scheme", "by").order_by("-scheme__version")),
        "events": _events(item),
    }
    return project_page(request, "projects/scheme_work.html", project, "scheme", context)


def _events(item: WorkItem) -> list[dict[str, Any]]:
    """The history rows that the database keeps of the lines, oldest first: quantity and cost, old → new."""
    rows = list(history_of(SchemeLine).filter(work_item_id=item.pk).order_by("pgh_id"))
    ids = {(row.pgh_context or {}).get("user") or 0 for row in rows}
    people = {user.pk: user.name for user in User.objects.filter(pk__in=ids)}
    numbers = dict(Scheme.objects.filter(project=item.project_id).values_list("pk", "version"))
    last: dict[int, Any] = {}
    found = []
    for row in rows:
        before = last.get(row.pgh_obj_id)
        last[row.pgh_obj_id] = row
        found.append({
            "at": row.pgh_created_at,
            "who": people.get((row.pgh_context or {}).get("user") or 0, ""),
            "label": row.pgh_label,
            "version": numbers.get(row.scheme_id),
            "row": row,
            "before": before,
        })  # fmt: skip
    return list(reversed(found))
