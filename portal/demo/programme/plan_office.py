"""Plans of the demo: published lists and targets, drawn up, submitted, approved and issued by the actions of the pages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from compounds.models import Compound
from directory.models import Division, User
from outbox.models import Message
from portal.demo.figures import Bounds, share_out
from portal.demo.published import JINGZHOU, ZAOYANG, divisions
from projects.actions.plans import (
    add_to_plan,
    amend_plan,
    approve_plan,
    draw_from_pool,
    draw_up_plan,
    issue_plan,
    remove_from_plan,
    submit_plan,
)
from projects.models import Plan, PlanEntry, PlanKind

# "About CNY 151 million", published for the 30 compounds of Jingzhou's plan of 2022.
INVESTMENT_OF_2022 = 151_000_000
# Made up where nothing was published: yuan per m².
USUAL_COST = 260
OUT_OF_TURN = "与门前道路雨污分流工程同步实施，避免重复开挖。"
MADE_UP = "示例计划：名单和数字为虚构。"
NUMBERS = {JINGZHOU: "荆区示例", ZAOYANG: "枣示例", "4210": "荆示例"}

ISSUED = {2022: date(2022, 3, 10), 2024: date(2024, 2, 22), 2025: date(2025, 2, 26)}


def issued_on(year: int) -> date:
    return ISSUED.get(year, date(year, 2, 18))


class PlanOffice:
    """Two people of an office: one draws up and submits, the other approves and issues."""

    def __init__(self, *, division: str, drawer: User, chief: User) -> None:
        self.division = Division.objects.get(pk=division)
        self.drawer, self.chief = drawer, chief

    def draw_up(self, year: int, *, kind: str = PlanKind.ANNUAL, notes: str = "", title: str = "", **targets: int | None) -> Plan:  # fmt: skip
        name = divisions()[self.division.pk]
        words = (
            f"{year}—{year + 4}年老旧小区改造规划"
            if kind == PlanKind.FIVE_YEAR
            else f"{year}年老旧小区改造计划"
        )
        investment = targets.get("investment")
        return draw_up_plan(
            division=self.division, user=self.drawer, kind=kind, first_year=year, title=title or f"{name}{words}",
            notes=notes, target_compounds=targets.get("compounds"), target_households=targets.get("households"),
            target_investment=None if investment is None else Decimal(investment),
        )  # fmt: skip

    def take_in(self, plan: Plan, compounds: Sequence[Compound], *, year: int | None = None) -> None:
        add_to_plan(plan=plan, compounds=compounds, user=self.drawer, year=year, reason=OUT_OF_TURN)

    def issue(self, plan: Plan, *, on: date, number: str) -> Plan:
        plan = submit_plan(plan=plan, user=self.drawer)
        approve_plan(plan=plan, user=self.chief)
        number = f"{NUMBERS[self.division.pk]}〔{on.year}〕{number}号"
        plan = issue_plan(plan=plan, user=self.chief, document_number=number, issued_on=on)
        # The messages on its way were read by those who acted on them.
        Message.objects.filter(url=plan.get_absolute_url()).update(read_at=timezone.now())
        return plan

    def amend(self, plan: Plan, *, without: Sequence[Compound], reason: str, on: date, number: str) -> Plan:
        amended = amend_plan(plan=plan, user=self.drawer, reason=reason)
        remove_from_plan(plan=amended, compounds=without, user=self.drawer)
        return self.issue(amended, on=on, number=number)

    def next_year(self, year: int, *, count: int, is_submitted: bool) -> Plan:
        plan = self.draw_up(year, notes=MADE_UP, compounds=count)
        draw_from_pool(plan=plan, user=self.drawer, count=count)
        share_investment(plan)
        return submit_plan(plan=plan, user=self.drawer) if is_submitted else plan


def share_investment(plan: Plan, total: int | None = None) -> None:
    """Estimated investment by floor area, in whole yuan; together `total` where one is given."""
    entries = list(PlanEntry.objects.filter(plan=plan).order_by("position"))
    areas = [float(entry.floor_area or 1) for entry in entries]
    whole = total if total is not None else sum(round(area * USUAL_COST / 10_000) * 10_000 for area in areas)
    parts = share_out(whole, areas, [Bounds(least=1, most=whole)] * len(areas))
    for entry, part in zip(entries, parts, strict=True):
        entry.estimated_investment = Decimal(part)
    PlanEntry.objects.bulk_update(entries, ["estimated_investment"])
