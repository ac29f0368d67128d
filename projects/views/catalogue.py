"""The works catalogue in force, an item with its versions, new versions; the timetable template."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compounds.models import Topic
from core.board import board
from core.errors import DomainError
from core.filetypes import XLSX
from core.posted import posted
from core.scope import chosen_division
from core.sheets import write_workbook
from core.text import listed
from directory.codes import ancestors, is_division_code
from directory.models import Division
from directory.models.divisions import Level
from directory.requests import SignedInRequest
from projects.actions.catalogue import publish_item, publish_timetable, withdraw_item
from projects.forms.catalogue import ItemForm, OwnItemForm, TimetableForm, day_words, line_forms
from projects.models import Answerable, Aspect, CatalogueItem, Category, Stage, TimetableTemplate, WorkItem
from projects.models.catalogue import by_category, latest_version
from projects.permissions import can_export, can_keep_catalogue, can_see_programme
from projects.sheets.catalogue import CATALOGUE_COLUMNS, catalogue_rows
from projects.views.shared import demand

COMPARED = ("name_zh", "name_en", "category", "aspect", "unit", "unit_cost_low", "unit_cost", "unit_cost_high",
            "warranty_years", "indicator", "topics", "is_offered")  # fmt: skip


# --- Whose catalogue --------------------------------------------------------------------


def _place(request: SignedInRequest) -> Division:
    """`?division=`, else that of the top bar, else one's own; below a county the county's catalogue holds."""
    demand(can_see_programme(request.user))
    asked = request.GET.get("division", "")
    scopes: Sequence[str] = request.user.scopes
    code = asked if is_division_code(asked) else chosen_division(request) or (scopes[0] if scopes else "")
    return get_object_or_404(Division.objects.visible_to(request.user), pk=code[: Level.COUNTY])


def _own_place(request: SignedInRequest) -> Division:
    division = _place(request)
    demand(can_keep_catalogue(request.user, division.code))
    return division


def _in_force(division: Division) -> list[CatalogueItem]:
    found = CatalogueItem.objects.of(division.code).select_related("division", "published_by")
    return list(found.order_by("code"))


# --- The page ---------------------------------------------------------------------------


@require_safe
def catalogue(request: SignedInRequest) -> HttpResponse:
    division = _place(request)
    items = _in_force(division)
    offered = by_category(item for item in items if item.is_offered)
    groups = [
        {
            "category": Category(category).label,
            "key": category,
            "aspects": _by_aspect(found),
            "count": len(found),
        }
        for category, found in offered.items()
    ]
    context = {
        "shown_division": division,
        "groups": groups,
        "withdrawn": [item for item in items if not item.is_offered],
        "shipped": sum(item.division is None for item in items),
        "count": len(items),
        "may_keep": can_keep_catalogue(request.user, division.code),
        "may_export": can_export(request.user),
    }
    return render(request, "projects/catalogue.html", context)


def _by_aspect(items: list[CatalogueItem]) -> list[tuple[Any, list[CatalogueItem]]]:
    found = [(aspect.label, [item for item in items if item.aspect == aspect]) for aspect in Aspect]
    return [(label, members) for label, members in found if members]


@require_safe
def catalogue_sheet(request: SignedInRequest) -> FileResponse:
    division = _place(request)
    demand(can_export(request.user))
    items = _in_force(division)
    for watcher in board.export_watchers():
        watcher.exported(request, "catalogue", "xlsx", len(items))
    title = _("Works catalogue")
    to = BytesIO()
    write_workbook(title=title, columns=CATALOGUE_COLUMNS, rows=catalogue_rows(items), to=to)
    to.seek(0)
    name = f"{title} {division.name} {timezone.localdate():%Y-%m-%d}.xlsx"
    return FileResponse(to, as_attachment=True, filename=name, content_type=XLSX)


# --- An item ----------------------------------------------------------------------------


def _versions(division: Division, code: str) -> list[CatalogueItem]:
    """All versions that reach the place, the one in force first: the nearest body's latest, then what it hid."""
    reach = Q(division__isnull=True) | Q(division__in=[*ancestors(division.code), division.code])
    found = CatalogueItem.objects.filter(reach, code=code).select_related("division", "published_by")
    versions = sorted(found, key=lambda item: (len(item.division_id or ""), item.version), reverse=True)
    if not versions:
        raise Http404
    return versions


@require_safe
def catalogue_item(request: SignedInRequest, code: str) -> HttpResponse:
    division = _place(request)
    versions = _versions(division, code)
    lines = [
        (item, _differences(before, item) if before else [])
        for item, before in zip(versions, [*versions[1:], None], strict=True)
    ]
    context = {
        "shown_division": division,
        "item": versions[0],
        "topics": _topics(versions[0]),
        "lines": lines,
        "in_use": _in_use(division, code),
        "may_keep": can_keep_catalogue(request.user, division.code),
    }
    return render(request, "projects/catalogue_item.html", context)


def _topics(item: CatalogueItem) -> str:
    return listed(Topic(topic).label for topic in item.topics)


def _differences(before: CatalogueItem, after: CatalogueItem) -> list[tuple[Any, Any, Any]]:
    """(name of the field, old, new), in words."""
    return [
        (CatalogueItem._meta.get_field(name).verbose_name, _word(before, name), _word(after, name))  # type: ignore[union-attr]
        for name in COMPARED
        if getattr(before, name) != getattr(after, name)
    ]


def _word(item: CatalogueItem, name: str) -> Any:
    if name == "topics":
        return _topics(item)
    if name == "is_offered":
        return _("yes") if item.is_offered else _("no")
    shown = getattr(item, f"get_{name}_display", None)
    return shown() if shown else getattr(item, name)


def _in_use(division: Division, code: str) -> int:
    """Works of projects that go on, planned with a version of this item."""
    works = WorkItem.objects.filter(catalogue_item__code=code, division_code__startswith=division.code)
    return works.exclude(project__standing="cancelled").exclude(project__stage="aftercare").count()


@require_http_methods(["GET", "HEAD", "POST"])
def catalogue_publish(request: SignedInRequest, code: str) -> HttpResponse:
    """The next version of an item, at one's own division."""
    division = _own_place(request)
    current = _versions(division, code)[0]
    own = latest_version(division=division, code=code)
    form = ItemForm(posted(request), initial=ItemForm.of(current))
    if form.is_valid():
        shown = request.POST.get("version", "")
        expected = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 6 else own
        try:
            publish_item(
                division=division, user=request.user, code=code, facts=form.facts, expected_version=expected
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(
                request, _("{code}: the new version is in force for new schemes.").format(code=code)
            )
            return redirect(f"{reverse('projects:catalogue_item', args=[code])}?division={division.code}")
    context = {
        "form": form,
        "item": current,
        "own_version": own,
        "shown_division": division,
        "consequences": _consequences(division, code, current),
        "indicators": _indicators(),
    }
    return render(request, "projects/catalogue_form.html", context, status=422 if form.errors else 200)


def _consequences(division: Division, code: str, current: CatalogueItem) -> list[str]:
    found = [_("New schemes in {place} are drawn with this version.").format(place=division.name)]
    in_use = _in_use(division, code)
    words = ngettext(
        "{count} work of running projects was planned with an earlier version and keeps it.",
        "{count} works of running projects were planned with an earlier version and keep it.",
        in_use,
    )
    found.append(words.format(count=in_use) if in_use else _("No running project has planned this item yet."))
    if current.division_id != division.code:
        found.append(_("From then on later versions of {body} no longer reach {place} for this item.").format(
            body=current.division.name if current.division else _("the portal"), place=division.name
        ))  # fmt: skip
    return found


def _indicators() -> list[str]:
    found = CatalogueItem.objects.exclude(indicator="").order_by("indicator")
    return list(found.values_list("indicator", flat=True).distinct())


@require_http_methods(["GET", "HEAD", "POST"])
def catalogue_add(request: SignedInRequest) -> HttpResponse:
    """An item that the catalogue of the bodies above does not have."""
    division = _own_place(request)
    taken = set(CatalogueItem.objects.of(division.code).values_list("code", flat=True))
    form = OwnItemForm(posted(request), taken=taken, initial={"warranty_years": 2})
    if form.is_valid():
        code = form.cleaned_data["code"]
        try:
            publish_item(
                division=division, user=request.user, code=code, facts=form.facts, expected_version=0
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("{code} is in the catalogue.").format(code=code))
            return redirect(f"{reverse('projects:catalogue_item', args=[code])}?division={division.code}")
    place = _("New schemes in {place} can plan this item.").format(place=division.name)
    context = {"form": form, "shown_division": division, "consequences": [place], "indicators": _indicators()}
    return render(request, "projects/catalogue_form.html", context, status=422 if form.errors else 200)


@require_POST
def catalogue_withdraw(request: SignedInRequest, code: str) -> HttpResponse:
    division = _own_place(request)
    _versions(division, code)
    try:
        withdraw_item(
            division=division, user=request.user, code=code, basis=request.POST.get("reason", "")[:200]
        )
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("{code} is no longer offered here.").format(code=code))
    return redirect(f"{reverse('projects:catalogue_item', args=[code])}?division={division.code}")


# --- The timetable template -------------------------------------------------------------


@require_safe
def timetable_template(request: SignedInRequest) -> HttpResponse:
    division = _place(request)
    template = TimetableTemplate.objects.of(division.code)
    reach = Q(division__isnull=True) | Q(division__in=[*ancestors(division.code), division.code])
    versions = TimetableTemplate.objects.filter(reach).select_related("division", "published_by")
    context = {
        "shown_division": division,
        "template": template,
        "rows": [_row(line) for line in template.lines],
        "versions": sorted(versions, key=lambda one: (len(one.division_id or ""), one.version), reverse=True),
        "may_keep": can_keep_catalogue(request.user, division.code),
    }
    return render(request, "projects/catalogue_timetable.html", context)


def _row(line: dict[str, Any]) -> dict[str, Any]:
    year, day = day_words(line["day"])
    stage, answerable = Stage(line["stage"]).label, Answerable(line["answerable"]).label
    names = [line["name_zh"], line["name_en"]]
    if line["name_en"] and (get_language() or "").startswith("en"):
        names.reverse()
    return {
        **line, "year": year, "when": day, "stage": stage, "answerable": answerable, "name": names[0],
        "other_name": names[1],
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def timetable_publish(request: SignedInRequest) -> HttpResponse:
    """The lines of the template in force as a table of inputs; a line without a name is left out."""
    division = _own_place(request)
    current = TimetableTemplate.objects.of(division.code)
    own = TimetableTemplate.objects.filter(division=division).order_by("-version").first()
    lines = line_forms(posted(request), current.lines)
    form = TimetableForm(posted(request), initial={"count": len(lines)})
    if form.is_valid() and all(line.is_valid() for line in lines):
        shown = request.POST.get("version", "")
        expected = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 6 else None
        try:
            publish_timetable(
                division=division, user=request.user, basis=form.cleaned_data["basis"],
                lines=[line.line for line in lines if line.is_filled], expected_version=expected,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The new timetable holds for projects that begin from now on."))
            return redirect(f"{reverse('projects:timetable_template')}?division={division.code}")
    context = {
        "form": form,
        "lines": lines,
        "own_version": own.version if own else 0,
        "shown_division": division,
        "current": current,
    }
    wrong = form.errors or any(line.errors for line in lines)
    return render(request, "projects/catalogue_timetable_form.html", context, status=422 if wrong else 200)
