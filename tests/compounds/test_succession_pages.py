"""Merging and splitting compounds on their pages."""

from typing import Any

from django.test import Client

from compounds.models import (
    Batch,
    Building,
    Compound,
    CompoundSuccession,
    PoolEntry,
)
from tests.cast import GUANGWU, MINZHU, Cast
from tests.compounds.builders import fill_survey, make_building, make_compound, make_pooled
from tests.compounds.register import at, merge, text_of


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
