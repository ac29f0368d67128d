"""Who waits for whom: the project first, then its scheme; and what only the database notices."""

from django.db import IntegrityError

from core.errors import DomainError, NotPermitted
from core.integrity import constraints_as_refusals, violated_constraint
from directory.models import User
from projects.errors import GapsOpen, LessThanDone, ProjectNotActive, SchemeEmpty, SchemeNotOpen
from projects.models import Project, Scheme
from projects.permissions import can_draw_scheme

# What the triggers refuse, by the name they give: a survey confirmed at the same moment, a shell.
_REFUSALS: dict[str, DomainError] = {
    "scheme_has_works": SchemeEmpty(),
    "scheme_answers_needs_first": GapsOpen(topics="…"),
    "progress_within_plan": LessThanDone(names="…"),
}


def save_state(scheme: Scheme) -> None:
    """Write a move of a scheme; what only the database noticed becomes a refusal with its sentence."""
    try:
        with constraints_as_refusals(Scheme):
            scheme.save()
    except IntegrityError as error:
        refusal = _REFUSALS.get(violated_constraint(error))
        if refusal is None:
            raise
        raise type(refusal)(**refusal.details) from error


def lock_scheme(scheme: Scheme) -> Scheme:
    """The project first, then its scheme: in that order everybody waits for everybody."""
    project = Project.objects.select_for_update(no_key=True).get(pk=scheme.project_id)
    scheme = Scheme.objects.select_for_update(no_key=True).get(pk=scheme.pk)
    scheme.project = project
    return scheme


def lock_open(scheme: Scheme, user: User) -> Scheme:
    scheme = lock_scheme(scheme)
    _demand(scheme.project, user)
    if not scheme.is_open:
        raise SchemeNotOpen(state=scheme.get_state_display())
    return scheme


def lock_project(project: Project, user: User) -> Project:
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    _demand(project, user)
    return project


def _demand(project: Project, user: User) -> None:
    if not can_draw_scheme(user, project):
        raise NotPermitted
    if not project.is_active:
        raise ProjectNotActive(standing=project.get_standing_display())
