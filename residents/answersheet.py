"""All answers of a questionnaire as rows: a column for each question, in the order in which they were asked.

The building is told and never the door: whoever wants to know what one household answered asks it. Rows come from a
cursor on the server, so that memory stays flat.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.sheets import Kind, SheetColumn, csv_lines
from residents.answering import in_words
from residents.models import Channel, Question, QuestionKind, Questionnaire, Response

CHUNK = 2000
NUMBERS = (QuestionKind.SCALE, QuestionKind.NUMBER)


def columns_of(questionnaire: Questionnaire) -> list[SheetColumn]:
    first = [
        SheetColumn(key="number", heading=_("No."), kind=Kind.INTEGER, width=8),
        SheetColumn(key="building", heading=_("Building"), width=12),
        SheetColumn(key="channel", heading=_("Came in"), width=16),
        SheetColumn(key="day", heading=_("Received"), kind=Kind.DATE, width=12),
    ]
    asked = [
        SheetColumn(
            key=str(question.pk), heading=f"{place}. {question.text}{f' ({question.unit})' if question.unit else ''}",
            kind=Kind.INTEGER if question.kind in NUMBERS else Kind.TEXT, width=24,
        )
        for place, question in enumerate(questionnaire.questions.all(), start=1)
    ]  # fmt: skip
    return first + asked


def rows_of(questionnaire: Questionnaire) -> Iterator[list[Any]]:
    """Only sheets that count. The day and not the minute: a neighbour who was seen at the desk is not found by it."""
    questions = list(questionnaire.questions.all())
    writers = [(str(question.pk), _writer(question)) for question in questions]
    channels = {value: str(label) for value, label in Channel.choices}
    rows = Response.objects.filter(questionnaire=questionnaire).counting().order_by("pk")
    found = rows.values_list("household__building__number", "channel", "received_at__date", "answers")
    for number, (building, channel, day, answers) in enumerate(found.iterator(chunk_size=CHUNK), start=1):
        said = [write(answers[key]) if key in answers else None for key, write in writers]
        yield [number, building, channels[channel], day, *said]


def _writer(question: Question) -> Callable[[Any], Any]:
    if question.kind in NUMBERS:
        return int
    return lambda kept: in_words(question, kept)


def ended(rows: Iterator[list[Any]], width: int) -> Iterator[list[Any]]:
    """The rows, and last how many they were: a file without that line broke off on its way."""
    count = 0
    for row in rows:
        count += 1
        yield row
    said = _("End: {count} answers in all").format(count=count)
    yield [None, said, *[None] * (width - 2)]


def csv_of(questionnaire: Questionnaire) -> Iterator[bytes]:
    columns = columns_of(questionnaire)
    return csv_lines(columns=columns, rows=ended(rows_of(questionnaire), len(columns)))
