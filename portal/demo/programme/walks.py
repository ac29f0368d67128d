"""How far each project of the portal has come, and on which days it went from stage to stage. All of it made up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from portal.demo.register import CompoundSketch
from projects.models import LINE, MoveKind, Stage, Standing
from projects.models.line import UNDER_CONSTRUCTION_OR_LATER, WORKS_DONE_OR_LATER

CONSTRUCTION = LINE.index(Stage.CONSTRUCTION)
NO_TENDER = "估算价未达到必须招标的规模标准，采用竞争性磋商。"
SUSPENDED = "汛期排水主管抢修占用主入口，暂停施工。"
CANCELLED = "所在地块列入征收范围，终止改造。"


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Where a project stands today; `scheme` is how far its scheme has come where that is the stage."""

    stage: str
    standing: str = Standing.ACTIVE
    scheme: str = "approved"
    lacks: bool = False


def _aims(*parts: tuple[int, Aim]) -> list[Aim]:
    return [aim for many, aim in parts for _one in range(many)]


# Zaoyang's 94 of 2025: due by the end of that year, so that most are built; a few show what holds projects up.
ZAOYANG_2025 = _aims(
    (44, Aim(stage=Stage.HANDOVER)), (30, Aim(stage=Stage.ACCEPTANCE)), (4, Aim(stage=Stage.ACCEPTANCE, lacks=True)),
    (8, Aim(stage=Stage.CONSTRUCTION)), (1, Aim(stage=Stage.CONSTRUCTION, standing=Standing.SUSPENDED)),
    (3, Aim(stage=Stage.START)), (2, Aim(stage=Stage.TENDER)), (1, Aim(stage=Stage.ESTIMATE)),
    (1, Aim(stage=Stage.JOINT_REVIEW)),
)  # fmt: skip
JINGZHOU_2025 = _aims(
    (2, Aim(stage=Stage.HANDOVER)), (2, Aim(stage=Stage.ACCEPTANCE)), (3, Aim(stage=Stage.CONSTRUCTION)),
    (1, Aim(stage=Stage.CONSTRUCTION, standing=Standing.SUSPENDED)),
    (1, Aim(stage=Stage.TENDER, standing=Standing.CANCELLED)),
)  # fmt: skip
JINGZHOU_CURRENT = _aims(
    (2, Aim(stage=Stage.WILLINGNESS, lacks=True)),
    *((1, Aim(stage=Stage.SCHEME, scheme=state)) for state in ("draft", "returned", "signing", "on_notice", "noticed")),
    (1, Aim(stage=Stage.JOINT_REVIEW)), (1, Aim(stage=Stage.ESTIMATE)), (1, Aim(stage=Stage.TENDER)),
    (2, Aim(stage=Stage.START)), (7, Aim(stage=Stage.CONSTRUCTION)),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Step:
    kind: str
    before: str
    after: str
    on: date
    reason: str = ""


@dataclass(kw_only=True)
class Walk:
    """A project's way: its steps in order, and what follows from them."""

    sketch: CompoundSketch
    aim: Aim
    steps: list[Step] = field(default_factory=list)

    def left(self, stage: str) -> date | None:
        """The day on which it left a stage; None while it has not."""
        return next((step.on for step in self.steps if step.before == stage != step.after), None)

    @property
    def started_on(self) -> date | None:
        return self.left(Stage.START)

    @property
    def completed_on(self) -> date | None:
        return self.left(Stage.CONSTRUCTION)

    @property
    def has_scheme(self) -> bool:
        return LINE.index(self.aim.stage) >= LINE.index(Stage.SCHEME)

    @property
    def last_on(self) -> date | None:
        return self.steps[-1].on if self.steps else None


def walks(
    random: Random, sketches: Sequence[CompoundSketch], aims: Sequence[Aim], *, issued_on: date, today: date,
    is_current: bool,
) -> list[Walk]:  # fmt: skip
    """One for each sketch; which compound got how far is drawn by lot."""
    drawn = list(aims)
    random.shuffle(drawn)
    return [
        _walk(random, sketch, aim, issued_on=issued_on, today=today, is_current=is_current)
        for sketch, aim in zip(sketches, drawn, strict=True)
    ]


def _walk(
    random: Random, sketch: CompoundSketch, aim: Aim, *, issued_on: date, today: date, is_current: bool
) -> Walk:
    walk = Walk(sketch=sketch, aim=aim)
    started = completed = None
    if aim.stage in UNDER_CONSTRUCTION_OR_LATER:
        latest = today - timedelta(days=24)
        if aim.stage in WORKS_DONE_OR_LATER:
            started = issued_on + timedelta(days=random.randint(95, 150))
            completed = min(started + timedelta(days=random.randint(110, 190)), today - timedelta(days=40))
        elif is_current:
            started = max(issued_on + timedelta(days=60), today - timedelta(days=random.randint(30, 110)))
        else:
            started = issued_on + timedelta(days=random.randint(150, 230))
        started = min(started, latest)
    _before_the_works(random, walk, issued_on=issued_on, until=started, today=today)
    if started is not None:
        walk.steps.append(_step(MoveKind.START, Stage.START, started))
    if completed is not None:
        walk.steps.append(_step(MoveKind.COMPLETE, Stage.CONSTRUCTION, max(completed, started or completed)))
        if aim.stage == Stage.HANDOVER:
            accepted = min(completed + timedelta(days=random.randint(20, 60)), today - timedelta(days=4))
            walk.steps.append(_step(MoveKind.ADVANCE, Stage.ACCEPTANCE, max(accepted, completed)))
    _standing(random, walk, issued_on=issued_on, today=today)
    return walk


def _step(kind: str, before: str, on: date, reason: str = "") -> Step:
    return Step(kind=kind, before=before, after=LINE[LINE.index(before) + 1], on=on, reason=reason)


def _before_the_works(
    random: Random, walk: Walk, *, issued_on: date, until: date | None, today: date
) -> None:
    """Evenly spread between the plan and the start, or the last weeks."""
    passed = LINE[: min(LINE.index(walk.aim.stage), CONSTRUCTION - 1)]
    if not passed:
        return
    first = issued_on + timedelta(days=12)
    last = (until or today) - timedelta(days=random.randint(4, 9) if until else random.randint(6, 30))
    whole = max((last - first).days, 0)
    for place, stage in enumerate(passed, 1):
        day = (
            first + timedelta(days=whole * place // len(passed)) if place < len(passed) else max(first, last)
        )
        is_passed = stage == Stage.TENDER and random.random() < 0.2
        walk.steps.append(
            _step(
                MoveKind.NOT_REQUIRED if is_passed else MoveKind.ADVANCE,
                stage,
                day,
                NO_TENDER if is_passed else "",
            )
        )


def _standing(random: Random, walk: Walk, *, issued_on: date, today: date) -> None:
    kind = {Standing.SUSPENDED: MoveKind.SUSPEND, Standing.CANCELLED: MoveKind.CANCEL}.get(
        Standing(walk.aim.standing)
    )
    if kind is None:
        return
    after = walk.last_on or issued_on
    on = min(max(after, today - timedelta(days=random.randint(12, 35))), today)
    reason = SUSPENDED if kind == MoveKind.SUSPEND else CANCELLED
    walk.steps.append(Step(kind=kind, before=walk.aim.stage, after=walk.aim.stage, on=on, reason=reason))
