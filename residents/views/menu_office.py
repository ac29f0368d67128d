"""The office's pages of a menu: drawn up, published, changed, counted."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.board import FigureValue
from core.errors import DomainError, InvalidInput, demand
from core.figures import percent, thousands
from core.posted import posted
from directory.models import Division
from directory.requests import SignedInRequest
from files.actions import store_upload
from files.models import StoredFile
from files.serving import preview_response
from projects.models import Project, SchemeState
from projects.permissions import can_export
from projects.views.shared import find_project, project_page
from residents.actions import menus as acts
from residents.actions.outcomes import count_menu, outstanding_paper
from residents.filters.menus import MenuFilter
from residents.forms.menus import PICTURE, CloseForm, MenuForm, OptionForm, ReasonForm, RelationForm
from residents.models import (
    Channel,
    Choice,
    Menu,
    MenuState,
    Option,
    OptionVersion,
    OutcomeAdoption,
    Round,
    current_versions,
)
from residents.participation import participation
from residents.permissions import can_enter_for_residents, can_run_menus, can_see_households
from residents.tables.menus import MENUS, TONES, with_participation
from residents.views.menu_paper import batches_of
from residents.views.menu_shared import find_menu, menu_page, status_of, tried
from residents.views.shared import LARGEST_KEY

TAB = "menu"


@require_safe
def menu_list(request: SignedInRequest) -> HttpResponseBase:
    demand(can_see_households(request.user))
    return MENUS.respond(
        request,
        lambda: with_participation(Menu.objects.visible_to(request.user)),
        filterset=MenuFilter,
        may_export=can_export(request.user),
        describe={"division": lambda code: str(Division.objects.filter(code=code).first() or "–")},
        template="residents/menu_list.html",
    )


@require_safe
def of_project(request: SignedInRequest, code: str) -> HttpResponse:
    """The tab of a project's page: its menus, and where a new one begins."""
    project = find_project(request, code)
    demand(can_see_households(request.user))
    menus = list(with_participation(Menu.objects.visible_to(request.user).filter(project=project)))
    if len(menus) == 1 and menus[0].state != MenuState.VOIDED:
        return redirect(menus[0])
    running = any(menu.state in (MenuState.DRAFT, MenuState.PUBLISHED) for menu in menus)
    context = {
        "menus": [(menu, TONES[MenuState(menu.state)]) for menu in menus],
        "may_draw_up": not running and can_run_menus(request.user, project.division_code),
    }
    return project_page(request, "residents/menu_of_project.html", project, TAB, context)


# --- Drawn up ---------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draw_up(request: SignedInRequest, code: str) -> HttpResponse:
    project = find_project(request, code)
    demand(can_run_menus(request.user, project.division_code))
    under_way = Menu.objects.filter(project=project, state__in=(MenuState.DRAFT, MenuState.PUBLISHED)).first()
    if under_way is not None and request.method != "POST":
        told = _("“{title}” is not finished yet. A project has one menu at a time: count or void it first.")
        messages.warning(request, told.format(title=under_way.title))
        return redirect(under_way)
    running = Round.objects.running().filter(compound=project.compound_id).first()
    form = MenuForm(posted(request), project=project, needs_round=running is None)
    if form.is_valid():
        menu = tried(form, lambda: _drawn_up(request, project, form, running))
        if menu is not None:
            messages.success(request, _("The menu is begun. Now put the items on it."))
            return redirect(menu)
    context = {"form": form, "running": running, "menu": None}
    return project_page(request, "residents/menu_form.html", project, TAB, context, status=status_of(form))


def _drawn_up(request: SignedInRequest, project: Project, form: MenuForm, running: Round | None) -> Menu:
    data = form.cleaned_data
    new = (
        acts.NewRound(data["round_title"], data["contact"], data["contact_phone"])
        if running is None
        else None
    )
    states = (SchemeState.DRAFT, SchemeState.APPROVED)
    scheme = project.schemes.filter(state__in=states).order_by("-version").first()
    return acts.draw_up_menu(
        project=project, user=request.user, scheme=scheme, round=running, new_round=new, **form.facts()
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    menu = find_menu(request, pk)
    demand(can_run_menus(request.user, menu.division_code))
    form = MenuForm(posted(request), project=menu.project, needs_round=False, menu=menu)
    if form.is_valid() and tried(
        form, lambda: acts.change_menu(menu=menu, user=request.user, **form.facts())
    ):
        messages.success(request, _("Saved."))
        return redirect(menu)
    context = {"form": form, "running": menu.round, "menu": menu}
    return menu_page(request, "residents/menu_form.html", menu, context, status=status_of(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def option_add(request: SignedInRequest, pk: int) -> HttpResponse:
    menu = find_menu(request, pk)
    demand(can_run_menus(request.user, menu.division_code))
    form = OptionForm(posted(request), request.FILES or None, menu=menu)
    if form.is_valid() and tried(
        form,
        lambda: acts.add_option(
            menu=menu, user=request.user, catalogue_item=form.cleaned_data["item"], **_facts(request, form)
        ),
    ):
        messages.success(request, _("The item is on the menu."))
        return redirect(menu)
    return menu_page(
        request, "residents/menu_option.html", menu, {"form": form, "option": None}, status=status_of(form)
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def option_edit(request: SignedInRequest, pk: int, option_id: int) -> HttpResponse:
    """New words or prices; while the menu is open with a reason, and those who chose before are told."""
    menu = find_menu(request, pk)
    demand(can_run_menus(request.user, menu.division_code))
    option = get_object_or_404(menu.options.select_related("catalogue_item"), pk=min(option_id, LARGEST_KEY))
    current = option.versions.first()
    form = OptionForm(posted(request), request.FILES or None, menu=menu, current=current)
    if form.is_valid() and tried(form, lambda: _revised(request, option, form)):
        messages.success(request, _("The new words and prices are on show."))
        return redirect(menu)
    chosen = Choice.objects.filter(menu=menu).counting().count()
    context = {
        "form": form,
        "option": option,
        "current": current,
        "chosen": chosen,
        "versions": option.versions.all(),
    }
    return menu_page(request, "residents/menu_option.html", menu, context, status=status_of(form))


def _revised(request: SignedInRequest, option: Option, form: OptionForm) -> OptionVersion:
    return acts.revise_option(
        option=option, user=request.user, expected_version=form.cleaned_data["version"] or 0,
        reason=form.cleaned_data.get("reason", ""), **_facts(request, form),
    )  # fmt: skip


def _facts(request: SignedInRequest, form: OptionForm) -> dict[str, Any]:
    """What the form says of the item; the picture only where it is a new one, or taken away."""
    facts = form.facts()
    upload = form.cleaned_data.get("picture")
    if upload:
        facts["picture"] = store_upload(file=upload, name=upload.name, user=request.user, rule=PICTURE)
    elif form.cleaned_data.get("no_picture"):
        facts["picture"] = None
    return facts


@require_safe
def picture(request: SignedInRequest, pk: int, version: int) -> HttpResponseBase:
    """The picture of an item as residents see it, or saw it."""
    menu = find_menu(request, pk)
    found = get_object_or_404(
        OptionVersion.objects.select_related("picture"), pk=min(version, LARGEST_KEY), menu=menu, picture__isnull=False
    )  # fmt: skip
    return preview_response(cast(StoredFile, found.picture), small=True)


@require_POST
def option_move(request: SignedInRequest, pk: int, option_id: int) -> HttpResponse:
    """One place up or down in the order in which residents are asked."""
    menu = find_menu(request, pk)
    ids = list(menu.options.order_by("position").values_list("pk", flat=True))
    if option_id in ids:
        here = ids.index(option_id)
        there = max(0, min(len(ids) - 1, here + (-1 if request.POST.get("to") == "up" else 1)))
        ids.insert(there, ids.pop(here))
        acts.order_options(menu=menu, user=request.user, option_ids=ids)
    return redirect(f"{menu.get_absolute_url()}#items")


@require_POST
def option_drop(request: SignedInRequest, pk: int, option_id: int) -> HttpResponse:
    menu = find_menu(request, pk)
    option = get_object_or_404(menu.options, pk=min(option_id, LARGEST_KEY))
    acts.drop_option(option=option, user=request.user)
    messages.success(request, _("The item is off the menu."))
    return redirect(menu)


@require_POST
def relate(request: SignedInRequest, pk: int) -> HttpResponse:
    menu = find_menu(request, pk)
    demand(can_run_menus(request.user, menu.division_code))
    form = RelationForm(request.POST, names=_names(menu))
    if form.is_valid():
        options = {option.pk: option for option in menu.options.select_related("menu")}
        chosen = [options[int(form.cleaned_data[name])] for name in ("option", "other")]
        if chosen[0] != chosen[1]:
            acts.relate_options(
                option=chosen[0], other=chosen[1], kind=form.cleaned_data["kind"], user=request.user
            )
    return redirect(f"{menu.get_absolute_url()}#items")


@require_POST
def part(request: SignedInRequest, pk: int, relation_id: int) -> HttpResponse:
    menu = find_menu(request, pk)
    relation = get_object_or_404(menu.relations.select_related("menu"), pk=min(relation_id, LARGEST_KEY))
    acts.part_options(relation=relation, user=request.user)
    return redirect(f"{menu.get_absolute_url()}#items")


# --- One menu ---------------------------------------------------------------------------


@require_safe
def page(request: SignedInRequest, pk: int) -> HttpResponse:
    menu = find_menu(request, pk)
    now = timezone.now()
    versions = current_versions(menu)
    names = {version.option_id: version.name for version in versions}
    buildings = participation(menu) if menu.state != MenuState.DRAFT else []
    context = {
        "versions": versions,
        "figures": _figures(menu, buildings),
        "relations": [
            (one, names.get(one.option_id), names.get(one.other_id)) for one in menu.relations.all()
        ],
        "relation_form": RelationForm(names=_names(menu)) if menu.state == MenuState.DRAFT else None,
        "missing": acts.missing_before_publication(menu) if menu.state == MenuState.DRAFT else [],
        "needs_doors": menu.state == MenuState.DRAFT and not acts.doors_of(menu).exists(),
        "buildings": buildings,
        "is_open": menu.is_open_at(now),
        "is_over": menu.state == MenuState.PUBLISHED and menu.closes_at <= now,
        "paper_may_come": menu.state == MenuState.PUBLISHED and now < menu.paper_until,
        "is_adopted": OutcomeAdoption.objects.filter(menu=menu).exists(),
        "outstanding": outstanding_paper(menu),
        "may_run": can_run_menus(request.user, menu.division_code),
        "may_enter": can_enter_for_residents(request.user, menu.division_code),
        **entered_by_office(menu),
        "cautions": acts.cautions_before_publication(menu) if menu.state == MenuState.DRAFT else [],
        "close_form": CloseForm(
            initial={"closes_at": timezone.localtime(menu.closes_at), "result_on": menu.result_on}
        ),
        "reason_form": ReasonForm(),
    }
    return menu_page(request, "residents/menu.html", menu, context)


def _figures(menu: Menu, buildings: list[dict[str, Any]]) -> list[FigureValue]:
    """How far it is: who has chosen, whose door is left, how long it stays open; of a draft nothing."""
    if not buildings:
        return []
    doors, chosen = (sum(row[part] for row in buildings) for part in ("doors", "chosen"))
    round_url = reverse("residents:round", args=[menu.round_id]) if menu.round_id else ""
    figures = [
        FigureValue(label=_("Households that chose"), value=thousands(chosen), note=_("of {doors}").format(doors=thousands(doors))),
        FigureValue(label=_("Share"), value=percent(chosen / doors)),
    ]  # fmt: skip
    if menu.is_open_at(timezone.now()):
        left = thousands(doors - chosen)
        figures.append(
            FigureValue(label=_("Not yet"), value=left, url=f"{round_url}?show=tonight" if round_url else "")
        )
        days = (timezone.localdate(menu.closes_at) - timezone.localdate()).days
        figures.append(FigureValue(label=_("Days until the close"), value=thousands(days)))
    return figures


def entered_by_office(menu: Menu) -> dict[str, Any]:
    """How much came in at the desk, by telephone and on paper; of a draft nothing."""
    if menu.state == MenuState.DRAFT:
        return {}
    at_desk = menu.choices.filter(channel__in=(Channel.DESK, Channel.PHONE), reversed_at__isnull=True)
    piles = batches_of(menu)
    return {
        "at_desk": at_desk.aggregate(
            desk=Count("pk", filter=Q(channel=Channel.DESK)),
            phone=Count("pk", filter=Q(channel=Channel.PHONE)),
        ),
        "paper": {
            "piles": len(piles),
            "unsealed": sum(pile.sealed_at is None for pile in piles),
            "pieces": sum(pile.pieces for pile in piles if pile.sealed_at),
            "entered": sum(pile.entered for pile in piles),
            "waiting": sum(pile.waiting for pile in piles),
        },
    }


Act = Callable[[SignedInRequest, Menu], str]


def _act(does: Act) -> Callable[..., HttpResponse]:
    """A button of the menu's page: what it says afterwards, or why not."""

    @require_POST
    def view(request: SignedInRequest, pk: int) -> HttpResponse:
        menu = find_menu(request, pk)
        demand(can_run_menus(request.user, menu.division_code))
        try:
            messages.success(request, does(request, menu))
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect(menu)

    return view


def _publish(request: SignedInRequest, menu: Menu) -> str:
    acts.publish_menu(menu=menu, user=request.user)
    if menu.opens_at <= timezone.now():
        return _("The menu is published and open: residents can choose now.")
    return _("The menu is published. It opens at its time.")


def _prolong(request: SignedInRequest, menu: Menu) -> str:
    form = CloseForm(request.POST)
    if not form.is_valid():
        raise InvalidInput(reason=next(iter(form.errors.values()))[0])
    acts.prolong_menu(menu=menu, user=request.user, **form.cleaned_data)
    return _("The close is later now; residents read why.")


def _void(request: SignedInRequest, menu: Menu) -> str:
    acts.void_menu(menu=menu, user=request.user, reason=request.POST.get("reason", "")[:300])
    return _("The menu counts no longer. Residents read why.")


def _count(request: SignedInRequest, menu: Menu) -> str:
    count_menu(menu=menu, user=request.user, no_paper_is_left="no_paper_is_left" in request.POST)
    return _("The menu is counted.")


publish, prolong, void, count = (_act(does) for does in (_publish, _prolong, _void, _count))


def _names(menu: Menu) -> list[tuple[int, str]]:
    return [(version.option_id, version.name) for version in current_versions(menu)]
