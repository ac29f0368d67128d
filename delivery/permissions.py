"""Who may do what on the building site. Being able to see comes first, by `visible_to`."""

from collections.abc import Iterable

from delivery.models import Contract, ProgressEntry, ProgressPhoto
from directory.models import User
from directory.powers import Power
from projects.models import PartyRole, Project
from projects.models.project import works_for_a_firm
from projects.permissions import can_move_project, can_see_projects
from projects.permissions import can_report_progress as may_report

REPORTING_PARTIES = (PartyRole.CONTRACTOR, PartyRole.SUPERVISOR)


def can_see_site(user: User) -> bool:
    """The lists of contracts and progress entries, each with what the person sees."""
    return can_see_projects(user)


def can_file_contracts(user: User) -> bool:
    """Somewhere; where, `can_file_contract` says."""
    return user.has_power(Power.KEEP_PROJECTS)


def can_file_contract(user: User, division_code: str) -> bool:
    """The offices that keep the project: bureau and street office."""
    return user.has_power(Power.KEEP_PROJECTS, at=division_code)


def can_edit_contract(user: User, contract: Contract) -> bool:
    """Whoever keeps all of its projects."""
    here = [link.project.division_code for link in contract.links.select_related("project")]
    return all(can_file_contract(user, code) for code in here or [contract.division_code])


def can_report_progress(user: User, project: Project) -> bool:
    """Offices of the place, and the contractor's and the supervisor's people."""
    if not may_report(user, project):
        return False
    return user.has_power(Power.REPORT_PROGRESS, at=project.division_code) or _is_on_site(user, project)


def _is_on_site(user: User, project: Project) -> bool:
    return works_for_a_firm(user) and project.parties.filter(
        organisation=user.organisation_id, until_on__isnull=True, role__in=REPORTING_PARTIES
    ).exists()  # fmt: skip


def can_reverse(user: User, entry: ProgressEntry) -> bool:
    """One's own firm's entries, and for the offices of the place every entry."""
    if user.has_power(Power.REPORT_PROGRESS, at=entry.division_code):
        return True
    same_firm = entry.organisation_id is not None and entry.organisation_id == user.organisation_id
    return same_firm and _is_on_site(user, entry.project)


def can_caption(user: User, entry: ProgressEntry, photos: Iterable[ProgressPhoto]) -> bool:
    """All of these photos of an entry: whoever took them, and whoever answers for the entry."""
    return can_report_progress(user, entry.project) and (
        all(photo.by_id == user.pk for photo in photos) or can_reverse(user, entry)
    )


def can_start_or_complete(user: User, project: Project) -> bool:
    """Whoever moves the project: the bureau, and the street office where it leads."""
    return can_move_project(user, project)


def can_enter_backlog(user: User, project: Project) -> bool:
    return user.has_power(Power.LEAD_PROJECTS, at=project.division_code)
