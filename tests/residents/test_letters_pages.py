"""Letters printed by the office: as a job, one at the desk, codes revoked; never a code on a page."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from compounds.models import Compound
from files.storage import fetch
from jobs.models import Job
from jobs.progress import Silent
from jobs.running import perform
from residents.actions.letters import clear_text, find_code
from residents.actions.menus import publish_menu
from residents.actions.prints import forget_prints
from residents.codes import grouped
from residents.models import AccessCode, Household, LetterPrint
from tests.cast import Cast
from tests.compounds.builders import make_compound
from tests.pdf import words
from tests.residents.builders import make_call, make_doors, make_round
from tests.residents.menus import doors_of, make_menu, make_option
from tests.residents.register_pages import at, statements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(cast: Cast) -> list[Household]:
    compound = make_compound(cast, "砂石厂小区")
    make_round(cast, compound)
    return make_doors(cast, compound, building="3号楼") + make_doors(cast, compound, building="4号楼")


def printed(cast: Cast, compound: Compound, **sent: Any) -> LetterPrint:
    """Asked for on the page and done by the worker."""
    answer = cast.client("community").post(at("letters", compound.code), {"duplex": "on", **sent})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    job = Job.objects.latest("pk")
    outcome = perform(job, Silent())
    assert (outcome.file, outcome.url) == (None, at("letters", compound.code))
    return LetterPrint.objects.get(job=job)


def code_of(door: Household) -> str:
    return grouped(clear_text(AccessCode.objects.live().get(household=door)))


# --- Many -------------------------------------------------------------------------------


def test_a_building_is_printed_by_a_job_sealed_and_unsealed_for_whoever_keeps_it(
    cast: Cast, doors: list[Household]
) -> None:
    compound, client = doors[0].compound, cast.client("community")
    done = printed(cast, compound, building=doors[0].building_id, note="样板间在门卫室旁。")
    assert (done.letters, done.ending, AccessCode.objects.count()) == (4, "pdf", 4)
    assert done.file is not None
    with fetch(done.file.key) as file:
        assert b"%PDF" not in file.read()
    page = text_of(client, at("letters", compound.code))
    assert at("letters_print", done.pk) in page
    answer = client.get(at("letters_print", done.pk))
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/pdf",
        "private, no-store",
    )
    said = words(answer.content)
    assert all(code_of(door) in said for door in doors[:4])
    assert "0716-8000000" in said
    assert "样板间在门卫室旁" in said
    assert "荆州区西城街道胜利街社区居民委员会" in said
    assert code_of(doors[0]) not in page
    told = sorted(
        AuditEntry.objects.filter(action__startswith="letters.").values_list("action", "division_code")
    )
    assert told == [("letters.downloaded", "421003001001"), ("letters.printed", "421003001001")]
    # Printed again the letters in the households' hands stay valid.
    before = code_of(doors[0])
    printed(cast, compound)
    assert (code_of(doors[0]), AccessCode.objects.count()) == (before, 8)


def test_the_file_is_gone_after_a_day_and_the_record_stays(cast: Cast, doors: list[Household]) -> None:
    done = printed(cast, doors[0].compound, building=doors[0].building_id)
    assert forget_prints() == 0
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(hours=25)
        patch.setattr("residents.actions.prints.timezone.now", lambda: later)
        assert forget_prints() == 1
    assert done.file is not None
    with pytest.raises(FileNotFoundError):
        fetch(done.file.key)
    client = cast.client("community")
    assert client.get(at("letters_print", done.pk)).status_code == 409
    assert "已删除" in text_of(client, at("letters", doors[0].compound.code))


def test_only_whoever_keeps_the_register_prints_and_downloads(cast: Cast, doors: list[Household]) -> None:
    compound = doors[0].compound
    done = printed(cast, compound, building=doors[0].building_id)
    assert cast.client("street").get(at("letters_print", done.pk)).status_code == 200
    auditor = cast.client("auditor")
    assert "按楼栋" in text_of(auditor, at("letters", compound.code))
    assert auditor.get(at("letters_print", done.pk)).status_code == 403
    assert auditor.post(at("letters", compound.code)).status_code == 403
    assert auditor.post(at("letter_one", doors[0].pk)).status_code == 403
    assert auditor.post(at("letter_revoke", doors[0].pk), {"reason": "x"}).status_code == 403
    assert cast.client("stranger").get(at("letters_print", done.pk)).status_code == 404


def test_without_anybody_to_call_nothing_is_printed(cast: Cast) -> None:
    (door, *_others) = make_doors(cast)
    answer = cast.client("community").post(at("letters", door.compound.code), {"duplex": "on"})
    assert (answer.status_code, "先开始一轮入户走访" in answer.content.decode()) == (422, True)
    assert cast.client("community").post(at("letter_one", door.pk)).status_code == 409
    assert not AccessCode.objects.exists()


def test_a_printing_whose_worker_died_is_not_made_twice(cast: Cast, doors: list[Household]) -> None:
    done = printed(cast, doors[0].compound, building=doors[0].building_id)
    assert done.job is not None
    perform(done.job, Silent())
    assert LetterPrint.objects.count() == 1


# --- The menu on the back ---------------------------------------------------------------


def test_the_back_has_the_menu_with_each_households_own_share(cast: Cast) -> None:
    menu = make_menu(cast, published=False, doors=2)
    pays = {"residents_pay": Decimal(3000), "share_rule": "area"}
    make_option(cast, menu, "雨棚", "improve", 9_000, place=5, **pays)
    first, second = doors_of(menu)
    Household.objects.filter(pk=first.pk).update(exclusive_area=50)
    Household.objects.filter(pk=second.pk).update(exclusive_area=100)
    publish_menu(menu=menu, user=cast.bureau)
    said = words(cast.client("community").post(at("letter_one", first.pk)).content)
    assert "选择改造项目" in said
    assert "您家约出 1,000 元" in said
    assert "以最后交的为准" in said
    other = words(cast.client("community").post(at("letter_one", second.pk)).content)
    assert "您家约出 2,000 元" in other


# --- One --------------------------------------------------------------------------------


def test_a_letter_is_printed_again_at_the_desk_and_revoked_with_a_reason(
    cast: Cast, doors: list[Household]
) -> None:
    door, client = doors[0], cast.client("community")
    assert "尚无有效短码" in text_of(client, at("household", door.pk))
    said = words(client.post(at("letter_one", door.pk)).content)
    old = code_of(door)
    assert old in said
    client.post(at("letter_revoke", door.pk), {"reason": " "})
    assert AccessCode.objects.live().filter(household=door).exists()
    client.post(at("letter_revoke", door.pk), {"reason": "信被别人拿走"})
    assert find_code(old.replace(" ", "")) is None
    page = text_of(client, at("household", door.pk))
    assert "信被别人拿走" in page
    assert "尚无有效短码" in page
    assert code_of_next(client, door) != old
    assert "第2号短码" in text_of(client, at("household", door.pk))
    assert old not in page


def test_a_letter_that_is_lost_ends_and_the_next_one_is_printed_in_one_step(
    cast: Cast, doors: list[Household]
) -> None:
    door, client = doors[0], cast.client("community")
    assert "信丢了" not in text_of(client, at("household", door.pk))
    code_of_next(client, door)
    old = code_of(door)
    page = text_of(client, at("household", door.pk))
    assert "补打（短码不变）" in page
    assert "信丢了：旧信作废，重打一封" in page
    # Pressed twice from the same page: the letter in hand stays the valid one.
    for _press in range(2):
        said = words(client.post(at("letter_lost", door.pk), {"generation": "1"}).content)
        assert code_of(door) in said
        assert old not in said
        assert "旧的马上作废" in said
    assert find_code(old.replace(" ", "")) is None
    codes = AccessCode.objects.filter(household=door).order_by("generation")
    assert [(code.generation, code.revoke_reason) for code in codes] == [(1, "信丢了。"), (2, "")]
    assert cast.client("auditor").post(at("letter_lost", door.pk), {"generation": "2"}).status_code == 403


def code_of_next(client: Any, door: Household) -> str:
    assert client.post(at("letter_one", door.pk)).status_code == 200
    return code_of(door)


def test_the_households_page_shows_letters_and_calls_with_a_constant_number_of_statements(
    cast: Cast, doors: list[Household]
) -> None:
    door, client = doors[0], cast.client("community")
    visits = make_round(cast, make_compound(cast, "别处小区"))
    before = statements(client, at("household", door.pk))
    running = door.compound.rounds.get()
    for _time in range(3):
        make_call(cast, running, door, "not_at_home")
    printed(cast, door.compound, building=door.building_id)
    page = text_of(client, at("household", door.pk))
    assert "打印过 1 次" in page
    assert "家中无人" in page
    assert at("round_door", running.pk, door.pk) in page
    assert at("round", visits.pk) not in page
    assert statements(client, at("household", door.pk)) <= before
    assert statements(client, at("letters", door.compound.code)) <= 26
