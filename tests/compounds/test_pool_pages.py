"""The board, the ranking, moves with their refusals, places out of turn, the tab of a compound."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import AuditEntry
from compounds.actions.pool import move_to_batch, set_place
from compounds.models import Batch, Compound
from compounds.worklists import places_in_order
from tests.cast import GUANGWU, MINSHENG, WEST_STREET, Cast
from tests.compounds.builders import current_entry, make_compound, make_pooled, make_survey


def at(name: str, *args: Any, **query: str) -> str:
    return reverse(f"compounds:{name}", args=args) + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    )


def move(client: Client, *compounds: Compound, batch: str, reason: str = "", **more: str) -> Any:
    sent = {"pick": [one.pk for one in compounds], "batch": batch, "reason": reason, "step": "done", **more}
    return client.post(at("pool_move"), sent)


# --- The board --------------------------------------------------------------------------


def test_the_board_ranks_urgent_first_and_adds_up(cast: Cast) -> None:
    mild = make_pooled(cast, "轻微小区", score=2)
    bad = make_pooled(cast, "严重小区", score=4)
    Compound.objects.filter(pk__in=[mild.pk, bad.pk]).update(household_count=100, floor_area=5000)
    page = cast.client("bureau").get(at("pool"))
    reserve = page.context["columns"][0]
    assert [entry.compound for _place, entry in reserve.cards] == [bad, mild]
    assert (reserve.count, reserve.households, reserve.area) == (2, 200, 10_000)
    assert [column.count for column in page.context["columns"]] == [2, 0, 0]


def test_a_place_out_of_turn_shows_with_its_reason(cast: Cast) -> None:
    make_pooled(cast, "严重小区", score=4)
    mild = make_pooled(cast, "轻微小区", score=2)
    set_place(compound=mild, user=cast.bureau, rank=1, reason="与道路改造同步")
    page = cast.client("finance").get(at("pool"))
    assert page.context["columns"][0].cards[0][1].compound == mild
    assert "与道路改造同步" in page.content.decode()


def test_a_long_column_shows_thirty_and_then_more(cast: Cast) -> None:
    compounds = [make_compound(cast) for _each in range(33)]
    move_to_batch(compounds=compounds, batch=Batch.RESERVE, user=cast.bureau, reason="历史项目")
    client = cast.client("bureau")
    page = client.get(at("pool"))
    assert (len(page.context["columns"][0].cards), page.context["columns"][0].next) == (30, 30)
    more = client.get(at("pool", batch="reserve", **{"from": "30"}), headers={"HX-Request": "true"})
    text = more.content.decode()
    assert "<html" not in text
    assert text.count('name="pick"') == 3
    assert "hx-get" not in text


@pytest.mark.parametrize("wrong", ["x", "-1", "9" * 30, "１２"])
def test_a_broken_place_in_a_column_is_its_beginning(cast: Cast, wrong: str) -> None:
    make_pooled(cast, "甲小区")
    answer = cast.client("bureau").get(
        at("pool"), {"batch": "reserve", "from": wrong}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "甲小区" in answer.content.decode()


def test_the_board_is_narrowed_by_division_and_never_shows_a_stranger(cast: Cast) -> None:
    west = make_pooled(cast, "西城小区")
    east = make_compound(cast, "东城小区", community=MINSHENG)
    far = make_compound(cast, "光武小区", community=GUANGWU, by="stranger")
    for compound, user in ((east, cast.bureau), (far, cast.stranger)):
        move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=user, reason="历史项目")
    client = cast.client("bureau")
    assert shown(client.get(at("pool"))) == {west, east}
    assert shown(client.get(at("pool", division=WEST_STREET))) == {west}
    assert shown(client.get(at("pool", division="420683"))) == set()
    assert shown(cast.client("community").get(at("pool"))) == {west}
    assert "光武小区" not in client.get(at("pool")).content.decode()


def shown(page: Any) -> set[Compound]:
    return {entry.compound for column in page.context["columns"] for _place, entry in column.cards}


def test_who_left_the_pool_is_folded_away_with_the_reason(cast: Cast) -> None:
    gone = make_pooled(cast, "拆除小区")
    move_to_batch(compounds=[gone], batch=Batch.OUT, user=cast.bureau, reason="列入征收范围")
    client = cast.client("bureau")
    assert client.get(at("pool")).context["out_count"] == 1
    cards = client.get(at("pool", batch="out", **{"from": "0"}), headers={"HX-Request": "true"})
    assert "列入征收范围" in cards.content.decode()
    assert "列入征收范围" in client.get(at("pool_list", batch="out")).content.decode()


def test_eligible_compounds_outside_the_pool_are_pointed_to(cast: Cast) -> None:
    compound = make_compound(cast, "待入库小区", built_year=1985)
    make_survey(cast, compound)
    client = cast.client("bureau")
    assert client.get(at("pool")).context["candidates"] == 1
    assert "待入库小区" in client.get(at("pool_list"), {"batch": "none", "eligible": "true"}).content.decode()
    assert "待入库小区" not in client.get(at("pool_list")).content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "moves"),
    [("bureau", 200, 302), ("street", 200, 403), ("community", 200, 403), ("finance", 200, 403), ("auditor", 200, 403),
     ("contractor", 403, 403), ("sysadmin", 403, 403), ("nobody", 403, 403)],
)  # fmt: skip
def test_who_sees_and_who_moves(cast: Cast, role: str, sees: int, moves: int, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False
    compound = make_pooled(cast)
    client = cast.client(role)
    assert client.get(at("pool")).status_code == sees
    assert client.get(at("pool_list")).status_code == sees
    assert move(client, compound, batch=Batch.PREPARING).status_code == moves


# --- Moves ------------------------------------------------------------------------------


def test_ticked_compounds_move_and_one_comes_back_to_where_one_was(cast: Cast) -> None:
    first, second = make_pooled(cast, score=4), make_pooled(cast, score=3)
    answer = move(
        cast.client("bureau"), first, second, batch=Batch.PREPARING, next=at("pool", division=WEST_STREET)
    )
    assert answer.url == at("pool", division=WEST_STREET)
    assert {current_entry(one).batch for one in (first, second)} == {Batch.PREPARING}


def test_one_does_not_come_back_to_another_site(cast: Cast) -> None:
    answer = move(
        cast.client("bureau"), make_pooled(cast), batch=Batch.PREPARING, next="https://evil.example/pool/"
    )
    assert answer.url == at("pool")


def test_jumping_the_queue_is_refused_in_words_and_goes_on_with_a_reason(cast: Cast) -> None:
    make_pooled(cast, "严重小区", score=4)
    mild = make_pooled(cast, "轻微小区", score=2)
    client = cast.client("bureau")
    refused = move(client, mild, batch=Batch.PREPARING)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "严重小区" in page
    assert refused.context["can_go_on"]
    assert current_entry(mild).batch == Batch.RESERVE
    assert move(client, mild, batch=Batch.PREPARING, reason="与管网改造同步").status_code == 302
    assert current_entry(mild).reason == "与管网改造同步"


def test_what_is_not_eligible_is_refused_and_goes_on_with_a_reason(cast: Cast) -> None:
    compound = make_compound(cast, "未调查小区")
    client = cast.client("bureau")
    assert move(client, compound, batch=Batch.RESERVE).context["can_go_on"]
    assert move(client, compound, batch=Batch.RESERVE, reason="市政府专题会议纪要").status_code == 302


def test_leaving_needs_a_reason(cast: Cast) -> None:
    compound = make_pooled(cast)
    client = cast.client("bureau")
    assert move(client, compound, batch=Batch.OUT).context["can_go_on"]
    assert move(client, compound, batch=Batch.OUT, reason="已拆除").status_code == 302


def test_those_already_there_come_back_unticked(cast: Cast) -> None:
    there, other = make_pooled(cast, "已在小区", score=4), make_pooled(cast, "未在小区", score=3)
    move_to_batch(compounds=[there], batch=Batch.PREPARING, user=cast.bureau)
    answer = move(cast.client("bureau"), there, other, batch=Batch.PREPARING)
    assert answer.status_code == 422
    ticked = {row["name"]: is_ticked for row, is_ticked in answer.context["listed"]}
    assert ticked == {"已在小区": False, "未在小区": True}


def test_nothing_chosen_and_no_batch_are_said(cast: Cast) -> None:
    client = cast.client("bureau")
    assert client.post(at("pool_move"), {"batch": "reserve", "step": "done"}).status_code == 400
    assert client.get(at("pool_move")).status_code == 200
    assert move(client, make_pooled(cast), batch="").status_code == 422
    assert move(client, make_pooled(cast), batch="moon").status_code == 422


def test_another_districts_compound_is_nobodys_choice(cast: Cast) -> None:
    far = make_compound(cast, "光武小区", community=GUANGWU, by="stranger")
    answer = move(cast.client("bureau"), far, batch=Batch.RESERVE, reason="试")
    assert "光武小区" not in answer.content.decode()
    assert not far.pool_entries.exists()


def test_all_that_the_ranking_finds_can_be_moved(cast: Cast) -> None:
    compounds = [make_pooled(cast) for _each in range(3)]
    sent = {"all": "1", "query": "batch=reserve", "batch": Batch.PREPARING, "step": "done", "reason": ""}
    assert cast.client("bureau").post(at("pool_move"), sent).status_code == 302
    assert {current_entry(one).batch for one in compounds} == {Batch.PREPARING}


def test_the_ranking_asks_first(cast: Cast) -> None:
    compound = make_pooled(cast, "甲小区")
    answer = cast.client("bureau").post(at("pool_move"), {"pick": compound.pk, "query": ""})
    assert answer.status_code == 200
    assert "甲小区" in answer.content.decode()
    assert current_entry(compound).batch == Batch.RESERVE


# --- Places out of turn -----------------------------------------------------------------


def test_a_place_is_set_with_a_reason_and_taken_back(cast: Cast) -> None:
    compound = make_pooled(cast, "甲小区")
    client, here = cast.client("bureau"), at("pool_place", compound.code)
    assert client.post(here, {"rank": "1", "reason": ""}).status_code == 422
    assert client.post(here, {"rank": "0", "reason": "会议"}).status_code == 422
    assert client.post(here, {"rank": "2", "reason": "会议纪要〔2025〕3 号"}).status_code == 302
    assert current_entry(compound).override_rank == 2
    assert client.post(here, {"clear": "1"}).status_code == 302
    assert current_entry(compound).override_rank is None


@pytest.mark.parametrize(
    ("role", "status"), [("bureau", 200), ("street", 403), ("finance", 403), ("stranger", 404)]
)
def test_who_sets_a_place(cast: Cast, role: str, status: int) -> None:
    assert cast.client(role).get(at("pool_place", make_pooled(cast).code)).status_code == status


def test_who_is_not_in_the_pool_has_no_place(cast: Cast) -> None:
    assert cast.client("bureau").get(at("pool_place", make_compound(cast).code)).status_code == 404


# --- The ranking ------------------------------------------------------------------------


def test_the_ranking_goes_out_as_a_workbook_and_is_audited(cast: Cast) -> None:
    make_pooled(cast, "=1+1小区")
    answer: Any = cast.client("finance").get(at("pool_list", export="xlsx"))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert AuditEntry.objects.filter(actor=cast.finance, action="pool.exported").exists()
    assert cast.client("liaison").get(at("pool_list", export="xlsx")).status_code == 403


def test_the_ranking_filters(cast: Cast) -> None:
    make_pooled(cast, "严重小区", score=4)
    mild = make_pooled(cast, "轻微小区", score=2)
    set_place(compound=mild, user=cast.bureau, rank=1, reason="会议")
    client = cast.client("bureau")
    everything = client.get(at("pool_list")).content.decode()
    assert everything.index("轻微小区") < everything.index("严重小区")
    assert "严重小区" not in client.get(at("pool_list"), {"out_of_turn": "true"}).content.decode()
    assert "轻微小区" not in client.get(at("pool_list"), {"q": "yz"}).content.decode()
    for odd in ({"sort": ","}, {"after": "x"}, {"batch": "moon"}, {"division": "x"}, {"eligible": "2"}):
        assert client.get(at("pool_list"), odd).status_code == 200


def test_each_row_has_its_place_in_its_county_and_batch_whatever_the_filter(cast: Cast) -> None:
    make_pooled(cast, "严重小区", score=4)
    middling = make_pooled(cast, "中等小区", score=3)
    make_pooled(cast, "轻微小区", score=2)
    elsewhere = make_pooled(cast, "别批小区", score=4)
    move_to_batch(compounds=[elsewhere], batch=Batch.PREPARING, user=cast.bureau, reason="会议")
    keys = [compound.pk for compound in Compound.objects.order_by("pk")]
    assert [places_in_order(keys)[key] for key in keys] == [1, 2, 3, 1]
    page = cast.client("bureau").get(at("pool_list"), {"q": "zhongdeng"}).content.decode()
    assert re.search(r"中等小区</a></th>(<td[^>]*>[^\n]*?</td>){2}<td class=\"n\">2</td>", page)
    out = make_pooled(cast, "出库小区", score=4)
    move_to_batch(compounds=[out], batch=Batch.OUT, user=cast.bureau, reason="已拆除")
    assert places_in_order([out.pk]) == {}
    assert places_in_order([]) == {}
    assert places_in_order([middling.pk]) == {middling.pk: 2}


def test_who_is_not_eligible_is_listed_with_the_reason(cast: Cast) -> None:
    compound = make_compound(cast, "愿望不足小区", built_year=1985)
    make_survey(cast, compound, wishing=10)
    move_to_batch(compounds=[compound], batch=Batch.RESERVE, user=cast.bureau, reason="会议")
    client = cast.client("bureau")
    page = client.get(at("pool_list")).content.decode()
    assert re.search(r'title="[^"]*10%[^"]*">居民意愿</span>', page)
    sent: Any = client.get(at("pool_list", export="csv"))
    assert "10%" in b"".join(sent.streaming_content).decode("utf-8-sig")


# --- The tab ----------------------------------------------------------------------------


def test_the_tab_tells_every_move(cast: Cast) -> None:
    make_pooled(cast, "严重小区", score=4)
    mild = make_pooled(cast, "轻微小区", score=2)
    move_to_batch(compounds=[mild], batch=Batch.PREPARING, user=cast.bureau, reason="与管网改造同步")
    page = cast.client("finance").get(at("pool_tab", mild.code))
    assert [move.batch for move, _tone, _recorded in page.context["moves"]] == [
        Batch.PREPARING,
        Batch.RESERVE,
    ]
    assert page.context["standing"] == (1, 1)
    assert "与管网改造同步" in page.content.decode()
    assert at("pool_move") not in page.content.decode()
    assert at("pool_move") in cast.client("bureau").get(at("pool_tab", mild.code)).content.decode()


def test_the_tab_of_a_compound_that_was_never_in_the_pool(cast: Cast) -> None:
    compound = make_compound(cast)
    page = cast.client("bureau").get(at("pool_tab", compound.code))
    assert page.status_code == 200
    assert cast.client("stranger").get(at("pool_tab", compound.code)).status_code == 404


# --- Statements -------------------------------------------------------------------------

# Session, user, roles and the shell's signs are in each of them.
RECORDED = {"pool": 12, "pool_list": 10, "pool_move": 6, "pool_tab": 11}


def test_statements_do_not_grow(cast: Cast) -> None:
    compound = make_pooled(cast)
    first = counted(cast, compound)
    for batch in (Batch.RESERVE, Batch.PREPARING, Batch.IMPLEMENTING):
        for _each in range(3):
            make_pooled(cast, batch=batch)
    move_to_batch(compounds=[compound], batch=Batch.PREPARING, user=cast.bureau, reason="会议")
    later = counted(cast, compound)
    assert later == RECORDED
    # An empty column needs no statement; nothing else differs.
    assert later["pool"] - first["pool"] == 2
    assert {**later, "pool": 0} == {**first, "pool": 0}


def counted(cast: Cast, compound: Compound) -> dict[str, int]:
    pages = {"pool": at("pool"), "pool_list": at("pool_list"), "pool_tab": at("pool_tab", compound.code)}
    pages["pool_move"] = at("pool_move", pick=str(compound.pk))
    client, found = cast.client("bureau"), {}
    for name, url in pages.items():
        assert client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as caught:
            client.get(url)
        found[name] = len(caught)
    return found
