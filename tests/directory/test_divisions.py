"""The register of divisions: editions taken over, successions followed, all or nothing."""

from contextlib import suppress
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from compounds.models import Compound
from directory.actions.divisions import DivisionReport, import_divisions
from directory.codes import ancestors, covers, is_division_code, outermost, parent_code
from directory.division_files import decoded, read_divisions, read_successions, short_code
from directory.errors import DivisionFileRefused, SuccessionFileRefused
from directory.models import Division, DivisionSuccession, RoleAssignment, User
from directory.powers import Role
from renovation.environment import BASE_DIR
from tests.cast import (
    EAST_STREET,
    GUANGWU,
    JINGZHOU,
    MINSHENG,
    MINZHU,
    PLACES,
    SHENGLI,
    WEST_STREET,
    Cast,
    make_organisation,
)
from tests.directory.steps import fresh, in_days, last_entry

HEAD = "code,name\n"
EDITION = HEAD + "".join(f"{code},{name}\n" for code, name in sorted(PLACES.items()))
SUCCESSIONS = "old,new,kind,effective_on\n"


def take_over(text: str, successions: str = "", *, dry_run: bool = False) -> DivisionReport:
    return import_divisions(
        divisions=read_divisions(text.encode()),
        successions=read_successions((SUCCESSIONS + successions).encode()) if successions else (),
        dry_run=dry_run,
    )


def faults(text: str, successions: str = "") -> list[tuple[int, str]]:
    with pytest.raises(DivisionFileRefused) as refused:
        take_over(text, successions)
    return refused.value.lines


# --- Editions ---------------------------------------------------------------------------


def test_an_edition_fills_an_empty_register_whatever_its_order(db: None) -> None:
    lines = EDITION.splitlines(keepends=True)
    report = take_over(lines[0] + "".join(reversed(lines[1:])))
    assert len(report.new) == len(PLACES)
    assert Division.objects.get(pk=SHENGLI).parent_id == WEST_STREET
    assert Division.objects.get(pk=SHENGLI).level == 12


def test_the_same_edition_again_changes_nothing(cast: Cast) -> None:
    report = take_over(EDITION)
    assert (report.new, report.renamed, report.missing, report.unchanged) == ([], [], [], len(PLACES))


def test_a_newer_edition_adds_and_renames_and_deletes_nothing(cast: Cast) -> None:
    text = EDITION.replace("胜利街社区居民委员会", "胜利社区居民委员会").replace(
        f"{MINZHU},民主街社区居民委员会\n", ""
    )
    report = take_over(text + "421003001009,新民社区居民委员会\n")
    assert report.new == [("421003001009", "新民社区居民委员会")]
    assert report.renamed == [(SHENGLI, "胜利街社区居民委员会", "胜利社区居民委员会")]
    assert report.missing == [(MINZHU, "民主街社区居民委员会")]
    assert Division.objects.get(pk=MINZHU).ended_on is None
    assert last_entry("divisions.imported").detail["missing"] == 1


def test_the_list_of_one_county_says_nothing_about_its_neighbours(cast: Cast) -> None:
    jingzhou = "".join(
        line for line in EDITION.splitlines(keepends=True)[1:] if line.startswith(("42,", "4210"))
    )
    assert take_over(HEAD + jingzhou).missing == []


def test_a_dry_run_says_all_and_changes_nothing(cast: Cast) -> None:
    report = take_over(EDITION + "421003003,城南街道\n", dry_run=True)
    assert report.new == [("421003003", "城南街道")]
    assert not Division.objects.filter(pk="421003003").exists()


def test_what_has_ended_stays_ended_though_an_edition_still_lists_it(cast: Cast) -> None:
    Division.objects.filter(pk=MINZHU).update(ended_on=date(2025, 1, 1))
    report = take_over(EDITION)
    assert report.ended == [(MINZHU, "民主街社区居民委员会")]
    assert Division.objects.get(pk=MINZHU).ended_on == date(2025, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_file_is_read_as_office_programs_save_it(db: None, encoding: str) -> None:
    assert [
        line.name for line in read_divisions("代码,名称\r\n42,湖北省\r\n4210,荆州市\r\n".encode(encoding))
    ] == [
        "湖北省",
        "荆州市",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "42,湖北省\n",
        "名称,代码\n湖北省,42\n",
        "code\tname\n42\t湖北省\n",
        "统计用区划代码,名称,备注\n420000000000,湖北省,x\n",
    ],
)
def test_headings_may_be_missing_turned_round_or_chinese(db: None, text: str) -> None:
    (line,) = read_divisions(text.encode())
    assert (line.code, line.name) == ("42", "湖北省")


def test_padded_codes_of_official_lists_are_the_short_ones(db: None) -> None:
    assert [short_code(code) for code in ("420000000000", "421000", "421003000000", "421003001000", SHENGLI)] == [
        "42", "4210", "421003", "421003001", SHENGLI,
    ]  # fmt: skip


def test_every_wrong_line_is_named_and_nothing_is_taken_over(cast: Cast) -> None:
    text = EDITION + (
        "42100,五位数\n４２１００９,全角\n42100X,字母\n421003,又一个荆州区\n421004,\n421003002,重复\n"
    )
    found = dict(faults(text))
    first = EDITION.count("\n") + 1
    assert sorted(found) == list(range(first, first + 6))
    assert "2/4/6/9/12" in found[first]
    assert Division.objects.count() == len(PLACES)


def test_orphans_are_refused_with_their_line(cast: Cast) -> None:
    assert [number for number, _sentence in faults(HEAD + "421004001,无区街道\n431003,外省\n")] == [2, 3]


def test_nothing_grows_below_what_has_ended(cast: Cast) -> None:
    Division.objects.filter(pk=EAST_STREET).update(ended_on=date(2025, 1, 1))
    ((number, sentence),) = faults(HEAD + "421003002009,新社区\n")
    assert number == 2
    assert EAST_STREET in sentence


def test_an_empty_file_is_refused(db: None) -> None:
    assert faults(HEAD)[0][0] == 1


def test_a_missing_column_is_named(db: None) -> None:
    ((_number, sentence),) = faults("code,label\n42,湖北省\n")
    assert "name" in sentence


def test_the_whole_official_list_of_two_counties_is_read(db: None) -> None:
    """The list that the portal ships for its demonstration."""
    path = BASE_DIR / "portal" / "demo" / "data" / "divisions.csv"
    report = import_divisions(divisions=read_divisions(path.read_bytes()))
    assert len(report.new) > 700
    again = import_divisions(divisions=read_divisions(path.read_bytes()))
    assert again.unchanged == len(report.new)


# --- Successions ------------------------------------------------------------------------


def test_living_records_follow_a_merged_community(cast: Cast) -> None:
    office = make_organisation("胜利街社区服务站", kind="community", division=SHENGLI)
    worker = cast.community
    report = take_over(EDITION, f"{SHENGLI},{MINZHU},merged,2025-01-01\n")
    assert report.successions == [(SHENGLI, MINZHU, 3)]
    office.refresh_from_db()
    assert office.division_id == MINZHU
    assert fresh(worker).home_division == MINZHU
    assert fresh(worker).current_roles == [(Role.COMMUNITY_WORKER, MINZHU)]
    old = Division.objects.get(pk=SHENGLI)
    assert old.ended_on == date(2025, 1, 1)
    assert DivisionSuccession.objects.get().moved == 3
    assert report.missing == []


def test_compounds_follow_too(cast: Cast) -> None:
    compound = Compound.objects.create(code="421003-000001", name="砂石厂小区", community_id=SHENGLI)
    take_over(EDITION, f"{SHENGLI},{MINZHU},合并,2025-01-01\n")
    compound.refresh_from_db()
    assert compound.community_id == MINZHU


def test_running_the_same_successions_again_changes_nothing(cast: Cast) -> None:
    lines = f"{SHENGLI},{MINZHU},merged,2025-01-01\n"
    take_over(EDITION, lines)
    assert take_over(EDITION, lines).successions == []


def test_who_holds_the_role_at_both_keeps_one(cast: Cast) -> None:
    RoleAssignment.objects.create(
        user=cast.community, role=Role.COMMUNITY_WORKER, division_id=MINZHU, starts_on=date(2021, 1, 1)
    )
    take_over(EDITION, f"{SHENGLI},{MINZHU},merged,2025-01-01\n")
    assert fresh(cast.community).current_roles == [(Role.COMMUNITY_WORKER, MINZHU)]


def test_a_split_moves_nothing_by_itself(cast: Cast) -> None:
    text = EDITION + "421003001011,胜利东社区\n421003001012,胜利西社区\n"
    lines = f"{SHENGLI},421003001011,split,2025-01-01\n{SHENGLI},421003001012,split,2025-01-01\n"
    report = take_over(text, lines)
    assert [moved for _old, _new, moved in report.successions] == [0, 0]
    assert Division.objects.get(pk=SHENGLI).ended_on == date(2025, 1, 1)


def test_a_recoded_street_takes_its_communities_along_line_by_line(cast: Cast) -> None:
    text = (
        EDITION + "421003009,西城街道\n421003009001,胜利街社区居民委员会\n421003009002,民主街社区居民委员会\n"
    )
    assert cast.street
    lines = (
        f"{WEST_STREET},421003009,renamed,2025-01-01\n"
        f"{SHENGLI},421003009001,renamed,2025-01-01\n{MINZHU},421003009002,renamed,2025-01-01\n"
    )
    take_over(text, lines)
    assert fresh(cast.street).current_roles == [(Role.STREET_OFFICER, "421003009")]


def test_a_division_does_not_end_over_the_heads_of_those_below(cast: Cast) -> None:
    text = EDITION + "421003009,西城街道\n"
    ((number, sentence),) = faults(text, f"{WEST_STREET},421003009,renamed,2025-01-01\n")
    assert number == 2
    assert SHENGLI in sentence
    assert not DivisionSuccession.objects.exists()
    assert not Division.objects.filter(pk="421003009").exists()


@pytest.mark.parametrize(
    "line",
    [
        "999999999999,{minzhu},merged,2025-01-01",
        "{shengli},999999999999,merged,2025-01-01",
        "{shengli},{west},merged,2025-01-01",
        "{shengli},{shengli},merged,2025-01-01",
        "{shengli},{minzhu},swallowed,2025-01-01",
        "{shengli},{minzhu},merged,2025-13-01",
        "{shengli},{minzhu},merged,2999-01-01",
        "{shengli},{minzhu},merged",
    ],
)
def test_an_impossible_succession_is_refused_with_its_line(cast: Cast, line: str) -> None:
    written = line.format(shengli=SHENGLI, minzhu=MINZHU, west=WEST_STREET)
    with pytest.raises(SuccessionFileRefused) as refused:
        take_over(EDITION, written + "\n")
    assert [number for number, _sentence in refused.value.lines] == [2]
    assert Division.objects.get(pk=SHENGLI).ended_on is None


def test_a_division_ends_once(cast: Cast) -> None:
    take_over(EDITION, f"{SHENGLI},{MINZHU},merged,2025-01-01\n")
    assert faults(EDITION, f"{SHENGLI},{MINSHENG},merged,2025-01-01\n")[0][0] == 2


def test_two_organisations_of_one_name_stop_the_merger_and_say_so(cast: Cast) -> None:
    for community in (SHENGLI, MINZHU):
        make_organisation("物业服务站", division=community)
    assert "物业服务站" in faults(EDITION, f"{SHENGLI},{MINZHU},merged,2025-01-01\n")[0][1]


def test_a_community_that_moves_to_another_county_leaves_its_old_administrators(cast: Cast) -> None:
    assert cast.community in User.objects.visible_to(cast.sysadmin)
    take_over(EDITION, f"{SHENGLI},{GUANGWU},merged,2025-01-01\n")
    assert cast.community not in User.objects.visible_to(fresh(cast.sysadmin))


# --- The command ------------------------------------------------------------------------


def command(*words: str) -> str:
    out = StringIO()
    call_command("import_divisions", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_reports_what_it_did(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "edition.csv").write_text(EDITION + "421003003,城南街道\n", encoding="utf-8")
    (tmp_path / "succession.csv").write_text(
        SUCCESSIONS + f"{SHENGLI},{MINZHU},merged,2025-01-01\n", encoding="gbk"
    )
    words = [str(tmp_path / "edition.csv"), "--succession", str(tmp_path / "succession.csv")]
    assert "--dry-run" in command(*words, "--dry-run")
    assert not Division.objects.filter(pk="421003003").exists()
    said = command(*words)
    assert "421003003 城南街道" in said
    assert f"{SHENGLI} → {MINZHU}" in said


def test_the_command_names_file_and_line_of_what_is_wrong(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "edition.csv"
    path.write_text(HEAD + "42100,五位数\n", encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_divisions", str(path), stdout=out, stderr=out)
    assert f"{path}:2:" in out.getvalue()
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_divisions", str(tmp_path / "nowhere.csv"))


# --- Codes ------------------------------------------------------------------------------

digits = st.text("0123456789", min_size=0, max_size=14)
codes = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@given(digits)
def test_a_code_is_known_by_its_length(text: str) -> None:
    assert is_division_code(text) == (len(text) in {2, 4, 6, 9, 12})


@given(st.text(min_size=2, max_size=12))
def test_nothing_but_plain_digits_is_a_code(text: str) -> None:
    if is_division_code(text):
        assert set(text) <= set("0123456789")


@given(codes)
def test_parents_and_ancestors_agree(code: str) -> None:
    assert parent_code(code) == (ancestors(code)[-1] if ancestors(code) else None)
    assert all(covers(above, code) for above in ancestors(code))


@given(st.lists(codes, max_size=12))
def test_the_outermost_codes_cover_all_and_none_covers_another(some: list[str]) -> None:
    kept = outermost(some)
    assert all(any(covers(one, code) for one in kept) for code in some)
    assert not any(one != other and covers(one, other) for one in kept for other in kept)


@given(st.text(max_size=60))
def test_any_text_survives_its_encodings(text: str) -> None:
    plain = text.encode("utf-8", "ignore").decode()
    if not plain.startswith("\ufeff"):
        assert decoded(plain.encode("utf-8-sig")) == plain


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(DivisionFileRefused):
        assert all(is_division_code(line.code) for line in read_divisions(content))


def test_a_future_succession_waits_for_its_day(cast: Cast) -> None:
    line = f"{SHENGLI},{MINZHU},merged,{in_days(1).isoformat()}\n"
    assert faults(EDITION, line)[0][0] == 2


def test_places_of_the_cast_are_in_one_tree(cast: Cast) -> None:
    assert Division.objects.get(pk=JINGZHOU).parent_id == "4210"
