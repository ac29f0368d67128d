"""Writes to organisations: registered once, corrected, ended; never deleted."""

from datetime import date
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from core.errors import NotPermitted
from core.fields import levelled
from core.integrity import constraints_as_refusals
from core.text import clean_line, listed
from directory.actions.checks import living_division, refuse_unclean
from directory.errors import CreditCodeTaken, OrganisationChanged, OrganisationEnded, OrganisationHasPeople
from directory.history import changed_since
from directory.models import Division, Organisation, User
from directory.permissions import can_edit_organisation, can_keep_organisations_at


class OrganisationFacts(TypedDict, total=False):
    name: str
    short_name: str
    kind: str
    credit_code: str | None
    division: Division
    phone: str


def levelled_credit_code(code: str | None) -> str | None:
    """As it is stored: capitals, no spaces or hyphens, nothing rather than an empty text."""
    return "".join(levelled(code or "").upper().replace("-", "").split()) or None


@transaction.atomic
def create_organisation(*, actor: User, **facts: Unpack[OrganisationFacts]) -> Organisation:
    """Register a body. Its credit code, where known, must be valid and nobody else's."""
    division = living_division(facts["division"].code)
    if not can_keep_organisations_at(actor, division.code):
        raise NotPermitted
    organisation = Organisation()
    _set(organisation, facts)
    _refuse_known_code(actor, organisation)
    _save(organisation)
    record(action="organisation.created", actor=actor, subject=organisation)
    return organisation


@transaction.atomic
def update_organisation(
    *,
    actor: User,
    organisation: Organisation,
    seen_version: int | None = None,
    **facts: Unpack[OrganisationFacts],
) -> Organisation:
    """Correct what is recorded. `seen_version` is `core.history.version_of` when the form was shown."""
    organisation = _locked(organisation)
    if not can_edit_organisation(actor, organisation):
        raise NotPermitted
    if seen_version is not None and (change := changed_since(organisation, seen_version)):
        fields = listed(label for label, _old, _new in change.lines)
        raise OrganisationChanged(who=change.who or "–", fields=fields or "–")
    division = facts.get("division")
    if division is not None and division.code != organisation.division_id:
        living_division(division.code)
        if not can_keep_organisations_at(actor, division.code):
            raise NotPermitted
    _set(organisation, facts)
    _refuse_known_code(actor, organisation)
    _save(organisation)
    record(action="organisation.changed", actor=actor, subject=organisation, detail={"fields": sorted(facts)})
    return organisation


@transaction.atomic
def end_organisation(
    *, actor: User, organisation: Organisation, ended_on: date, reason: str = ""
) -> Organisation:
    """Dissolved, renamed into another, or no longer taking part: kept as history, offered no more."""
    organisation = _locked(organisation)
    if not can_edit_organisation(actor, organisation):
        raise NotPermitted
    people = User.objects.active().filter(organisation=organisation).count()
    if people:
        raise OrganisationHasPeople(name=organisation.name, count=people)
    organisation.ended_on = ended_on
    organisation.save(update_fields=["ended_on"])
    record(
        action="organisation.ended", actor=actor, subject=organisation, reason=reason,
        detail={"ended_on": ended_on.isoformat()},
    )  # fmt: skip
    return organisation


def _set(organisation: Organisation, facts: OrganisationFacts) -> None:
    for field, value in facts.items():
        setattr(organisation, field, clean_line(value) if isinstance(value, str) else value)
    organisation.credit_code = levelled_credit_code(organisation.credit_code)


def _refuse_known_code(actor: User, organisation: Organisation) -> None:
    """A friendlier word than the database's; two at the same moment still meet its unique constraint."""
    if organisation.credit_code is None:
        return
    holders = Organisation.objects.filter(credit_code=organisation.credit_code).exclude(pk=organisation.pk)
    if holders.exists():
        seen = holders.visible_to(actor).first()
        raise CreditCodeTaken(name=seen.name if seen else _("an organisation of another division"))


def _save(organisation: Organisation) -> None:
    refuse_unclean(organisation)
    with constraints_as_refusals(Organisation):
        organisation.save()


def _locked(organisation: Organisation) -> Organisation:
    found = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if found.ended_on is not None:
        raise OrganisationEnded(name=found.name)
    return found
