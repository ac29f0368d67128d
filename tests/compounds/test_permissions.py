"""Predicates that look at more than one role."""

from datetime import date

import pytest

from compounds.permissions import can_export
from directory.models import RoleAssignment
from directory.powers import Role
from tests.cast import EAST_STREET, JINGZHOU, SHENGLI, Cast, make_user


@pytest.mark.parametrize(
    ("sees", "exports", "may"),
    [
        (SHENGLI, JINGZHOU, True),
        (JINGZHOU, JINGZHOU, True),
        (EAST_STREET, SHENGLI, False),
        (JINGZHOU, SHENGLI, False),
    ],
)
def test_an_export_reaches_no_further_than_the_right_to_export(
    cast: Cast, sees: str, exports: str, may: bool
) -> None:
    person = make_user(role=Role.LIAISON, division=sees)
    RoleAssignment.objects.create(
        user=person, role=Role.COMMUNITY_WORKER, division_id=exports, starts_on=date(2020, 1, 1)
    )
    assert can_export(person) is may
