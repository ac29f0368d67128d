"""The residents of the demo: doors as many as the buildings say, a running and a counted menu, opinions of all kinds."""

import pytest
from django.test import Client
from django.utils import timezone

from compounds.models import Compound, Topic
from residents.actions.outcomes import is_as_counted
from residents.models import (
    AccessCode,
    Choice,
    DoorCall,
    Household,
    Menu,
    MenuState,
    Opinion,
    OpinionState,
    Questionnaire,
)
from residents.outcome_reading import Reading
from residents.results import Results
from residents.showing import letter_to_try


@pytest.fixture
def demo(loaded: None, db: None) -> None:
    """The demo is there; what the test changes is undone after it."""


@pytest.mark.usefixtures("demo")
def test_every_household_of_three_compounds_has_a_door_and_a_letter() -> None:
    for name in ("砂石厂小区", "中兴大道127号院", "广元小区"):
        compound = Compound.objects.get(name=name)
        doors = Household.objects.living().filter(compound=compound)
        assert doors.count() == sum(building.household_count or 0 for building in compound.buildings.all())
        assert AccessCode.objects.live().filter(household__in=doors).count() == doors.count()
    assert Household.objects.filter(compound__name="砂石厂小区").count() >= 200


@pytest.mark.usefixtures("demo")
def test_one_questionnaire_runs_one_is_over_and_one_hangs_on_the_notice_board() -> None:
    now = timezone.now()
    asked = {one.title: one for one in Questionnaire.objects.all()}
    assert len(asked) == 3
    running, over = asked["改造前居民意见问卷"], asked["菜地用途和停车问卷"]
    assert running.is_open_at(now)
    assert over.is_over_at(now)
    assert asked["小广场怎么建，请您出主意"].public_code
    for one, least in ((running, 0.5), (over, 0.6)):
        results = Results(one, is_whole=False)
        assert least < results.sheets / results.doors < 0.85
        assert not results.questions[0].hides
    assert (
        sum(line.answered or 0 for line in Results(over, is_whole=True).turnout)
        == Results(over, is_whole=True).sheets
    )


@pytest.mark.usefixtures("demo")
def test_one_menu_runs_and_two_are_counted_and_adopted() -> None:
    running = Menu.objects.get(project__compound__name="砂石厂小区")
    assert running.is_open_at(timezone.now())
    chosen = Choice.objects.filter(menu=running).counting().count()
    assert 0.4 < chosen / Household.objects.filter(compound=running.project.compound).count() < 0.7
    assert DoorCall.objects.filter(round=running.round).exists()
    for name in ("中兴大道127号院", "广元小区"):
        counted = Menu.objects.get(project__compound__name=name)
        assert counted.state == MenuState.COUNTED
        official = counted.outcomes.get(is_official=True)
        assert is_as_counted(official)
        reading = Reading(official)
        assert reading.spent + reading.left == counted.budget
        assert counted.adoption.scheme.lines.exists()


@pytest.mark.usefixtures("demo")
def test_opinions_of_every_problem_class_wait_or_are_answered() -> None:
    assert set(Opinion.objects.values_list("category__topic", flat=True)) >= {
        Topic.ROADS, Topic.PIPES, Topic.PARKING, Topic.SECURITY, Topic.LIFTS,
    }  # fmt: skip
    assert set(Opinion.objects.values_list("state", flat=True)) == set(OpinionState.values)


@pytest.mark.usefixtures("demo")
def test_the_letter_that_is_printed_leads_to_the_menu() -> None:
    letter = letter_to_try()
    assert letter is not None
    phone = Client()
    phone.get(letter[1])
    page = phone.post("/r/confirm/", follow=True).content.decode()
    assert "砂石厂小区改造项目选择" in page
