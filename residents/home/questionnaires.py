"""A questionnaire as whoever answers it sees it: its questions, what was answered, what was sent and counts."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.board import ResidentCard
from residents.answering import in_words
from residents.home.words import plain_day, plain_moment
from residents.models import Question, Questionnaire, QuestionnaireState, Response, ResponseDraft
from residents.session import Resident

SHOWN = (QuestionnaireState.PUBLISHED, QuestionnaireState.VOIDED)
# Of one compound on one page; older ones are over.
NEWEST = 4


@dataclass(frozen=True)
class Entry:
    """One question with its answer as it is kept (None for none)."""

    question: Question
    place: int
    answer: Any
    url: str

    @property
    def said(self) -> str:
        return in_words(self.question, self.answer)

    @property
    def is_missing(self) -> bool:
        return self.answer is None and self.question.is_required


class Sheet:
    """A questionnaire in somebody's hands. Reads each thing once; the pages are the same whoever it is."""

    is_preview = False

    def __init__(self, questionnaire: Questionnaire, now: datetime) -> None:
        self.questionnaire, self.now = questionnaire, now

    @property
    def is_open(self) -> bool:
        return self.questionnaire.is_open_at(self.now)

    @property
    def is_over(self) -> bool:
        return self.questionnaire.is_over_at(self.now)

    @property
    def shows_results(self) -> bool:
        return self.questionnaire.shows_results and self.questionnaire.is_final_at(self.now)

    @cached_property
    def questions(self) -> list[Question]:
        return list(self.questionnaire.questions.all())

    @cached_property
    def draft(self) -> dict[str, Any] | None:
        found = self.drafts().first()
        return found.answers if found else None

    @cached_property
    def entries(self) -> list[Entry]:
        known = self.answers
        return [
            Entry(question, place, known.get(str(question.pk)), self.question_url(place))
            for place, question in enumerate(self.questions, start=1)
        ]

    @property
    def answers(self) -> dict[str, Any]:
        if self.draft is not None:
            return self.draft
        return self.sent.answers if self.sent else {}

    @property
    def answered(self) -> int:
        return sum(entry.answer is not None for entry in self.entries)

    @property
    def missing(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_missing]

    @property
    def next_entry(self) -> Entry | None:
        """The first question without an answer."""
        return next((entry for entry in self.entries if entry.answer is None), None)

    @property
    def is_dirty(self) -> bool:
        """Something was answered that is not sent."""
        return self.draft is not None

    @property
    def contact(self) -> tuple[str, str]:
        """Whom to call about it: the round's role and number."""
        visits = self.questionnaire.round
        return (visits.contact, visits.contact_phone) if visits else ("", "")

    # What differs from holder to holder.

    @cached_property
    def sent(self) -> Response | None:
        """The sheet that counts."""
        raise NotImplementedError

    @property
    def may_change(self) -> bool:
        """Whether what was sent can be sent anew."""
        raise NotImplementedError

    def drafts(self) -> Any:
        raise NotImplementedError

    def question_url(self, place: int) -> str:
        return self._url("question", place)

    @property
    def start_url(self) -> str:
        return self._url("")

    @property
    def check_url(self) -> str:
        return self._url("check")

    @property
    def receipt_url(self) -> str:
        return self._url("receipt")

    @property
    def result_url(self) -> str:
        return self._url("result")

    def _url(self, name: str, *more: int) -> str:
        raise NotImplementedError


class HouseholdSheet(Sheet):
    """Behind a letter: one sheet of the household, which may be sent anew until the close."""

    def __init__(self, questionnaire: Questionnaire, resident: Resident, now: datetime) -> None:
        super().__init__(questionnaire, now)
        self.resident = resident

    @cached_property
    def sent(self) -> Response | None:
        rows = Response.objects.filter(questionnaire=self.questionnaire, household=self.resident.household_id)
        return rows.counting().first()

    @property
    def may_change(self) -> bool:
        return True

    def drafts(self) -> Any:
        return ResponseDraft.objects.filter(
            questionnaire=self.questionnaire, household=self.resident.household_id
        )

    def _url(self, name: str, *more: int) -> str:
        address = f"residents:survey_{name}" if name else "residents:survey"
        return reverse(address, args=[self.questionnaire.pk, *more])


class VisitorSheet(Sheet):
    """From the notice board: a browser's one sheet, without a household; what was sent stays as it was sent."""

    def __init__(self, questionnaire: Questionnaire, visitor: uuid.UUID | None, now: datetime) -> None:
        super().__init__(questionnaire, now)
        self.visitor = visitor

    @cached_property
    def sent(self) -> Response | None:
        if self.visitor is None:
            return None
        return Response.objects.filter(questionnaire=self.questionnaire, key=self.visitor).first()

    @property
    def may_change(self) -> bool:
        return False

    def drafts(self) -> Any:
        if self.visitor is None:
            return ResponseDraft.objects.none()
        return ResponseDraft.objects.filter(questionnaire=self.questionnaire, visitor=self.visitor)

    def _url(self, name: str, *more: int) -> str:
        address = f"residents:ask_{name}" if name else "residents:ask"
        return reverse(address, args=[self.questionnaire.public_code, *more])


class PreviewSheet(Sheet):
    """For the office: the same pages, and nothing is kept of what is ticked there."""

    is_preview = True
    sent = None
    may_change = True

    @property
    def is_open(self) -> bool:
        return True

    def drafts(self) -> Any:
        return ResponseDraft.objects.none()

    def _url(self, name: str, *more: int) -> str:
        if name == "question":
            return reverse("residents:questionnaire_preview_question", args=[self.questionnaire.pk, *more])
        address = reverse("residents:questionnaire_preview", args=[self.questionnaire.pk])
        return (
            address if name != "check" else reverse("residents:questionnaire", args=[self.questionnaire.pk])
        )


# --- The home page ----------------------------------------------------------------------


def questionnaires_of(resident: Resident) -> list[Questionnaire]:
    """The newest of the compound that residents may see; read once a page."""
    if "questionnaires" not in resident.shared:
        found = Questionnaire.objects.filter(compound=resident.compound_id, state__in=SHOWN)
        found = found.exclude(published_at__isnull=True).select_related("round").order_by("-id")
        resident.shared["questionnaires"] = list(found[:NEWEST])
    questionnaires: list[Questionnaire] = resident.shared["questionnaires"]
    return questionnaires


def open_questionnaires(resident: Resident) -> Iterator[ResidentCard]:
    """What can be answered now; a representative's code answers for no household."""
    now = timezone.now()
    for questionnaire in questionnaires_of(resident):
        if not questionnaire.is_open_at(now):
            continue
        if not questionnaire.is_per_household:
            yield _for_everybody(questionnaire)
        elif not resident.is_representative:
            yield _open_card(HouseholdSheet(questionnaire, resident, now))


def _for_everybody(questionnaire: Questionnaire) -> ResidentCard:
    return ResidentCard(
        title=questionnaire.title, tone="ok",
        lines=(
            _("Everybody who lives here may answer, each person for themselves and without a name."),
            _until(questionnaire),
        ),
        url=reverse("residents:ask", args=[questionnaire.public_code]), action=_("Look at the questions"),
    )  # fmt: skip


def _until(questionnaire: Questionnaire) -> str:
    return _("You can answer until {moment}.").format(moment=plain_moment(questionnaire.closes_at))


def _open_card(sheet: HouseholdSheet) -> ResidentCard:
    questionnaire = sheet.questionnaire
    if sheet.sent is None:
        begun, count = sheet.is_dirty, len(sheet.questions)
        what = ngettext(
            "{count} question. One answer for each household.",
            "{count} questions. One answer for each household.",
            count,
        )
        return ResidentCard(
            title=questionnaire.title, tag=_("not submitted yet") if begun else "", tone="late",
            lines=(what.format(count=count), _until(questionnaire)),
            url=sheet.start_url, action=_("Go on answering") if begun else _("Begin to answer"),
        )  # fmt: skip
    received = _("Your answer was received on {moment}.").format(moment=plain_moment(sheet.sent.received_at))
    return ResidentCard(
        title=questionnaire.title, tag=_("submitted"), tone="ok", lines=(received, _until(questionnaire)),
        url=sheet.start_url, action=_("See or change my answer"),
    )  # fmt: skip


def closed_questionnaires(resident: Resident) -> Iterator[ResidentCard]:
    """What neighbours answered, where it is shown; and what does not count."""
    now = timezone.now()
    for questionnaire in questionnaires_of(resident):
        title = questionnaire.title
        if questionnaire.state == QuestionnaireState.VOIDED:
            why = _("This questionnaire does not count: {reason}").format(reason=questionnaire.void_reason)
            yield ResidentCard(title=title, tag=_("does not count"), tone="late", lines=(why,))
        elif questionnaire.is_final_at(now) and questionnaire.shows_results:
            yield ResidentCard(
                title=title, tag=_("closed"), tone="ok", lines=(_("See what your neighbours answered, in figures."),),
                url=_result_url(questionnaire), action=_("See the results"),
            )  # fmt: skip
        elif questionnaire.is_over_at(now) and questionnaire.shows_results:
            when = _("Paper is still being typed. The results come by {day}.").format(
                day=plain_day(questionnaire.final_at)
            )
            yield ResidentCard(title=title, tag=_("being counted"), lines=(when,))
        elif questionnaire.is_over_at(now):
            thanks = _("The questionnaire is closed. Thank you; the committee is reading the answers.")
            yield ResidentCard(title=title, tag=_("closed"), lines=(thanks,))


def _result_url(questionnaire: Questionnaire) -> str:
    if questionnaire.is_per_household:
        return reverse("residents:survey_result", args=[questionnaire.pk])
    return reverse("residents:ask_result", args=[questionnaire.public_code])
