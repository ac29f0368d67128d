"""What of the residents keeps a compound from being merged or split, in sentences that say what to do first.

The database asks the same (`residents.models.gates`). Of what has ended nothing hinders: doors move with their
buildings and take owners, letters and representatives along; rounds, meetings, opinions and counted menus stay
with the compound to which they belonged.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compounds.models import Compound
from residents.models import (
    MOST_REPRESENTATIVES,
    Meeting,
    MeetingState,
    Menu,
    MenuState,
    Questionnaire,
    Representative,
    Round,
)

Line = tuple[QuerySet[Any], str, str | Promise]


def obstacles(ending: Sequence[Compound], staying: Sequence[Compound]) -> Iterator[str]:
    several = [*ending, *staying]
    for rows, name, sentence in _running(several, ending):
        for compound in sorted(set(rows.order_by().values_list(name, flat=True))):
            yield str(sentence).format(name=compound)
    yield from _too_many_representatives(several, staying)


def _running(several: Sequence[Compound], ending: Sequence[Compound]) -> Iterator[Line]:
    rounds = Round.objects.running().filter(compound__in=several)
    yield rounds, "compound__name", _("A round of visits is under way in {name}. End it first.")
    menus = Menu.objects.filter(project__compound__in=several, state=MenuState.PUBLISHED)
    yield (
        menus,
        "project__compound__name",
        _("A menu of {name} is not counted yet. Count it first, or void it."),
    )
    asked = Questionnaire.objects.filter(
        compound__in=several, state="published", closes_at__gt=timezone.now()
    )
    yield asked, "compound__name", _("A questionnaire of {name} is open. Wait for its close, or void it.")
    meetings = Meeting.objects.filter(compound__in=ending, state=MeetingState.PLANNED)
    yield meetings, "compound__name", _("A meeting of {name} is announced. Record it first, or cancel it.")


def _too_many_representatives(several: Sequence[Compound], staying: Sequence[Compound]) -> Iterator[str]:
    """Merged they are together; more than five the database does not take."""
    if not staying:
        return
    count = Representative.objects.current().filter(compound__in=several).count()
    if count > MOST_REPRESENTATIVES:
        told = _(
            "Together the compounds would have {count} representatives; {most} is the most. End terms first."
        )
        yield str(told).format(count=count, most=MOST_REPRESENTATIVES)
