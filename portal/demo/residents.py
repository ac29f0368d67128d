"""What the residents of two compounds say and choose: doors, letters, a running and a finished menu, opinions.

All people are made up. 砂石厂小区 is in the middle of its menu; 中兴大道127号院 and 广元小区 have counted theirs, which came in on paper.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from compounds.models import Building, Compound
from directory.models import User
from files.actions import store_document, store_image
from files.models import StoredFile
from portal.demo import SEED, dice
from portal.demo.asked import Asked
from portal.demo.meetings import meet
from portal.demo.people import PREFIX, worker_username
from portal.demo.photos import photo
from portal.demo.pool import SHANGHAI
from portal.demo.programme.papers import paper
from portal.demo.programme.scene import World
from projects.models import CatalogueItem, Project, Standing
from residents.actions.choices import choose
from residents.actions.households import derive
from residents.actions.letters import issue_codes
from residents.actions.menus import NewRound, add_option, draw_up_menu, publish_menu, revise_option
from residents.actions.opinions import (
    assign_opinion,
    close_opinion,
    join_opinions,
    record_opinion,
    reply_to_opinion,
)
from residents.actions.outcomes import adopt_outcome, count_menu
from residents.actions.paper import confirm_sheet, count_batch, enter_sheet, seal_batch
from residents.actions.representatives import choose_representative
from residents.models import (
    Adoption,
    Channel,
    DoorCall,
    Finding,
    Household,
    HouseholdUse,
    Meeting,
    Menu,
    Opinion,
    OpinionCategory,
    Owner,
    OwnerChange,
    Tenancy,
    current_versions,
)  # fmt: skip

RUNNING, FINISHED = "砂石厂小区", ("中兴大道127号院", "广元小区")
# Title and introduction of a menu; of 广元小区 newspapers told that its works were done in 2025.
ASKED_USUALLY = "{compound}改造项目选择", "必须做的已经列入方案。下面几项做不做，由大家来选。"
ASKED: dict[str, tuple[str, str]] = {
    "广元小区": ("{compound}结余资金选择", "2025年的改造已经完工，还结余 9 万元。添哪几项，由大家来选。"),
}
KEYS = UUID("5b1f3f5e-6a0e-4c58-8f6e-0a7b6f2d9c11")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑"
GIVEN = (
    "建国", "桂英", "秀兰", "志强", "玉梅", "海燕", "国庆", "春梅", "卫东", "丽华", "明", "芳", "军", "敏", "静", "涛",
)  # fmt: skip

# So many households had chosen before a price moved.
FIRST_TO_CHOOSE = 9


@dataclass(frozen=True, kw_only=True)
class ItemSketch:
    """An item on offer: `code` of the catalogue, yuan, and how many of a hundred households want it;
    `scene` of the drawn pictures.
    """

    code: str
    name: str
    text: str
    cost: int
    subsidy: int = 0
    residents: int = 0
    share: str = "none"
    funding: str = ""
    liked: int = 50
    scene: str = ""


ITEMS = (
    ItemSketch(
        code="I08", name="电动车充电棚", text="装在东门旁空地，可停 40 辆，带自动断电和喷淋。", cost=120_000, subsidy=76_000,
        residents=9_160, share="equal", funding="补助出自市级专项资金。", liked=72,
    ),
    ItemSketch(
        code="I12", name="健身器材和乒乓球台", text="放在菜地改出来的小广场上，老人孩子都能用。", cost=58_000, liked=41,
        funding="体育彩票公益金可申请。",
    ),
    ItemSketch(
        code="I06", name="西侧停车位重新划线，增加 26 个车位", text="原来的杂物棚拆掉后划线，不占绿地。", cost=86_000, liked=55,
        scene="parking",
    ),
    ItemSketch(
        code="I05", name="楼道扶手和折叠凳", text="每个楼道装扶手，三楼、五楼各装一个折叠凳，上楼可以歇脚。", cost=74_000, liked=63,
    ),
    ItemSketch(
        code="U05", name="社区助餐点", text="利用闲置的老传达室，给老人送饭、热饭。", cost=210_000, subsidy=90_000, liked=38,
        funding="民政补助一部分。",
    ),
    ItemSketch(
        code="U08", name="快递柜和便民缝补点", text="放在北门门岗旁，晚上也能取件。", cost=45_000, subsidy=30_000, liked=47,
        funding="快递企业出设备。",
    ),
)  # fmt: skip

# Category's Chinese name, channel, words, reply, adoption; "" where it still waits.
OPINIONS = (
    ("下水堵塞、污水外溢", Channel.WEB, "3号楼前面的下水井一下雨就往外冒，老人出门都要踩水。", "雨污分流改造已列入方案，3号楼前先做。", Adoption.ADOPTED),
    ("下水堵塞、污水外溢", Channel.DESK, "3号楼一楼厨房返水，今年已经三次了。", "", ""),
    ("路面破损、积水", Channel.MEETING, "中间那条路坑坑洼洼，晚上容易摔跤。", "道路整修列入基础类，八月完成。", Adoption.ADOPTED),
    ("消防通道", Channel.PHONE, "两边停满车，救护车进不来。", "消防通道重新划线，增设禁停标识。", Adoption.ADOPTED),
    ("车位不足", Channel.WEB, "晚上八点以后就没有地方停车了。", "西侧增加车位已放进菜单，请大家选择。", Adoption.PARTLY),
    ("电动自行车停放与充电", Channel.WEB, "希望建充电棚，飞线充电太危险。", "充电棚已放进菜单，请大家选择。", Adoption.PARTLY),
    ("电动自行车停放与充电", Channel.CHAT, "充电棚能不能放在东门，不要放在1号楼窗下。", "采纳，选址改在东门旁空地。", Adoption.ADOPTED),
    ("加装电梯", Channel.DESK, "五楼六楼的老人多，想装电梯。", "一、二层有住户不同意，暂不列入本次改造，可按单元另行申请。", Adoption.NOT_ADOPTED),
    ("门禁、监控", Channel.WEB, "北门没有人看，外卖快递随便进。", "", ""),
    ("照明", Channel.PAPER, "10号楼后面没有路灯。", "照明列入基础类。", Adoption.ADOPTED),
    ("屋面、外墙渗漏", Channel.DESK, "顶楼漏雨，天花板都发霉了。", "屋面防水列入基础类，雨季前完成。", Adoption.ADOPTED),
    ("垃圾分类与清运", Channel.MEETING, "垃圾桶离一楼窗户太近。", "", ""),
    ("绿化、树木修剪", Channel.WEB, "希望把菜地改成小广场，多种几棵树。", "菜地改为小广场，保留两棵大树。", Adoption.ADOPTED),
    ("违法建设、乱堆乱放", Channel.PHONE, "7号楼下面的棚子占了路。", "已转街道办，按程序处理。", Adoption.NOT_OURS),
    ("物业服务、收费", Channel.MEETING, "改造以后谁来管？物业费怎么收？", "", ""),
    ("改造资金与分摊", Channel.WEB, "每户要出多少钱，什么时候交？", "各项目约数见菜单，定下来以后公示，现在不收钱。", Adoption.PARTLY),
    ("施工扰民、工期", Channel.CHAT, "孩子明年高考，能不能不要晚上施工？", "晚八点至早七点不施工，高考期间停工。", Adoption.ADOPTED),
    ("幼托、养老、助餐", Channel.DESK, "想有个地方给老人吃中饭。", "助餐点已放进菜单，请大家选择。", Adoption.PARTLY),
)  # fmt: skip


@dataclass
class ResidentCounts:
    households: int = 0
    choices: int = 0
    opinions: int = 0
    answers: int = 0


class Residents:
    """One writing: needs compounds, accounts and projects."""

    def __init__(self, world: World) -> None:
        self.world, self.counts = world, ResidentCounts()

    def write(self) -> None:
        for compound in self.world.compounds:
            if compound.name not in (RUNNING, *FINISHED):
                continue
            project = (
                Project.objects.filter(compound=compound)
                .exclude(standing=Standing.CANCELLED)
                .order_by("-pk")
                .first()
            )
            doors = self._doors(compound)
            if project is None:
                continue
            if compound.name == RUNNING:
                self._choosing(project, doors)
                self._speaking(compound, doors)
                self._asked(compound, doors)
            else:
                self._chosen(project, doors)

    # --- Who is there -------------------------------------------------------------------

    def _worker(self, compound: Compound) -> User:
        return self.world.users[worker_username(compound.community_id)]

    def _person(self, compound: Compound, key: str) -> User:
        return self.world.users[f"{PREFIX[compound.community_id[:6]]}-{key}"]

    @staticmethod
    def _ago(days: int, hour: int) -> datetime:
        """By the clock, not by the demo's day: a choice lands while its menu is open, and the database looks at the clock."""
        return datetime.combine(timezone.localdate() - timedelta(days=days), time(hour), SHANGHAI)

    # --- Doors and owners ---------------------------------------------------------------

    def _doors(self, compound: Compound) -> list[Household]:
        """As many doors as the buildings say, with owners under made-up names."""
        random = dice(f"doors {compound.code}")
        rows = [door for building in compound.buildings.all() for door in _doors_of(building, random)]
        for row in rows:
            derive(row)
        made = Household.objects.bulk_create(rows)
        worker, since = self._worker(compound), self.world.today - timedelta(days=60)
        Owner.objects.bulk_create(
            Owner(household=row, name=random.choice(SURNAMES) + random.choice(GIVEN), from_on=since)
            for row in made
        )
        OwnerChange.objects.bulk_create(
            OwnerChange(
                household=row,
                kind=OwnerChange.Kind.ENTERED,
                effective_on=since,
                owner_count=1,
                recorded_by=worker,
            )
            for row in made
        )
        self.counts.households += len(made)
        return list(Household.objects.filter(compound=compound).select_related("building").by_door())

    # --- The running menu ---------------------------------------------------------------

    def _choosing(self, project: Project, doors: list[Household]) -> None:
        compound, random = project.compound, dice("menu running")
        worker, section = self._worker(compound), self._person(compound, "section")
        menu = self._drawn_up(
            project, section, opens=self._ago(5, 9), closes=self._ago(-9, 18), budget=230_000, items=ITEMS,
        )  # fmt: skip
        menu = publish_menu(menu=menu, user=section)
        codes = issue_codes(households=doors, user=worker)
        self._go_round(menu, doors, worker, random)
        self._stand_for(doors, worker)
        chosen = [door for door in doors if random.random() < 0.55]
        self._choose(menu, chosen[:FIRST_TO_CHOOSE], codes, random)
        # A price that moved since: those who chose before are told on their page.
        fitness = menu.options.get(catalogue_item__code="I12")
        revise_option(
            option=fitness, user=section, expected_version=1, reason="询价后，乒乓球台改用防雨材料，价格调整。", cost=Decimal(62_000)
        )  # fmt: skip
        self._choose(menu, chosen[FIRST_TO_CHOOSE:], codes, random)

    def _choose(self, menu: Menu, doors: list[Household], codes: Mapping[int, Any], random: Any) -> None:
        shown = {
            one.option.catalogue_item.code: one.pk for one in current_versions(menu) if one.option.is_on_offer
        }
        for door in doors:
            choose(
                menu=menu, household=door, code=codes[door.pk], seen=shown.values(), wanted=_wanted(random, shown),
                key=self._key("choice", door.pk),
            )  # fmt: skip
            self.counts.choices += 1

    def _go_round(self, menu: Menu, doors: list[Household], worker: User, random: Any) -> None:
        others = [Finding.LETTER_BOX, Finding.NOT_AT_HOME, Finding.NOT_AT_HOME, Finding.REFUSED]
        findings = [Finding.HANDED_OVER] * 7 + others
        DoorCall.objects.bulk_create(
            DoorCall(
                round=menu.round, household=door, finding=random.choice(findings), at=self._ago(4 - number % 4, 19),
                by=worker, key=self._key("call", door.pk),
            )
            for number, door in enumerate(doors)
            if random.random() < 0.85
        )  # fmt: skip

    def _stand_for(self, doors: list[Household], worker: User) -> None:
        since = self.world.today - timedelta(days=40)
        for door in doors[:: len(doors) // 4][:4]:
            name = door.owners.get().name
            choose_representative(
                household=door, user=worker, name=name, elected_how="居民议事会推选", from_on=since,
                term_until=since + timedelta(days=730),
            )  # fmt: skip

    # --- The finished menu --------------------------------------------------------------

    def _chosen(self, project: Project, doors: list[Household]) -> None:
        """Closed three days ago; all of it came in on paper, sealed and typed since."""
        compound, random = project.compound, dice(f"menu finished {project.compound.name}")
        worker, section = self._worker(compound), self._person(compound, "section")
        menu = self._drawn_up(
            project, section, opens=self._ago(20, 9), closes=self._ago(3, 18), budget=90_000, paper_hours=240,
            items=tuple(item for item in ITEMS if item.code in {"I12", "I05", "U08"}),
        )  # fmt: skip
        menu = self._published_in_time(menu, section)
        issue_codes(households=doors, user=worker)
        answering = [door for door in doors if random.random() < 0.8]
        batch = count_batch(
            menu=menu, user=worker, pieces=len(answering), received_at=self._ago(3, 17), kept_where="居委会保险柜"
        )  # fmt: skip
        batch = seal_batch(batch=batch, user=section, pieces=len(answering))
        shown = {
            one.option.catalogue_item.code: one.pk for one in current_versions(menu) if one.option.is_on_offer
        }
        scan = self._scan(worker)
        for door in answering:
            choice = enter_sheet(
                batch=batch, household=door, user=worker, sheet=scan, seen=shown.values(), wanted=_wanted(random, shown),
                key=self._key("sheet", door.pk),
            )  # fmt: skip
            confirm_sheet(choice=choice, user=section)
            self.counts.choices += 1
        count_menu(menu=menu, user=section, no_paper_is_left=True)
        adopt_outcome(menu=menu, user=self._person(compound, "bureau"))

    def _published_in_time(self, menu: Menu, user: User) -> Menu:
        """Publishing asks for a close in the future; this one lies in the past as in a menu taken over from a file."""
        Menu.objects.filter(pk=menu.pk).update(
            state="published", published_by=user, published_at=self._ago(21, 15)
        )
        menu.refresh_from_db()
        return menu

    def _scan(self, user: User) -> StoredFile:
        return store_document(file=io.BytesIO(paper("签字选票")), name="签字选票(示例).pdf", user=user)

    def _drawn_up(
        self, project: Project, user: User, *, opens: datetime, closes: datetime, budget: int,
        items: tuple[ItemSketch, ...], **facts: Any,
    ) -> Menu:  # fmt: skip
        title, introduction = ASKED.get(project.compound.name, ASKED_USUALLY)
        menu = draw_up_menu(
            project=project, user=user, title=title.format(compound=project.compound.name), budget=Decimal(budget), opens_at=opens,
            closes_at=closes, result_on=timezone.localdate(closes) + timedelta(days=3),
            introduction=introduction,
            scheme=project.schemes.exclude(state="withdrawn").order_by("-version").first(),
            new_round=NewRound("改造意愿入户", "社区居委会(示例)", "0716-8000000"), **facts,
        )  # fmt: skip
        for item in items:
            add_option(
                menu=menu, user=user, catalogue_item=CatalogueItem.objects.of(project.division_code).get(code=item.code),
                name=item.name, text=item.text, quantity=Decimal(1), cost=Decimal(item.cost), subsidy=Decimal(item.subsidy),
                residents_pay=Decimal(item.residents), share_rule=item.share, funding=item.funding,
                picture=self._picture(item, user),
            )  # fmt: skip
        return menu

    def _picture(self, item: ItemSketch, user: User) -> StoredFile | None:
        if not item.scene:
            return None
        return store_image(file=io.BytesIO(photo(item.scene, 1)), name=f"{item.name}.jpg", user=user)

    def _asked(self, compound: Compound, doors: list[Household]) -> None:
        worker = self._worker(compound)
        asked = Asked(compound, doors, section=self._person(compound, "section"), worker=worker)
        self.counts.answers += asked.write(self._scan(worker))

    # --- Opinions and meetings ----------------------------------------------------------

    def _speaking(self, compound: Compound, doors: list[Household]) -> None:
        worker = self._worker(compound)
        met = meet(compound, worker, doors, ago=self._ago)
        categories = {one.name_zh: one for one in OpinionCategory.objects.all()}
        said = [
            self._said(compound, doors, worker, number, categories, met) for number in range(len(OPINIONS))
        ]
        join_opinions(into=said[0], opinions=[said[1]], user=worker)
        self.counts.opinions += len(said)

    def _said(
        self, compound: Compound, doors: list[Household], worker: User, number: int, categories: dict[str, OpinionCategory],
        met: Meeting,
    ) -> Opinion:  # fmt: skip
        kind, channel, text, reply, adoption = OPINIONS[number]
        door = doors[(number * 17) % len(doors)]
        opinion = record_opinion(
            compound=compound, text=text, channel=channel, household=door,
            received_at=met.begins_at if channel == Channel.MEETING else self._ago(28 - number, 15),
            user=None if channel == Channel.WEB else worker, key=self._key("opinion", number), category=categories[kind],
            meeting=met if channel == Channel.MEETING else None, may_show_words=number % 4 != 3,
        )  # fmt: skip
        opinion = assign_opinion(
            opinion=opinion, user=worker, owner=worker, due_on=opinion.due_on, category=categories[kind]
        )
        if not reply:
            return opinion
        why = "" if adoption == Adoption.ADOPTED else reply
        opinion = reply_to_opinion(
            opinion=opinion, user=worker, reply=reply, adoption=adoption, adoption_reason=why, is_public=True
        )
        return close_opinion(opinion=opinion, user=worker) if number % 3 == 0 and number else opinion

    def _key(self, kind: str, number: int) -> UUID:
        return uuid5(KEYS, f"{SEED} {kind} {number}")


def _doors_of(building: Building, random: Any) -> list[Household]:
    """The doors of a building, staircase by staircase, floor by floor, until all its households have one."""
    staircases, floors = building.staircase_count or 1, building.floors or 1
    total = building.household_count or 0
    per_floor = max(1, -(-total // (staircases * floors)))
    rows = []
    for floor in range(1, floors + 1):
        for staircase in range(1, staircases + 1):
            for door in range(1, per_floor + 1):
                rows.append(
                    Household(
                        building=building, staircase=f"{staircase}单元", floor=floor, unit=f"{floor}{door:02d}",
                        exclusive_area=Decimal(random.choice(("54.60", "61.50", "68.20", "72.80", "83.40"))),
                        use=HouseholdUse.HOME,
                        tenancy=random.choice([Tenancy.OWNER] * 7 + [Tenancy.LET] * 2 + [Tenancy.VACANT]),
                    )
                )  # fmt: skip
    return rows[:total]


def _wanted(random: Any, shown: dict[str, int]) -> list[int]:
    liked = {item.code: item.liked for item in ITEMS}
    return [version for code, version in shown.items() if random.random() * 100 < liked[code]]
