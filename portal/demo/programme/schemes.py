"""Schemes of the demo at every point of their way: drawn up, sent back, being signed, on notice, approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from directory.models import User
from portal.demo.pool import SHANGHAI
from portal.demo.programme.scene import Running
from projects.models import (
    CatalogueItem,
    Category,
    Objection,
    ObjectionChannel,
    PublicNotice,
    Scheme,
    SchemeLine,
    SchemeState,
    SignOff,
    SignOffKind,
    Stage,
    WorkItem,
    WorkOrigin,
)

SUMMARY = "以道路、排水和线缆为主，同步增设停车位和安防设施；施工期间保留一条消防通道。（示例）"
PLACES = ("小区大门公示栏", "社区公告栏、小区大门", "各单元入口、小区大门")
# What residents object to, what was answered, whether it was adopted.
OBJECTIONS = (
    ("北侧车位离一楼窗户太近。", "车位外移1.5米，增设绿篱。", True),
    ("希望保留两棵香樟树。", "方案已调整，两棵均保留。", True),
    ("施工期间老人出行不便。", "分段施工，设临时坡道。", True),
    ("要求同步更换全部入户水表。", "水表由供水公司另行计划，本次预留接口。", False),
    ("不同意在楼前设非机动车棚。", "车棚移至围墙一侧，经居民议事会通过。", True),
)
RAISED_BY = ("张*", "李*", "居民代表", "一楼住户", "王*")
RETURNED = "停车位与消防通道冲突，请调整后再报。"
STILL_OPEN = "施工期间临时停车没有安排，请补充。"


@dataclass(frozen=True, kw_only=True)
class Signers:
    """The people through whose hands the schemes of a county go; community workers by community."""

    drawer: User
    chief: User
    street: User
    workers: dict[str, User]


class SchemeWriter:
    """Set-wise, in the order of the way: the triggers look at each step."""

    def __init__(
        self, running: Sequence[Running], *, random: Random, today: date, signers: dict[str, Signers]
    ) -> None:
        self.running = [one for one in running if one.walk.has_scheme]
        self.random, self.today, self.signers = random, today, signers
        self.schemes: list[Scheme] = []

    def write(self) -> list[Scheme]:
        self._draft()
        handed_in = self._having("signing", "returned", "on_notice", "noticed", "approved")
        self._hand_in(handed_in)
        noticed = self._having("returned", "on_notice", "noticed", "approved")
        self._sign(handed_in, noticed)
        self._hang_out(noticed)
        self._send_back(self._having("returned"))
        self._approve(self._having("approved"))
        return self.schemes

    def _having(self, *states: str) -> list[tuple[Running, Scheme]]:
        pairs = zip(self.running, self.schemes, strict=True)
        return [(one, scheme) for one, scheme in pairs if one.walk.aim.scheme in states]

    def _of(self, one: Running) -> Signers:
        return self.signers[one.county]

    def _draft(self) -> None:
        items = {
            county: {item.code: item for item in CatalogueItem.objects.of(county)} for county in self.signers
        }
        self.schemes = Scheme.objects.bulk_create(
            Scheme(project=one.project, version=1, summary=SUMMARY, drawn_up_by=self._of(one).drawer)
            for one in self.running
        )
        for one in self.running:
            known = items[one.county]
            for code in one.works:
                item = known[code]
                one.items[code] = WorkItem(
                    project=one.project, catalogue_item=item, created_by=self._of(one).drawer,
                    origin=WorkOrigin.BASIC if item.category == Category.BASIC else WorkOrigin.CHOSEN,
                )  # fmt: skip
        WorkItem.objects.bulk_create(
            [item for one in self.running for item in one.items.values()], batch_size=1000
        )
        SchemeLine.objects.bulk_create(
            [
                SchemeLine(
                    scheme=scheme, project=one.project, work_item=one.items[code], quantity=amount,
                    unit_cost=one.items[code].catalogue_item.unit_cost,
                )
                for one, scheme in zip(self.running, self.schemes, strict=True)
                for code, amount in one.works.items()
            ],
            batch_size=1000,
        )  # fmt: skip

    def approved_on(self, one: Running) -> date:
        """Approved schemes the day the project left the stage; others are on their way these days."""
        left = one.walk.left(Stage.SCHEME)
        if left is not None:
            return left
        return self.today + timedelta(days={"on_notice": 5, "noticed": 0}.get(one.walk.aim.scheme, 3))

    def _hand_in(self, pairs: list[tuple[Running, Scheme]]) -> None:
        for one, scheme in pairs:
            scheme.state, scheme.submitted_by = SchemeState.SIGNING, self._of(one).drawer
            day = min(self.approved_on(one) - timedelta(days=16), self.today)
            scheme.submitted_at = datetime.combine(day, time(10), tzinfo=SHANGHAI)
        Scheme.objects.bulk_update(
            [scheme for _one, scheme in pairs], ["state", "submitted_by", "submitted_at"]
        )

    def _sign(self, handed_in: list[tuple[Running, Scheme]], noticed: list[tuple[Running, Scheme]]) -> None:
        """Of those that are being signed the street office has, the community has not."""
        both = {scheme.pk for _one, scheme in noticed}
        SignOff.objects.bulk_create(
            SignOff(
                scheme=scheme,
                kind=kind,
                agrees=True,
                by=who,
                signed_on=min(timezone.localdate(scheme.submitted_at) + timedelta(days=days), self.today),
            )
            for one, scheme in handed_in
            for kind, who, days in (
                (SignOffKind.STREET_OFFICE, self._of(one).street, 3),
                (SignOffKind.COMMUNITY, self._of(one).workers[one.project.division_code], 1),
            )
            if scheme.pk in both or kind == SignOffKind.STREET_OFFICE
        )

    def _hang_out(self, pairs: list[tuple[Running, Scheme]]) -> None:
        notices = PublicNotice.objects.bulk_create(self._notice(one, scheme) for one, scheme in pairs)
        Scheme.objects.filter(pk__in=[scheme.pk for _one, scheme in pairs]).update(state=SchemeState.NOTICED)
        objections = [
            objection
            for (one, _scheme), notice in zip(pairs, notices, strict=True)
            for objection in self._objections(one, notice)
        ]
        Objection.objects.bulk_create(objections)

    def _notice(self, one: Running, scheme: Scheme) -> PublicNotice:
        until = self.approved_on(one) - timedelta(days=2)
        return PublicNotice(
            scheme=scheme, from_on=until - timedelta(days=6), until_on=until, places=self.random.choice(PLACES),
            posted_by=self._of(one).workers[one.project.division_code],
        )  # fmt: skip

    def _objections(self, one: Running, notice: PublicNotice) -> list[Objection]:
        state, signers = one.walk.aim.scheme, self._of(one)
        if state not in ("on_notice", "noticed") and self.random.random() > 0.25:
            return []
        worker = signers.workers[one.project.division_code]
        made = []
        told = self.random.sample(OBJECTIONS, 2 if state == "on_notice" else 1)
        for text, answer, is_adopted in told:
            day = min(notice.from_on + timedelta(days=self.random.randint(0, 2)), self.today)
            made.append(
                Objection(
                    notice=notice, received_on=day, channel=self.random.choice(ObjectionChannel.values), text=text,
                    raised_by=self.random.choice(RAISED_BY), recorded_by=worker, answer=answer, is_adopted=is_adopted,
                    answered_on=min(day + timedelta(days=2), self.today), answered_by=signers.drawer,
                )
            )  # fmt: skip
        if state == "on_notice":
            made.append(
                Objection(
                    notice=notice, received_on=min(notice.from_on + timedelta(days=1), self.today), text=STILL_OPEN,
                    channel=ObjectionChannel.MEETING, raised_by="居民代表", recorded_by=worker,
                )
            )  # fmt: skip
        return made

    def _send_back(self, pairs: list[tuple[Running, Scheme]]) -> None:
        keys = [scheme.pk for _one, scheme in pairs]
        now = timezone.now()
        SignOff.objects.filter(scheme__in=keys).update(revoked_at=now)
        PublicNotice.objects.filter(scheme__in=keys).update(ended_at=now, ended_reason=RETURNED)
        Scheme.objects.filter(pk__in=keys).update(state=SchemeState.DRAFT, return_reason=RETURNED)

    def _approve(self, pairs: list[tuple[Running, Scheme]]) -> None:
        for place, (one, scheme) in enumerate(pairs, 1):
            scheme.state, scheme.approved_by = SchemeState.APPROVED, self._of(one).chief
            scheme.approved_on = self.approved_on(one)
            scheme.approval_number = f"示例批〔{scheme.approved_on.year}〕{place}号"
        Scheme.objects.bulk_update(
            [scheme for _one, scheme in pairs], ["state", "approved_by", "approved_on", "approval_number"]
        )
