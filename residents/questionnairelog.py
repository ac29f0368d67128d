"""What happened to a questionnaire and its questions, who did it and why."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.changelog import PAGE, Change, Names, Row, differences, fetch, foreign_keys, recorded
from residents.models import Question, Questionnaire, QuestionnaireState

KINDS = {"questionnaire": gettext_lazy("Questionnaire"), "question": gettext_lazy("Questions")}
UNSHOWN = {
    "questionnaire": {
        "id", "compound", "division_code", "drawn_up_by", "published_by", "published_at", "created_at", "public_code",
    },
    "question": {"id", "questionnaire", "position"},
}  # fmt: skip
MODELS: dict[str, Any] = {"questionnaire": Questionnaire, "question": Question}


def changes_of(questionnaire: Questionnaire, *, kind: str = "", page: int = 1) -> tuple[list[Change], bool]:
    """A page of changes, newest first, and whether older ones follow."""
    sources = {
        "questionnaire": recorded("questionnaire", Questionnaire).filter(pgh_obj_id=questionnaire.pk),
        "question": recorded("question", Question).filter(questionnaire_id=questionnaire.pk),
    }
    chosen = [sources[kind]] if kind in sources else list(sources.values())
    rows = fetch(chosen, start=(page - 1) * PAGE, most=PAGE + 1)
    keys = {name: foreign_keys(model, without=UNSHOWN[name]) for name, model in MODELS.items()}
    names = Names(rows[:PAGE], keys_in=keys)
    return [_change(row, names) for row in rows[:PAGE]], len(rows) > PAGE


def _change(row: Row, names: Names) -> Change:
    fields = [one for one in MODELS[row.kind]._meta.concrete_fields if one.name not in UNSHOWN[row.kind]]
    is_gone = row.label == "delete"
    lines = list(
        differences(fields, (row.row if is_gone else row.before) or {}, {} if is_gone else row.row, names)
    )
    what = _what_of_question(row) if row.kind == "question" else _what(row)
    return Change(at=row.at, who=names.person(row), what=what, lines=lines)


def _what_of_question(row: Row) -> str:
    text = row.row["text"]
    if row.label == "insert":
        return _("Question added: {text}").format(text=text)
    if row.label == "delete":
        return _("Question taken out: {text}").format(text=text)
    if row.before and row.before["position"] != row.row["position"]:
        return _("Question moved: {text}").format(text=text)
    return _("Question changed: {text}").format(text=text)


def _what(row: Row) -> str:
    before: dict[str, Any] = dict(row.before or {})
    if row.label == "insert" or not before:
        return _("Drawn up")
    if before["finished_at"] != row.row["finished_at"]:
        return pgettext("questionnaire", "Finished")
    if before["state"] == row.row["state"]:
        is_later = (
            row.row["state"] == QuestionnaireState.PUBLISHED and before["closes_at"] != row.row["closes_at"]
        )
        return _("Prolonged") if is_later else _("Frame changed")
    return _("Published") if row.row["state"] == QuestionnaireState.PUBLISHED else _("Voided")
