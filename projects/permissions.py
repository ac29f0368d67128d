"""Who may do what with the programme. Being able to see comes first, by `visible_to`."""

from collections.abc import Hashable

from directory.models import User
from directory.powers import Power
from projects.models import LeadKind, Plan, PlanState, Project, Scheme, Task
from projects.models.project import works_for_a_firm
from projects.models.tasks import offices_of


def can_see_programme(user: User) -> bool:
    """The programme as a whole; whoever only works for a firm sees the firm's projects."""
    return user.has_power(Power.SEE_PROGRAMME)


def can_see_projects(user: User) -> bool:
    return can_see_programme(user) or works_for_a_firm(user)


def what_is_seen(user: User) -> tuple[Hashable, ...]:
    """All of a person that `Project.objects.visible_to` depends on: with it the SQL of a list is built once."""
    return user.scopes_for(Power.SEE_PROGRAMME), user.organisation_id if works_for_a_firm(user) else None


def can_export(user: User) -> bool:
    """As for the register: the right must reach wherever the person sees the programme."""
    return user.power_reaches(Power.EXPORT, all_of=Power.SEE_PROGRAMME)


# --- Catalogue and templates ------------------------------------------------------------


def can_keep_catalogue(user: User, division_code: str) -> bool:
    return user.has_power(Power.KEEP_CATALOGUE, at=division_code)


# --- Plans ------------------------------------------------------------------------------


def can_make_plans(user: User, division_code: str) -> bool:
    return user.has_power(Power.MAKE_PLANS, at=division_code)


def can_edit_plan(user: User, plan: Plan) -> bool:
    return plan.is_open and can_make_plans(user, plan.division_id)


def can_decide_plan(user: User, plan: Plan) -> bool:
    """Return, approve, issue: the office itself or the one above, and never whoever submitted it."""
    return plan.submitted_by_id != user.pk and user.has_power(Power.APPROVE_PLANS, at=plan.division_id)


def can_amend_plan(user: User, plan: Plan) -> bool:
    return plan.state == PlanState.ISSUED and can_make_plans(user, plan.division_id)


# --- Projects ---------------------------------------------------------------------------


def can_begin_project(user: User, division_code: str) -> bool:
    return user.has_power(Power.LEAD_PROJECTS, at=division_code)


def can_edit_project(user: User, project: Project) -> bool:
    return project.is_unfinished and user.has_power(Power.KEEP_PROJECTS, at=project.division_code)


def can_move_project(user: User, project: Project) -> bool:
    """The bureau moves all; the street office those that it leads."""
    here = project.division_code
    return user.has_power(Power.LEAD_PROJECTS, at=here) or (
        project.lead_kind == LeadKind.STREET_OFFICE and user.has_power(Power.LEAD_STREET_PROJECTS, at=here)
    )


def can_add_documents(user: User, project: Project) -> bool:
    """Those who keep the project, and the community that gathers the residents' papers."""
    here = project.division_code
    return user.has_power(Power.KEEP_PROJECTS, at=here) or user.has_power(Power.SIGN_FOR_COMMUNITY, at=here)


def can_keep_programme_documents(user: User, plan: Plan) -> bool:
    return can_make_plans(user, plan.division_id)


def can_report_progress(user: User, project: Project) -> bool:
    """Offices of the place, and the firm on the site."""
    return user.has_power(Power.REPORT_PROGRESS, at=project.division_code) or is_party(user, project)


def is_party(user: User, project: Project) -> bool:
    return works_for_a_firm(user) and project.parties.filter(
        organisation=user.organisation_id, until_on__isnull=True
    ).exists()  # fmt: skip


def can_set_go_live(user: User, division_code: str) -> bool:
    return user.has_power(Power.SET_GO_LIVE, at=division_code)


def can_enter_backlog(user: User, division_code: str) -> bool:
    return user.has_power(Power.LEAD_PROJECTS, at=division_code)


# --- Schemes ----------------------------------------------------------------------------


def can_draw_scheme(user: User, project: Project) -> bool:
    return project.is_unfinished and user.has_power(Power.DRAW_SCHEMES, at=project.division_code)


def can_approve_scheme(user: User, scheme: Scheme) -> bool:
    return scheme.submitted_by_id != user.pk and user.has_power(
        Power.APPROVE_SCHEMES, at=scheme.division_code
    )


def sign_off_powers(user: User, scheme: Scheme) -> list[str]:
    """For which offices the person may sign: "street_office", "community"."""
    offices = {"street_office": Power.SIGN_FOR_STREET, "community": Power.SIGN_FOR_COMMUNITY}
    return [kind for kind, power in offices.items() if user.has_power(power, at=scheme.division_code)]


# --- Tasks ------------------------------------------------------------------------------


def can_see_tasks(user: User) -> bool:
    return user.has_power(Power.WORK_ON_TASKS) or can_see_projects(user)


def can_give_task(user: User, division_code: str) -> bool:
    """To anybody about one's own places; also upwards, for what one cannot do oneself."""
    return user.has_power(Power.WORK_ON_TASKS, at=division_code)


def can_hold_task(user: User, task: Task) -> bool:
    """Whoever it is in the hands of: in person, else the organisation, else the office of the division."""
    if task.person_id is not None:
        return task.person_id == user.pk
    if task.organisation_id is not None:
        return task.organisation_id == user.organisation_id and bool(user.current_roles)
    return task.holder_id in offices_of(user)


def can_close_task(user: User, task: Task) -> bool:
    """The giver, and the bureau or street office that the holder lies under; nobody closes what is in own hands."""
    above = any(task.holder_id.startswith(scope) for scope in user.scopes_for(Power.KEEP_PROJECTS))
    return task.given_by_id == user.pk or (above and not can_hold_task(user, task))


def can_part_task(user: User, task: Task) -> bool:
    """Whoever holds a task or gave it gives parts of it to others."""
    return can_hold_task(user, task) or can_close_task(user, task)


def can_comment_on_task(user: User, task: Task) -> bool:
    return user.has_power(Power.WORK_ON_TASKS) or can_hold_task(user, task)


def can_edit_scheme(user: User, scheme: Scheme) -> bool:
    return scheme.is_open and can_draw_scheme(user, scheme.project)


def can_post_notice(user: User, project: Project) -> bool:
    """Whoever draws schemes, and the community, which hangs the paper out and hears the residents."""
    return can_draw_scheme(user, project) or (
        project.is_unfinished and user.has_power(Power.SIGN_FOR_COMMUNITY, at=project.division_code)
    )


def can_record_visits(user: User, project: Project) -> bool:
    return project.is_unfinished and can_add_documents(user, project)


def can_set_scheme_rules(user: User, division_code: str) -> bool:
    return user.has_power(Power.SET_RULES, at=division_code)
