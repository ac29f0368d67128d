"""A hundred thousand answers leave line by line: memory stays flat, and what broke off does not look whole."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from residents import answersheet
from residents.models import Question, Questionnaire, Response
from residents.results import Results
from tests.cast import Cast
from tests.effort import IS_THOROUGH
from tests.residents.asking import answer_openly, asked, make_questionnaire

pytestmark = pytest.mark.django_db

MANY = 100_000 if IS_THOROUGH else 8_000
# What a chunk of rows takes, whatever the number of rows behind it.
PEAK = 4 * 1024 * 1024


def many_answers(questionnaire: Questionnaire, count: int) -> None:
    """One statement; the guard looks at every row."""
    single, several, scale, number, text = (one.pk for one in asked(questionnaire))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO residents_response (questionnaire_id, division_code, channel, answers, received_at, key, receipt)
            SELECT %s, '', 'web', jsonb_build_object('{single}', n %% 3, '{several}', jsonb_build_array(n %% 2, 2),
                '{scale}', 1 + n %% 5, '{number}', n %% 40, '{text}', 'words of ' || n), now(), gen_random_uuid(), ''
            FROM generate_series(1, %s) n
            """,
            [questionnaire.pk, count],
        )


def taken(client: Any, url: str) -> tuple[int, int, bytes]:
    """Lines, the peak of memory while they were taken, the last bytes."""
    response = client.get(url)
    tracemalloc.start()
    lines, last = 0, b""
    for part in response.streaming_content:
        lines, last = lines + part.count(b"\r\n"), part[-200:]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return lines, peak, last


def test_the_export_takes_as_little_memory_with_many_answers_as_with_few(cast: Cast) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    clerk, url = cast.client("community"), f"/residents/questionnaires/{questionnaire.pk}/answers.csv"
    many_answers(questionnaire, MANY // 4)
    _lines, few, _last = taken(clerk, url)
    many_answers(questionnaire, MANY - MANY // 4)
    lines, peak, last = taken(clerk, url)
    print(f"{MANY} answers, peak {peak / 1e6:.1f} MB (a quarter of them {few / 1e6:.1f} MB)")  # noqa: T201
    assert lines == MANY + 2
    assert f"以上共 {MANY:,} 份" in last.decode() or f"以上共 {MANY} 份" in last.decode()
    assert peak < PEAK
    assert peak < few * 2
    results = Results(questionnaire, is_whole=True)
    assert results.questions[0].answered == MANY
    assert sum(bar.count or 0 for bar in results.questions[3].bars) == MANY


def test_an_export_that_breaks_off_lacks_its_last_line(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    questionnaire = make_questionnaire(cast, is_per_household=False)
    for _number in range(3):
        answer_openly(questionnaire)
    whole = answersheet._writer
    seen: list[int] = []

    def broken(question: Question) -> Any:
        write = whole(question)

        def one(kept: Any) -> Any:
            seen.append(1)
            if len(seen) > 7:
                raise RuntimeError("the database went away")
            return write(kept)

        return one

    monkeypatch.setattr(answersheet, "_writer", broken)
    monkeypatch.setattr("residents.views.questionnaire_results.LINES_AT_ONCE", 1)
    response: Any = cast.client("community").get(f"/residents/questionnaires/{questionnaire.pk}/answers.csv")
    parts: Iterator[bytes] = iter(response.streaming_content)
    got = [next(parts), next(parts)]
    with pytest.raises(RuntimeError):
        list(parts)
    assert "以上共" not in b"".join(got).decode()
    assert Response.objects.count() == 3
