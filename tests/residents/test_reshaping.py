"""A compound is merged or split: never while its residents are asked; what ended goes along or stays, and nobody loses it."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from compounds.actions.successions import SplitPart, merge_compounds, split_compound
from compounds.errors import ReshapeHindered
from compounds.models import Compound, CompoundSuccession
from residents.actions.meetings import announce_meeting, cancel_meeting, hold_meeting
from residents.actions.menus import void_menu
from residents.actions.questionnaires import void_questionnaire
from residents.actions.rounds import end_round as end
from residents.actions.rounds import start_round
from residents.errors.households import CompoundReshaped
from residents.models import Household, Menu, Questionnaire, Round
from tests.cast import Cast
from tests.compounds.builders import make_building, make_compound
from tests.races import at_once, refusals
from tests.residents.asking import answer, make_questionnaire
from tests.residents.builders import make_call, make_doors, make_owner, make_representative, make_round
from tests.residents.letters_held import at_home
from tests.residents.menus import make_menu, send
from tests.residents.saying import answer as reply
from tests.residents.saying import say
from tests.residents.test_home_menu import text_of


def merged(cast: Cast, into: Compound, *others: Compound) -> Compound:
    return merge_compounds(
        into=into, others=list(others), user=cast.bureau, effective_on=date(2026, 5, 1), reason="合并"
    )


def split(cast: Cast, compound: Compound) -> list[Compound]:
    parts = [SplitPart(f"{one.number}院", [one.pk]) for one in compound.buildings.all()]
    return split_compound(
        compound=compound, parts=parts, user=cast.bureau, effective_on=date(2026, 5, 1), reason="拆分"
    )


def end_round(cast: Cast, menu: Menu) -> None:
    assert menu.round
    end(round=menu.round, user=cast.community)


def running_round(cast: Cast) -> Compound:
    return make_round(cast, make_doors(cast)[0].compound).compound


def running_menu(cast: Cast) -> Compound:
    menu = make_menu(cast)
    end_round(cast, menu)
    return menu.project.compound


def running_questionnaire(cast: Cast) -> Compound:
    return make_questionnaire(cast).compound


def announced_meeting(cast: Cast) -> Compound:
    return announce_meeting(
        compound=make_doors(cast)[0].compound, user=cast.community, title="议事", place="广场", agenda="车位",
        begins_at=timezone.now() + timedelta(days=1),
    ).compound  # fmt: skip


RUNNING = [running_round, running_menu, running_questionnaire, announced_meeting]


@pytest.mark.django_db
@pytest.mark.parametrize("begin", RUNNING)
def test_nothing_is_merged_or_split_while_residents_are_asked(cast: Cast, begin: Any) -> None:
    busy, calm = begin(cast), make_compound(cast, "安静小区")
    make_building(cast, busy, "9号楼")
    with pytest.raises(ReshapeHindered, match=busy.name):
        merged(cast, calm, busy)
    with pytest.raises(ReshapeHindered, match=busy.name):
        split(cast, busy)
    if begin is announced_meeting:
        assert merged(cast, busy, calm) == busy
    else:
        with pytest.raises(ReshapeHindered, match=busy.name):
            merged(cast, busy, calm)
    assert not Compound.objects.get(pk=busy.pk).ended_on


@pytest.mark.django_db
@pytest.mark.parametrize("begin", RUNNING)
def test_the_database_says_so_itself(cast: Cast, begin: Any) -> None:
    """Past the action that asks first."""
    busy, calm = begin(cast), make_compound(cast, "安静小区")
    with pytest.raises(IntegrityError, match="being asked"), transaction.atomic():
        CompoundSuccession.objects.create(
            old=busy,
            new=calm,
            kind="merge",
            effective_on=date(2026, 5, 1),
            reason="x",
            recorded_by=cast.bureau,
        )


@pytest.mark.django_db
def test_the_page_says_what_to_do_first(cast: Cast) -> None:
    busy, calm = running_round(cast), make_compound(cast, "安静小区")
    make_building(cast, busy, "9号楼")
    client: Client = cast.client("bureau")
    asked = client.get(f"/compounds/{calm.code}/merge/?with={busy.code}&step=confirm").content.decode()
    assert f"{busy.name}正在入户走访" in asked
    split_page = client.get(f"/compounds/{busy.code}/split/").content.decode()
    assert f"{busy.name}正在入户走访" in split_page


@pytest.mark.django_db
def test_more_than_five_representatives_are_too_many_together(cast: Cast) -> None:
    one, other = make_doors(cast, doors=3, floors=1), make_doors(cast, doors=3, floors=1)
    for door in [*one, *other]:
        make_representative(cast, door)
    with pytest.raises(ReshapeHindered, match="6"):
        merged(cast, one[0].compound, other[0].compound)


@pytest.mark.django_db
def test_what_has_ended_goes_along_or_stays_and_residents_keep_their_own(cast: Cast) -> None:
    menu = make_menu(cast)
    old = menu.project.compound
    doors = list(Household.objects.filter(compound=old).by_door())
    _a_full_life(cast, menu, doors)
    opinion = say(doors[0], "下水道堵了")
    reply(cast, opinion, "已列入方案")
    into = make_compound(cast, "新院")
    merged(cast, into, old)
    doors[0].refresh_from_db()
    assert doors[0].compound == into
    home = at_home(cast, doors[0])
    assert "已列入方案" in text_of(home.get(f"/r/opinions/{opinion.pk}/"))
    bureau = cast.client("bureau")
    assert "下水道堵了" in bureau.get(f"/residents/opinions/of/{into.code}/").content.decode()
    assert bureau.get(f"/residents/meetings/of/{into.code}/").content.decode().count(">议事<") == 3
    for page in (opinion.get_absolute_url(), doors[0].get_absolute_url(), menu.get_absolute_url()):
        assert bureau.get(page).status_code == 200
    assert Round.objects.get().compound == old


def _a_full_life(cast: Cast, menu: Menu, doors: list[Household]) -> None:
    """Everything that hangs on a door, and all of it over."""
    compound = menu.project.compound
    make_owner(cast, doors[0])
    make_representative(cast, doors[1])
    assert menu.round
    make_call(cast, menu.round, doors[0])
    send(cast, menu, doors[0])
    asked = make_questionnaire(cast, compound=compound, doors=0)
    answer(asked, doors[0])
    for meeting in [_met(cast, compound), _met(cast, compound)]:
        hold_meeting(meeting=meeting, user=cast.community, minutes="记录", attended_count=9, households=doors)
    cancel_meeting(meeting=_met(cast, compound), user=cast.community, reason="下雨")
    void_questionnaire(questionnaire=asked, user=cast.bureau, reason="结束")
    void_menu(menu=menu, user=cast.bureau, reason="结束")
    end_round(cast, menu)


def _met(cast: Cast, compound: Compound) -> Any:
    return announce_meeting(
        compound=compound,
        user=cast.community,
        title="议事",
        place="广场",
        agenda="车位",
        begins_at=timezone.now(),
    )


@pytest.mark.django_db
def test_nothing_begins_at_a_compound_that_was_merged(cast: Cast) -> None:
    menu, draft = make_menu(cast, published=False), make_questionnaire(cast, published=False)
    gone = [make_doors(cast)[0].compound, menu.project.compound, draft.compound]
    end_round(cast, menu)
    merged(cast, make_compound(cast, "新院"), *gone)
    with pytest.raises(CompoundReshaped):
        make_round(cast, gone[0])
    with pytest.raises(CompoundReshaped):
        _met(cast, gone[0])
    for model, row in ((Menu, menu), (Questionnaire, draft)):
        with pytest.raises(IntegrityError, match="merged or split"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(
                state="published", published_by=cast.bureau, published_at=timezone.now()
            )
    assert cast.client("community").get(f"/residents/opinions/of/{gone[0].code}/new/").status_code == 403


def test_a_round_and_a_merge_at_once_do_not_both_happen(committed_cast: Cast) -> None:
    cast = committed_cast
    into = make_compound(cast, "新院")
    for _turn in range(4):
        old = make_doors(cast, doors=1, floors=1, building=uuid.uuid4().hex[:4] + "号楼")[0].compound
        answers = at_once(
            lambda old=old: merged(cast, into, old),  # type: ignore[misc]
            lambda old=old: start_round(  # type: ignore[misc]
                compound=old, user=cast.community, title="入户", contact="居委会", contact_phone="0716"
            ),
        )
        (refused,) = refusals(answers)
        assert isinstance(refused, ReshapeHindered | CompoundReshaped)
        assert not Round.objects.running().filter(compound__ended_on__isnull=False).exists()
