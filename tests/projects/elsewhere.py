"""Projects in other communities of the district, and in Zaoyang, where all of the cast but one are strangers."""

from compounds.actions.pool import move_to_batch
from compounds.models import Batch
from directory.powers import Role
from projects.actions.projects import begin_project
from projects.models import Project
from tests.cast import GUANGWU, Cast, make_user
from tests.compounds.builders import make_compound, make_survey


def make_project_in(cast: Cast, name: str, *, community: str, year: int = 2026) -> Project:
    """Not in a plan yet, in a community of Jingzhou."""
    compound = make_compound(cast, name, community=community, built_year=1985)
    make_survey(cast, compound, by="bureau2")
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau)
    return begin_project(compound=compound, user=cast.bureau, year=year)


def make_project_in_zaoyang(cast: Cast, name: str, *, year: int = 2026) -> Project:
    """By people of Zaoyang."""
    acting = Cast()
    acting._made = {
        "bureau": cast.stranger,
        "bureau2": make_user(role=Role.COMMUNITY_WORKER, division=GUANGWU),
    }
    return make_project_in(acting, name, community=GUANGWU, year=year)
