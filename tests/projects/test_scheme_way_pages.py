"""A scheme on its way: signatures, notice, objections, approval, and what waits for whom."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.board import board
from projects.actions.approvals import record_objection, send_back
from projects.actions.schemes import submit_scheme
from projects.models import Scheme, SchemeRule, SchemeState
from tests.cast import Cast
from tests.compounds.pages import picture
from tests.projects.builders import make_project
from tests.projects.scheme_pages import at, kind_of, text_of
from tests.projects.schemes import make_scheme, post, sign

# --- On its way -------------------------------------------------------------------------


def test_from_the_table_to_the_approval_by_its_own_pages(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    today = timezone.localdate()
    cast.client("street").post(at("scheme_submit", project, 1))
    for who, kind in (("street", "street_office"), ("community", "community")):
        answer = cast.client(who).post(at("scheme_sign", project, 1), {"kind": kind, "agrees": "yes"})
        assert answer.status_code == 302, text_of(answer)
    notice = {"from_on": today - timedelta(days=6), "until_on": today - timedelta(days=1), "places": "大门"}
    answer = cast.client("community").post(at("scheme_notice", project, 1), {**notice, "photo": picture()})
    assert answer.status_code == 302, text_of(answer)
    objection = {
        "received_on": today - timedelta(days=2),
        "channel": "phone",
        "raised_by": "李四",
        "text": "停车位不够",
    }
    cast.client("community").post(at("scheme_objection_add", project, 1), objection)
    page = cast.client("bureau").get(at("scheme_approve", project, 1))
    assert len(page.context["missing"]) == 1
    refused = cast.client("bureau").post(at("scheme_approve", project, 1), {"approved_on": today})
    assert refused.status_code == 422
    raised = Scheme.objects.get().notices.get().objections.get()
    assert raised.raised_by == "李*"
    url = at("scheme_objection", project, 1, raised.pk)
    assert cast.client("community").post(url, {"answer": "x", "is_adopted": "no"}).status_code == 403
    cast.client("street").post(url, {"answer": "另行增设停车位", "is_adopted": "no"})
    answer = cast.client("bureau").post(
        at("scheme_approve", project, 1), {"approved_on": today, "approval_number": "1号"}
    )
    assert answer.status_code == 302, text_of(answer)
    assert Scheme.objects.get().state == SchemeState.APPROVED
    shown = cast.client("finance").get(at("scheme_notice", project, 1))
    assert "另行增设停车位" in text_of(shown)
    photo = at("scheme_notice_photo", project, 1, raised.notice_id)
    assert kind_of(cast.client("finance"), photo) == "image/jpeg"


def test_what_a_paper_refuses_is_said_at_its_field(cast: Cast) -> None:
    project = make_project(cast)
    submit_scheme(scheme=make_scheme(cast, project), user=cast.street)
    html = SimpleUploadedFile("会签.pdf", b"<html><script>1</script></html>", content_type="application/pdf")
    answer = cast.client("street").post(
        at("scheme_sign", project, 1), {"kind": "street_office", "agrees": "yes", "paper": html}
    )
    assert answer.status_code == 422
    assert "paper" in answer.context["form"].errors
    assert not Scheme.objects.get().sign_offs.exists()
    silent = cast.client("street").post(
        at("scheme_sign", project, 1), {"kind": "street_office", "agrees": "no"}
    )
    assert "remark" in silent.context["form"].errors


def test_the_printed_notice_names_no_person(cast: Cast) -> None:
    project = make_project(cast)
    scheme = sign(cast, make_scheme(cast, project))
    post(cast, scheme)
    record_objection(
        scheme=scheme, user=cast.community, received_on=timezone.localdate(), channel="visit", text="噪音", raised_by="张三"
    )  # fmt: skip
    page = cast.client("auditor").get(at("scheme_notice_print", project, 1)).content.decode()
    sheet = page[page.index("<article") : page.index("</article>")]
    for user in (cast.street, cast.community, cast.bureau, cast.bureau2):
        assert user.name not in sheet
    assert "张" not in sheet
    assert "供水管网改造" in sheet


def test_a_prolonged_notice_shows_both_days_on_the_page_and_on_the_paper(cast: Cast) -> None:
    project = make_project(cast)
    notice = post(cast, sign(cast, make_scheme(cast, project)))
    url = at("scheme_notice_prolong", project, 1, notice.pk)
    client, until = cast.client("community"), timezone.localdate() + timedelta(days=2)
    assert url in client.get(at("scheme_notice", project, 1)).content.decode()
    assert url not in cast.client("finance").get(at("scheme_notice", project, 1)).content.decode()
    wrong = client.post(url, {"until_on": notice.from_on, "reason": "雨季"})
    assert (wrong.status_code, notice.until_on.isoformat() in text_of(wrong)) == (422, True)
    assert client.post(url, {"until_on": until, "reason": "住户外出"}).status_code == 302
    for name in ("scheme_notice", "scheme_notice_print"):
        shown = text_of(client.get(at(name, project, 1)))
        assert all(word in shown for word in (notice.until_on.isoformat(), until.isoformat(), "住户外出"))
    send_back(scheme=notice.scheme, user=cast.bureau, reason="改")
    assert client.get(url).status_code == 409


def test_sent_back_with_its_reason_on_the_page(cast: Cast) -> None:
    project = make_project(cast)
    sign(cast, make_scheme(cast, project))
    assert (
        cast.client("community").post(at("scheme_send_back", project, 1), {"reason": "x"}).status_code == 403
    )
    cast.client("bureau").post(at("scheme_send_back", project, 1), {"reason": "道路范围要改"})
    assert "道路范围要改" in text_of(cast.client("street").get(at("scheme", project)))


# --- List, rules, board -----------------------------------------------------------------


def test_what_waits_for_whom_is_counted_and_listed(cast: Cast) -> None:
    scheme = make_scheme(cast, make_project(cast))

    def waits(who: str) -> dict[str, int]:
        lines = [line for line in board.waiting(getattr(cast, who)) if "/schemes/" in line.url]
        return {line.url.rpartition("=")[2]: line.count for line in lines}

    assert waits("street") == {}
    submit_scheme(scheme=scheme, user=cast.street)
    assert (waits("street"), waits("community"), waits("stranger")) == ({"sign": 1}, {"sign": 1}, {})
    sign_again = make_scheme(cast, make_project(cast, year=2027))
    sign(cast, sign_again)
    assert waits("street") == {"sign": 1, "notice": 1}
    post(cast, sign_again)
    assert (waits("bureau"), waits("street")) == ({"approve": 1}, {"sign": 1})
    record_objection(
        scheme=sign_again, user=cast.community, received_on=timezone.localdate(), channel="visit", text="噪音", raised_by=""
    )  # fmt: skip
    assert (waits("bureau"), waits("street")) == ({"answer": 1}, {"sign": 1, "answer": 1})
    page = cast.client("street").get(reverse("projects:schemes"), {"waiting": "answer"})
    assert sign_again.project.compound.name in text_of(page)
    assert scheme.project.compound.name not in text_of(page)


def test_the_county_publishes_its_own_rule(cast: Cast) -> None:
    url = reverse("projects:scheme_rules")
    sent = {"notice_days": "7", "cost_low": "100", "cost_high": "90", "basis": "荆区住建〔2026〕3号"}
    assert cast.client("bureau").post(url, sent).status_code == 422
    assert cast.client("bureau").post(url, {**sent, "cost_high": "600"}).status_code == 302
    assert SchemeRule.objects.in_force("421003").notice_days == 7
    assert cast.client("street").post(url, sent).status_code == 403


def test_a_version_that_was_withdrawn_gives_way_to_the_next_with_a_reason(cast: Cast) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    client = cast.client("street")
    client.post(at("scheme_withdraw", project, 1), {"reason": "范围变化"})
    assert "begin-reason" in client.get(at("scheme", project)).content.decode()
    client.post(at("scheme_begin", project), {"reason": "按新范围"})
    assert project.schemes.count() == 2


@pytest.mark.parametrize("reason", ["\0", "x" * 5000, "\ud800", "\u202e反向", "𠮷野家"])
def test_hostile_reasons_neither_break_the_page_nor_pass_as_reasons(cast: Cast, reason: str) -> None:
    project = make_project(cast)
    make_scheme(cast, project)
    sent = {"reason": reason.encode("utf-8", "surrogatepass")}
    answer = cast.client("street").post(at("scheme_withdraw", project, 1), sent)
    assert answer.status_code == 302
    scheme = Scheme.objects.get()
    assert (scheme.state == SchemeState.WITHDRAWN) == (len(scheme.return_reason) > 0)
    assert len(scheme.return_reason) <= 300
