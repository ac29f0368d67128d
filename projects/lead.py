"""Who leads a project by rule [Z]: a supervising unit → the housing bureau; 三无 → the street office."""

from compounds.models import Compound
from directory.models import Organisation, OrganisationKind
from projects.models import LeadKind


def lead_by_rule(compound: Compound) -> str:
    """三无 compounds are led by their street office, all others by the housing bureau."""
    return LeadKind.STREET_OFFICE if compound.no_manager else LeadKind.BUREAU


def lead_organisation(lead_kind: str, division_code: str) -> Organisation | None:
    """The bureau of the county, or the street office of the street, where one is registered."""
    kind, digits = (
        (OrganisationKind.STREET_OFFICE, 9) if lead_kind == LeadKind.STREET_OFFICE else (OrganisationKind.BUREAU, 6)
    )  # fmt: skip
    place = division_code[:digits]
    return Organisation.objects.active().filter(kind=kind, division=place).order_by("pk").first()
