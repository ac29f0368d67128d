"""The list of compounds, what is done with several of them, and where else the register shows."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from audit.models import AuditEntry
from compounds.actions.names import assign_cluster
from compounds.actions.pool import set_place
from compounds.models import (
    Batch,
    Cluster,
    Compound,
    PoolEntry,
)
from tests.cast import GUANGWU, JINGZHOU, MINSHENG, WEST_STREET, Cast, make_organisation
from tests.compounds.builders import make_compound, make_pooled
from tests.compounds.register import at, text_of

# --- The list ----------------------------------------------------------------------------


def test_the_list_shows_one_s_own_compounds_and_what_they_add_up_to(cast: Cast) -> None:
    make_compound(cast, "砂石厂小区", household_count=120, building_count=4, floor_area=Decimal(9600))
    make_compound(cast, "棉纺小区", household_count=80, building_count=2, floor_area=Decimal(6400))
    make_compound(cast, "光武小区", community=GUANGWU, by="stranger", household_count=999)
    page = text_of(cast.client("bureau"), at("list"))
    assert "砂石厂小区" in page
    assert "光武小区" not in page
    assert (
        "<strong>2</strong> 个小区 · <strong>6</strong> 栋楼 · <strong>200</strong> 户 · <strong>1.6 万㎡</strong>"
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


# --- Bulk acts ---------------------------------------------------------------------------


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


# --- Elsewhere in the house --------------------------------------------------------------


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
