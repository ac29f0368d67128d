"""What the residents of 砂石厂小区 are asked: a questionnaire that runs, one that is over, one on the notice board.

All answers are made up. The one that is over came in on paper, which is typed for some days after the close.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from compounds.models import Compound
from directory.models import User
from files.models import StoredFile
from portal.demo import SEED, dice
from portal.demo.pool import SHANGHAI
from residents.actions.questionnaires import (
    QuestionFacts,
    draw_up_questionnaire,
    finish_questionnaire,
    publish_questionnaire,
    set_questions,
)
from residents.actions.responses import respond, respond_openly
from residents.models import Channel, Household, Question, QuestionKind, Questionnaire

KEYS = UUID("c2a0c1f4-3f0d-4b54-9a51-5d0d5cf1c7aa")
SAID = (
    "希望先修下水，再铺路面，不要铺好了又挖。", "晚上停车太乱，消防车进不来。", "楼道灯经常坏，老人上下楼不方便。",
    "充电的地方离楼远一点，怕着火。", "施工时间请提前贴通知。", "小广场多放几张带靠背的椅子。",
    "改造完谁来管，物业费怎么收，要说清楚。", "一楼希望加护栏。", "支持改造，就是别拖太久。", "北门最好装个门禁。",
    "希望保留那两棵大樟树。", "健身器材放远一点，早上吵。",
)  # fmt: skip


@dataclass(frozen=True)
class Sketch:
    """`weights` by place of the option; of a scale by 1 … 5, of a number by 0, 1, 2 …"""

    facts: QuestionFacts
    weights: tuple[int, ...] = ()
    answered: int = 95


LIFE = (
    Sketch({"kind": "single", "text": "家里平时有几辆电动车？", "options": ["没有", "一辆", "两辆及以上"], "is_required": True}, (38, 45, 17)),
    Sketch({"kind": "multiple", "text": "您觉得小区最急的是哪几件事？", "options": ["下水堵塞", "停车难", "路面破损", "楼道照明", "充电不方便", "没有活动的地方"], "most": 3}, (62, 55, 40, 34, 47, 21)),
    Sketch({"kind": "scale", "text": "您对小区现在的环境满意吗？", "help_text": "1 分最不满意，5 分最满意。"}, (14, 30, 34, 16, 6)),
    Sketch({"kind": "number", "text": "家里常住几口人？", "unit": "人"}, (0, 18, 34, 26, 14, 6, 2), 90),
    Sketch({"kind": "single", "text": "改造以后，您愿意请物业公司来管吗？", "options": ["愿意", "不愿意", "看收多少钱"]}, (31, 12, 57)),
    Sketch({"kind": "text", "text": "还有什么想说的？"}, (), 28),
)  # fmt: skip
PARKING = (
    Sketch({"kind": "single", "text": "家里有几辆汽车？", "options": ["没有", "一辆", "两辆及以上"], "is_required": True}, (44, 48, 8)),
    Sketch({"kind": "single", "text": "菜地改成小广场还是停车位？", "options": ["小广场", "停车位", "一半一半"]}, (41, 24, 35)),
    Sketch({"kind": "scale", "text": "晚上回来好不好找车位？", "help_text": "1 分很难找，5 分很好找。"}, (46, 31, 15, 6, 2), 80),
)  # fmt: skip
NOTICE = (
    Sketch({"kind": "single", "text": "小广场上最想要什么？", "options": ["棋牌桌椅", "健身器材", "儿童滑梯", "花坛和大树"]}, (28, 24, 26, 22)),
    Sketch({"kind": "text", "text": "给小广场起个名字吧"}, (), 60),
)  # fmt: skip
NAMES = ("樟树广场", "砂石厂小广场", "幸福广场", "老厂广场", "樟树园", "邻里广场")


class Asked:
    """One compound's questionnaires; `section` draws them up, `worker` enters what comes on paper."""

    def __init__(self, compound: Compound, doors: list[Household], *, section: User, worker: User) -> None:
        self.compound, self.doors, self.section, self.worker = compound, doors, section, worker

    def write(self, scan: StoredFile) -> int:
        """How many answers."""
        return self._over(scan) + self._running() + self._on_the_notice_board()

    def _running(self) -> int:
        made = self._drawn_up("改造前居民意见问卷", LIFE, opens=_ago(6, 9), closes=_ago(-8, 18))
        made = publish_questionnaire(questionnaire=made, user=self.section)
        random, count = dice("questionnaire running"), 0
        for door in self.doors:
            if random.random() > 0.62:
                continue
            by_phone = random.random() < 0.15
            how: dict[str, Any] = {"user": self.worker, "channel": Channel.PHONE} if by_phone else {}
            self._answered(made, LIFE, door, random, **how)
            count += 1
        return count

    def _over(self, scan: StoredFile) -> int:
        made = self._drawn_up("菜地用途和停车问卷", PARKING, opens=_ago(16, 9), closes=_ago(2, 18))
        # Publishing asks for a close in the future; this one is as if it had been published in time.
        Questionnaire.objects.filter(pk=made.pk).update(
            state="published", published_by=self.section, published_at=_ago(17, 15)
        )
        made.refresh_from_db()
        random, count = dice("questionnaire over"), 0
        for door in self.doors:
            if random.random() < 0.71:
                at = _ago(3 + int(random.random() * 12), 10)
                self._answered(
                    made,
                    PARKING,
                    door,
                    random,
                    user=self.worker,
                    channel=Channel.PAPER,
                    sheet=scan,
                    received_at=at,
                )
                count += 1
        finish_questionnaire(questionnaire=made, user=self.section)
        return count

    def _on_the_notice_board(self) -> int:
        made = self._drawn_up(
            "小广场怎么建，请您出主意", NOTICE, opens=_ago(3, 9), closes=_ago(-11, 18), is_per_household=False
        )
        made = publish_questionnaire(questionnaire=made, user=self.section)
        random, count = dice("questionnaire open"), 37
        for number in range(count):
            answers = _answers(made, NOTICE, random, words=NAMES)
            visitor, address = uuid5(KEYS, f"{SEED} visitor {number}"), number.to_bytes(16)
            respond_openly(questionnaire=made, answers=answers, visitor=visitor, address=address)
        return count

    def _drawn_up(
        self, title: str, sketches: tuple[Sketch, ...], *, opens: datetime, closes: datetime, **facts: Any
    ) -> Questionnaire:
        made = draw_up_questionnaire(
            compound=self.compound, user=self.section, title=title, opens_at=opens, closes_at=closes,
            introduction="为了把改造做到大家心坎上，请花几分钟填一填。填得怎么样都行，没有对错。", **facts,
        )  # fmt: skip
        set_questions(questionnaire=made, user=self.section, questions=[one.facts for one in sketches])
        return made

    def _answered(
        self, made: Questionnaire, sketches: tuple[Sketch, ...], door: Household, random: Random, **how: Any
    ) -> None:
        key = uuid5(KEYS, f"{SEED} {made.title} {door.pk}")
        answers = _answers(made, sketches, random, words=SAID)
        respond(questionnaire=made, household=door, answers=answers, key=key, **how)


def _ago(days: int, hour: int) -> datetime:
    """By the clock, not by the demo's day: an answer lands while its questionnaire is open."""
    return datetime.combine(timezone.localdate() - timedelta(days=days), time(hour), SHANGHAI)


def _answers(
    made: Questionnaire, sketches: tuple[Sketch, ...], random: Random, *, words: tuple[str, ...]
) -> dict[int, Any]:
    found = {}
    for question, sketch in zip(made.questions.all(), sketches, strict=True):
        if question.is_required or random.random() * 100 < sketch.answered:
            found[question.pk] = _answer(question, sketch, random, words)
    return found


def _answer(question: Question, sketch: Sketch, random: Random, words: tuple[str, ...]) -> Any:
    weights = sketch.weights
    match question.kind:
        case QuestionKind.TEXT:
            return random.choice(words)
        case QuestionKind.MULTIPLE:
            liked = [place for place, weight in enumerate(weights) if random.random() * 100 < weight]
            return sorted(random.sample(liked, min(len(liked), question.most or len(liked))))
    place = random.choices(range(len(weights)), weights)[0]
    return place + 1 if question.kind == QuestionKind.SCALE else place
