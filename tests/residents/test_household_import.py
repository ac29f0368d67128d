"""A household list on its way in: which door a row means, what it says of it, whose it is."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compounds.models import Building, Compound
from core.errors import DomainError
from core.history import history_of
from core.sheets import open_bytes
from directory.models import RoleAssignment
from imports import actions
from imports.errors import ChangedSincePreview, FileForgotten, RefusedByDatabase
from imports.models import ImportRow, ImportRun, ImportState, Verdict
from jobs.progress import Silent
from residents.actions.owners import OwnerFacts, link_owners, record_owners
from residents.imports.reading import plain_owner
from residents.models import Household, Owner, OwnerChange
from residents.reading.owners import read_owners
from tests.cast import MINZHU, Cast
from tests.compounds.builders import do_jobs, make_building, make_compound
from tests.effort import examples
from tests.races import at_once, refusals
from tests.residents.builders import make_doors, make_household, make_owner
from tests.residents.lists import LIST, examine, household_list, imported, previewed


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def compound(cast: Cast) -> Compound:
    return make_compound(cast, "砂石厂小区")


def verdicts(rows: list[Any]) -> list[str]:
    return [row.verdict for row in rows]


# --- What a row means ---------------------------------------------------------------------


def test_a_list_is_previewed_and_nothing_is_written(cast: Cast, compound: Compound) -> None:
    content = household_list(
        ["3号楼", "2单元", "501", "61.5㎡", "住宅", "自住", "张三、李四", "1/2、1/2", "13800005678"],
        ["3栋", "二单元", "502室", "", "", "空置", "", "", ""],
        ["合计", "", "", "61.5", "", "", "", "", ""],
    )
    rows = examine(content, cast.community, compound=compound.code)
    assert verdicts(rows) == ["new", "new", "wrong"]
    first, second, total = rows
    assert first.values["door"] == "3号楼2单元501"
    assert (first.values["exclusive_area"], first.values["floor"]) == ("61.50", 5)
    assert (first.values["use"], first.values["tenancy"], second.values["tenancy"]) == (
        "home",
        "owner",
        "vacant",
    )
    assert first.values["owners"] == [["张三", 1, 2, "13800005678"], ["李四", 1, 2, ""]]
    assert second.values["building_key"] == first.values["building_key"]
    assert first.kinds() == ["new_building"]
    assert total.kinds() == ["not_a_household"]
    assert not Household.objects.exists()
    assert not Building.objects.exists()


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (["房屋坐落"], ["3号楼2单元501室"]),
        (["门牌"], ["3-2-501"]),
        (["幢号", "房号"], ["3#", "2-501"]),
        (["Building", "Staircase", "Door number"], ["3号楼", "2", "0501"]),
        (["栋", "单元", "楼层", "室号"], ["３", "２", "5", "1"]),
    ],
)
def test_doors_come_in_one_cell_or_in_several(
    cast: Cast, compound: Compound, headings: list[str], cells: list[str]
) -> None:
    building = make_building(cast, compound, "3号楼")
    door = make_household(cast, building, staircase="2单元", floor=5, unit="501")
    (row,) = examine(household_list(cells, headings=headings), cast.community, compound=compound.code)
    assert (row.target_id, row.verdict) == (door.pk, "unchanged"), row


def test_a_list_of_a_whole_street_names_the_compound_in_a_column(cast: Cast, compound: Compound) -> None:
    other = make_compound(cast, "民主小区", community=MINZHU)
    headings = ["小区", "门牌"]
    rows = examine(
        household_list(
            ["砂石厂小区", "1-1-101"], [other.code, "1-1-101"], [f"{other.code} 民主小区", "1-1-102"], ["没有的小区", "1-1-101"],
            headings=headings,
        ),
        cast.street,
    )  # fmt: skip
    assert [row.values.get("compound") for row in rows] == [compound.pk, other.pk, other.pk, None]
    assert rows[-1].kinds() == ["compound_unknown"]
    elsewhere = examine(household_list([other.code, "1-1-101"], headings=headings), cast.community)
    assert elsewhere[0].kinds() == ["compound_unknown"]


def test_the_register_gives_a_staircase_that_the_list_leaves_out(cast: Cast, compound: Compound) -> None:
    building = make_building(cast, compound, "1号楼")
    only = make_household(cast, building, staircase="2单元", unit="501", floor=5)
    for staircase in ("1单元", "2单元"):
        make_household(cast, building, staircase=staircase, unit="601", floor=6)
    known, ambiguous, another = examine(
        household_list(["1号楼", "501"], ["1号楼", "601"], ["1号楼", "701"], headings=["楼栋", "房号"]),
        cast.community,
        compound=compound.code,
    )
    assert (known.target_id, known.verdict, known.kinds()) == (only.pk, "unchanged", ["staircase_guessed"])
    assert ambiguous.kinds() == ["staircase_missing"]
    assert another.verdict == "new"


def test_rows_of_one_door_are_its_co_owners(cast: Cast, compound: Compound) -> None:
    rows = examine(
        household_list(
            ["1号楼", "1单元", "101", "60", "", "", "张三", "50%", ""],
            ["1栋", "1", "101室", "60", "住宅", "", "李四", "50%", ""],
            ["1号楼", "1单元", "102", "60", "", "", "王五", "", ""],
            ["1号楼", "1单元", "102", "60", "", "", "王五", "", ""],
            ["1号楼", "1单元", "103", "60", "", "", "", "", ""],
            ["1号楼", "1单元", "103", "70", "", "", "", "", ""],
            ["1号楼", "1单元", "104", "60", "", "", "甲某", "2/3", ""],
            ["1号楼", "1单元", "104", "60", "", "", "乙某", "2/3", ""],
        ),
        cast.community,
        compound=compound.code,
    )
    assert verdicts(rows) == ["new", "unchanged", "new", "wrong", "wrong", "wrong", "wrong", "unchanged"]
    assert [owner[0] for owner in rows[0].values["owners"]] == ["张三", "李四"]
    assert rows[0].values["use"] == "home"
    assert [row.kinds() for row in rows[3:7]] == [
        ["repeated_door"], ["contradictory_door"], ["contradictory_door"], ["too_many_owners"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["3号楼", "1", ""], "unit_missing"),
        (["", "", "501"], "building_missing"),
        (["5月1日", "", "501"], "door_is_date"),
        (["3号楼", "1", "501", "x㎡"], "number_unread"),
        (["3号楼", "1", "501", "999999"], "area_impossible"),
        (["3号楼", "1", "501", "", "飞机场"], "use_unread"),
        (["3号楼", "1", "501", "", "", "", "张3丰某"], "name_unread"),
        (["3号楼", "1", "501", "", "", "", "张三", "两半"], "share_unread"),
        (["3号楼", "1", "501", "", "", "", "张三、李四", "1、1"], "share_unread"),
    ],
)
def test_what_is_wrong_is_said_by_cell(cast: Cast, compound: Compound, cells: list[str], reason: str) -> None:
    (row,) = examine(household_list(cells), cast.community, compound=compound.code)
    assert (row.verdict, row.kinds()) == ("wrong", [reason])


def test_a_file_without_its_compound_is_not_taken(cast: Cast) -> None:
    run = previewed(household_list(["1号楼", "1", "101"]), cast.community)
    assert run.counts[Verdict.WRONG] == 1
    table = actions.table_of_run(run)
    with pytest.raises(actions.ColumnsMissing):
        actions.choose_columns(run=run, table=table, mapping=run.mapping, options={})


# --- Names stay out of sight --------------------------------------------------------------


def test_no_name_and_no_phone_stands_in_the_preview(cast: Cast, compound: Compound) -> None:
    make_owner(
        cast, make_household(cast, make_building(cast, compound, "1号楼"), staircase="1单元"), "欧阳修远"
    )
    content = household_list(
        ["1号楼", "1单元", "101", "", "", "", "司马相如和卓文君", "", "13812345678"],
        ["1号楼", "1单元", "102", "", "", "", "诸葛2亮", "", "027-87654321"],
        ["1号楼", "1单元", "103", "", "", "", "上官婉儿等3人", "长孙无忌", "身份证420984199001011234"],
    )
    run = previewed(content, cast.community, compound=compound.code)
    client = cast.client("community", HTTP_ACCEPT_LANGUAGE="en")
    pages = [
        client.get(f"/imports/{run.pk}/?verdict={verdict}").content.decode()
        for verdict in ("all", "wrong", "changed")
    ]
    pages.append(client.get(f"/imports/{run.pk}/columns/").content.decode())
    for page in pages:
        for secret in (
            "欧阳修",
            "相如",
            "文君",
            "诸葛2",
            "婉儿",
            "无忌",
            "13812345678",
            "87654321",
            "199001011234",
        ):
            assert secret not in page, secret
    assert "司***" in pages[0] or "司**" in pages[0]
    assert "138****5678" in pages[0]
    staged = "".join(
        str(row) for row in ImportRow.objects.filter(run=run).values_list("cells", "problems", "warnings")
    )
    assert "婉儿" not in staged
    assert "13812345678" not in staged


def test_what_was_staged_is_gone_once_it_is_written(
    cast: Cast, compound: Compound, django_capture_on_commit_callbacks: Any
) -> None:
    content = household_list(["1号楼", "1单元", "101", "", "", "", "张三"])
    run = previewed(content, cast.community, compound=compound.code)
    assert storages["default"].exists(run.file.key)
    with django_capture_on_commit_callbacks(execute=True):
        actions.write(run=run, progress=Silent())
    run.refresh_from_db()
    assert (run.state, run.rows.count(), run.forgotten_at is not None) == (ImportState.WRITTEN, 0, True)
    assert not storages["default"].exists(run.file.key)
    with pytest.raises(FileForgotten):
        actions.table_of_run(run)
    client = cast.client("community", HTTP_ACCEPT_LANGUAGE="en")
    assert "were deleted at" in client.get(f"/imports/{run.pk}/").content.decode()
    assert client.get(f"/imports/{run.pk}/columns/").status_code == 410
    assert client.get(f"/imports/{run.pk}/file/").status_code == 404


def test_an_import_left_lying_is_forgotten_after_a_day(cast: Cast, compound: Compound) -> None:
    content = household_list(["1号楼", "1单元", "101"], ["?", "", ""])
    old, twin = (previewed(content, cast.community, compound=compound.code) for _time in range(2))
    ImportRun.objects.filter(pk=old.pk).update(uploaded_at=old.uploaded_at.replace(year=2025))
    assert actions.forget_personal() == 1
    old.refresh_from_db()
    assert (old.state, old.rows.count()) == (ImportState.DISCARDED, 0)
    # The same bytes belong to another import, too, which is not a day old.
    assert storages["default"].exists(twin.file.key)
    assert actions.table_of_run(twin).labels
    assert actions.forget_personal() == 0
    ImportRun.objects.filter(pk=twin.pk).update(uploaded_at=old.uploaded_at)
    assert actions.forget_personal() == 1
    assert not storages["default"].exists(twin.file.key)


# --- What is written ----------------------------------------------------------------------


def test_doors_buildings_and_owners_are_written_with_their_history(cast: Cast, compound: Compound) -> None:
    known = make_building(cast, compound, "1号楼")
    content = household_list(
        ["1号楼", "1单元", "101", "60.5", "住宅", "出租", "张三、李四", "1/2、1/2", "13800005678、"],
        ["2号楼", "", "商铺3", "30", "商铺", "", "", "", ""],
    )
    run = imported(content, cast.community, compound=compound.code, effective_on="2026-05-01")
    assert run.counts == {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0}
    doors = list(Household.objects.filter(compound=compound).by_door())
    assert [door.door for door in doors] == ["1号楼1单元101", "2号楼商铺3"]
    assert (doors[0].building, str(doors[0].exclusive_area), doors[0].tenancy) == (known, "60.50", "let")
    assert doors[1].division_code == compound.community_id
    owners = Owner.objects.filter(household=doors[0]).values_list(
        "name", "phone", "from_on", "share_denominator"
    )
    assert list(owners) == [("张三", "13800005678", date(2026, 5, 1), 2), ("李四", "", date(2026, 5, 1), 2)]
    change = OwnerChange.objects.get()
    assert (change.kind, change.owner_count, change.recorded_by) == ("entered", 2, cast.community)
    assert change.basis == "Import of 住户清册.xlsx"
    event = history_of(Household).get(pgh_obj=doors[0])
    assert event.pgh_context["import"] == run.pk
    assert set(verdicts(examine(content, cast.community, compound=compound.code))) == {"unchanged"}


def test_newer_owners_mean_that_the_household_changed_hands(cast: Cast, compound: Compound) -> None:
    building = make_building(cast, compound, "1号楼")
    sold, stays, phoned, other = (
        make_household(cast, building, staircase="1单元", unit=f"10{n}", floor=1) for n in range(1, 5)
    )
    for door, name in ((sold, "张三"), (phoned, "赵六"), (other, "钱七")):
        make_owner(cast, door, name)
    couple = [OwnerFacts("李四"), OwnerFacts("王五")]
    record_owners(household=stays, user=cast.community, owners=couple, effective_on=date(2020, 1, 1))
    link_owners(
        owners=[stays.owners.get(name="李四"), other.owners.get()], user=cast.community, note="同一人"
    )
    content = household_list(
        ["1号楼", "1单元", "101", "", "", "", "孙八", "", ""],
        ["1号楼", "1单元", "102", "", "", "", "李四", "全部", ""],
        ["1号楼", "1单元", "103", "", "", "", "赵六", "", "13800001111"],
        ["1号楼", "1单元", "104", "", "", "", "", "", ""],
    )
    rows = examine(content, cast.community, compound=compound.code)
    assert verdicts(rows) == ["changed", "changed", "changed", "unchanged"]
    assert [row.kinds() for row in rows] == [["changes_hands"], ["changes_hands"], [], []]
    imported(
        content, cast.community, compound=compound.code, effective_on="2026-05-01", reason="产权登记更新"
    )
    assert list(Owner.objects.filter(household=sold).order_by("pk").values_list("name", "until_on")) == [
        ("张三", date(2026, 5, 1)), ("孙八", None),
    ]  # fmt: skip
    left = Owner.objects.current().get(household=stays)
    # Whoever stays stays the same row: linked units remain linked.
    assert (left.name, left.share_numerator, left.person_link is not None) == ("李四", 1, True)
    assert Owner.objects.current().get(household=phoned).phone == "13800001111"
    kinds = (
        OwnerChange.objects.filter(basis__contains="住户清册")
        .order_by("household")
        .values_list("kind", "basis")
    )
    assert [kind for kind, _basis in kinds] == ["transferred", "transferred", "corrected"]
    assert kinds[0][1] == "Import of 住户清册.xlsx; 产权登记更新"


def test_empty_cells_and_missing_doors_change_nothing(cast: Cast, compound: Compound) -> None:
    doors = make_doors(cast, compound, exclusive_area="61.5", use="shop")
    make_owner(cast, doors[0], "张三")
    content = household_list(
        ["1号楼", "1单元", "101", "", "", "", "", "", ""],
        ["1号楼", "1单元", "102", "62", "-", "", "", "", ""],
    )
    rows = examine(content, cast.community, compound=compound.code)
    assert verdicts(rows) == ["unchanged", "changed"]
    assert rows[1].changes == {"exclusive_area": ["61.50", "62.00"]}
    imported(content, cast.community, compound=compound.code)
    assert Household.objects.living().filter(compound=compound).count() == 4
    assert Household.objects.get(pk=doors[1].pk).use == "shop"
    assert Owner.objects.current().get(household=doors[0]).name == "张三"


def test_a_register_that_moved_on_since_the_preview_refuses_all(cast: Cast, compound: Compound) -> None:
    (door, *_others) = make_doors(cast, compound, floors=1, doors=1)
    content = household_list(["1号楼", "1单元", "101", "60"], ["1号楼", "1单元", "102", "60"])
    run = previewed(content, cast.community, compound=compound.code)
    make_household(cast, door.building, staircase="1单元", floor=1, unit="102")
    with pytest.raises(ChangedSincePreview):
        actions.write(run=run, progress=Silent())
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.counts["changed"]) == (ImportState.PREVIEWED, 0, 2)
    assert Household.objects.get(pk=door.pk).exclusive_area is None


@pytest.mark.parametrize("meanwhile", ["building", "owners", "right lost", "compound ended"])
def test_whatever_moved_on_refuses(cast: Cast, compound: Compound, meanwhile: str) -> None:
    (door, *_others) = make_doors(cast, compound, floors=1, doors=1)
    run = previewed(
        household_list(["1号楼", "1单元", "101", "", "", "", "张三"], ["2号楼", "1单元", "101"]), cast.community,
        compound=compound.code,
    )  # fmt: skip
    if meanwhile == "building":
        make_household(cast, make_building(cast, compound, "二号楼"), staircase="一单元", unit="101室")
    elif meanwhile == "owners":
        make_owner(cast, door, "李四")
    elif meanwhile == "right lost":
        RoleAssignment.objects.filter(user=cast.community).update(ended_at=timezone.now())
        run = ImportRun.objects.get(pk=run.pk)
    else:
        Compound.objects.filter(pk=compound.pk).update(ended_on=timezone.localdate())
    with pytest.raises(ChangedSincePreview):
        actions.write(run=run, progress=Silent())
    assert not Owner.objects.filter(name="张三").exists()


def test_two_imports_of_one_list_at_the_same_instant_enter_each_door_once(committed_cast: Cast) -> None:
    compound = make_compound(committed_cast, "砂石厂小区")
    content = household_list(
        *([f"{b}号楼", "1单元", f"{n}01", "", "", "", "张三"] for b in (1, 2) for n in range(1, 9))
    )
    runs = [previewed(content, committed_cast.community, compound=compound.code) for _time in range(2)]
    answers = at_once(*(lambda run=run: actions.write(run=run, progress=Silent()) for run in runs))
    assert len(refusals(answers)) == 1
    assert isinstance(refusals(answers)[0], (ChangedSincePreview, RefusedByDatabase))
    assert (Household.objects.count(), Owner.objects.count(), Building.objects.count()) == (16, 16, 2)
    assert sorted(ImportRun.objects.values_list("state", flat=True)) == ["previewed", "written"]


def test_the_pages_lead_from_the_compound_to_the_written_list(cast: Cast, compound: Compound) -> None:
    client = cast.client("community", HTTP_ACCEPT_LANGUAGE="en")
    file = household_list(["1号楼", "1单元", "101", "60", "", "", "张三"])
    upload = SimpleUploadedFile("住户.xlsx", file)
    address = client.post(f"/imports/new/households/?compound={compound.code}", {"file": upload}).headers[
        "Location"
    ]
    page = client.get(address)
    assert compound.code in page.content.decode()
    posted = {field.name: field.value() or "" for field, _samples in page.context["form"].lines}
    posted |= {
        "sheet": page.context["table"].sheet.name,
        "compound": compound.code,
        "effective_on": "2026-05-01",
    }
    detail = client.post(address, posted).headers["Location"]
    do_jobs()
    assert "砂石厂小区" in client.get(detail).content.decode()
    client.post(f"{detail}write/", {"reason": "入户登记"})
    do_jobs()
    assert Household.objects.get().owners.get().name == "张三"
    assert "1 added" in client.get(detail).content.decode()


# --- Anything at all ------------------------------------------------------------------------

CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["3号楼", "2单元", "501", "3-2-501", "张三、李四", "1/2", "1/0", "13800005678", "5-1", "=1+1", "\x00", "２单元", "𠮷某", "1e400", "-", "9" * 40]),
    st.integers(-(2**40), 2**40).map(str),
)  # fmt: skip


@settings(
    max_examples=examples(60), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(rows=st.lists(st.lists(CELL, min_size=len(LIST), max_size=len(LIST)), min_size=1, max_size=6))
def test_no_cell_breaks_a_preview_and_what_is_right_can_be_written(
    cast: Cast, compound: Compound, rows: list[list[str]]
) -> None:
    content = household_list(*([cell.replace("\r", " ") for cell in row] for row in rows))
    try:
        run = previewed(content, cast.community, compound=compound.code)
    except DomainError:
        # Nothing but empty cells is no table.
        return
    if any(run.counts[verdict] for verdict in actions.WRITTEN_VERDICTS):
        run.options = {**run.options, actions.LEAVE_OUT: True}
        run.save()
        actions.write(run=run, progress=Silent())
        again = examine(content, cast.community, compound=compound.code)
        assert not {"new", "changed"} & {row.verdict for row in again}


@settings(max_examples=examples(300), deadline=None)
@given(
    name=st.text(
        st.sampled_from("张王李欧阳修和与等共占分各均无空不详未知暂半全一二之妻夫户主人𠮷A1、 ("),
        min_size=1,
        max_size=4,
    ),
    phone=st.sampled_from(["", "13800005678", "1380000567", "无", "027-87654321"]),
)
def test_the_short_way_to_one_owner_finds_what_the_long_way_finds(name: str, phone: str) -> None:
    short = plain_owner(name, phone)
    if short is not None:
        found = read_owners(name, "", phone)
        assert [[one.name, None, None, one.phone] for one in found.owners] == [short]
        assert found.remarks == []


# --- From the server's shell ----------------------------------------------------------------


def run_command(path: Path, *arguments: str) -> tuple[int, str]:
    out, code = io.StringIO(), 0
    try:
        call_command("import_households", str(path), *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


def test_the_shell_shows_first_writes_then_and_prints_no_name(
    cast: Cast, compound: Compound, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    path = tmp_path / "住户.xlsx"
    path.write_bytes(
        household_list(
            ["1号楼", "1", "101", "60", "", "", "欧阳修远", "", "13800005678"],
            ["1号楼", "", "102", "", "", "", "司马3光"],
        )
    )
    with pytest.raises(CommandError, match="--compound"):
        run_command(path, "--dry-run")
    code, said = run_command(path, "--compound", compound.code, "--dry-run")
    assert (code, "1  new" in said, "1  with errors" in said, Household.objects.exists()) == (
        1,
        True,
        True,
        False,
    )
    with django_capture_on_commit_callbacks(execute=True):
        code, more = run_command(
            path, "--division", compound.community_id, "--compound", "砂石厂小区", "--leave-out-wrong",
            "--owners-as-of", "2026-05-01",
        )  # fmt: skip
    assert (code, "Written: 1 added, 0 changed." in more) == (0, True)
    assert not any(secret in said + more for secret in ("欧阳", "修远", "13800005678", "司马3光"))
    change = OwnerChange.objects.get()
    assert (change.recorded_by, change.effective_on) == (None, date(2026, 5, 1))
    # The row with an error is kept for a day, so that its workbook can be fetched.
    assert ImportRun.objects.get().forgotten_at is None


def test_the_template_can_be_filled_in_and_read_again(cast: Cast, compound: Compound) -> None:
    client = cast.client("community", HTTP_ACCEPT_LANGUAGE="zh-hans")
    answer: Any = client.get("/imports/new/households/template/")
    rows = open_bytes(b"".join(answer.streaming_content)).read().rows
    headings = rows[0]
    assert headings[0] == "小区"
    assert "身份证" not in "".join(headings)
    filled = {"小区": f"{compound.code} 砂石厂小区", "楼栋 *": "3号楼", "房号 *": "501", "业主": "张三"}
    assert filled.keys() <= set(headings), headings
    content = household_list([filled.get(heading, "") for heading in headings], headings=headings)
    (row,) = examine(content, cast.community)
    assert (row.verdict, row.values["door"], row.values["owners"][0][0]) == ("new", "3号楼501", "张三")
