"""What a questionnaire came to: figures and charts, words, the export, and the papers."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Func, TextField, Value
from django.db.models.functions import MD5
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.board import board
from core.errors import demand
from core.lists.export import AT_ONCE, KINDS
from core.sheets import write_workbook
from directory.requests import SignedInRequest
from projects.permissions import can_export
from residents.answersheet import columns_of, csv_of, ended, rows_of
from residents.lettering import contact_of, sender_of
from residents.letters.surveys import PaperQuestion, PaperSurvey, poster_pdf, survey_pdf
from residents.models import Question, QuestionKind, Questionnaire, QuestionnaireState, Response
from residents.permissions import can_enter_for_residents, can_run_menus
from residents.results import Results
from residents.views.papers import pdf_response
from residents.views.questionnaire_shared import find_questionnaire, find_to_enter, questionnaire_page
from residents.views.shared import LARGEST_KEY

WORDS_A_PAGE, LINES_AT_ONCE = 100, 500
IN_MEMORY = 4 * 1024 * 1024


@never_cache
@require_safe
def results(request: SignedInRequest, pk: int) -> HttpResponse:
    questionnaire = find_questionnaire(request, pk)
    if questionnaire.state == QuestionnaireState.DRAFT:
        raise Http404
    is_whole = can_enter_for_residents(request.user, questionnaire.division_code)
    context = {
        "pane": "results", "results": Results(questionnaire, is_whole=is_whole),
        "may_export": is_whole and can_export(request.user), "most_in_workbook": AT_ONCE, "may_read": may_read_words(request, questionnaire),
    }  # fmt: skip
    return questionnaire_page(request, "residents/questionnaire_results.html", questionnaire, context)


def may_read_words(request: SignedInRequest, questionnaire: Questionnaire) -> bool:
    """Every sentence is one household's: for whoever enters them, and whoever drew the questions up."""
    user, place = request.user, questionnaire.division_code
    return can_enter_for_residents(user, place) or can_run_menus(user, place)


class _WordsOf(Func):
    """The text under a key. Django's own transform takes a key of digits for the place in an array."""

    function = "jsonb_extract_path_text"
    output_field = TextField()


@never_cache
@require_safe
def words(request: SignedInRequest, pk: int, question_id: int) -> HttpResponse:
    """What was answered in words, without door and in no order that tells who said it."""
    questionnaire = find_questionnaire(request, pk)
    demand(may_read_words(request, questionnaire))
    questions = questionnaire.questions.filter(kind=QuestionKind.TEXT)
    question = get_object_or_404(questions, pk=min(question_id, LARGEST_KEY))
    key = str(question.pk)
    said = Response.objects.filter(questionnaire=questionnaire, answers__has_key=key).counting()
    rows = said.annotate(said=_WordsOf("answers", Value(key))).order_by(MD5("receipt"), "pk")
    page = Paginator(rows.values_list("said", flat=True), WORDS_A_PAGE).get_page(request.GET.get("page"))
    context = {"pane": "results", "question": question, "page": page}
    return questionnaire_page(request, "residents/questionnaire_words.html", questionnaire, context)


# --- The export -------------------------------------------------------------------------


@never_cache
@require_safe
def export(request: SignedInRequest, pk: int, ending: str) -> HttpResponseBase:
    """All sheets that count, a column for each question; with the building, never with the door."""
    questionnaire = find_to_enter(request, pk)
    demand(can_export(request.user))
    if questionnaire.state == QuestionnaireState.DRAFT or ending not in KINDS:
        raise Http404
    count = Response.objects.filter(questionnaire=questionnaire).counting().count()
    for watcher in board.export_watchers():
        watcher.exported(request, "questionnaire", ending, count)
    name = f"{questionnaire.title} {timezone.localdate():%Y-%m-%d}.{ending}"
    if ending == "xlsx" and count <= AT_ONCE:
        return _workbook(questionnaire, name)
    return _stream(questionnaire, name.removesuffix("xlsx") + "csv" if ending == "xlsx" else name)


def _stream(questionnaire: Questionnaire, name: str) -> StreamingHttpResponse:
    """Line by line; the last line says how many there are, so that a file that broke off does not look whole."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return StreamingHttpResponse(
        _gathered(questionnaire, translation.get_language() or ""),
        content_type=KINDS["csv"],
        headers={"Content-Disposition": disposition},
    )


def _gathered(questionnaire: Questionnaire, language: str) -> Iterator[bytes]:
    """Some kilobytes at a time: a packet for each line would take most of the time."""
    held: list[bytes] = []
    # It runs when the request is answered already, and others may have set another language since.
    with translation.override(language):
        for line in csv_of(questionnaire):
            held.append(line)
            if len(held) == LINES_AT_ONCE:
                yield b"".join(held)
                held.clear()
        yield b"".join(held)


def _workbook(questionnaire: Questionnaire, name: str) -> FileResponse:
    file: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it when it is sent
    columns = columns_of(questionnaire)
    write_workbook(
        title=questionnaire.title, columns=columns, rows=ended(rows_of(questionnaire), len(columns)), to=file
    )
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=KINDS["xlsx"])


# --- On paper ---------------------------------------------------------------------------


@require_safe
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    """The questionnaire to be filled in with a pen; `?poster` what hangs on the notice board with its square."""
    questionnaire = find_questionnaire(request, pk)
    is_poster = "poster" in request.GET
    if is_poster and not questionnaire.public_code:
        raise Http404
    compound = questionnaire.compound
    survey = PaperSurvey(
        compound=compound.name, title=questionnaire.title, introduction=questionnaire.introduction,
        questions=tuple(_on_paper(one) for one in questionnaire.questions.all()), until=questionnaire.closes_at,
        contact=contact_of(compound), sender=sender_of(compound), dated=timezone.localdate(),
        address=settings.PORTAL_ADDRESS.rstrip("/") + questionnaire.public_path if questionnaire.public_path else "",
    )  # fmt: skip
    name = f"{compound.name}{questionnaire.title}{'（张贴）' if is_poster else ''}.pdf"
    return pdf_response(poster_pdf(survey) if is_poster else survey_pdf(survey), name)


def _on_paper(question: Question) -> PaperQuestion:
    return PaperQuestion(
        kind=question.kind, text=question.text, help_text=question.help_text, options=tuple(map(str, question.options)),
        most=question.most, unit=question.unit, is_required=question.is_required,
    )  # fmt: skip
