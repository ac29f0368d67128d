"""What tests of the surveys' pages share."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from compounds.actions.surveys import submit_survey
from compounds.models import Compound, ConditionSurvey
from tests.cast import Cast
from tests.compounds.builders import fill_survey
from tests.compounds.pages import picture


def at(name: str, *args: Any) -> str:
    return reverse(f"compounds:{name}", args=args)


def browser(cast: Cast, role: str) -> Any:
    return cast.client(role)


def scores(survey: ConditionSurvey) -> dict[str, int]:
    return dict(survey.findings.values_list("topic", "score"))


def send_photo(client: Client, survey: ConditionSurvey, *, key: Any = None, **more: Any) -> Any:
    sent = {"photo": picture(), "key": key or uuid.uuid4(), "topic": "roads", **more}
    return client.post(at("survey_photo_add", survey.pk), sent, headers={"HX-Request": "true"})


def submitted(cast: Cast, compound: Compound, **how: Any) -> ConditionSurvey:
    survey = fill_survey(cast, compound, **how)
    return submit_survey(survey=survey, user=cast.community)
