"""What is refused about opinions and questionnaires, and what to do next."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class HouseholdElsewhere(DomainError):
    code = "household_elsewhere"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("That household belongs to another compound.")


class OpinionWrongState(DomainError):
    code = "opinion_wrong_state"
    sentence = _("This opinion is {state}; that step comes at another point of its way.")


class OpinionChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} worked on this opinion in the meantime. What stands above is the newest; save again if yours shall replace it."
    )


class OpinionJoinsElsewhere(DomainError):
    code = "opinion_joins_elsewhere"
    sentence = _("Opinions are joined within one compound, with one that is not itself joined with another.")


class TooManyOpinions(DomainError):
    code = "too_many_opinions"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _(
        "You have said a lot today, and it has all arrived. Please go on tomorrow, or call your community committee."
    )


class OwnerOutOfReach(DomainError):
    code = "owner_out_of_reach"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("{name} does not answer opinions in this place.")


class WorkOfAnotherCompound(DomainError):
    code = "work_of_another_compound"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("That work belongs to another compound.")


class QuestionnaireNotOpen(DomainError):
    code = "questionnaire_not_open"
    sentence = _("This questionnaire is not open (any more).")


class QuestionnaireNotOpenYet(DomainError):
    code = "questionnaire_not_open_yet"
    sentence = _("This questionnaire has not begun yet.")


class QuestionnaireStillOpen(DomainError):
    code = "questionnaire_still_open"
    sentence = _("This questionnaire is still open. It is finished after its close.")


class QuestionnaireChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this questionnaire in the meantime. Compare with the current values, then save again."
    )


class QuestionChanged(DomainError):
    code = "changed_meanwhile"
    sentence = _(
        "{who} changed this question in the meantime. Compare with the current values, then save again."
    )


class TooManyQuestions(DomainError):
    code = "too_many_questions"
    sentence = _("A questionnaire has at most {most} questions. People give up on longer ones.")


class SheetOfPaperNeeded(DomainError):
    code = "sheet_needed"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Add the photo of the signed sheet.")


class TooManyAnswersAtOnce(DomainError):
    code = "too_many_answers"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _(
        "Very many answers are coming in at once. Nothing of yours is lost: please press the button again in an hour."
    )


class QuestionnaireNotDraft(DomainError):
    code = "questionnaire_not_draft"
    sentence = _("A published questionnaire stays as it is. Void it and draw up a new one.")


class QuestionnaireIncomplete(DomainError):
    code = "questionnaire_incomplete"
    sentence = _("Add at least one question before you publish it.")


class ClosesInPast(DomainError):
    code = "closes_in_past"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("The close lies in the past.")


class OnlyLater(DomainError):
    code = "only_later"
    sentence = _("The close of what is open can only become later.")


class AnswerUnfit(DomainError):
    """`question` is the place of the question, from 1."""

    code = "answer_unfit"
    status = HTTPStatus.BAD_REQUEST
    sentence = _("Question {question}: {reason}")


class KeyUsed(DomainError):
    code = "key_used"
    sentence = _("This form was already sent with other content. Open it anew.")
