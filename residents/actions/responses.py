"""Answers to questionnaires: a household's by any channel, anybody's where a questionnaire is open. The guard decides."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import DomainError, NotPermitted
from core.integrity import violated_constraint
from directory.models import User
from files.models import StoredFile
from residents.answering import fit_answers
from residents.errors.opinions import (
    HouseholdElsewhere,
    KeyUsed,
    QuestionnaireNotOpen,
    QuestionnaireNotOpenYet,
    SheetOfPaperNeeded,
    TooManyAnswersAtOnce,
)
from residents.models import (
    Channel,
    Household,
    OpenAnswer,
    Questionnaire,
    QuestionnaireState,
    Response,
    ResponseDraft,
)
from residents.permissions import can_enter_for_residents
from residents.receipts import new_receipt

REFUSED = {
    "response_of_compound": HouseholdElsewhere,
    "response_of_household": HouseholdElsewhere,
    "response_on_paper_has_its_sheet": SheetOfPaperNeeded,
}
# Within an hour. A telephone network puts a thousand customers behind one address, a compound has a few thousand people.
STRETCH = timedelta(hours=1)
FROM_ONE_ADDRESS, ALTOGETHER = 60, 1_000
DRAFTS_KEPT = timedelta(days=30)


@transaction.atomic
def respond(
    *, questionnaire: Questionnaire, answers: Mapping[int, Any], key: uuid.UUID, household: Household | None = None,
    user: User | None = None, channel: str = Channel.WEB, received_at: datetime | None = None,
    sheet: StoredFile | None = None,
) -> Response:  # fmt: skip
    """Keep an answered sheet; of a household's sheets the one received last counts. `answers` by question id.

    Without `user` it came from the household's own phone. The same `key` again (a phone that did not hear the
    answer) gives the same row; with other answers it is refused.
    """
    if user is not None and not can_enter_for_residents(user, questionnaire.division_code):
        raise NotPermitted
    made = Response(
        questionnaire=questionnaire, household=household, channel=channel if user is not None else Channel.WEB,
        answers=fit_answers(list(questionnaire.questions.all()), answers), entered_by=user, sheet=sheet, key=key,
        received_at=received_at or timezone.now(), receipt=new_receipt(),
    )  # fmt: skip
    made = _land(made)
    if household is not None and made.channel == Channel.WEB:
        ResponseDraft.objects.filter(questionnaire=questionnaire, household=household).delete()
    return made


@transaction.atomic
def respond_openly(
    *, questionnaire: Questionnaire, answers: Mapping[int, Any], visitor: uuid.UUID, address: bytes
) -> Response:
    """From the address on the notice board: one sheet from each browser's `visitor`, without a household.

    `address` is a keyed hash (`residents.opening.address_hash`). It is counted apart from the sheet and forgotten.
    """
    known = Response.objects.filter(questionnaire=questionnaire, key=visitor).first()
    if known is None:
        _refuse_a_flood(questionnaire, address, is_begun=False)
        OpenAnswer.objects.create(questionnaire=questionnaire, address=address)
    made = respond(questionnaire=questionnaire, answers=answers, key=visitor)
    ResponseDraft.objects.filter(questionnaire=questionnaire, visitor=visitor).delete()
    return made


def _refuse_a_flood(questionnaire: Questionnaire, address: bytes, *, is_begun: bool) -> None:
    """Those begun and those sent are counted apart: each is one row in the end."""
    lately = OpenAnswer.objects.filter(
        questionnaire=questionnaire, is_begun=is_begun, at__gte=timezone.now() - STRETCH
    )
    if lately.filter(address=address).count() >= FROM_ONE_ADDRESS or lately.count() >= ALTOGETHER:
        raise TooManyAnswersAtOnce


# --- Drafts -----------------------------------------------------------------------------


@transaction.atomic
def keep_draft(
    *, questionnaire: Questionnaire, answers: Mapping[str, Any], household: Household | None = None,
    visitor: uuid.UUID | None = None, address: bytes = b"",
) -> ResponseDraft | None:  # fmt: skip
    """What was answered so far, each fit by itself; nothing is kept of a questionnaire that is not open.

    `address` is the visitor's, as for `respond_openly`.
    """
    if not questionnaire.is_open_at(timezone.now()):
        return None
    if visitor is not None:
        _refuse_a_flood_of_drafts(questionnaire, visitor, address)
    return ResponseDraft.objects.update_or_create(
        questionnaire=questionnaire, household=household, visitor=visitor, defaults={"answers": dict(answers)}
    )[0]


def _refuse_a_flood_of_drafts(questionnaire: Questionnaire, visitor: uuid.UUID, address: bytes) -> None:
    """A cookie costs nothing: whoever fetches thousands of them fills no table, and shuts nobody else out."""
    if ResponseDraft.objects.filter(questionnaire=questionnaire, visitor=visitor).exists():
        return
    _refuse_a_flood(questionnaire, address, is_begun=True)
    OpenAnswer.objects.create(questionnaire=questionnaire, address=address, is_begun=True)


def forget_old_traces() -> int:
    """Daily: counted addresses of a day ago, drafts that nobody went on with; how many."""
    now = timezone.now()
    counted = OpenAnswer.objects.filter(at__lt=now - timedelta(days=1)).delete()[0]
    return counted + ResponseDraft.objects.filter(updated_at__lt=now - DRAFTS_KEPT).delete()[0]


# --- How a sheet lands ------------------------------------------------------------------


def _land(made: Response) -> Response:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        return _known_or_refused(made, error)
    # When it came and whether it counts is the guard's word.
    made.refresh_from_db(fields=["division_code", "received_at", "recorded_at", "superseded_at"])
    return made


def _known_or_refused(made: Response, error: IntegrityError) -> Response:
    known = Response.objects.filter(questionnaire=made.questionnaire_id, key=made.key).first()
    if known is not None:
        if (known.answers, known.household_id, known.channel) != (
            made.answers,
            made.household_id,
            made.channel,
        ):
            raise KeyUsed from error
        return known
    constraint = violated_constraint(error)
    if constraint == "response_in_its_time":
        raise _not_open(made.questionnaire_id) from error
    if constraint in REFUSED:
        raise REFUSED[constraint] from error
    raise error


def _not_open(questionnaire_id: int) -> DomainError:
    questionnaire = Questionnaire.objects.get(pk=questionnaire_id)
    early = questionnaire.state == QuestionnaireState.DRAFT or (
        questionnaire.state == QuestionnaireState.PUBLISHED and timezone.now() < questionnaire.opens_at
    )
    return QuestionnaireNotOpenYet() if early else QuestionnaireNotOpen()
