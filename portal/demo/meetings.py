"""议事会 of the compound whose menu runs: two that were held, one called off, one to be recorded, two to come. All of it is made up."""

from collections.abc import Callable
from datetime import datetime

from compounds.models import Compound
from directory.models import User
from residents.actions.meetings import DecisionFacts, announce_meeting, cancel_meeting, hold_meeting
from residents.models import Household, Meeting, MeetingKind

# Kind, how many days ago, about, where, agenda.
MEETINGS = (
    (MeetingKind.RESIDENTS, 35, "砂石厂小区改造居民议事会", "小区老食堂", "一、通报改造方案初稿\n二、征求意见\n三、推选居民代表"),
    (MeetingKind.ON_SITE, 12, "充电棚建在哪里", "东门岗亭前", "一、看三个选址\n二、举手表决\n三、施工时间"),
    (MeetingKind.RESIDENTS, 6, "停车位怎么划", "中心广场", "一、通报划线方案\n二、征求意见"),
    (MeetingKind.RESIDENTS, 1, "楼道杂物怎么清", "7号楼楼下", "一、清理时间\n二、旧家具堆放点"),
    (MeetingKind.REPRESENTATIVES, -1, "代表碰头：方案签字前再看一遍", "居委会二楼会议室", "一、逐项核对方案\n二、居民意见答复情况"),
    (MeetingKind.RESIDENTS, -4, "改造以后谁来管", "小区老食堂", "一、物业服务的三种方式\n二、收费标准\n三、成立业委会的步骤"),
)  # fmt: skip

Ago = Callable[[int, int], datetime]


def meet(compound: Compound, worker: User, doors: list[Household], *, ago: Ago) -> Meeting:
    """Returns the first; `ago(days, hour)` is a moment so many days before today."""
    first, second = (_announced(compound, worker, sketch, ago) for sketch in MEETINGS[:2])
    hold_meeting(
        meeting=first, user=worker, attended_count=46, households=doors[::6], guests=["街道办", "设计单位"],
        minutes="大家主要关心排水、停车和以后谁来管。会上推选了四名居民代表。(示例)",
        decisions=[DecisionFacts("推选四名居民代表", 44, 0, 2), DecisionFacts("菜地改为小广场", 39, 3, 4)],
    )  # fmt: skip
    hold_meeting(
        meeting=second, user=worker, attended_count=31, households=doors[::9], guests=["设计单位", "供电公司"],
        minutes="设计单位介绍了充电棚的三个选址，现场看过以后举手表决。(示例)",
        decisions=[
            DecisionFacts("充电棚建在东门旁空地，不占绿地", 26, 2, 3),
            DecisionFacts("施工时间早七点至晚八点，高考期间停工"),
        ],
    )  # fmt: skip
    called_off = _announced(compound, worker, MEETINGS[2], ago)
    cancel_meeting(meeting=called_off, user=worker, reason="当天有雨，改为线上征求意见(示例)")
    for sketch in MEETINGS[3:]:
        _announced(compound, worker, sketch, ago)
    return first


def _announced(compound: Compound, worker: User, sketch: tuple[str, int, str, str, str], ago: Ago) -> Meeting:
    kind, days, title, place, agenda = sketch
    return announce_meeting(
        compound=compound,
        user=worker,
        kind=kind,
        title=title,
        begins_at=ago(days, 19),
        place=place,
        agenda=agenda,
    )
