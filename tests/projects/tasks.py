"""Tasks as tests need them, given by the action that gives them in life."""

import io
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from directory.models import Division, User
from files.actions import store_image
from files.models import StoredFile
from projects.actions.tasks import Hands, give_task, report_done
from projects.hands import of_office, of_organisation, of_people
from projects.models import Task
from tests.cast import SHENGLI, Cast
from tests.compounds.pages import picture


def division(code: str) -> Division:
    return Division.objects.get(pk=code)


def office(code: str) -> Hands:
    """The office of a division, nobody named."""
    found = of_office(division(code))
    return {"tier": found.tier, "holder": found.holder}


def named(person: User, place: str = SHENGLI) -> Hands:
    """This person, at the place their role lies nearest to."""
    (found,) = of_people([person], division(place))
    return {
        "tier": found.tier,
        "holder": found.holder,
        "organisation": found.organisation,
        "person": found.person,
    }


def firm(body: Any, place: str = SHENGLI) -> Hands:
    found = of_organisation(body, division(place))
    return {"tier": found.tier, "holder": found.holder, "organisation": body}


def make_task(
    cast: Cast, *, by: str = "bureau", to: str = "421003001", about: str = SHENGLI, due: int = 7, **facts: Any
) -> Task:
    """A general task for the office of division `to`, due in `due` days (negative: overdue)."""
    facts.setdefault("title", "清理楼道杂物")
    facts.setdefault("hands", office(to))
    return give_task(
        division=division(about), user=getattr(cast, by), due_on=timezone.localdate() + timedelta(days=due), **facts
    )  # fmt: skip


def make_photo(by: User) -> StoredFile:
    return store_image(file=io.BytesIO(picture().read()), name="现场.jpg", user=by)


def make_done(cast: Cast, task: Task, *, by: str, **figures: Any) -> Task:
    """Reported done with a photo."""
    person = getattr(cast, by)
    return report_done(task=task, user=person, text="已完成", files=[make_photo(person)], **figures)


def day(offset: int = 0) -> date:
    return timezone.localdate() + timedelta(days=offset)
