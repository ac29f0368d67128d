"""Opinions as tests need them."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from compounds.models import Compound
from residents.actions.opinions import assign_opinion, record_opinion, reply_to_opinion
from residents.models import Household, Opinion, OpinionCategory
from tests.cast import Cast


def take_down(
    cast: Cast, compound: Compound, text: str = "下水道堵了", *, by: str = "community", **facts: Any
) -> Opinion:
    given = {"channel": "desk", "key": uuid.uuid4(), **facts}
    return record_opinion(compound=compound, user=getattr(cast, by), text=text, **given)


def say(door: Household, text: str = "车位不够", **facts: Any) -> Opinion:
    """From the household's own phone."""
    return record_opinion(
        compound=door.compound,
        text=text,
        channel="web",
        household=door,
        key=facts.pop("key", uuid.uuid4()),
        **facts,
    )


def answer(cast: Cast, opinion: Opinion, text: str = "已列入改造", **facts: Any) -> Opinion:
    return reply_to_opinion(
        opinion=opinion, user=cast.community, reply=text, **{"adoption": "adopted", **facts}
    )


def late(cast: Cast, opinion: Opinion, days: int = 3, **facts: Any) -> Opinion:
    """Its answer was due some days ago."""
    due: date = timezone.localdate() - timedelta(days=days)
    return assign_opinion(
        opinion=opinion, user=cast.community, owner=facts.get("owner"), due_on=due, category=opinion.category
    )


def category(name: str = "下水堵塞、污水外溢") -> OpinionCategory:
    return OpinionCategory.objects.get(name_zh=name)
