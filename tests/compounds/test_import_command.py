"""`manage.py import_compounds`: the page's steps from the server's shell."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from audit.models import AuditEntry
from compounds.models import Compound
from core.sheets import open_bytes
from imports.models import ImportRun
from tests.cast import MINSHENG, SHENGLI, Cast
from tests.compounds.rosters import OFFICE, roster
from tests.spreadsheets import csv_bytes

PORTAL = ["标题", "区县", "商圈", "建筑年代", "总户数", "均价"]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def run(path: Path, *arguments: str) -> tuple[int, str]:
    """The command's exit code and what it said."""
    out, code = io.StringIO(), 0
    try:
        call_command("import_compounds", str(path), *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(end.code or 0)
    return code, out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(content: bytes, name: str = "花名册.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def test_a_dry_run_says_what_would_happen_and_touches_nothing(file: Any, cast: Cast) -> None:
    code, said = run(file(roster(["甲", SHENGLI, "", 2015], ["乙", SHENGLI])), "--dry-run")
    assert code == 0
    for line in (
        "花名册.xlsx · 小区: 2 rows",
        "小区名称 → Name of the compound",
        "2  new",
        "0  with errors",
        "1  with warnings",
        "after 2000",
    ):
        assert line in said
    assert not Compound.objects.exists()
    assert not ImportRun.objects.exists()


def test_it_writes_and_says_so(file: Any, cast: Cast) -> None:
    code, said = run(
        file(roster(["甲", SHENGLI], ["乙", SHENGLI])), "--division", "421003", "--reason", "首次入库"
    )
    assert (code, "Written: 2 added, 0 changed." in said) == (0, True)
    assert Compound.objects.count() == 2
    written = ImportRun.objects.get()
    assert (written.uploaded_by, written.division_code, written.counts["new"]) == (None, "421003", 2)
    assert AuditEntry.objects.get(action="imports.written").reason == "首次入库"
    assert run(file(roster(["甲", SHENGLI], ["乙", SHENGLI])), "--dry-run")[1].count("2  unchanged") == 1


def test_wrong_rows_end_with_1_and_write_nothing_but_their_workbook(
    file: Any, cast: Cast, tmp_path: Path
) -> None:
    path, back = file(roster(["甲", SHENGLI], ["乙", "不存在"], ["", SHENGLI, "x"])), tmp_path / "wrong.xlsx"
    code, said = run(path, "--wrong-rows", str(back))
    assert code == 1
    assert "Nothing was written" in said
    assert "1  unknown community" in said
    assert "row 3: No community is called “不存在”" in said
    assert not Compound.objects.exists()
    rows = open_bytes(back.read_bytes()).read().rows
    assert rows[0][2:] == OFFICE
    assert [row[1:4] for row in rows[1:]] == [["3", "乙", "不存在"], ["4", "", SHENGLI]]
    assert run(path, "--leave-out-wrong")[0] == 0
    assert Compound.objects.count() == 1
    # Nothing is left to write, which is no error; a file of nothing but errors is one.
    assert run(path, "--leave-out-wrong")[0] == 0
    assert run(file(roster(["乙", "不存在"]), "wrong.xlsx"), "--leave-out-wrong")[0] == 1


def test_it_acts_within_a_persons_rights_when_told_so(file: Any, cast: Cast) -> None:
    assert cast.street
    path = file(roster(["甲", SHENGLI], ["乙", MINSHENG]))
    code, said = run(path, "--as", "street")
    assert (code, "outside your division" in said) == (1, True)
    assert cast.bureau
    assert cast.finance
    assert run(path, "--as", "bureau")[0] == 0
    assert ImportRun.objects.get().uploaded_by == cast.bureau
    with pytest.raises(CommandError, match="no user who may import"):
        run(path, "--as", "finance")


def portal(file: Any) -> Path:
    rows = [
        ["砂石厂小区", "荆州区", "西门", "1987年建成", "320户", "4,500元/㎡"],
        ["乙小区", "荆州区", "东门", "", "12户", "面议"],
    ]
    return file(csv_bytes([PORTAL, *rows], encoding="gbk"), "portal.csv")


def test_a_portals_roster_says_what_it_lacks_and_how_to_give_it(file: Any, cast: Cast) -> None:
    with pytest.raises(CommandError, match="--community-column"):
        run(portal(file))
    with pytest.raises(CommandError, match="has no column “小区”"):
        run(portal(file), "--column", "name=小区")
    with pytest.raises(CommandError, match="KEY=HEADING"):
        run(portal(file), "--column", "nonsense")


def test_a_portals_roster_with_one_community_or_one_for_each_area(file: Any, cast: Cast) -> None:
    columns = ("--column", "name=标题")
    code, said = run(portal(file), *columns, "--community", "胜利街社区", "--dry-run")
    assert (code, "Columns not imported: 商圈, 均价" in said) == (0, True)
    code, said = run(portal(file), *columns, "--community-column", "商圈", "--dry-run")
    assert (code, "西门,\n东门," in said) == (1, True)
    areas = file(csv_bytes([["西门", SHENGLI], ["东门", "民生街社区"]]), "areas.csv")
    code, said = run(portal(file), *columns, "--community-column", "商圈", "--community-map", str(areas))
    assert code == 0, said
    assert dict(Compound.objects.values_list("name", "community_id")) == {
        "砂石厂小区": SHENGLI,
        "乙小区": MINSHENG,
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no table"),
        (b"\x89PNG\r\n\x1a\n", "not a spreadsheet"),
        (b"PK\x03\x04broken", "not a spreadsheet"),
    ],
)
def test_what_cannot_be_read_is_one_clear_line(content: bytes, sentence: str, file: Any, cast: Cast) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(file(content))


def test_a_missing_file_and_an_unknown_division_are_one_clear_line(
    file: Any, cast: Cast, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "nothing.xlsx")
    with pytest.raises(CommandError, match="no division 99"):
        run(file(roster(["甲", SHENGLI])), "--division", "99")


PLACED = ["小区名称", "社区", "建成年代", "经度", "纬度"]


def test_positions_need_a_word_on_where_they_come_from(file: Any, cast: Cast) -> None:
    path = file(roster(["甲", SHENGLI, "1987年建成", 112.19, 30.35], headings=PLACED))
    with pytest.raises(CommandError, match="--coordinates bd09"):
        run(path)
    code, said = run(path, "--coordinates", "bd09", "--years", "certain")
    assert (code, "Baidu map (BD-09)" in said) == (0, True)
    compound = Compound.objects.get()
    assert (compound.coordinate_system, compound.built_year_certainty) == ("bd09", "certain")


def test_each_kind_of_reason_is_told_once_with_its_first_rows(file: Any, cast: Cast) -> None:
    rows = [[f"小区{n}", f"没有{n}社区"] for n in range(5)] + [["甲", SHENGLI, "", 2015]]
    _code, said = run(file(roster(*rows)), "--dry-run")
    assert "5  unknown community" in said
    assert [f"row {n}:" in said for n in (2, 3, 4, 5, 6)] == [True, True, True, False, False]
    assert "row 7: Built in 2015" in said


def test_the_same_file_once_more_is_no_failure(file: Any, cast: Cast) -> None:
    path = file(roster(["甲", SHENGLI]))
    assert run(path)[0] == 0
    code, said = run(path)
    assert (code, "nothing to write" in said) == (0, True)


def test_in_chinese_it_speaks_chinese(file: Any, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ["甲", "没有社区", "", "1987", ""],
        ["乙", SHENGLI, "", "2015", "约300户"],
        ["合计", "", "", "", "300"],
    ]
    with translation.override("zh-hans"):
        _code, said = run(file(roster(*rows)), "--leave-out-wrong")
        with pytest.raises(SystemExit):
            call_command("import_compounds", "--help")
    foreign = {"xlsx"} | set(re.findall("[A-Za-z]{2,}", said))
    assert foreign == {"xlsx"}, said
    assert "导入" in capsys.readouterr().out
