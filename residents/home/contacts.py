"""Whom to call: an office by its role and a number, and the neighbours who represent the compound."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.board import ResidentCard
from directory.models import Organisation, OrganisationKind
from residents.models import Representative, Round
from residents.session import Resident


def contacts(resident: Resident) -> Iterator[ResidentCard]:
    yield whom_to_call(resident.compound_id, resident.division_code, resident.community_name)
    names = (
        Representative.objects.current().filter(compound_id=resident.compound_id).order_by("from_on", "id")
    )
    if listed := "、".join(names.values_list("name", flat=True)):
        yield ResidentCard(
            title=_("Your representatives"),
            lines=(listed, _("Neighbours whom the compound chose to speak for everybody.")),
        )


def whom_to_call(compound_id: int, division_code: str, community_name: str = "") -> ResidentCard:
    """Whoever is going round the doors now; else the community committee, else the street office above it."""
    going_round = Round.objects.running().filter(compound_id=compound_id).first()
    if going_round is not None and going_round.contact_phone:
        return ResidentCard(
            title=going_round.contact or _("Community committee"), phone=going_round.contact_phone
        )
    office = office_of(division_code)
    if office is not None:
        return ResidentCard(title=office.name, phone=office.phone)
    return ResidentCard(
        title=community_name or _("Community committee"),
        lines=(_("The number stands on your letter and on the notice board."),),
    )


def office_of(division_code: str) -> Organisation | None:
    """The committee of the community or, where it has no number, the street office."""
    kinds = {
        division_code: OrganisationKind.COMMUNITY,
        division_code[:9]: OrganisationKind.STREET_OFFICE,
    }
    known = (
        Organisation.objects.active()
        .filter(division__in=kinds)
        .exclude(phone="")
        .order_by("-division_id", "id")
    )
    return next((one for one in known if kinds[one.division_id] == one.kind), None)
