"""Loading the demo: everything in one transaction, set-wise, through the register's own `derive` and `rescore`."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

import pghistory
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from audit.models import AuditEntry
from compounds.actions.pool import set_place
from compounds.actions.register import derive, next_codes
from compounds.actions.scoring import rescore
from compounds.models import (
    Building,
    Cluster,
    Compound,
    ConditionSurvey,
    PoolEntry,
    SurveyFinding,
    SurveyPhoto,
    SurveyState,
    UrgencyScore,
)
from compounds.numbers import building_number_key
from core.errors import DomainError
from directory.actions.divisions import import_divisions
from directory.actions.tokens import IssuedToken, issue_token
from directory.division_files import DivisionLine
from directory.models import Organisation, RoleAssignment, TokenScope, User
from directory.powers import Role
from files.actions import store_image
from files.models import StoredFile
from portal.demo import MARKER, SEED, dice, programme
from portal.demo.conditions import SurveySketch, surveys_of
from portal.demo.office import write_office
from portal.demo.people import (
    PASSWORD,
    PREFIX,
    AccountSketch,
    accounts,
    organisations,
    worker_username,
)
from portal.demo.photos import VARIANTS, photo
from portal.demo.pool import SHANGHAI, moves_of
from portal.demo.published import JINGZHOU, ZAOYANG, divisions
from portal.demo.register import CompoundSketch, Stage, all_compounds
from portal.demo.residents import Residents

TOKEN_LIFE = timedelta(days=90)

Progress = Callable[[int, int], None]


class NotADemo(DomainError):
    code = "not_a_demo"
    sentence = _("This is no demo (DEMO is not set): made-up compounds never join real ones.")


class NotEmpty(DomainError):
    code = "not_empty"
    sentence = _("The database already holds compounds or users that are not the demo's. Use an empty one.")


@dataclass
class DemoCounts:
    """What was written, for the last line on the terminal and the audit."""

    divisions: int = 0
    organisations: int = 0
    accounts: int = 0
    compounds: int = 0
    buildings: int = 0
    surveys: int = 0
    photos: int = 0
    pool_moves: int = 0
    projects: int = 0
    works: int = 0
    progress_entries: int = 0
    tasks: int = 0
    documents: int = 0
    households: int = 0
    choices: int = 0
    opinions: int = 0
    answers: int = 0


def is_loaded() -> bool:
    return AuditEntry.objects.filter(action=MARKER).exists()


@transaction.atomic
def load_demo(*, today: date, progress: Progress = lambda done, total: None) -> DemoCounts | None:
    """Write the demo, all or nothing; None when it is there already.

    The same `today` gives the same rows. Refuses a database that is not a demo's.
    """
    if is_loaded():
        return None
    if not settings.DEMO:
        raise NotADemo
    if Compound.objects.exists() or User.objects.exists():
        raise NotEmpty
    load = _Load(today=today)
    # So that the change log of each record says where it came from.
    with pghistory.context(reason="示例数据"):
        for done, step in enumerate(load.steps()):
            progress(done, len(load.steps()))
            step()
    progress(len(load.steps()), len(load.steps()))
    for county in (JINGZHOU, ZAOYANG):
        detail = {"seed": SEED, "day": today.isoformat(), **vars(load.counts)}
        record(action=MARKER, division_code=county, detail=detail)
    return load.counts


@dataclass
class _Load:
    """One loading: the sketches, and the rows already written that later steps refer to."""

    today: date
    counts: DemoCounts = field(default_factory=DemoCounts)
    sketches: list[CompoundSketch] = field(default_factory=all_compounds)
    organisation_ids: dict[tuple[str, str], int] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    compounds: list[Compound] = field(default_factory=list)
    surveys: list[list[SurveySketch]] = field(default_factory=list)
    pictures: dict[tuple[str, int], StoredFile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.programme = programme.Scene(world=self)

    def steps(self) -> list[Callable[[], None]]:
        return [
            self.write_divisions, self.write_organisations, self.write_accounts, self.write_compounds,
            self.write_buildings, self.write_first_surveys, self.write_later_surveys, self.write_scores,
            self.write_pool, self.write_places_out_of_turn, *programme.steps(self.programme), self.write_residents,
            self.write_offices,
        ]  # fmt: skip

    def write_residents(self) -> None:
        residents = Residents(self)
        residents.write()
        for name, count in vars(residents.counts).items():
            setattr(self.counts, name, count)

    # --- Who and where ------------------------------------------------------------------

    def write_divisions(self) -> None:
        lines = [
            DivisionLine(number, code, name) for number, (code, name) in enumerate(divisions().items(), 2)
        ]
        import_divisions(divisions=lines)
        self.counts.divisions = len(lines)

    def write_organisations(self) -> None:
        rows = Organisation.objects.bulk_create(
            Organisation(
                name=one.name, short_name=one.short_name, kind=one.kind, credit_code=one.credit_code,
                division_id=one.division,
            )
            for one in organisations(self.sketches)
        )  # fmt: skip
        self.organisation_ids = {(row.division_id, row.name): row.pk for row in rows}
        self.counts.organisations = len(rows)

    def write_accounts(self) -> None:
        sketches = accounts(sketch.community for sketch in self.sketches)
        # One hash for all: hashing is meant to be slow, and the password is printed on the terminal.
        password = make_password(PASSWORD)
        users = User.objects.bulk_create(self._user(one, password) for one in sketches)
        self.users = {user.username: user for user in users}
        granted = RoleAssignment.objects.bulk_create(
            RoleAssignment(
                user=user, role=one.role, division_id=one.division, organisation_id=user.organisation_id,
                starts_on=date(2020, 9, 1),
            )
            for one, user in zip(sketches, users, strict=True)
        )  # fmt: skip
        AuditEntry.objects.bulk_create(_granting(assignment) for assignment in granted)
        self.counts.accounts = len(users)

    def _user(self, one: AccountSketch, password: str) -> User:
        is_service = one.role == Role.SERVICE
        user = User(
            username=one.username, name=one.name, post=one.post, home_division=one.division[:6],
            organisation_id=self.organisation_ids[one.organisation] if one.organisation else None,
            password=password, is_service=is_service,
        )  # fmt: skip
        if is_service:
            user.set_unusable_password()
        return user

    def _officer(self, county: str) -> User:
        """Who confirms surveys and moves batches."""
        return self.users[f"{PREFIX[county]}-section"]

    # --- The register -------------------------------------------------------------------

    def write_compounds(self) -> None:
        clusters = self._write_clusters()
        codes = {
            county: iter(next_codes(county=county, count=sum(one.county == county for one in self.sketches)))
            for county in (JINGZHOU, ZAOYANG)
        }
        rows = [self._compound(sketch, next(codes[sketch.county]), clusters) for sketch in self.sketches]
        self.compounds = Compound.objects.bulk_create(rows)
        self.counts.compounds = len(rows)

    def _write_clusters(self) -> dict[tuple[str, str], Cluster]:
        names = dict.fromkeys((one.county, one.cluster) for one in self.sketches if one.cluster)
        rows = Cluster.objects.bulk_create(Cluster(division_id=county, name=name) for county, name in names)
        return {(row.division_id, row.name): row for row in rows}

    def _compound(
        self, sketch: CompoundSketch, code: str, clusters: dict[tuple[str, str], Cluster]
    ) -> Compound:
        east, north, system = sketch.position or (None, None, "wgs84")
        compound = Compound(
            code=code, name=sketch.name.text, former_names=sketch.former_names, community_id=sketch.community,
            address=sketch.address, cluster=clusters.get((sketch.county, sketch.cluster)),
            built_year=sketch.built_year, built_year_certainty=sketch.certainty,
            title_owner_id=self.organisation_ids[sketch.county, sketch.owner] if sketch.owner else None,
            management_state=sketch.management, has_owners_committee=sketch.committee, has_repair_fund=sketch.fund,
            building_count=sketch.figures.buildings, staircase_count=sketch.staircases,
            household_count=sketch.figures.households, floor_area=sketch.figures.area,
            longitude=east, latitude=north, coordinate_system=system, heritage=sketch.heritage, notes=sketch.notes,
        )  # fmt: skip
        derive(compound)
        return compound

    def write_buildings(self) -> None:
        rows = [
            Building(
                compound=compound, number=one.number, number_key=building_number_key(one.number), floors=one.floors,
                staircase_count=one.staircases, household_count=one.households, lift_count=one.lifts,
                structure=one.structure, floor_area=one.area,
            )
            for compound, sketch in zip(self.compounds, self.sketches, strict=True)
            for one in sketch.buildings
        ]  # fmt: skip
        Building.objects.bulk_create(rows, batch_size=1000)
        self.counts.buildings = len(rows)

    # --- Surveys ------------------------------------------------------------------------

    def write_first_surveys(self) -> None:
        random = dice("surveys")
        self.surveys = [surveys_of(random, sketch, today=self.today) for sketch in self.sketches]
        self._write_wave(0)

    def write_later_surveys(self) -> None:
        """A compound's next survey begins when the one before is confirmed: wave after wave."""
        for wave in range(1, max(len(surveys) for surveys in self.surveys)):
            self._write_wave(wave)

    def _write_wave(self, wave: int) -> None:
        sketches = [
            (compound, surveys[wave])
            for compound, surveys in zip(self.compounds, self.surveys, strict=True)
            if len(surveys) > wave
        ]
        # Begun as drafts, filled, then moved on: the database lets nobody fill a survey that was handed in.
        rows = ConditionSurvey.objects.bulk_create(self._draft(compound, one) for compound, one in sketches)
        filled = [(row, one) for row, (_compound, one) in zip(rows, sketches, strict=True)]
        SurveyFinding.objects.bulk_create(
            (
                SurveyFinding(survey=row, topic=topic, score=score, note=note)
                for row, one in filled
                for topic, (score, note) in one.findings.items()
            ),
            batch_size=2000,
        )
        self._attach_photos(filled)
        self._hand_in(filled)
        self._decide(filled)
        self.counts.surveys += len(rows)

    def _draft(self, compound: Compound, one: SurveySketch) -> ConditionSurvey:
        return ConditionSurvey(
            compound=compound, surveyed_on=one.surveyed_on, asked_households=one.asked,
            wishing_households=one.wishing, has_hazard=bool(one.hazards), hazards=one.hazards, notes=one.notes,
            filled_by=self.users[worker_username(compound.community_id)],
        )  # fmt: skip

    def _attach_photos(self, filled: list[tuple[ConditionSurvey, SurveySketch]]) -> None:
        rows = []
        for row, one in filled:
            for topic in one.photos:
                file = self.drawn(topic, row.compound_id % VARIANTS, row.filled_by)
                key = uuid5(NAMESPACE_URL, f"{SEED}/{row.compound.code}/{one.surveyed_on}/{topic}")
                rows.append(SurveyPhoto(survey=row, file=file, topic=topic, caption="示例照片", key=key))
        SurveyPhoto.objects.bulk_create(rows)
        self.counts.photos += len(rows)

    def drawn(self, topic: str, variant: int, user: User) -> StoredFile:
        """A picture is stored once and shown in many surveys."""
        if (topic, variant) not in self.pictures:
            drawn = BytesIO(photo(topic, variant))
            self.pictures[topic, variant] = store_image(file=drawn, name="示例照片.jpg", user=user)
        return self.pictures[topic, variant]

    @staticmethod
    def _hand_in(filled: Iterable[tuple[ConditionSurvey, SurveySketch]]) -> None:
        handed_in = [row for row, one in filled if one.state != SurveyState.DRAFT]
        for row in handed_in:
            row.state, row.submitted_by = SurveyState.SUBMITTED, row.filled_by
            row.submitted_at = _moment(row.surveyed_on, days=1, hour=17)
        ConditionSurvey.objects.bulk_update(handed_in, ["state", "submitted_by", "submitted_at"])

    def _decide(self, filled: Iterable[tuple[ConditionSurvey, SurveySketch]]) -> None:
        decided = []
        for row, one in filled:
            if one.state in (SurveyState.CONFIRMED, SurveyState.RETURNED):
                row.state, row.return_reason = one.state, one.return_reason
                row.decided_by = self._officer(row.compound.community_id[:6])
                row.decided_at = _moment(row.surveyed_on, days=2 if one.return_reason else 9, hour=10)
                decided.append(row)
        ConditionSurvey.objects.bulk_update(decided, ["state", "return_reason", "decided_by", "decided_at"])

    # --- Scores and the pool ------------------------------------------------------------

    def write_scores(self) -> None:
        rescore(compound_ids=[compound.pk for compound in self.compounds])

    def write_pool(self) -> None:
        random = dice("pool")
        scores = {score.compound_id: score for score in UrgencyScore.objects.all()}
        rows: list[PoolEntry] = []
        for compound, sketch, surveys in zip(self.compounds, self.sketches, self.surveys, strict=True):
            score = scores.get(compound.pk)
            eligible = score is not None and score.is_eligible
            moves = moves_of(random, sketch, surveys, eligible=eligible, today=self.today)
            ends = [move.at for move in moves[1:]] + [None] * bool(moves)
            rows += [
                PoolEntry(
                    compound=compound, batch=move.batch, reason=move.reason, moved_at=move.at, ended_at=end,
                    moved_by=self._officer(sketch.county), urgency_at_entry=score.score if score else None,
                )
                for move, end in zip(moves, ends, strict=True)
            ]  # fmt: skip
        PoolEntry.objects.bulk_create(rows, batch_size=1000)
        self.counts.pool_moves = len(rows)

    def write_places_out_of_turn(self) -> None:
        """One override in each county, with its reason, by the action that the page calls."""
        by_county: dict[str, list[Compound]] = defaultdict(list)
        for compound, sketch in zip(self.compounds, self.sketches, strict=True):
            if sketch.stage == Stage.RESERVE:
                by_county[sketch.county].append(compound)
        for county, waiting in by_county.items():
            least = UrgencyScore.objects.filter(compound__in=waiting, is_eligible=True).order_by(
                "score", "pk"
            )
            chosen = least.select_related("compound")[len(waiting) // 4].compound
            set_place(compound=chosen, user=self._officer(county), rank=1, reason=OUT_OF_TURN[county])

    def write_offices(self) -> None:
        vars(self.counts).update(vars(self.programme.counts))
        for county in (JINGZHOU, ZAOYANG):
            write_office(county=county, users=self.users, today=self.today)


def _granting(assignment: RoleAssignment) -> AuditEntry:
    """As `directory.actions.roles` writes it; nobody granted these."""
    user = assignment.user
    return AuditEntry(
        action="role.granted", subject_kind=user._meta.label_lower, subject_id=str(user.pk), subject_name=user.name,
        division_code=assignment.division_id, reason="示例数据",
        detail={"role": assignment.role, "from": assignment.starts_on.isoformat(), "last_day": ""},
    )  # fmt: skip


OUT_OF_TURN = {
    JINGZHOU: "与门前道路雨污分流工程同步实施，避免重复开挖。",
    ZAOYANG: "供水主管年内更换，统筹安排，避免重复开挖。",
}


def _moment(day: date, *, days: int, hour: int) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(hour), tzinfo=SHANGHAI)


@transaction.atomic
def issue_demo_token(*, county: str) -> IssuedToken:
    """A key for the county's service user, shown once, issued in the name of its bureau manager."""
    prefix = PREFIX[county]
    return issue_token(
        actor=User.objects.get(username=f"{prefix}-bureau"),
        user=User.objects.get(username=f"{prefix}-service"),
        label="demo_logins", scopes=[TokenScope.READ], expires_at=timezone.now() + TOKEN_LIFE,
    )  # fmt: skip
