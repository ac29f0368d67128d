"""The compound's project on a resident's home page: where it stands, what is decided, what hangs out for objections."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.board import ResidentCard
from core.text import listed
from projects.models import LINE, Project, PublicNotice, Scheme, SchemeLine, SchemeState, Stage, Standing
from residents.home.menus import menus_of
from residents.home.words import STAGES, amount_in_words, plain_day, short_day
from residents.models import MenuState, OutcomeAdoption
from residents.session import Resident

WORKS_SHOWN = 5
NOT_YET_APPROVED = (SchemeState.DRAFT, SchemeState.SIGNING, SchemeState.NOTICED)
SHOWN_STATES = (SchemeState.SIGNING, SchemeState.NOTICED, SchemeState.APPROVED)


@dataclass(frozen=True)
class Programme:
    """The project that concerns residents today, with the versions of its scheme that they may see."""

    project: Project
    approved: Scheme | None
    noticed: Scheme | None
    signing: Scheme | None
    notice: PublicNotice | None
    today: date
    # What the residents chose and an adopted outcome put into a version that is not approved yet.
    chosen: tuple[str, ...] = ()

    @property
    def notice_is_running(self) -> bool:
        return self.notice is not None and self.notice.from_on <= self.today <= self.notice.until_on

    @property
    def for_signing(self) -> Scheme | None:
        """The version about which representatives say what they think."""
        return self.signing or self.noticed


def programme_of(resident: Resident) -> Programme | None:
    """Read once a page: the project, its schemes with their works, the notice, what was chosen; at most seven statements."""
    if "programme" not in resident.shared:
        has_counted = any(menu.state == MenuState.COUNTED for menu in menus_of(resident))
        resident.shared["programme"] = _programme(resident.compound_id, has_counted=has_counted)
    found: Programme | None = resident.shared["programme"]
    return found


def _programme(compound_id: int, *, has_counted: bool) -> Programme | None:
    projects = list(
        Project.objects.filter(compound_id=compound_id).exclude(standing=Standing.CANCELLED).order_by("-year", "-id")
    )  # fmt: skip
    # The one that is not finished yet; else the latest that was.
    project = next((one for one in projects if one.is_unfinished), projects[0] if projects else None)
    if project is None:
        return None
    lines = SchemeLine.objects.select_related("work_item__catalogue_item")
    notices = PublicNotice.objects.filter(ended_at__isnull=True)
    schemes = project.schemes.filter(state__in=SHOWN_STATES).order_by("-version")
    by_state: dict[str, Scheme] = {}
    for scheme in schemes.prefetch_related(Prefetch("lines", lines), Prefetch("notices", notices)):
        by_state.setdefault(scheme.state, scheme)
    noticed = by_state.get(SchemeState.NOTICED)
    return Programme(
        project=project,
        approved=by_state.get(SchemeState.APPROVED),
        noticed=noticed,
        signing=by_state.get(SchemeState.SIGNING),
        notice=next(iter(noticed.notices.all()), None) if noticed else None,
        today=timezone.localdate(),
        chosen=_chosen(project) if has_counted else (),
    )


def _chosen(project: Project) -> tuple[str, ...]:
    """By the adopted outcome, as far as it still stands in the version."""
    waiting = OutcomeAdoption.objects.filter(menu__project=project, scheme__state__in=NOT_YET_APPROVED)
    adoption = waiting.select_related("outcome", "menu").order_by("-pk").first()
    if adoption is None:
        return ()
    figures = adoption.outcome.figures
    left_out = set(adoption.departures.filter(is_taken=False).values_list("option", flat=True))
    won = [int(item_id) for item_id in figures["won"]]
    in_scheme = SchemeLine.objects.filter(scheme=adoption.scheme_id).values("work_item__catalogue_item__code")
    stands = set(
        adoption.menu.options.filter(pk__in=won, catalogue_item__code__in=in_scheme).values_list(
            "pk", flat=True
        )
    )
    return tuple(figures["names"][str(pk)] for pk in won if pk in stands - left_out)


# --- What is decided --------------------------------------------------------------------


def decided(resident: Resident) -> Iterator[ResidentCard]:
    programme = programme_of(resident)
    if programme is None:
        return
    yield _where_it_stands(programme)
    if programme.approved is not None:
        yield _what_is_done(programme.approved, programme.chosen)
    elif programme.chosen:
        yield ResidentCard(title=_("What the residents chose"), lines=(chosen_in_words(programme.chosen),))


def _where_it_stands(programme: Programme) -> ResidentCard:
    project = programme.project
    title = _("The renovation, plan of {year}").format(year=project.year)
    if project.standing == Standing.SUSPENDED:
        return ResidentCard(
            title=title, tag=_("paused"), tone="late",
            lines=(_("The renovation is paused. You will be told when it goes on."),),
        )  # fmt: skip
    is_over = project.stage == Stage.AFTERCARE
    return ResidentCard(
        title=title, tag=_("finished") if is_over else _("under way"), tone="ok" if is_over else "act",
        lines=(STAGES[project.stage], *_days(project, programme.today)),
    )  # fmt: skip


def _days(project: Project, today: date) -> Iterator[str]:
    """When work begins or began, and when it ends or ended, as far as anybody knows; a day that has passed is owned up to."""
    place = LINE.index(project.stage)
    if place < LINE.index(Stage.CONSTRUCTION):
        if project.planned_start_on:
            yield _expected(
                project.planned_start_on, today, _("Work is to begin about {day}."),
                _("Work was to begin about {day}; it will be later."),
            )  # fmt: skip
        return
    if project.stage != Stage.CONSTRUCTION:
        yield _("The works were completed on {day}.").format(day=plain_day(project.completed_on))
        return
    yield _("Work began on {day}.").format(day=plain_day(project.started_on))
    if project.percent_done:
        yield _("About {percent} % is done.").format(percent=int(project.percent_done))
    end = project.forecast_completion_on or project.planned_completion_on
    if end:
        yield _expected(
            end, today, _("It is expected to be finished about {day}."),
            _("It was to be finished about {day}; it takes longer."),
        )  # fmt: skip


def _expected(day: date, today: date, ahead: str, past: str) -> str:
    return (ahead if day >= today else past).format(day=plain_day(day))


def chosen_in_words(chosen: tuple[str, ...]) -> str:
    return _("Chosen by the residents (in the new scheme, waiting for approval): {names}").format(
        names=listed(chosen)
    )


def _what_is_done(scheme: Scheme, chosen: tuple[str, ...]) -> ResidentCard:
    works = [work_in_words(line) for line in scheme.lines.all()]
    more = len(works) - WORKS_SHOWN
    items = works if more <= 1 else [*works[:WORKS_SHOWN], _more(more)]
    return ResidentCard(
        title=_("What is being done"), lines=(chosen_in_words(chosen),) if chosen else (), items=tuple(items),
        url=reverse("residents:works"), action=_("See all of it"),
    )  # fmt: skip


def _more(count: int) -> str:
    return ngettext("and {count} more", "and {count} more", count).format(count=count)


def work_in_words(line: SchemeLine) -> str:
    """更换供水管道(东区),800 米."""
    item = line.work_item.catalogue_item
    where = (
        _(" ({place})").format(place=line.work_item.location) if line.work_item.location else ""
    )  # fmt: skip
    amount = amount_in_words(line.quantity, item.unit)
    return _("{work}{where}: {amount}").format(work=item.name, where=where, amount=amount)


# --- What is open for you ---------------------------------------------------------------


def open_now(resident: Resident) -> Iterator[ResidentCard]:
    programme = programme_of(resident)
    if programme is None or programme.notice is None or not programme.notice_is_running:
        return
    until = plain_day(programme.notice.until_on)
    yield ResidentCard(
        title=_("The scheme hangs out: read it, and say if something is wrong"),
        tag=_("until {day}").format(day=short_day(programme.notice.until_on)),
        tone="act",
        lines=(
            _("It says what is to be repaired in your compound, where, and what it costs."),
            _("Whoever does not agree says so until {day}; every objection is answered.").format(day=until),
        ),
        url=reverse("residents:notice"),
        action=_("Read the scheme"),
    )
