"""What a working week leaves behind: messages, finished jobs, a substitute, kept views. People and events are made up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min
from django.urls import reverse

from audit.models import AuditEntry
from compounds.models import ConditionSurvey, SurveyState
from directory.models import RoleAssignment, SavedView, User
from directory.powers import Role
from jobs.models import Job, JobState
from outbox.models import Channel, Message, MessageState
from portal.demo.people import HOME_COMMUNITY, HOME_STREET, PREFIX
from portal.demo.pool import SHANGHAI
from portal.demo.published import divisions

LEAVE = timedelta(days=14)
MADE_UP = "示例数据"


@dataclass(frozen=True, kw_only=True)
class LetterSketch:
    """`to` is the account without its county; `days` ago, at `hour`."""

    to: str
    subject: str
    text: str
    url: str
    days: int
    hour: int
    is_read: bool = False


@dataclass(frozen=True, kw_only=True)
class ViewSketch:
    to: str
    page: str
    name: str
    query: str


VIEWS = (
    ViewSketch(to="bureau", page="compounds", name="三无小区", query="no_manager=true"),
    ViewSketch(to="bureau", page="compounds", name="符合条件未入库", query="eligible=true&batch=none"),
    ViewSketch(
        to="section", page="compounds", name="紧迫度 60 分以上", query="urgency_from=60&sort=-urgency"
    ),
    ViewSketch(to="section", page="surveys", name="待确认", query="state=submitted"),
    ViewSketch(to="street", page="compounds", name="未标注位置", query="has_position=false"),
)


def write_office(*, county: str, users: dict[str, User], today: date) -> None:
    """After accounts, surveys and the pool are there."""

    def person(key: str) -> User:
        return users[f"{PREFIX[county]}-{key}"]

    _write_letters(county, person, today)
    _write_jobs(county, person, today)
    _write_substitute(county, users, today)
    SavedView.objects.bulk_create(
        SavedView(user=person(one.to), page=one.page, name=one.name, query=one.query, position=place)
        for place, one in enumerate(VIEWS)
    )


# --- The inbox --------------------------------------------------------------------------


def _write_letters(county: str, person: Callable[[str], User], today: date) -> None:
    # The oldest first: the inbox goes by the number of a message.
    for letter in sorted(_letters(county), key=lambda letter: -letter.days):
        at = _moment(today, days=letter.days, hour=letter.hour)
        row = Message.objects.create(
            channel=Channel.INBOX, recipient=person(letter.to), subject=letter.subject, text=letter.text,
            url=letter.url, due=at, sent_at=at, state=MessageState.SENT,
            read_at=at + timedelta(hours=2) if letter.is_read else None,
        )  # fmt: skip
        Message.objects.filter(pk=row.pk).update(created_at=at)


def _letters(county: str) -> Iterator[LetterSketch]:
    surveys = ConditionSurvey.objects.within([county])
    waiting = surveys.filter(state=SurveyState.SUBMITTED)
    count, oldest = waiting.count(), waiting.aggregate(day=Min("surveyed_on"))["day"]
    if count:
        for to in ("bureau", "section"):
            yield LetterSketch(
                to=to, subject=f"有 {count} 项摸底待确认", text=f"最早一项的摸底日期为 {oldest:%Y-%m-%d}，请及时处理。",
                url=f"{reverse('compounds:surveys')}?state=submitted", days=1, hour=9,
            )  # fmt: skip
    home = surveys.within([HOME_COMMUNITY[county]]).select_related("compound").order_by("pk")
    returned = home.filter(state=SurveyState.RETURNED).first()
    told = returned or home.filter(state=SurveyState.CONFIRMED).first()
    if told is not None:
        words = "已退回，请补充后重新提交" if returned else "已确认"
        yield LetterSketch(
            to="community", subject=f"{told.compound.name}的摸底{words}", text=told.return_reason,
            url=reverse("compounds:survey", args=[told.pk]), days=2, hour=16,
        )  # fmt: skip
    yield LetterSketch(
        to="section", subject="已完成：小区名册导入", text="名册已核对入库，可在小区列表中查看。",
        url=reverse("compounds:list"), days=6, hour=11, is_read=True,
    )  # fmt: skip
    yield LetterSketch(
        to="street",
        subject="您休假期间已指定代理人",
        text="代理期满自动终止，无须另行办理。",
        url="",
        days=3,
        hour=10,
    )


# --- Jobs -------------------------------------------------------------------------------


def _write_jobs(county: str, person: Callable[[str], User], today: date) -> None:
    """Two that are finished; none that waits: a worker would look for a file that was never there."""
    town = divisions()[county]
    wanted = {"kind": "demo.shown", "requested_by": person("section"), "division_code": county}
    begun = _moment(today, days=6, hour=10)
    done = Job.objects.create(
        **wanted, title=f"示例：导入 {town}老旧小区名册.xlsx", state=JobState.DONE, done=60, total=60,
        message="名册 60 行已核对入库。", result_url=reverse("compounds:list"), attempts=1,
        started_at=begun, finished_at=begun + timedelta(seconds=40),
    )  # fmt: skip
    failed = Job.objects.create(
        **wanted, title=f"示例：预览 {town}老旧小区名册（旧版）.xls", state=JobState.FAILED, done=0, total=60,
        error="表中没有“小区名称”一列，请按模板补充后重新上传。", attempts=1,
        started_at=begun - timedelta(hours=1), finished_at=begun - timedelta(minutes=59),
    )  # fmt: skip
    for job in (done, failed):
        Job.objects.filter(pk=job.pk).update(created_at=job.started_at)


# --- A substitute -----------------------------------------------------------------------


def _write_substitute(county: str, users: dict[str, User], today: date) -> None:
    """A community worker stands in for the street officer, who is on leave for two weeks."""
    street = HOME_STREET[county]
    role = RoleAssignment.objects.get(role=Role.STREET_OFFICER, division_id=street)
    workers = RoleAssignment.objects.filter(
        role=Role.COMMUNITY_WORKER, division__code__startswith=street, user__in=users.values()
    ).exclude(division=HOME_COMMUNITY[county])
    colleague = workers.select_related("user").order_by("division_id").first()
    if colleague is None:
        return
    standing_in = RoleAssignment.objects.create(
        user=colleague.user, role=role.role, division_id=street, organisation_id=role.organisation_id,
        granted_by=users[f"{PREFIX[county]}-security"], substitute_for=role,
        starts_on=today - timedelta(days=3), ends_on=today - timedelta(days=3) + LEAVE,
    )  # fmt: skip
    # As `directory.actions.roles` writes it: that action looks at the calendar of the day, the demo at `today`.
    AuditEntry.objects.create(
        action="role.substitute_appointed", actor=standing_in.granted_by, actor_name=str(standing_in.granted_by),
        subject_kind=colleague.user._meta.label_lower, subject_id=str(colleague.user.pk),
        subject_name=colleague.user.name, division_code=street, reason=MADE_UP,
        detail={
            "role": role.role, "from": standing_in.starts_on.isoformat(),
            "last_day": str(standing_in.ends_on), "stands_in_for": role.user.username,
        },
    )  # fmt: skip


def _moment(today: date, *, days: int, hour: int) -> datetime:
    return datetime.combine(today - timedelta(days=days), time(hour), tzinfo=SHANGHAI)
