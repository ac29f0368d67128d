"""What leaves a message in whose inbox: plans on their way through the offices, and public notices."""

from datetime import timedelta

from django.utils import timezone

from directory.models import User
from directory.powers import Role
from outbox.models import Message
from projects.actions.approvals import prolong_notice
from projects.actions.plans import approve_plan, return_plan, submit_plan
from tests.cast import Cast, make_user
from tests.compounds.builders import make_pooled
from tests.projects.builders import make_plan, make_project
from tests.projects.schemes import make_scheme, post, sign


def appear(cast: Cast, *names: str) -> None:
    """People of the cast exist once they are named."""
    for name in names:
        getattr(cast, name)


def told() -> dict[str, list[str]]:
    """{user name: subjects}, and the inboxes are read."""
    found: dict[str, list[str]] = {}
    for name, subject in Message.objects.order_by("pk").values_list("recipient__username", "subject"):
        found.setdefault(name, []).append(subject)
    Message.objects.all().delete()
    return found


def test_a_plan_on_its_way_reaches_those_who_act_next(cast: Cast) -> None:
    appear(cast, "bureau2", "street", "stranger")
    above = make_user("city", role=Role.BUREAU_MANAGER, division="4210")
    plan = make_plan(cast, make_pooled(cast))
    title = plan.title
    plan = submit_plan(plan=plan, user=cast.bureau)
    assert told() == {"bureau2": [f"计划报送：{title}"]}
    return_plan(plan=plan, user=cast.bureau2, reason="投资与附表不一致")
    assert "投资与附表不一致" in Message.objects.get().text
    assert Message.objects.get().url == plan.get_absolute_url()
    assert told() == {"bureau": [f"计划退回，请修改：{title}"]}
    approve_plan(plan=submit_plan(plan=plan, user=cast.bureau), user=cast.bureau2)
    assert told() == {"bureau2": [f"计划报送：{title}"], "bureau": [f"计划批准：{title}"]}
    # Where nobody else in the office may decide, the office above hears of it.
    User.objects.filter(pk=cast.bureau2.pk).update(is_active=False)
    submit_plan(plan=make_plan(cast, make_pooled(cast), year=2027), user=cast.bureau)
    assert list(told()) == [above.username]


def test_a_notice_reaches_those_who_hear_answer_and_decide(cast: Cast) -> None:
    appear(cast, "bureau", "bureau2", "street", "community", "finance", "stranger")
    scheme = sign(cast, make_scheme(cast, make_project(cast, "砂石厂小区")))
    told()
    notice = post(cast, scheme)
    texts = dict(Message.objects.values_list("recipient__username", "text"))
    assert all(notice.until_on.isoformat() in text for text in texts.values())
    assert texts["bureau"] == texts["bureau2"] != texts["street"]
    # The community hung it out itself.
    assert told() == {name: ["公示开始：砂石厂小区"] for name in ("street", "bureau", "bureau2")}
    prolong_notice(
        notice=notice, user=cast.street, until_on=timezone.localdate() + timedelta(days=3), reason="住户外出"
    )
    assert told() == {name: ["公示延长：砂石厂小区"] for name in ("community", "bureau", "bureau2")}
