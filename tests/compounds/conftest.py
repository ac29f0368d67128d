"""A compound, a survey that is being filled in, and a reader of English."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.utils import translation

from compounds.actions.surveys import begin_survey
from compounds.models import Compound, ConditionSurvey
from tests.cast import Cast
from tests.compounds.builders import make_compound


@pytest.fixture
def compound(cast: Cast) -> Compound:
    return make_compound(cast, "砂石厂小区", built_year=1985, household_count=128)


@pytest.fixture
def survey(cast: Cast, compound: Compound) -> ConditionSurvey:
    return begin_survey(compound=compound, user=cast.community, surveyed_on=date(2025, 3, 1))


@pytest.fixture
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield
