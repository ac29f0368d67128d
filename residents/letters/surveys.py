"""A questionnaire on paper: to be filled in with a pen and signed, and what hangs on the notice board with its square."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from residents.letters.content import Contact, chinese_date, chinese_moment, english_moment, site_of
from residents.letters.squares import square_of
from residents.letters.typesetting import compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQuestion:
    """`kind` as in `QuestionKind`; `options` in the order in which answers name them."""

    kind: str
    text: str
    help_text: str = ""
    options: tuple[str, ...] = ()
    most: int | None = None
    unit: str = ""
    is_required: bool = False

    @property
    def how(self) -> str:
        """What stands behind the question: 单选, 最多选 2 项 …"""
        found = {
            "single": "选一项",
            "multiple": f"最多选 {self.most} 项" if self.most else "可选几项",
            "scale": "圈一个数，1 最低，5 最高",
        }.get(self.kind, "")
        parts = [found, "" if self.is_required else "可以不答"]
        return "；".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSurvey:
    """`address` is the public page's, "" where households answer: then the sheet asks for door and signature."""

    compound: str
    title: str
    introduction: str
    questions: tuple[PaperQuestion, ...]
    until: datetime
    contact: Contact
    sender: str
    dated: date
    address: str = ""


def survey_pdf(survey: PaperSurvey) -> bytes:
    """The sheet for the pen."""
    return compiled("survey.typ", {"survey": _said(survey), "poster": False})


def poster_pdf(survey: PaperSurvey) -> bytes:
    """For the notice board: what is asked, until when, and the square that opens it."""
    return compiled("survey.typ", {"survey": _said(survey), "poster": True})


def _said(survey: PaperSurvey) -> dict[str, object]:
    square, modules = square_of(survey.address) if survey.address else ("", 0)
    return {
        "compound": survey.compound,
        "title": survey.title,
        "introduction": [line for line in survey.introduction.splitlines() if line],
        "questions": [{**asdict(one), "how": one.how} for one in survey.questions],
        "until": chinese_moment(survey.until),
        "until-english": english_moment(survey.until),
        "contact": asdict(survey.contact),
        "sender": survey.sender,
        "dated": chinese_date(survey.dated),
        "site": site_of(survey.address),
        "is-named": not survey.address,
        "square": square,
        "modules": modules,
    }
