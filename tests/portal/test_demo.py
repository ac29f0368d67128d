"""The demo: published sums to the unit, the same rows each time, real communities, nothing of it among real data."""

from collections import Counter
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.management import call_command
from django.db.models import Count, Max, Sum
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from compounds.filters import with_differing_figures
from compounds.models import (
    Batch,
    Compound,
    ConditionSurvey,
    PoolEntry,
    SurveyPhoto,
    SurveyState,
    UrgencyScore,
)
from compounds.sanity import Figures, sanity_warnings
from core.lists import is_list
from directory.credit_code import is_valid
from directory.models import ApiToken, Division, Organisation, RoleAssignment, SavedView, User
from directory.powers import Role
from jobs.models import Job, JobState
from outbox.models import Message
from portal.demo import MARKER
from portal.demo.people import PASSWORD, listed_accounts
from portal.demo.pool import COMPLETED
from portal.demo.published import JINGZHOU, ZAOYANG, divisions, plan_of_2022, total
from tests.portal.demo_database import DAY


@pytest.fixture
def demo(loaded: None, db: None) -> None:
    """The demo is there; what the test changes is undone after it."""


# --- The published sums -----------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_jingzhou_adds_up_to_the_published_totals() -> None:
    assert Compound.objects.within([JINGZHOU]).totals() == {
        "compounds": total(JINGZHOU, "compounds_renovated"),
        "buildings": total(JINGZHOU, "buildings"),
        "households": total(JINGZHOU, "households"),
        "area": Decimal(total(JINGZHOU, "floor_area")),
    }


def test_the_shipped_totals_are_those_of_the_newspapers() -> None:
    """A copy that somebody "corrected" would make the test above prove nothing."""
    figures = ("compounds_renovated", "buildings", "households", "floor_area")
    assert [total(JINGZHOU, figure) for figure in figures] == [95, 1156, 16236, 1_496_200]
    assert total(ZAOYANG, "compounds_renovated") == 412


@pytest.mark.usefixtures("demo")
def test_zaoyang_has_its_412_compounds_of_which_94_are_under_way() -> None:
    assert Compound.objects.within([ZAOYANG]).count() == total(ZAOYANG, "compounds_renovated")
    entries = PoolEntry.objects.within([ZAOYANG])
    under_way = entries.current().filter(batch=Batch.IMPLEMENTING).count()
    assert under_way == total(ZAOYANG, "compounds_planned", period="2025")
    for year in ("2022", "2024"):
        begun = entries.filter(batch=Batch.IMPLEMENTING, reason=f"{year}年改造计划")
        assert begun.count() == total(ZAOYANG, "compounds_planned", period=year)


@pytest.mark.usefixtures("demo")
def test_the_plan_of_2022_stands_there_with_its_names_months_and_households() -> None:
    completed = PoolEntry.objects.current().within([JINGZHOU]).filter(batch=Batch.OUT, reason=COMPLETED)
    planned = Compound.objects.filter(pk__in=completed.values("compound"))
    assert planned.totals()["compounds"] == total(JINGZHOU, "compounds_of_the_2022_plan")
    assert planned.totals()["households"] == total(JINGZHOU, "households_of_the_2022_plan")
    for row in plan_of_2022():
        if row.compounds == 1:
            compound = planned.get(name=row.name)
            ended = completed.get(compound=compound).moved_at
            assert (ended.year, ended.month) == (row.completes_on.year, row.completes_on.month)
        else:
            assert planned.filter(cluster__name=row.name).count() == row.compounds


# --- A working week ---------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_people_have_messages_jobs_and_kept_views() -> None:
    for prefix in ("jz", "zy"):
        section = User.objects.get(username=f"{prefix}-section")
        letters = Message.objects.in_inbox_of(section)
        assert letters.unread().exists()
        assert letters.filter(read_at__isnull=False).exists()
        assert {job.state for job in Job.objects.visible_to(section)} == {JobState.DONE, JobState.FAILED}
        assert not Job.objects.unfinished().exists()
        for view in SavedView.objects.filter(user=section):
            assert is_list(view.page)


@pytest.mark.usefixtures("demo")
def test_every_address_in_a_message_a_job_or_a_view_answers() -> None:
    for letter in Message.objects.exclude(url=""):
        client = Client()
        client.force_login(User.objects.get(messages=letter))
        assert client.get(letter.url).status_code == 200, letter.url
    for view in SavedView.objects.select_related("user"):
        client = Client()
        client.force_login(view.user)
        page = client.get(
            f"{reverse(f'compounds:{PAGES_OF_VIEWS[view.page]}')}?{view.query}"
        ).content.decode()
        assert "notice-box wrong" not in page, view.query


PAGES_OF_VIEWS = {"compounds": "list", "surveys": "surveys"}


@pytest.mark.usefixtures("demo")
def test_a_colleague_stands_in_for_the_street_officer() -> None:
    for county in (JINGZHOU, ZAOYANG):
        (standing_in,) = RoleAssignment.objects.filter(
            substitute_for__isnull=False, division__code__startswith=county
        )
        assert standing_in.role == Role.STREET_OFFICER
        assert standing_in.starts_on <= DAY <= (standing_in.ends_on or DAY)
        assert standing_in.ends_on is not None
        assert standing_in.user.name.startswith("示例")
        assert AuditEntry.objects.filter(
            action="role.substitute_appointed", subject_id=str(standing_in.user.pk)
        ).exists()


# --- Believable -------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_every_compound_lies_in_a_real_community_and_is_named_once() -> None:
    communities = set(Compound.objects.values_list("community_id", flat=True))
    assert communities <= {code for code in divisions() if len(code) == 12}
    assert Division.objects.count() == len(divisions()) == 764
    for county in (JINGZHOU, ZAOYANG):
        names = list(Compound.objects.within([county]).values_list("name", flat=True))
        assert len(names) == len(set(names))


@pytest.mark.usefixtures("demo")
def test_the_cases_of_the_reports_are_told() -> None:
    lifts = Compound.objects.get(name="西路小区").buildings.aggregate(
        lifts=Sum("lift_count"), most=Max("floors")
    )
    assert lifts == {"lifts": 8, "most": 6}
    case = Compound.objects.get(name="砂石厂小区")
    assert case.community.name.startswith("新民社区")
    assert str(case.title_owner) == "砂石公司"
    assert 1980 <= (case.built_year or 0) <= 1989


@pytest.mark.usefixtures("demo")
def test_some_compounds_differ_from_their_buildings_and_a_few_figures_draw_a_warning() -> None:
    differing = with_differing_figures().count()
    assert 20 < differing < Compound.objects.count() / 5
    warned = Counter(
        warning.field
        for compound in Compound.objects.all()
        for warning in sanity_warnings(
            Figures(
                built_year=compound.built_year, buildings=compound.building_count, area=compound.floor_area,
                staircases=compound.staircase_count, households=compound.household_count,
            )
        )
    )  # fmt: skip
    assert set(warned) == {"built_year", "household_count", "staircase_count", "floor_area"}
    assert max(warned.values()) <= 4


@pytest.mark.usefixtures("demo")
def test_surveys_of_every_state_wait_in_both_counties() -> None:
    for county in (JINGZHOU, ZAOYANG):
        states = ConditionSurvey.objects.filter(division_code__startswith=county).values("state")
        assert set(states.annotate(Count("id")).values_list("state", flat=True)) == set(SurveyState.values)
    assert SurveyPhoto.objects.count() > 100


@pytest.mark.usefixtures("demo")
def test_the_batches_follow_the_urgency_and_a_place_out_of_turn_has_its_reason() -> None:
    for county in (JINGZHOU, ZAOYANG):
        entries = PoolEntry.objects.current().within([county])
        means = []
        for batch in (Batch.RESERVE, Batch.PREPARING, Batch.IMPLEMENTING):
            scores = UrgencyScore.objects.filter(compound__in=entries.filter(batch=batch).values("compound"))
            means.append(sum(score.score for score in scores) / len(scores))
        assert means == sorted(means)
        assert entries.exclude(override_reason="").get().override_rank == 1


@pytest.mark.usefixtures("demo")
def test_what_came_in_without_being_eligible_has_a_reason() -> None:
    doubtful = UrgencyScore.objects.filter(is_eligible=False).values("compound")
    first = (
        PoolEntry.objects.filter(compound__in=doubtful)
        .order_by("compound_id", "moved_at")
        .distinct("compound_id")
    )
    assert first
    assert all(entry.reason for entry in first)


@pytest.mark.usefixtures("demo")
def test_credit_codes_are_valid_and_marked_as_made_up() -> None:
    codes = [code for code in Organisation.objects.values_list("credit_code", flat=True) if code]
    assert len(codes) > 50
    assert all(is_valid(code) and code[8:11] == "DEM" for code in codes)


# --- Accounts and audit -----------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_the_load_and_its_roles_stand_in_the_audit_of_both_counties() -> None:
    for county in (JINGZHOU, ZAOYANG):
        about = AuditEntry.objects.within((county,))
        assert about.filter(action=MARKER).count() == 1
        assert about.filter(action="role.granted").count() >= len(Role)


@pytest.mark.usefixtures("demo")
def test_each_role_has_an_account_in_both_counties_and_its_password_keeps_the_rules() -> None:
    for county in (JINGZHOU, ZAOYANG):
        held = RoleAssignment.objects.filter(division__code__startswith=county).current_on(DAY)
        assert set(held.values_list("role", flat=True)) == set(Role.values)
    bureau = User.objects.get(username="jz-bureau")
    # `user.check_password` would write the hash anew, as the tests' method costs less.
    assert check_password(PASSWORD, bureau.password)
    for account in listed_accounts():
        user = User.objects.get(username=account.username)
        if account.role != Role.SERVICE:
            validate_password(PASSWORD, user)
            assert user.password == bureau.password
        assert user.name.startswith("示例·")


@pytest.mark.usefixtures("demo")
def test_the_logins_are_printed_and_a_key_works_once_issued(client: Client) -> None:
    out = StringIO()
    call_command("demo_logins", "--token", stdout=out)
    printed = out.getvalue()
    assert PASSWORD in printed
    assert "jz-bureau" in printed
    (key,) = [line.strip() for line in printed.splitlines() if line.strip().startswith("rp_")]
    assert not ApiToken.objects.filter(digest__contains=key).exists()
    answer = client.get("/api/v1/compounds/", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200
