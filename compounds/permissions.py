"""Who may do what with the register, the survey and the pool. Being able to see comes first, by `visible_to`."""

from compounds.models import Compound, ConditionSurvey
from directory.models import User
from directory.powers import Power


def can_see_register(user: User) -> bool:
    return user.has_power(Power.SEE_REGISTER)


def can_create_in(user: User, division_code: str) -> bool:
    """Add, merge, split or import compounds below this division."""
    return user.has_power(Power.CREATE_COMPOUNDS, at=division_code)


def can_edit_compound(user: User, compound: Compound) -> bool:
    return compound.ended_on is None and user.has_power(Power.EDIT_REGISTER, at=compound.community_id)


def can_fill_survey(user: User, compound: Compound) -> bool:
    return compound.ended_on is None and user.has_power(Power.FILL_SURVEY, at=compound.community_id)


def can_confirm_survey(user: User, survey: ConditionSurvey) -> bool:
    """The bureau confirms, and never somebody who submitted it or filled in a part of it."""
    return (
        survey.submitted_by_id != user.pk
        and user.has_power(Power.CONFIRM_SURVEY, at=survey.division_code)
        and not survey.was_filled_in_by(user)
    )


def can_manage_pool(user: User, division_code: str) -> bool:
    return user.has_power(Power.MANAGE_POOL, at=division_code)


def can_set_rules(user: User, division_code: str) -> bool:
    return user.has_power(Power.SET_RULES, at=division_code)


def can_export(user: User) -> bool:
    """An export takes all that the list shows: the right must reach wherever the person sees."""
    return user.power_reaches(Power.EXPORT, all_of=Power.SEE_REGISTER)
