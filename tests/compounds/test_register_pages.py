"""The list of compounds, a compound's page and its tabs, entering and changing, merge and split."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from compounds.actions.names import assign_cluster
from compounds.actions.pool import move_to_batch, set_place
from compounds.actions.register import compound_version, update_compound
from compounds.models import (
    Batch,
    Building,
    Cluster,
    Compound,
    CompoundSuccession,
    ManagementState,
    PoolEntry,
)
from directory.models import Organisation, OrganisationKind
from tests.cast import GUANGWU, JINGZHOU, MINSHENG, MINZHU, SHENGLI, WEST_STREET, Cast, make_organisation
from tests.compounds.builders import fill_survey, make_building, make_compound, make_pooled, make_survey


def at(name: str, *args: Any) -> str:
    return reverse(f"compounds:{name}", args=args)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def form_of(compound: Compound | None = None, **changes: Any) -> dict[str, Any]:
    """What the form of a compound sends; `changes` are fields, None leaves one out."""
    sent: dict[str, Any] = {
        "name": compound.name if compound else "新小区",
        "community": compound.community_id if compound else SHENGLI,
        "heritage": "none",
        "management_state": "unknown",
        "coordinate_system": "wgs84",
        "version": compound_version(compound) if compound else "",
    }
    return {name: value for name, value in {**sent, **changes}.items() if value is not None}


# --- The list ---------------------------------------------------------------------------


def test_the_list_shows_one_s_own_compounds_and_what_they_add_up_to(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区", household_count=120, building_count=4, floor_area=Decimal(9600))
    make_compound(cast, "棉纺小区", household_count=80, building_count=2, floor_area=Decimal(6400))
    make_compound(cast, "光武小区", community=GUANGWU, by="stranger", household_count=999)
    page = text_of(cast.client("bureau"), at("list"))
    assert "砂石厂小区" in page
    assert "光武小区" not in page
    assert (
        "<strong>2</strong> 个小区 · <strong>6</strong> 栋楼 · <strong>200</strong> 户 · <strong>1.6 万m²</strong>"
        in page
    )


@pytest.mark.parametrize("typed", ["砂石", "ssc", "SSC", "旧名", "421003-"])
def test_searching_finds_by_part_of_the_name_by_initials_by_former_name_and_by_code(
    cast: Cast, typed: str
) -> None:
    make_compound(cast, "砂石厂小区", former_names=["旧名大院"])
    page = text_of(cast.client("bureau"), f"{at('list')}?q={typed}")
    assert "砂石厂小区" in page


def test_a_filter_is_in_the_address_and_shows_as_a_chip(cast: Cast) -> None:
    make_pooled(cast, "库内小区")
    make_compound(cast, "库外小区")
    page = text_of(cast.client("bureau"), f"{at('list')}?batch=reserve")
    assert "库内小区" in page
    assert "库外小区" not in page
    assert '<span class="chip-name">批次</span> 储备' in page


def test_clusters_and_title_owners_are_found_by_name_and_by_links(cast: Cast) -> None:
    owner = make_organisation("荆州棉纺厂")
    compound = make_compound(cast, "棉纺小区", title_owner=owner)
    make_compound(cast, "别处小区")
    assign_cluster(compounds=[compound], name="古城片区", user=cast.bureau)
    client = cast.client("bureau")
    for query in (
        "owner_name=棉纺&cluster_name=古城",
        f"title_owner={owner.pk}&cluster={Cluster.objects.get().pk}",
    ):
        found = text_of(client, f"{at('list')}?{query}")
        assert "棉纺小区" in found
        assert "别处小区" not in found
    assert '<span class="chip-name">产权单位</span> 荆州棉纺厂' in found


@pytest.mark.parametrize(
    "query",
    ["cluster=999999999999999999999", "batch=nonsense", "sort=,", "after=forged", "built_from=19%2087"],
)
def test_a_broken_parameter_is_left_out_and_never_breaks_the_page(cast: Cast, query: str) -> None:
    make_compound(cast, "砂石厂小区")
    assert "砂石厂小区" in text_of(cast.client("bureau"), f"{at('list')}?{query}")


def test_the_division_of_the_top_bar_narrows_the_list(cast: Cast) -> None:
    make_compound(cast, "胜利小区")
    make_compound(cast, "民生小区", community=MINSHENG)
    client = cast.client("bureau")
    session = client.session
    session["division"] = WEST_STREET
    session.save()
    page = text_of(client, at("list"))
    assert "胜利小区" in page
    assert "民生小区" not in page


def test_an_order_that_was_overridden_shows_its_place(cast: Cast) -> None:
    compound = make_pooled(cast, "插队小区")
    set_place(compound=compound, user=cast.bureau, rank=3, reason="与道路改造同步")
    page = text_of(cast.client("bureau"), f"{at('list')}?sort=batch")
    assert "指定第 3 位" in page


def test_a_compound_that_was_merged_is_found_only_when_asked_for(cast: Cast) -> None:
    compound = make_compound(cast, "历史小区")
    Compound.objects.filter(pk=compound.pk).update(ended_on=date(2026, 1, 1))
    client = cast.client("bureau")
    assert "历史小区" not in text_of(client, at("list"))
    assert "历史小区" in text_of(client, f"{at('list')}?ended=true")


def test_the_workbook_holds_the_rows_and_columns_of_the_screen_and_is_audited(cast: Cast) -> None:
    make_pooled(cast, "甲小区")
    make_compound(cast, "乙小区", household_count=12, built_year=1987, built_year_certainty="approximate")
    answer = cast.client("bureau").get(f"{at('list')}?sort=-name&cols=households.built_year&export=xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()
    heading = next(place for place, row in enumerate(rows) if row[0] == "小区")
    assert rows[heading] == ["小区", "建成年代", "户数"]
    assert [row[0] for row in rows[heading + 1 :]] == ["甲小区", "乙小区"]
    assert rows[heading + 2][1:] == [1987, 12]
    entry = AuditEntry.objects.get(action="compounds.exported")
    assert entry.actor == cast.bureau
    assert entry.detail["rows"] == 2


def test_whoever_may_not_export_gets_no_button_and_no_file(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区")
    client = cast.client("liaison")
    assert "export=xlsx" not in text_of(client, at("list"))
    assert client.get(f"{at('list')}?export=xlsx").status_code == 403


def test_formulas_in_names_are_inert_in_the_file(cast: Cast) -> None:
    make_compound(cast, "=HYPERLINK(1)")
    answer = cast.client("bureau").get(f"{at('list')}?export=csv")
    assert "\r\n=HYPERLINK" not in b"".join(answer).decode("utf-8-sig")


def test_names_are_text_and_never_markup(cast: Cast) -> None:
    compound = make_compound(cast, "<script>alert(1)</script>", former_names=["<b>旧</b>"], notes="<i>注</i>")
    client = cast.client("bureau")
    for url in (
        at("list"),
        compound.get_absolute_url(),
        at("history", compound.code),
        at("edit", compound.code),
    ):
        page = text_of(client, url)
        assert "<script>alert" not in page
        assert "<b>旧</b>" not in page
        assert "<i>注</i>" not in page


# --- Bulk acts --------------------------------------------------------------------------


def test_chosen_compounds_move_with_a_reason_from_the_list(cast: Cast) -> None:
    first, second = make_compound(cast), make_compound(cast)
    client = cast.client("bureau")
    picked = {"pick": [first.pk, second.pk], "next": at("list")}
    asked = client.post(at("bulk_move"), picked)
    assert asked.status_code == 200
    assert first.name in asked.content.decode()
    done = client.post(at("bulk_move"), {**picked, "step": "done", "batch": "reserve", "reason": "会议纪要"})
    assert done.status_code == 302
    assert PoolEntry.objects.current().filter(batch=Batch.RESERVE).count() == 2


def test_a_cluster_is_assigned_by_a_name_that_may_be_new_each_in_its_county(cast: Cast) -> None:
    first, second = make_compound(cast), make_compound(cast)
    foreign = make_compound(cast, community=GUANGWU, by="stranger")
    client = cast.client("bureau")
    sent = {"pick": [first.pk, second.pk, foreign.pk], "step": "done", "cluster_name": "  古城 片区 "}
    assert client.post(at("bulk_cluster"), sent).status_code == 302
    cluster = Cluster.objects.get()
    assert (cluster.name, cluster.division_id) == ("古城 片区", JINGZHOU)
    assert set(cluster.compounds.all()) == {first, second}
    assert client.post(at("bulk_cluster"), {**sent, "cluster_name": ""}).status_code == 302
    assert not cluster.compounds.exists()


def test_one_row_s_cluster_is_changed_in_its_place(cast: Cast) -> None:
    compound = make_compound(cast)
    answer = cast.client("community").post(at("cell_cluster", compound.code), {"cluster_name": " 古城片区 "})
    assert (answer.status_code, answer.content.decode()) == (200, "古城片区")
    compound.refresh_from_db()
    assert str(compound.cluster) == "古城片区"
    assert cast.client("community").post(at("cell_cluster", compound.code), {}).content.decode() == "—"
    too_long = {"cluster_name": "区" * 61}
    assert cast.client("community").post(at("cell_cluster", compound.code), too_long).status_code == 400
    assert cast.client("finance").post(at("cell_cluster", compound.code), {}).status_code == 403
    assert cast.client("stranger").post(at("cell_cluster", compound.code), {}).status_code == 404
    assert "data-cell-form" not in text_of(cast.client("finance"), at("list"))


def test_all_rows_of_a_filter_are_those_of_the_filter(cast: Cast) -> None:
    meant = make_compound(cast, "砂石厂小区")
    make_compound(cast, "别的小区")
    sent = {"all": "1", "query": "q=ssc", "step": "done", "cluster_name": "片区"}
    cast.client("bureau").post(at("bulk_cluster"), sent)
    assert list(Cluster.objects.get().compounds.all()) == [meant]


def test_chosen_rows_come_as_a_file_and_on_paper(cast: Cast) -> None:
    meant, other = make_compound(cast, "甲小区"), make_compound(cast, "乙小区")
    client = cast.client("bureau")
    answer = client.post(at("bulk_export"), {"pick": [meant.pk], "query": ""})
    rows = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()
    names = [row[0] for row in rows]
    assert meant.name in names
    assert other.name not in names
    assert AuditEntry.objects.get(action="compounds.exported").detail["rows"] == 1
    paper = client.post(at("bulk_print"), {"pick": [meant.pk], "query": ""}).content.decode()
    assert meant.name in paper
    assert other.name not in paper


@pytest.mark.parametrize(
    ("act", "who"), [("bulk_move", "street"), ("bulk_cluster", "finance"), ("bulk_export", "liaison")]
)
def test_a_bulk_act_beyond_one_s_role_is_refused(cast: Cast, act: str, who: str) -> None:
    compound = make_compound(cast)
    assert cast.client(who).post(at(act), {"pick": [compound.pk]}).status_code == 403


@pytest.mark.parametrize("act", ["bulk_move", "bulk_cluster", "bulk_export", "bulk_print"])
def test_a_bulk_act_on_nothing_says_so(cast: Cast, act: str) -> None:
    assert cast.client("bureau").post(at(act), {}).status_code == 400


# --- A compound's page ------------------------------------------------------------------


def test_the_page_says_where_it_is_how_it_stands_and_what_is_missing(cast: Cast) -> None:
    compound = make_compound(
        cast, "砂石厂小区", former_names=["砂石厂宿舍"], has_owners_committee=False, management_state="none"
    )
    page = text_of(cast.client("bureau"), compound.get_absolute_url())
    for words in (
        "荆州市 · 荆州区 · 西城街道 · 胜利街社区居民委员会",
        "砂石厂宿舍",
        "三无小区",
        "未入库",
        "未摸底",
        "建成年代未登记",
    ):
        assert words in page
    assert f"{at('edit', compound.code)}#id_household_count" in page


def test_whoever_may_not_edit_sees_what_is_missing_without_a_way_to_the_form(cast: Cast) -> None:
    compound = make_compound(cast)
    page = text_of(cast.client("finance"), compound.get_absolute_url())
    assert at("edit", compound.code) not in page
    assert at("merge", compound.code) not in page


def test_eligibility_and_urgency_are_told_line_by_line(cast: Cast) -> None:
    compound = make_compound(cast, built_year=1985)
    make_survey(cast, compound, score=3, pipes=4)
    page = cast.client("bureau").get(compound.get_absolute_url())
    text = page.content.decode()
    assert "1985 年建成，早于 2001 年。" in text
    assert "最差的设施评 4 分（满分 4 分），达到 2 分的要求。" in text
    assert sum(part["points"] for part in page.context["parts"]) == page.context["score"].score
    assert sum(part["most"] for part in page.context["parts"]) == 100


def test_declared_figures_stand_beside_the_sums_and_a_difference_shows(cast: Cast) -> None:
    compound = make_compound(cast, building_count=2, household_count=80, floor_area=Decimal(5000))
    make_building(cast, compound, "1号楼", household_count=36, floor_area=Decimal(2500))
    make_building(cast, compound, "2号楼")
    figures = {
        str(figure.label): figure
        for figure in cast.client("bureau").get(compound.get_absolute_url()).context["figures"]
    }
    assert (figures["楼栋数"].declared, figures["楼栋数"].listed, figures["楼栋数"].difference) == (2, 2, 0)
    households = figures["户数"]
    assert (households.listed, households.known, households.is_partial, households.difference) == (
        36,
        1,
        True,
        -44,
    )
    assert figures["单元数"].difference is None


def test_implausible_figures_warn(cast: Cast) -> None:
    compound = make_compound(cast, building_count=3031, household_count=6332)
    assert "是否把单元当作楼栋统计" in text_of(cast.client("bureau"), compound.get_absolute_url())


def test_an_ended_compound_says_what_became_of_it(cast: Cast) -> None:
    into, other = make_compound(cast, "并入小区"), make_compound(cast, "被并小区")
    merge(cast.client("bureau"), into, other)
    page = text_of(cast.client("bureau"), other.get_absolute_url())
    assert "已于 2026-06-01 合并" in page
    assert f'href="{into.get_absolute_url()}"' in page
    assert at("edit", other.code) not in page
    assert cast.client("bureau").get(at("edit", other.code)).status_code == 403


# --- Who may see and do what ------------------------------------------------------------

PAGES = ("detail", "buildings", "history", "edit", "building_add", "merge", "split")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["stranger", "contractor", "nobody"])
def test_a_compound_of_another_division_is_not_there(cast: Cast, who: str, page: str) -> None:
    compound = make_compound(cast)
    assert cast.client(who).get(at(page, compound.code)).status_code == 404


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("bureau", {*PAGES}),
        ("street", {*PAGES}),
        ("community", {"detail", "buildings", "history", "edit", "building_add"}),
        ("finance", {"detail", "buildings", "history"}),
        ("liaison", {"detail", "buildings", "history"}),
        ("auditor", {"detail", "buildings", "history"}),
    ],
)
def test_seen_but_not_allowed_is_refused(cast: Cast, who: str, allowed: set[str]) -> None:
    compound = make_compound(cast)
    client = cast.client(who)
    answers = {page: client.get(at(page, compound.code)).status_code for page in PAGES}
    assert answers == {page: 200 if page in allowed else 403 for page in PAGES}


def test_the_list_and_the_map_are_for_those_who_may_see_the_register(cast: Cast) -> None:
    for who in ("contractor", "nobody"):
        for page in ("list", "map", "points", "position"):
            assert cast.client(who).get(at(page)).status_code == 403, (who, page)


def test_only_those_who_may_add_compounds_get_the_form(cast: Cast) -> None:
    assert cast.client("street").get(at("create")).status_code == 200
    assert cast.client("community").get(at("create")).status_code == 403
    assert at("create") not in text_of(cast.client("community"), at("list"))


# --- Entering and changing --------------------------------------------------------------


def test_a_compound_is_entered_with_a_new_cluster_and_a_new_title_owner(cast: Cast) -> None:
    sent = form_of(
        name="  砂石厂  小区 ", former_names="砂石厂宿舍\n砂石厂宿舍\n  老大院 ", address="荆南路１号", cluster_name="古城片区",
        new_title_owner="荆州区砂石厂", built_year="１９８７", household_count="120", floor_area="9600.5",
        longitude="112.19", latitude="30.35", has_owners_committee="false",
    )  # fmt: skip
    answer = cast.client("street").post(at("create"), sent)
    compound = Compound.objects.get()
    assert answer.headers["Location"] == compound.get_absolute_url()
    assert (compound.name, compound.former_names) == ("砂石厂 小区", ["砂石厂宿舍", "老大院"])
    assert (compound.built_year, compound.household_count, compound.floor_area) == (
        1987,
        120,
        Decimal("9600.5"),
    )
    assert (compound.cluster and compound.cluster.name, compound.has_owners_committee) == ("古城片区", False)
    assert compound.title_owner is not None
    assert (compound.title_owner.kind, compound.title_owner.division_id) == (
        OrganisationKind.TITLE_OWNER,
        JINGZHOU,
    )


def test_a_known_title_owner_is_not_made_twice(cast: Cast) -> None:
    owner = make_organisation("荆州区砂石厂")
    cast.client("street").post(at("create"), form_of(new_title_owner="荆州区砂石厂"))
    assert Compound.objects.get().title_owner == owner
    assert Organisation.objects.count() == 1


def test_communities_outside_one_s_division_are_not_on_offer(cast: Cast) -> None:
    client = cast.client("street")
    page = text_of(client, at("create"))
    assert SHENGLI in page
    assert MINSHENG not in page
    assert GUANGWU not in page
    assert client.post(at("create"), form_of(community=GUANGWU)).status_code == 422
    assert not Compound.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u200b \u3000"}, "name"),
        ({"built_year": "1700"}, "built_year"),
        ({"built_year": "1987年"}, "built_year"),
        ({"household_count": "-1"}, "household_count"),
        ({"household_count": "9" * 30}, "household_count"),
        ({"floor_area": "0"}, "floor_area"),
        ({"floor_area": "1e400"}, "floor_area"),
        ({"floor_area": "NaN"}, "floor_area"),
        ({"longitude": "112.1"}, "latitude"),
        ({"longitude": "30.3", "latitude": "112.1"}, "longitude"),
        ({"longitude": "2.35", "latitude": "48.85"}, "longitude"),
        ({"former_names": "\n".join(f"名{number}" for number in range(20))}, "former_names"),
        ({"management_state": "nonsense"}, "management_state"),
    ],
)
def test_what_cannot_be_is_explained_at_its_field(cast: Cast, changes: dict[str, Any], field: str) -> None:
    answer = cast.client("bureau").post(at("create"), form_of(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Compound.objects.exists()


def test_a_name_that_the_community_has_already_is_explained_at_the_name(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区")
    answer = cast.client("bureau").post(at("create"), form_of(name="砂石厂 小区"))
    assert answer.status_code == 422
    assert answer.context["form"].errors["name"] == ["该社区已有同名小区。"]


def test_rare_characters_and_marks_of_direction(cast: Cast) -> None:
    cast.client("bureau").post(at("create"), form_of(name="𠮷㐂小区\u202e🏠"))
    assert Compound.objects.get().name == "𠮷㐂小区🏠"


def test_an_implausible_figure_is_saved_and_warned_about(cast: Cast) -> None:
    compound = make_compound(cast)
    sent = form_of(compound, building_count="100", household_count="150")
    page = cast.client("community").post(at("edit", compound.code), sent, follow=True)
    assert [str(message) for message in page.context["messages"]][1].startswith("每栋 2 户")


def test_moving_to_another_community_needs_the_right_to_add_there(cast: Cast) -> None:
    compound = make_compound(cast)
    assert (
        cast.client("community")
        .post(at("edit", compound.code), form_of(compound, community=MINZHU))
        .status_code
        == 422
    )
    assert (
        cast.client("street").post(at("edit", compound.code), form_of(compound, community=MINZHU)).status_code
        == 302
    )
    compound.refresh_from_db()
    assert compound.community_id == MINZHU


# --- Two people at once -----------------------------------------------------------------


def test_different_changes_of_two_people_are_both_kept(cast: Cast) -> None:
    compound = make_compound(cast, address="旧地址", household_count=100)
    mine = form_of(compound, address="旧地址", household_count="100", notes="我的备注")
    update_compound(compound=compound, user=cast.bureau2, address="新地址")
    client = cast.client("bureau")
    refused = client.post(at("edit", compound.code), mine)
    assert refused.status_code == 422
    conflict = refused.context["conflict"]
    assert (conflict.rows, conflict.taken) == ([], ["地址"])
    again = {name: refused.context["form"][name].value() or "" for name in refused.context["form"].fields}
    assert client.post(at("edit", compound.code), again).status_code == 302
    compound.refresh_from_db()
    assert (compound.address, compound.notes, compound.household_count) == ("新地址", "我的备注", 100)


def test_what_both_changed_is_shown_and_decided_by_saving_again(cast: Cast) -> None:
    compound = make_compound(cast, household_count=100, management_state=ManagementState.UNKNOWN)
    mine = form_of(compound, household_count="120", management_state="none")
    with pghistory.context(user=cast.bureau2.pk):
        update_compound(
            compound=compound, user=cast.bureau2, household_count=110, management_state="professional"
        )
    client = cast.client("bureau")
    refused = client.post(at("edit", compound.code), mine)
    conflict = refused.context["conflict"]
    assert conflict.who == "科长戊"
    assert conflict.rows == [("管理现状", "物业服务企业", "无人管理"), ("户数", "110", "120")]
    compound.refresh_from_db()
    assert compound.household_count == 110
    mine["version"] = refused.context["form"]["version"].value()
    assert client.post(at("edit", compound.code), mine).status_code == 302
    compound.refresh_from_db()
    assert (compound.household_count, compound.management_state) == (120, "none")


def test_a_form_without_a_version_overwrites_nothing_unseen(cast: Cast) -> None:
    compound = make_compound(cast, household_count=100)
    refused = cast.client("bureau").post(
        at("edit", compound.code), form_of(compound, version=None, household_count="1")
    )
    assert refused.status_code == 422
    assert ("户数", "100", "1") in refused.context["conflict"].rows


# --- Buildings --------------------------------------------------------------------------


def building(**changes: str) -> dict[str, str]:
    return {"number": "1号楼", "structure": "brick_concrete", **changes}


def test_buildings_are_added_changed_and_removed(cast: Cast) -> None:
    compound = make_compound(cast)
    client = cast.client("community")
    sent = building(floors="6", household_count="36", floor_area="2880.00", another="1")
    assert client.post(at("building_add", compound.code), sent).headers["Location"] == at(
        "building_add", compound.code
    )
    one = Building.objects.get()
    assert (one.number_key, one.floors, one.household_count) == ("1", 6, 36)
    client.post(at("building_edit", compound.code, one.pk), building(number="一栋", floors="7"))
    one.refresh_from_db()
    assert (one.number, one.floors, one.household_count) == ("一栋", 7, None)
    client.post(at("building_delete", compound.code, one.pk))
    assert not Building.objects.exists()
    history = text_of(client, at("history", compound.code))
    assert "移除楼栋：一栋" in history


@pytest.mark.parametrize("number", ["3栋", "3#", "三号楼", "３号楼", "第3幢"])
def test_another_spelling_of_a_listed_number_names_the_listed_one(cast: Cast, number: str) -> None:
    compound = make_compound(cast)
    make_building(cast, compound, "3号楼")
    answer = cast.client("bureau").post(at("building_add", compound.code), building(number=number))
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["number"]
    assert number in sentence
    assert "3号楼" in sentence


def test_a_building_of_another_compound_is_not_there(cast: Cast) -> None:
    one, other = make_compound(cast), make_compound(cast)
    foreign = make_building(cast, other, "1号楼")
    client = cast.client("bureau")
    assert client.get(at("building_edit", one.code, foreign.pk)).status_code == 404
    assert client.post(at("building_delete", one.code, foreign.pk)).status_code == 404
    assert client.get(f"{at('buildings', one.code)}{10**30}/").status_code == 404
    assert Building.objects.count() == 1


def test_removing_needs_a_post_and_the_right(cast: Cast) -> None:
    compound = make_compound(cast)
    one = make_building(cast, compound, "1号楼")
    assert cast.client("bureau").get(at("building_delete", compound.code, one.pk)).status_code == 405
    assert cast.client("finance").post(at("building_delete", compound.code, one.pk)).status_code == 403


# --- History ----------------------------------------------------------------------------


def test_the_history_tells_who_changed_what_in_words(cast: Cast) -> None:
    compound = make_compound(cast, "砂石厂小区", household_count=100)
    cast.client("community").post(
        at("edit", compound.code),
        form_of(compound, household_count="120", management_state="professional", cluster_name="古城片区"),
    )
    page = cast.client("finance").get(at("history", compound.code))
    change = page.context["changes"][0]
    assert (change.who, change.what) == ("社区工作者庚", "基本信息变更")
    assert set(change.lines) == {
        ("户数", "100", "120"),
        ("管理", "未登记", "物业服务企业"),
        ("片区", None, "古城片区"),
    }


def test_the_history_gathers_surveys_pool_buildings_and_facts_newest_first(cast: Cast) -> None:
    compound = make_pooled(cast, "砂石厂小区")
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau, reason="会议纪要")
    make_building(cast, compound, "1号楼")
    page = cast.client("bureau").get(at("history", compound.code))
    told = [change.what for change in page.context["changes"]]
    # One transaction around the test: all moments are the same, so only each kind has an order.
    assert {"新增楼栋：1号楼", "库内调整批次", "入库", "登记入册", "2025-03-01 的摸底已确认"} <= set(told)
    assert told.index("库内调整批次") < told.index("入库")
    moved = page.context["changes"][told.index("库内调整批次")]
    assert (moved.lines, moved.reason) == ([("批次", "储备", "谋划")], "会议纪要")
    only = cast.client("bureau").get(f"{at('history', compound.code)}?kind=pool")
    assert [change.what for change in only.context["changes"]] == ["库内调整批次", "入库"]


def test_a_long_history_has_pages_and_nonsense_is_the_first(cast: Cast) -> None:
    compound = make_compound(cast, household_count=0)
    for number in range(1, 60):
        update_compound(compound=compound, user=cast.bureau, household_count=number)
    client = cast.client("bureau")
    first = client.get(at("history", compound.code))
    assert (len(first.context["changes"]), first.context["older"]) == (50, 2)
    second = client.get(f"{at('history', compound.code)}?page=2")
    assert (len(second.context["changes"]), second.context["older"], second.context["newer"]) == (10, 0, 1)
    for nonsense in ("9e99", "-1", "²", "0", "99999999999"):
        assert client.get(f"{at('history', compound.code)}?page={nonsense}").status_code == 200


# --- Merge and split --------------------------------------------------------------------


def merge(client: Client, into: Compound, *others: Compound, reason: str = "区政府批复") -> Any:
    sent = {"others": [one.pk for one in others], "effective_on": "2026-06-01", "reason": reason}
    return client.post(at("merge", into.code), sent)


def test_compounds_are_searched_ticked_and_their_merging_explained(cast: Cast) -> None:
    into = make_compound(cast, "砂石厂小区", household_count=100)
    other = make_compound(cast, "棉纺小区", community=MINZHU, household_count=50)
    make_building(cast, into, "1号楼")
    make_building(cast, other, "一栋")
    client = cast.client("bureau")
    assert "棉纺小区" not in text_of(client, at("merge", into.code))
    assert "棉纺小区" in text_of(client, f"{at('merge', into.code)}?q=mfx")
    asked = client.get(f"{at('merge', into.code)}?with={other.code}&step=confirm")
    text = asked.content.decode()
    assert "合并后不可撤销" in text
    assert "棉纺小区 一栋" in text
    assert ("户数", 100, 150) in [(str(label), *sums) for label, *sums in asked.context["sums"]]


def test_a_merge_leaves_history_and_one_compound(cast: Cast) -> None:
    into, other = (
        make_compound(cast, "砂石厂小区", household_count=100),
        make_compound(cast, "棉纺小区", household_count=50),
    )
    make_building(cast, other, "2号楼")
    assert merge(cast.client("bureau"), into, other).status_code == 302
    into.refresh_from_db()
    assert (into.household_count, into.former_names, into.buildings.count()) == (150, ["棉纺小区"], 1)
    page = cast.client("bureau").get(at("history", into.code))
    told = {change.what: change.reason for change in page.context["changes"]}
    assert told["棉纺小区并入砂石厂小区"] == "区政府批复"
    assert "楼栋 2号楼 由棉纺小区转入" in told
    gone = [change.what for change in cast.client("bureau").get(at("history", other.code)).context["changes"]]
    assert "楼栋 2号楼 转至砂石厂小区" in gone
    assert "合并或拆分，转为历史记录" in gone


def test_a_merge_without_a_reason_or_with_a_stranger_or_a_survey_under_way_is_refused(cast: Cast) -> None:
    into, other = make_compound(cast), make_compound(cast)
    foreign = make_compound(cast, community=GUANGWU, by="stranger")
    client = cast.client("bureau")
    assert merge(client, into, other, reason="").status_code == 422
    assert merge(client, into, foreign).status_code == 422
    assert merge(client, into, into).status_code == 422
    assert merge(client, into).status_code == 422
    fill_survey(cast, other)
    refused = merge(client, into, other)
    assert refused.status_code == 422
    assert "正在摸底" in refused.content.decode()
    assert not CompoundSuccession.objects.exists()


def split(client: Client, compound: Compound, parts: dict[str, list[Building]], **more: str) -> Any:
    sent: dict[str, Any] = {"parts": len(parts), "effective_on": "2026-06-01", "reason": "社区调整", **more}
    for number, (name, buildings) in enumerate(parts.items(), start=1):
        sent[f"name-{number}"] = name
        sent |= {f"part-{one.pk}": str(number) for one in buildings}
    return client.post(at("split", compound.code), sent)


def test_a_compound_is_split_by_its_buildings(cast: Cast) -> None:
    compound = make_pooled(cast, "大小区")
    one = make_building(cast, compound, "1号楼", household_count=36)
    two = make_building(cast, compound, "2号楼", household_count=48)
    client = cast.client("bureau")
    assert "大小区</strong>终止" in text_of(client, at("split", compound.code))
    assert split(client, compound, {"东区": [one], "西区": [two]}).status_code == 302
    east, west = Compound.objects.living().order_by("code")
    assert (east.name, east.household_count, west.name, west.household_count) == ("东区", 36, "西区", 48)
    assert PoolEntry.objects.current().get(compound=west).batch == Batch.RESERVE
    page = text_of(client, compound.get_absolute_url())
    assert east.get_absolute_url() in page
    assert west.get_absolute_url() in page


def test_a_split_with_an_empty_part_or_a_homeless_building_is_explained(cast: Cast) -> None:
    compound = make_compound(cast, "大小区")
    one, two = make_building(cast, compound, "1号楼"), make_building(cast, compound, "2号楼")
    client = cast.client("bureau")
    empty = split(client, compound, {"东区": [one, two], "西区": []})
    assert empty.status_code == 422
    assert "name-2" in empty.context["form"].errors
    homeless = split(client, compound, {"东区": [one], "西区": []})
    assert f"part-{two.pk}" in homeless.context["form"].errors
    assert split(client, compound, {"东区": [one], "东 区": [two]}).status_code == 422
    assert Compound.objects.living().count() == 1


def test_without_buildings_there_is_nothing_to_split(cast: Cast) -> None:
    compound = make_compound(cast)
    assert "请先登记楼栋" in text_of(cast.client("bureau"), at("split", compound.code))
    assert split(cast.client("bureau"), compound, {"东区": [], "西区": []}).status_code == 422


# --- Elsewhere in the house -------------------------------------------------------------


def test_the_search_box_finds_one_s_own_compounds_by_initials(cast: Cast) -> None:
    mine = make_compound(cast, "砂石厂小区")
    foreign = make_compound(cast, "砂石厂大院", community=GUANGWU, by="stranger")
    page = text_of(cast.client("bureau"), f"{reverse('portal:search')}?q=ssc")
    assert mine.get_absolute_url() in page
    assert foreign.get_absolute_url() not in page


def test_the_overview_counts_the_pool_and_lists_the_divisions(cast: Cast) -> None:
    make_pooled(cast, "甲小区")
    make_compound(cast, "乙小区", household_count=30)
    make_compound(cast, "光武小区", community=GUANGWU, by="stranger")
    page = cast.client("bureau").get(reverse("portal:overview"))
    figures = {str(figure.label): figure.value for figure in page.context["figures"]}
    assert (figures["小区"], figures["储备"], figures["谋划"]) == ("2", "1", "0")
    text = page.content.decode()
    assert "西城街道" in text
    assert "枣阳" not in text


# --- Statements -------------------------------------------------------------------------

# How many statements each page takes, signing in included; none of them depends on how many rows there are.
RECORDED = {
    "list": 7, "list_panel": 7, "map": 6, "points": 5, "detail": 8, "buildings": 8, "history": 10, "edit": 13,
    "create": 9, "merge": 7, "split": 8,
}  # fmt: skip


def counted(cast: Cast, compound: Compound) -> dict[str, int]:
    pages = {name: at(name) for name in ("list", "map", "points", "create")}
    pages["list_panel"] = f"{at('list')}?filters=1"
    pages |= {
        name: at(name, compound.code) for name in ("detail", "buildings", "history", "edit", "merge", "split")
    }
    client, found = cast.client("bureau"), {}
    for name, url in pages.items():
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        found[name] = len(captured)
    return found


def test_statements_are_recorded_and_constant_in_the_rows(cast: Cast) -> None:
    place: dict[str, Any] = {
        "longitude": Decimal("112.19"),
        "latitude": Decimal("30.35"),
        "built_year": 1985,
        "household_count": 10,
    }
    compound = make_compound(cast, "甲小区", **place)
    make_survey(cast, compound)
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau)
    make_building(cast, compound, "1号楼", household_count=12)
    make_building(cast, compound, "2号楼", household_count=12)
    first = counted(cast, compound)
    for number in range(3, 12):
        make_building(cast, compound, f"{number}号楼", household_count=12)
        other = make_compound(cast, f"乙{number}小区", community=MINSHENG if number % 2 else SHENGLI, **place)
        update_compound(compound=compound, user=cast.bureau2, household_count=number)
        assign_cluster(compounds=[other], name=f"片区{number}", user=cast.bureau)
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau2, reason="会议")
    assert counted(cast, compound) == first == RECORDED
    assert first["list"] <= 12
