"""One record of every kind in Jingzhou, and its twin in Zaoyang, for the table of permissions."""

import io
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from audit.actions import record
from compounds.actions.pool import move_to_batch
from compounds.actions.surveys import add_photo, begin_survey, submit_survey
from compounds.models import Batch, EligibilityRule
from delivery.actions.progress import add_photo as add_site_photo
from directory.actions.saved_views import save_view
from directory.keys import SHOWN, digest, new_key
from directory.models import ApiToken, Division, RoleAssignment, User
from directory.powers import Role
from files.actions import store_document, store_image, store_product, store_upload
from files.models import StoredFile
from files.rules import SCANS, FileRule
from imports import actions as imports
from imports.kinds import kind_of
from jobs.actions import enqueue
from jobs.models import Job, JobState
from jobs.progress import Silent
from outbox.models import Channel, Message, MessageState
from projects.actions.approvals import post_notice, record_objection, sign_off
from projects.actions.documents import add_document, add_programme_document
from projects.actions.go_live import confirm_go_live, enter_project_from_before, propose_go_live
from projects.actions.plans import add_to_plan, approve_plan, draw_up_plan, issue_plan, submit_plan
from projects.actions.projects import add_party, add_related_work, begin_project
from projects.actions.schemes import add_work, begin_scheme, strike, submit_scheme
from projects.actions.tasks import add_evidence, give_task
from projects.actions.timetable import add_milestone
from projects.actions.visits import add_visit_photo, record_visit
from projects.models import CatalogueItem, DocumentKind
from residents.actions.choices import enter_choice
from residents.actions.households import add_household
from residents.actions.letters import issue_code_of_representative, issue_codes
from residents.actions.meetings import add_meeting_paper, announce_meeting
from residents.actions.menus import NewRound, add_option, draw_up_menu, publish_menu, relate_options
from residents.actions.opinions import record_opinion
from residents.actions.owners import OwnerFacts, record_owners
from residents.actions.paper import count_batch, enter_sheet, seal_batch, spoil_sheet
from residents.actions.prints import ask_for_letters, print_letters
from residents.actions.questionnaires import add_question, draw_up_questionnaire, publish_questionnaire
from residents.actions.representatives import choose_representative
from residents.actions.responses import respond
from residents.actions.rounds import record_call, start_round
from residents.models import (
    Choice,
    DoorCall,
    Household,
    LetterPrint,
    Meeting,
    Menu,
    Opinion,
    PaperBatch,
    Questionnaire,
    Representative,
    Response,
    Round,
    SpoiledSheet,
    current_versions,
)
from tests.cast import GUANGWU, JINGZHOU, SHENGLI, ZAOYANG, Cast, make_organisation, make_user
from tests.compounds.builders import fill_survey, make_building, make_compound, make_survey
from tests.compounds.pages import picture
from tests.compounds.rosters import roster
from tests.delivery.builders import a_photo as site_photo
from tests.delivery.builders import make_contract
from tests.delivery.builders import make_scheme as make_site_scheme
from tests.delivery.builders import report as report_on_site
from tests.files.documents import pdf


class Side:
    """The records of one district; each is made when first named. `cast` has everybody whose act it needs."""

    def __init__(self, cast: Cast, *, division: str, community: str, people: dict[str, User]) -> None:
        self.cast = cast
        self.division, self.community = division, community
        self.people = people
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._made:
            self._made[name] = getattr(self, f"_make_{name}")()
        return self._made[name]

    @property
    def manager(self) -> User:
        return self.people["manager"]

    @property
    def worker(self) -> User:
        return self.people["worker"]

    def _make_person(self) -> User:
        return make_user(role=Role.STREET_OFFICER, division=self.community[:9], name="某干部")

    def _make_role(self) -> RoleAssignment:
        return RoleAssignment.objects.get(user=self.person)

    def _make_organisation(self) -> Any:
        return make_organisation("住房和城乡建设局", kind="bureau", division=self.division)

    def _make_token(self) -> ApiToken:
        program = make_user(role=Role.SERVICE, division=self.division, is_service=True)
        key = new_key()
        return ApiToken.objects.create(
            user=program, label="大屏", prefix=key[:SHOWN], digest=digest(key), scopes=["read"],
            expires_at=timezone.now() + timedelta(days=9), created_by=self.manager,
        )  # fmt: skip

    def _make_entry(self) -> Any:
        return record(action="x", division_code=self.division)

    def _make_view(self) -> Any:
        return save_view(user=self.manager, page="compounds", name="我的", query="q=1")

    def _acting(self) -> Cast:
        """Builders name their actors: here they are this district's."""
        acting = Cast()
        acting._made = {"bureau": self.manager, "bureau2": self.manager, "community": self.worker}
        return acting

    def _make_compound(self) -> Any:
        return make_compound(self._acting(), "砂石厂小区", community=self.community, built_year=1985)

    def _make_building(self) -> Any:
        return make_building(self._acting(), self.compound, "3号楼")

    def _make_draft(self) -> Any:
        compound = make_compound(self._acting(), "待摸底小区", community=self.community)
        return begin_survey(compound=compound, user=self.worker, surveyed_on=date(2025, 3, 1))

    def _make_submitted(self) -> Any:
        compound = make_compound(self._acting(), "待确认小区", community=self.community)
        survey = fill_survey(self._acting(), compound)
        submit_survey(survey=survey, user=self.worker)
        return survey

    def _make_photo(self) -> Any:
        photo: Any = picture()
        file = store_image(file=photo, name="photo.jpg", user=self.worker)
        return add_photo(survey=self.draft, user=self.worker, file=file, key=uuid.uuid4())

    def _make_rule(self) -> Any:
        return EligibilityRule.objects.first()

    def _make_run(self) -> Any:
        content = roster(["新小区", self.community, "", "1987", "100", "3", "8000"])
        return imports.upload(
            kind=kind_of("compounds"), file=io.BytesIO(content), name="花名册.xlsx", user=self.manager
        )

    def _pooled(self, name: str) -> Any:
        compound = make_compound(self._acting(), name, community=self.community, built_year=1985)
        make_survey(self._acting(), compound)
        move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=self.manager)
        return compound

    def _make_project(self) -> Any:
        return begin_project(compound=self._pooled("项目小区"), user=self.manager, year=2026)

    def _make_plan(self) -> Any:
        """A county's plan that is being drawn up, of a year that nothing else is planned in."""
        return draw_up_plan(
            division=Division.objects.get(pk=self.division), user=self.manager, kind="annual", first_year=2031,
            title="2031年度计划",
        )  # fmt: skip

    # Plans on their way: a colleague submitted them, so that this manager may decide.

    def _make_colleague(self) -> User:
        return make_user(role=Role.BUREAU_MANAGER, division=self.division)

    def _submitted(self, year: int) -> Any:
        plan = draw_up_plan(
            division=Division.objects.get(pk=self.division), user=self.colleague, kind="annual", first_year=year,
            title=f"{year}年度计划",
        )  # fmt: skip
        compound = self._pooled(f"{year}年小区")
        add_to_plan(plan=plan, compounds=[compound], user=self.colleague, reason="连片改造")
        return submit_plan(plan=plan, user=self.colleague)

    def _approved(self, year: int) -> Any:
        boss = make_user(role=Role.BUREAU_MANAGER, division=self.division)
        return approve_plan(plan=self._submitted(year), user=boss)

    def _make_submitted_plan(self) -> Any:
        return self._submitted(2032)

    def _make_approved_plan(self) -> Any:
        return self._approved(2033)

    def _make_issued_plan(self) -> Any:
        """In force, with the scan of its document and a document of the programme."""
        photo: Any = picture()
        scan = store_image(file=photo, name="document.jpg", user=self.colleague)
        plan = issue_plan(
            plan=self._approved(2034), user=make_user(role=Role.BUREAU_MANAGER, division=self.division),
            document_number="住建〔2026〕1号", issued_on=date(2026, 1, 15), document=scan,
        )  # fmt: skip
        add_programme_document(
            plan=plan, user=self.colleague, kind="overall_scheme", title="总体方案", file=scan
        )
        return plan

    def _make_waiting(self) -> Any:
        return self._pooled("待建项目小区")

    def _make_party(self) -> Any:
        firm = make_organisation("第二建筑工程有限公司", kind="contractor", division=self.division)
        return add_party(
            project=self.project,
            user=self.manager,
            organisation=firm,
            role="contractor",
            from_on=date(2026, 3, 1),
        )

    def _make_related(self) -> Any:
        return add_related_work(project=self.project, user=self.manager, kind="roads", name="西门路大修")

    def _make_go_live(self) -> Any:
        """Proposed by somebody of the system's administration, waiting for that of security."""
        proposer = make_user(role=Role.SYSTEM_ADMINISTRATOR, division=self.division)
        division = Division.objects.get(pk=self.division)
        return propose_go_live(division=division, user=proposer, live_from=date(2026, 1, 1))

    def _make_before(self) -> Any:
        """A project from before the portal; the day of its city is confirmed."""
        city = Division.objects.get(pk=self.division[:4])
        system = make_user(role=Role.SYSTEM_ADMINISTRATOR, division=city.code)
        security = make_user(role=Role.SECURITY_ADMINISTRATOR, division=city.code)
        proposed = propose_go_live(division=city, user=system, live_from=date(2025, 1, 1))
        confirm_go_live(go_live=proposed, user=security)
        proof = store_document(file=io.BytesIO(b"%PDF-1.4\n%%EOF\n"), name="开工令.pdf", user=self.manager)
        day = date(2023, 5, 1)
        return enter_project_from_before(
            compound=self._pooled("存量小区"), user=self.manager, year=2023, stage="construction", effective_on=day,
            started_on=day, document=proof,
        )  # fmt: skip

    def _on_site(self) -> Cast:
        acting = self._acting()
        acting._made["street"] = self.person
        return acting

    def _make_site(self) -> Any:
        """Under construction, with an approved scheme of two works."""
        make_site_scheme(self._on_site(), self.before)
        return self.before

    def _make_report(self) -> Any:
        return report_on_site(self._on_site(), self.site)

    def _make_report_photo(self) -> Any:
        photo = site_photo(self.worker)
        return add_site_photo(entry=self.report, user=self.worker, file=photo, key=uuid.uuid4())

    def _make_contract(self) -> Any:
        return make_contract(self._on_site(), self.site, document=site_photo(self.worker))

    def _make_drawn(self) -> Any:
        """A scheme that is being drawn up, with one work that was struck."""
        scheme = begin_scheme(project=self.project, user=self.person)
        for code in ("B01", "B02"):
            item = CatalogueItem.objects.get(code=code, division__isnull=True)
            line = add_work(scheme=scheme, user=self.person, item=item, quantity=Decimal(10))
        strike(line=line, user=self.person, reason="由市政实施")
        return scheme

    def _make_noticed(self) -> Any:
        """A scheme on public notice, with its papers and an objection."""
        project = begin_project(compound=self._pooled("公示小区"), user=self.manager, year=2026)
        scheme = begin_scheme(project=project, user=self.person)
        item = CatalogueItem.objects.get(code="B01", division__isnull=True)
        add_work(scheme=scheme, user=self.person, item=item, quantity=Decimal(10))
        submit_scheme(scheme=scheme, user=self.person)
        paper = store_document(file=io.BytesIO(b"%PDF-1.4\n%%EOF\n"), name="会签.pdf", user=self.person)
        sign_off(scheme=scheme, user=self.person, kind="street_office", agrees=True, document=paper)
        sign_off(scheme=scheme, user=self.worker, kind="community", agrees=True)
        board: Any = picture()
        photo = store_image(file=board, name="notice.jpg", user=self.worker)
        today = timezone.localdate()
        post_notice(
            scheme=scheme,
            user=self.worker,
            from_on=today,
            until_on=today + timedelta(days=6),
            places="大门",
            photo=photo,
        )
        record_objection(
            scheme=scheme, user=self.worker, received_on=today, channel="visit", text="噪音", raised_by="居民"
        )
        return scheme

    def _make_visit(self) -> Any:
        return record_visit(
            project=self.project,
            user=self.worker,
            visited_on=timezone.localdate(),
            participants="社区",
            conclusion="可行",
        )

    def _make_visit_photo(self) -> Any:
        photo: Any = picture()
        file = store_image(file=photo, name="visit.jpg", user=self.worker)
        return add_visit_photo(visit=self.visit, user=self.worker, file=file, key=uuid.uuid4())

    # --- Documents, timetable, tasks ---

    def _make_paper(self) -> Any:
        file = store_upload(
            file=io.BytesIO(pdf()), name="记录.pdf", user=self.manager, rule=FileRule(accepted=SCANS)
        )
        return add_document(
            project=self.project, user=self.manager, kind=DocumentKind.MEETING, title="会议纪要", file=file
        )

    def _make_milestone(self) -> Any:
        return add_milestone(
            project=self.project,
            user=self.manager,
            stage="scheme",
            name="入户走访",
            planned_on=date(2026, 3, 1),
        )

    def _make_task(self) -> Any:
        place = Division.objects.get(pk=self.community)
        return give_task(
            division=place, user=self.manager, title="清理楼道", due_on=date(2026, 12, 1), project=self.project,
            hands={"tier": "community", "holder": place}, files=[self._picture()],
        )  # fmt: skip

    def _make_evidence(self) -> Any:
        return add_evidence(task=self.task, user=self.worker, file=self._picture(), key=uuid.uuid4())

    def _picture(self) -> StoredFile:
        photo: Any = picture()
        return store_image(file=photo, name="photo.jpg", user=self.worker)

    def _make_job(self) -> Job:
        job = enqueue(kind="x", title="导出", user=self.manager)
        file = store_product(
            content=io.BytesIO(b"a,b\n"), name="a.csv", media_type="text/csv", user=self.manager
        )
        job.state, job.finished_at, job.result_file = JobState.DONE, timezone.now(), file
        job.save()
        return job

    def _make_message(self) -> Message:
        now = timezone.now()
        return Message.objects.create(
            channel=Channel.INBOX, recipient=self.manager, subject="通知", due=now, sent_at=now,
            state=MessageState.SENT,
        )  # fmt: skip

    def _make_door(self) -> Household:
        """A household with an owner."""
        door = add_household(user=self.worker, building=self.building, unit="501", floor=5)
        record_owners(
            household=door, user=self.worker, owners=[OwnerFacts("某业主")], effective_on=date(2020, 1, 1)
        )
        return door

    def _make_menu(self) -> Menu:
        """A menu that is being drawn up, with two items that exclude each other."""
        now = timezone.now()
        menu = draw_up_menu(
            project=self.menu_project, user=self.manager, title="选择", budget=Decimal(1000), opens_at=now,
            closes_at=now + timedelta(days=9), new_round=NewRound("入户", "居委会", "0716"),
        )  # fmt: skip
        items = CatalogueItem.objects.filter(category="improve").order_by("code")[:2]
        options = [
            add_option(
                menu=menu, user=self.manager, catalogue_item=item, name=item.code, text="说明", quantity=Decimal(1), cost=Decimal(9)
            )
            for item in items
        ]  # fmt: skip
        relate_options(option=options[0], other=options[1], kind="excludes", user=self.manager)
        return menu

    def _make_running_menu(self) -> Menu:
        """One that is open, in a compound of its own with one door."""
        now = timezone.now()
        project = begin_project(compound=self._pooled("选票小区"), user=self.manager, year=2026)
        menu = draw_up_menu(
            project=project, user=self.manager, title="选择", budget=Decimal(1000), opens_at=now,
            closes_at=now + timedelta(days=9), new_round=NewRound("入户", "居委会", "0716"),
        )  # fmt: skip
        item = CatalogueItem.objects.filter(category="improve").order_by("code")[0]
        add_option(
            menu=menu, user=self.manager, catalogue_item=item, name="充电棚", text="说明", quantity=Decimal(1), cost=Decimal(9),
            picture=self._picture(),
        )  # fmt: skip
        building = make_building(self._acting(), project.compound, "1号楼")
        add_household(user=self.worker, building=building, unit="101", floor=1)
        return publish_menu(menu=menu, user=self.manager)

    def _make_menu_door(self) -> Household:
        return self.running_menu.project.compound.households.get()

    def _make_desk_choice(self) -> Choice:
        return enter_choice(
            menu=self.running_menu, household=self.menu_door, user=self.worker, channel="desk", sheet=self._picture(),
            seen=self._on_show(), wanted=[], key=uuid.uuid4(),
        )  # fmt: skip

    def _make_pile(self) -> PaperBatch:
        """Counted once, not sealed."""
        return count_batch(
            menu=self.running_menu, user=self.worker, pieces=9, received_at=timezone.now(), kept_where="居委会"
        )  # fmt: skip

    def _make_sealed_pile(self) -> PaperBatch:
        pile = count_batch(
            menu=self.running_menu, user=self.worker, pieces=9, received_at=timezone.now(), kept_where="居委会"
        )  # fmt: skip
        return seal_batch(batch=pile, user=self.manager, pieces=9)

    def _make_typed(self) -> Choice:
        return enter_sheet(
            batch=self.sealed_pile, household=self.menu_door, user=self.worker, sheet=self._picture(), seen=self._on_show(),
            wanted=[], key=uuid.uuid4(),
        )  # fmt: skip

    def _make_spoiled(self) -> SpoiledSheet:
        return spoil_sheet(batch=self.sealed_pile, user=self.worker, reason="没有签名", sheet=self._picture())

    def _on_show(self) -> list[int]:
        return [version.pk for version in current_versions(self.running_menu)]

    def _make_questionnaire(self) -> Questionnaire:
        """One that is being drawn up, with one question."""
        made = draw_up_questionnaire(
            compound=self.door.compound, user=self.manager, title="问卷", opens_at=timezone.now(),
            closes_at=timezone.now() + timedelta(days=9),
        )  # fmt: skip
        add_question(questionnaire=made, user=self.manager, kind="text", text="有什么要说的？")
        return made

    def _make_running_questionnaire(self) -> Questionnaire:
        made = draw_up_questionnaire(
            compound=self.door.compound, user=self.manager, title="问卷", opens_at=timezone.now(),
            closes_at=timezone.now() + timedelta(days=9), like=self.questionnaire,
        )  # fmt: skip
        return publish_questionnaire(questionnaire=made, user=self.manager)

    def _make_open_questionnaire(self) -> Questionnaire:
        made = draw_up_questionnaire(
            compound=self.door.compound, user=self.manager, title="问卷", opens_at=timezone.now(),
            closes_at=timezone.now() + timedelta(days=9), like=self.questionnaire, is_per_household=False,
        )  # fmt: skip
        return publish_questionnaire(questionnaire=made, user=self.manager)

    def _make_response(self) -> Response:
        return respond(
            questionnaire=self.running_questionnaire, household=self.door, user=self.worker, channel="paper",
            sheet=self._picture(), answers={}, key=uuid.uuid4(),
        )  # fmt: skip

    def _make_opinion(self) -> Opinion:
        """With a photo and somebody's telephone."""
        return record_opinion(
            compound=self.door.compound, user=self.worker, text="下水道堵了", channel="desk", key=uuid.uuid4(),
            household=self.door, contact="0716", photo=self._picture(),
        )  # fmt: skip

    def _make_meeting(self) -> Meeting:
        """With a picture of its signed list."""
        meeting = announce_meeting(
            compound=self.door.compound, user=self.worker, title="议事", begins_at=timezone.now(), place="广场",
            agenda="车位",
        )  # fmt: skip
        add_meeting_paper(meeting=meeting, user=self.worker, file=self._picture(), key=uuid.uuid4())
        return meeting

    def _make_menu_project(self) -> Any:
        return begin_project(compound=self._pooled("菜单小区"), user=self.manager, year=2026)

    def _make_visits(self) -> Round:
        return start_round(
            compound=self.door.compound,
            user=self.worker,
            title="入户",
            contact="居委会",
            contact_phone="0716",
        )

    def _make_door_call(self) -> DoorCall:
        return record_call(
            round=self.visits, household=self.door, user=self.worker, finding="refused", key=uuid.uuid4()
        )

    def _make_letter_print(self) -> LetterPrint:
        address = "https://portal.example.org/r/"
        job = ask_for_letters(compound=self.visits.compound, user=self.worker, address=address)
        return print_letters(job=job, progress=Silent())

    def _make_lettered(self) -> Household:
        """A door with a valid code, in a compound where somebody is going round the doors."""
        issue_codes(households=[self.door], user=self.worker)
        return self.visits.compound.households.get(pk=self.door.pk)

    def _make_representative(self) -> Representative:
        """With a code, in a compound where somebody is going round the doors."""
        compound = self.visits.compound
        assert compound == self.door.compound
        person = choose_representative(
            household=self.door, user=self.worker, name="某代表", elected_how="推选", from_on=date(2026, 1, 1)
        )
        issue_code_of_representative(representative=person, user=self.worker)
        return person


def here(cast: Cast) -> Side:
    """Jingzhou, where the cast works: what is a person's own is the bureau manager's."""
    people = {"manager": cast.bureau, "worker": cast.community}
    return Side(cast, division=JINGZHOU, community=SHENGLI, people=people)


def there(cast: Cast) -> Side:
    """Zaoyang, strangers to all of the cast but one."""
    worker = make_user(role=Role.COMMUNITY_WORKER, division=GUANGWU)
    return Side(
        cast, division=ZAOYANG, community=GUANGWU, people={"manager": cast.stranger, "worker": worker}
    )
