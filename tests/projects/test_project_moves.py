"""The page of a move: what follows in words, what is refused in words; the form of facts with two editors."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.history import version_of
from outbox.models import Message
from projects.actions.projects import begin_project, edit_project
from projects.actions.stages import advance, pass_as_not_required, suspend
from projects.errors import LeadReasonNeeded, NotInPool, NotResponsibleHere, ProjectChanged
from projects.models import LeadKind, Project, ProjectParty, RelatedWork, Stage, Standing
from tests.cast import Cast, make_organisation
from tests.compounds.builders import make_compound
from tests.projects.builders import bring_to, make_document, make_project, make_unplanned_project
from tests.projects.pages import at, form_of, move, text_of
from tests.projects.schemes import make_approved_scheme

TODAY = timezone.localdate


def page_of(cast: Cast, project: Project, kind: str, *, as_: str = "bureau") -> str:
    return text_of(cast.client(as_), f"{at('stage_move', project.code)}?move={kind}")


# --- What follows, in words --------------------------------------------------------------


def test_a_move_says_what_follows_before_it_is_made(cast: Cast) -> None:
    project = make_project(cast)
    make_document(cast, project, "willingness_record")
    page = page_of(cast, project, "advance")
    assert "计划已下达，“计划”随之完成，直接进入“方案”" in page
    answer = move(cast.client("bureau"), project, "advance", effective_on=TODAY().isoformat())
    assert answer["Location"] == project.get_absolute_url()
    project.refresh_from_db()
    assert project.stage == Stage.SCHEME


def test_what_lacks_stands_there_instead_of_the_button(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    page = page_of(cast, project, "advance")
    assert "办理此步还缺" in page
    assert 'name="effective_on"' not in page


@pytest.mark.parametrize("kind", ["not_required", "suspend", "cancel"])
def test_a_move_that_needs_a_reason_asks_for_it_at_the_field(cast: Cast, kind: str) -> None:
    project = make_unplanned_project(cast)
    client, today = cast.client("bureau"), TODAY().isoformat()
    refused = move(client, project, kind, effective_on=today, reason="  ")
    assert refused.status_code == 422
    assert b"id_reason" in refused.content
    assert move(client, project, kind, effective_on=today, reason="会议决定").status_code == 302
    assert project.stage_changes.get().reason == "会议决定"


def test_a_move_that_the_line_does_not_know_offers_the_others(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    page = page_of(cast, project, "send_back")
    assert "不能作此变动" in page
    assert "?move=suspend" in page
    assert cast.client("bureau").get(f"{at('stage_move', project.code)}?move=nonsense").status_code == 200


def test_a_page_that_is_out_of_date_is_refused_in_clear_words(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    seen = Project.objects.get(pk=project.pk)
    pass_as_not_required(project=project, user=cast.bureau2, reason="职代会通过")
    refused = move(
        cast.client("bureau"), seen, "not_required", effective_on=TODAY().isoformat(), reason="重复"
    )
    assert refused.status_code == 422
    assert "期间已有人将本项目变动到“计划”阶段" in refused.content.decode()
    project.refresh_from_db()
    assert (project.stage, project.stage_changes.count()) == (Stage.PLAN, 1)


def test_days_ahead_and_before_the_last_step_are_refused_at_the_field(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    suspend(project=project, user=cast.bureau, reason="资金")
    client = cast.client("bureau")
    for day in (TODAY() + timedelta(days=1), TODAY() - timedelta(days=1)):
        project.refresh_from_db()
        refused = move(client, project, "resume", effective_on=day.isoformat())
        assert refused.status_code == 422
        assert b"id_effective_on" in refused.content


def test_every_move_is_told_and_led_back_to_the_project(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    client, today = cast.client("bureau"), TODAY().isoformat()
    for kind, words in {"not_required": "已进入“计划”阶段", "send_back": "已退回“意愿征集”阶段", "suspend": "已暂停",
                        "resume": "已恢复", "cancel": "项目已终止"}.items():  # fmt: skip
        project.refresh_from_db()
        answer = move(client, project, kind, effective_on=today, reason="会议决定")
        assert words in client.get(answer["Location"]).content.decode(), kind
    project.refresh_from_db()
    assert project.standing == Standing.CANCELLED
    # Nothing is left to choose: the page of moves leads back.
    assert client.get(at("stage_move", project.code)).status_code == 302


def test_the_street_office_moves_what_it_leads(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    street = cast.client("street")
    assert street.get(at("stage_move", project.code)).status_code == 403
    edit_project(project=project, user=cast.bureau, lead_kind=LeadKind.STREET_OFFICE, lead_reason="会议决定")
    assert street.get(at("stage_move", project.code)).status_code == 200


def test_the_works_are_not_started_from_this_page(cast: Cast) -> None:
    project = bring_to(cast, make_project(cast), Stage.SCHEME)
    make_approved_scheme(cast, project)
    project = bring_to(cast, project, Stage.START)
    assert "不能作此变动" in page_of(cast, project, "advance")


# --- Two people edit ---------------------------------------------------------------------


def test_two_who_change_different_facts_lose_nothing(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    mine = form_of(project, notes="与道路同步")
    edit_project(
        project=project,
        user=cast.bureau2,
        programmes=["urban_renewal"],
        expected_version=version_of(project),
    )
    client = cast.client("bureau")
    page = client.post(at("edit", project.code), mine)
    assert page.status_code == 422
    text = page.content.decode()
    assert "已采用对方的修改" in text
    version = text.split('name="version" value="')[1].split('"')[0]
    sent = {**mine, "version": version, "programmes": ["urban_renewal"]}
    assert client.post(at("edit", project.code), sent).status_code == 302
    project.refresh_from_db()
    assert (project.notes, project.programmes) == ("与道路同步", ["urban_renewal"])


def test_two_who_change_the_same_fact_see_both_values(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    mine = form_of(project, notes="我的")
    edit_project(project=project, user=cast.bureau2, notes="对方的")
    text = cast.client("bureau").post(at("edit", project.code), mine).content.decode()
    assert "对方的" in text
    assert ">我的</textarea>" in text.replace("\n", "")
    project.refresh_from_db()
    assert project.notes == "对方的"


def test_a_stage_that_moved_meanwhile_is_no_conflict(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    version = version_of(project)
    make_document(cast, project, "willingness_record")
    advance(project=project, user=cast.bureau2)
    edit_project(project=project, user=cast.bureau, notes="x", expected_version=version)
    with pytest.raises(ProjectChanged):
        edit_project(project=project, user=cast.bureau2, notes="y", expected_version=version)


# --- Facts -------------------------------------------------------------------------------


def test_another_lead_than_the_rules_needs_its_reason_and_shows_it(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    with pytest.raises(LeadReasonNeeded):
        edit_project(project=project, user=cast.bureau, lead_kind=LeadKind.STREET_OFFICE)
    client = cast.client("bureau")
    refused = client.post(at("edit", project.code), form_of(project, lead_kind="street_office"))
    assert refused.status_code == 422
    assert b"id_lead_reason" in refused.content
    sent = form_of(project, lead_kind="street_office", lead_reason="区政府专题会")
    assert client.post(at("edit", project.code), sent).status_code == 302
    page = text_of(client, project.get_absolute_url())
    assert "未按规则" in page
    assert "区政府专题会" in page
    # Back with the rule, the reason has nothing to explain any more.
    edit_project(project=project, user=cast.bureau, lead_kind=LeadKind.BUREAU, lead_reason="多余")
    project.refresh_from_db()
    assert project.lead_reason == ""


def test_whoever_answers_must_reach_the_project_and_is_told(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    with pytest.raises(NotResponsibleHere):
        edit_project(project=project, user=cast.bureau, manager=cast.stranger)
    edit_project(project=project, user=cast.bureau, manager=cast.community)
    edit_project(project=project, user=cast.bureau, notes="不再通知")
    edit_project(project=project, user=cast.bureau, manager=cast.bureau)
    assert [message.recipient for message in Message.objects.all()] == [cast.community]


def test_parties_and_related_works_come_and_go_on_their_pages(cast: Cast) -> None:
    project = make_unplanned_project(cast)
    firm = make_organisation("第二建筑公司", kind="contractor")
    client, today = cast.client("street"), TODAY().isoformat()
    sent: dict[str, Any] = {"role": "contractor", "organisation": firm.pk, "from_on": today}
    assert client.post(at("party_add", project.code), sent).status_code == 302
    again = client.post(at("party_add", project.code), sent)
    assert again.status_code == 422
    assert "该单位已以此角色参与" in again.content.decode()
    party = ProjectParty.objects.get()
    early = {"until_on": (TODAY() - timedelta(days=3)).isoformat()}
    assert client.post(at("party_end", project.code, party.pk), early).status_code == 422
    assert client.post(at("party_end", project.code, party.pk), {"until_on": today}).status_code == 302
    assert client.get(at("party_end", project.code, party.pk)).status_code == 404
    works = {
        "kind": "roads",
        "name": "西门路大修",
        "planned_from": "2026-09-01",
        "planned_until": "2026-11-30",
    }
    assert client.post(at("related_add", project.code), works).status_code == 302
    work = RelatedWork.objects.get()
    backwards = {**works, "planned_until": "2026-08-01"}
    assert client.post(at("related_edit", project.code, work.pk), backwards).status_code == 422
    assert client.post(at("related_remove", project.code, work.pk)).status_code == 302
    assert not RelatedWork.objects.exists()
    other = make_unplanned_project(cast)
    assert client.post(at("related_remove", other.code, work.pk)).status_code == 404


def test_no_project_begins_outside_the_pool(cast: Cast) -> None:
    with pytest.raises(NotInPool):
        begin_project(compound=make_compound(cast, "未入库小区"), user=cast.bureau, year=2027)
