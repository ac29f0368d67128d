"""The pages under "system": what they show, what they write, how many statements they take."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directory.actions import accounts
from directory.actions.roles import Period
from directory.actions.tokens import issue_token
from directory.models import ApiToken, Organisation, RoleAssignment, SavedView, User
from directory.powers import Role
from tests.cast import (
    JINGZHOU,
    MINSHENG,
    MINZHU,
    SHENGLI,
    WEST_STREET,
    ZAOYANG,
    Cast,
    make_organisation,
    make_user,
)
from tests.directory.steps import (
    VALID_CREDIT_CODE,
    downloaded,
    fresh,
    grant,
    in_days,
    last_entry,
    past_second_factor,
    role_of,
    today,
)


@pytest.fixture
def administrator(cast: Cast) -> Callable[[str], Client]:
    """Signed in, the second factor behind them."""

    def client(username: str) -> Client:
        return past_second_factor(cast.client(username))

    return client


def text(answer: Any) -> str:
    return answer.content.decode()


def statements(client: Client, url: str) -> int:
    """How many statements the page takes when nothing is asked for the first time any more."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


# --- Lists ------------------------------------------------------------------------------


def test_the_list_of_users_shows_roles_and_state_of_the_own_division(cast: Cast, administrator: Any) -> None:
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.street, left_on=today())
    assert cast.stranger
    page = text(administrator("secadmin").get(reverse("directory:users")))
    assert "街道干部己" in page
    assert "已离岗" in page
    assert "枣阳局寅" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=街道干部", {"street"}), ("state=left", {"community"}), ("state=locked", {"finance"}),
     ("role=bureau_manager", {"bureau"}), (f"division={WEST_STREET}", {"street", "community"})],
)  # fmt: skip
def test_users_are_found_by_name_state_role_and_division(
    cast: Cast, administrator: Any, query: str, found: set[str]
) -> None:
    people = {name: getattr(cast, name) for name in ("street", "community", "finance", "bureau", "sysadmin")}
    accounts.deactivate_user(actor=cast.sysadmin, user=cast.community, left_on=today())
    accounts.lock_user(actor=cast.secadmin, user=cast.finance, reason="x")
    page = text(administrator("secadmin").get(f"{reverse('directory:users')}?{query}"))
    assert {name for name, user in people.items() if user.get_absolute_url() in page} == found


def test_an_export_of_users_is_written_down(cast: Cast, administrator: Any) -> None:
    answer = administrator("sysadmin").get(f"{reverse('directory:users')}?export=csv")
    assert "系统管理员甲" in downloaded(answer).decode()
    entry = last_entry("users.exported")
    assert (entry.actor, entry.detail["file"]) == (cast.sysadmin, "csv")


def test_views_of_a_list_can_be_kept(cast: Cast, administrator: Any) -> None:
    administrator("secadmin").post(
        reverse("portal:save_view"),
        {"page": "users", "name": "已离岗", "query": "state=left", "next": "/system/users/"},
    )
    assert SavedView.objects.get().user == cast.secadmin


def many_people(cast: Cast, count: int) -> None:
    office = make_organisation(f"第{count}局")
    for number in range(count):
        person = make_user(
            f"p{count}-{number}", role=Role.COMMUNITY_WORKER, division=SHENGLI, organisation=office
        )
        RoleAssignment.objects.create(
            user=person, role=Role.AUDITOR, division_id=WEST_STREET, starts_on=today()
        )


def test_the_list_of_users_takes_the_same_number_of_statements_for_few_and_many(
    cast: Cast, administrator: Any
) -> None:
    client = administrator("secadmin")
    many_people(cast, 3)
    few = statements(client, reverse("directory:users"))
    many_people(cast, 40)
    assert statements(client, reverse("directory:users")) == few <= 10


@pytest.mark.parametrize(
    ("who", "name", "most"),
    [
        ("sysadmin", "directory:organisations", 10),
        ("bureau", "directory:organisations", 10),
        ("secadmin", "directory:tokens", 10),
        ("sysadmin", "directory:divisions", 9),
        ("sysadmin", "directory:successions", 8),
        ("auditadmin", "audit:list", 10),
        ("sysadmin", "directory:user_create", 12),
        ("sysadmin", "directory:organisation_create", 10),
        ("bureau", "directory:token_issue", 10),
        ("bureau", "account_profile", 10),
        ("bureau", "account_change_password", 4),
        ("bureau", "usersessions_list", 9),
        ("bureau", "mfa_index", 9),
    ],
)
def test_pages_take_few_statements(cast: Cast, administrator: Any, who: str, name: str, most: int) -> None:
    assert statements(administrator(who), reverse(name)) <= most


def test_a_persons_page_takes_the_same_number_of_statements_however_long_their_history(
    cast: Cast, administrator: Any
) -> None:
    client = administrator("secadmin")
    grant(cast, cast.street, Role.FINANCE_OFFICER, SHENGLI)
    page, history = cast.street.get_absolute_url(), reverse("directory:user_history", args=[cast.street.pk])
    few = statements(client, page), statements(client, history)
    for number, division in enumerate((SHENGLI, MINZHU, MINSHENG, WEST_STREET)):
        grant(cast, cast.street, Role.AUDITOR, division, period=Period(today(), in_days(number)))
        accounts.update_user(actor=cast.sysadmin, user=cast.street, post=f"职务{number}")
    assert (statements(client, page), statements(client, history)) == few
    assert few[0] <= 17
    assert few[1] <= 9


# --- Accounts ---------------------------------------------------------------------------


def account_form(**changes: Any) -> dict[str, Any]:
    return {"username": "newcomer", "name": "新同事", "home_division": WEST_STREET, **changes}


def test_the_one_time_password_is_shown_once_in_the_answer_and_nowhere_else(
    cast: Cast, administrator: Any
) -> None:
    client = administrator("sysadmin")
    answer = client.post(reverse("directory:user_create"), account_form())
    assert answer.status_code == 200
    password = answer.context["password"]
    assert password in text(answer)
    assert "no-store" in answer["Cache-Control"]
    user = User.objects.get(username="newcomer")
    assert user.check_password(password)
    assert password not in text(client.get(user.get_absolute_url()))
    assert password not in str(client.session.items())


def test_wrong_input_is_shown_at_its_field(cast: Cast, administrator: Any) -> None:
    client = administrator("sysadmin")
    answer = client.post(
        reverse("directory:user_create"), account_form(username="street" if cast.street else "", name="")
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"username", "name"}


def test_another_divisions_id_in_the_form_is_refused(cast: Cast, administrator: Any) -> None:
    office = make_organisation("枣阳市住建局", kind="bureau", division=ZAOYANG)
    answer = administrator("sysadmin").post(
        reverse("directory:user_create"), account_form(home_division=ZAOYANG, organisation=office.pk)
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"home_division", "organisation"}
    assert not User.objects.filter(username="newcomer").exists()


def test_extra_fields_in_the_form_change_nothing(cast: Cast, administrator: Any) -> None:
    administrator("sysadmin").post(
        reverse("directory:user_create"),
        account_form(
            is_superuser="on", is_staff="on", must_change_password="", roles="1", password="x", locked_at=""
        ),
    )
    user = User.objects.get(username="newcomer")
    assert (user.is_superuser, user.is_staff, user.must_change_password) == (False, False, True)


def test_the_second_editor_sees_what_the_first_saved(cast: Cast, administrator: Any) -> None:
    client = administrator("sysadmin")
    url = reverse("directory:user_edit", args=[cast.street.pk])
    version = client.get(url).context["version"]
    form = {"name": cast.street.name, "home_division": WEST_STREET, "post": "科员", "version": version}
    accounts.update_user(actor=cast.sysadmin, user=cast.street, post="主任")
    answer = client.post(url, form)
    assert answer.status_code == 422
    page = text(answer)
    assert "主任" in page
    assert "科员" in page
    assert fresh(cast.street).post == "主任"
    assert client.post(url, form | {"version": answer.context["version"]}).status_code == 302
    assert fresh(cast.street).post == "科员"


def test_acts_on_an_account_are_buttons_with_a_consequence(cast: Cast, administrator: Any) -> None:
    client, url = administrator("secadmin"), cast.street.get_absolute_url()
    client.post(reverse("directory:user_lock", args=[cast.street.pk]), {"reason": "手机丢失"})
    assert fresh(cast.street).locked_at is not None
    assert "手机丢失" not in text(client.get(url))
    client.post(reverse("directory:user_unlock", args=[cast.street.pk]), {"reason": "已核实"})
    assert fresh(cast.street).locked_at is None
    answer = client.post(reverse("directory:user_lock", args=[cast.street.pk]), {}, follow=True)
    assert fresh(cast.street).locked_at is None
    assert answer.context["messages"]


def test_closing_and_bringing_back_an_account_on_the_page(cast: Cast, administrator: Any) -> None:
    client = administrator("sysadmin")
    client.post(
        reverse("directory:user_close", args=[cast.street.pk]),
        {"left_on": today().isoformat(), "reason": "调离"},
    )
    assert not fresh(cast.street).is_active
    answer = client.post(reverse("directory:user_reopen", args=[cast.street.pk]), {"reason": "返岗"})
    assert answer.context["password"] in text(answer)
    assert fresh(cast.street).is_active


def test_a_new_password_and_a_lost_phone_on_the_page(cast: Cast, administrator: Any) -> None:
    system, url = administrator("sysadmin"), reverse("directory:user", args=[cast.street.pk])
    assert "担任角色" in text(system.get(url))
    answer = system.post(reverse("directory:user_new_password", args=[cast.street.pk]))
    assert fresh(cast.street).check_password(answer.context["password"])
    assert "安全管理员解锁" in text(answer)
    waiting = text(administrator("secadmin").get(url))
    assert "一次性密码" in waiting
    assert "当面或拨打" in waiting
    Authenticator.objects.create(user=cast.street, type="totp", data={"secret": "x"})
    client = administrator("secadmin")
    client.post(reverse("directory:user_reset_second_factor", args=[cast.street.pk]), {"reason": "手机丢失"})
    assert not Authenticator.objects.filter(user=cast.street).exists()
    client.post(reverse("directory:user_end_sessions", args=[cast.street.pk]), {"reason": "离开办公室"})
    assert last_entry("session.ended_by_administrator").reason == "离开办公室"


# --- Roles ------------------------------------------------------------------------------


def test_granting_a_role_on_the_page(cast: Cast, administrator: Any) -> None:
    url = reverse("directory:role_grant", args=[cast.nobody.pk])
    form = {"role": Role.STREET_OFFICER, "division": WEST_STREET, "starts_on": today().isoformat()}
    client = administrator("secadmin")
    assert client.get(url).status_code == 200
    assert client.post(url, form).status_code == 302
    assert fresh(cast.nobody).has_role(Role.STREET_OFFICER)
    again = client.post(url, form)
    assert again.status_code == 422
    assert again.context["form"].non_field_errors()


def test_another_divisions_code_or_a_role_for_programs_is_not_on_offer(
    cast: Cast, administrator: Any
) -> None:
    url = reverse("directory:role_grant", args=[cast.nobody.pk])
    form = {"role": Role.SERVICE, "division": ZAOYANG, "starts_on": today().isoformat()}
    assert set(administrator("secadmin").post(url, form).context["form"].errors) == {"role", "division"}


def test_a_substitute_and_a_hand_over_on_the_page(cast: Cast, administrator: Any) -> None:
    client = administrator("secadmin")
    url = reverse("directory:role_substitute", args=[role_of(cast.street).pk])
    assert client.get(url).status_code == 200
    client.post(
        url,
        {"substitute": cast.nobody.pk, "starts_on": today().isoformat(), "ends_on": in_days(9).isoformat()},
    )
    assert fresh(cast.nobody).has_role(Role.STREET_OFFICER)
    assert "街道干部己" in text(client.get(cast.nobody.get_absolute_url()))
    url = reverse("directory:hand_over", args=[cast.street.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"roles": [role_of(cast.street).pk], "successor": cast.finance.pk, "reason": "离职"})
    assert fresh(cast.finance).has_role(Role.STREET_OFFICER)
    assert not fresh(cast.street).current_roles


def test_ending_a_role_needs_a_reason_on_the_page(cast: Cast, administrator: Any) -> None:
    url = reverse("directory:role_end", args=[role_of(cast.street).pk])
    client = administrator("secadmin")
    client.post(url, {})
    assert fresh(cast.street).current_roles
    client.post(url, {"reason": "调离"})
    assert not fresh(cast.street).current_roles


# --- Organisations, divisions, tokens ---------------------------------------------------


def test_an_organisation_is_registered_corrected_and_ended_on_the_page(
    cast: Cast, administrator: Any
) -> None:
    client = administrator("sysadmin")
    form = {
        "name": "荆州水务",
        "kind": "utility",
        "division": JINGZHOU,
        "credit_code": "9142 0100 MA4K M4XD 2G",
    }
    assert client.post(reverse("directory:organisation_create"), form).status_code == 302
    made = Organisation.objects.get(name="荆州水务")
    assert made.credit_code == VALID_CREDIT_CODE
    edit = reverse("directory:organisation_edit", args=[made.pk])
    assert client.get(edit).status_code == 200
    wrong = client.post(edit, form | {"credit_code": VALID_CREDIT_CODE[:-1] + "7"})
    assert set(wrong.context["form"].errors) == {"credit_code"}
    assert client.post(edit, form | {"phone": "0716-1"}).status_code == 302
    assert "0716-1" in text(client.get(reverse("directory:organisation_history", args=[made.pk])))
    client.post(reverse("directory:organisation_end", args=[made.pk]), {"ended_on": today().isoformat()})
    made.refresh_from_db()
    assert made.ended_on == today()


def test_a_second_organisation_of_the_same_name_is_said_at_the_name(cast: Cast, administrator: Any) -> None:
    make_organisation("荆州水务")
    form = {"name": "荆州水务", "kind": "utility", "division": JINGZHOU}
    answer = administrator("sysadmin").post(reverse("directory:organisation_create"), form)
    assert set(answer.context["form"].errors) == {"name"}


def test_the_tree_of_divisions_is_walked_and_searched(cast: Cast) -> None:
    client = cast.client("street")
    assert "湖北省" in text(client.get(reverse("directory:divisions")))
    below = text(client.get(f"{reverse('directory:divisions')}?under={WEST_STREET}"))
    assert "胜利街社区居民委员会" in below
    assert "社区（村）级" in below
    found = text(client.get(f"{reverse('directory:divisions')}?q=民"))
    assert "民主街社区" in found
    assert "民生街社区" not in found
    assert client.get(f"{reverse('directory:divisions')}?under={ZAOYANG}").status_code == 404
    assert client.get(reverse("directory:division", args=[ZAOYANG])).status_code == 404


def test_a_token_is_issued_and_its_key_shown_once(cast: Cast, administrator: Any) -> None:
    client = cast.client("bureau")
    form = {
        "user": cast.service.pk,
        "label": "大屏",
        "scopes": ["read"],
        "expires_on": in_days(30).isoformat(),
    }
    answer = client.post(reverse("directory:token_issue"), form)
    key, token = answer.context["key"], ApiToken.objects.get()
    assert key in text(answer)
    assert "no-store" in answer["Cache-Control"]
    page = text(client.get(reverse("directory:token", args=[token.pk])))
    assert key not in page
    assert token.prefix in page
    client.post(reverse("directory:token_revoke", args=[token.pk]), {"reason": "停用"})
    token.refresh_from_db()
    assert token.revoked_at is not None


@pytest.mark.parametrize("days", [-1, 400])
def test_a_token_that_lasts_too_long_is_refused_on_the_form(
    cast: Cast, administrator: Any, days: int
) -> None:
    form = {
        "user": cast.service.pk,
        "label": "大屏",
        "scopes": ["read"],
        "expires_on": in_days(days).isoformat(),
    }
    assert cast.client("bureau").post(reverse("directory:token_issue"), form).status_code == 422


def test_the_empty_list_of_tokens_leads_nobody_where_they_may_not_go(cast: Cast, administrator: Any) -> None:
    issue = f'href="{reverse("directory:token_issue")}"'
    assert issue in text(cast.client("bureau").get(reverse("directory:tokens")))
    assert issue not in text(administrator("secadmin").get(reverse("directory:tokens")))


def test_token_of_another_division_is_nothing(cast: Cast, administrator: Any) -> None:
    program = make_user("elsewhere", role=Role.SERVICE, division=ZAOYANG, is_service=True)
    issued = issue_token(
        actor=cast.stranger,
        user=program,
        label="x",
        scopes=["read"],
        expires_at=timezone.now() + timedelta(days=9),
    )
    url = reverse("directory:token", args=[issued.token.pk])
    assert administrator("secadmin").get(url).status_code == 404


# --- One's own account ------------------------------------------------------------------


def test_a_person_sees_their_roles_and_keeps_their_contact_details(cast: Cast) -> None:
    client = cast.client("street")
    page = text(client.get(reverse("account_profile")))
    assert "街道干部" in page
    assert "西城街道" in page
    assert client.post(reverse("account_profile"), {"phone": "0716-2", "email": "wrong"}).status_code == 422
    client.post(reverse("account_profile"), {"phone": "0716-2", "email": "", "chat_id": "zhang"})
    assert fresh(cast.street).chat_id == "zhang"


def test_what_one_may_not_change_about_oneself_is_not_changed_by_extra_fields(cast: Cast) -> None:
    cast.client("street").post(
        reverse("account_profile"),
        {"phone": "1", "name": "别人", "home_division": JINGZHOU, "username": "root"},
    )
    person = fresh(cast.street)
    assert (person.name, person.home_division, person.username) == ("街道干部己", WEST_STREET, "street")


# --- Search and rail --------------------------------------------------------------------


def test_organisations_and_people_are_found_by_the_search_box(cast: Cast, administrator: Any) -> None:
    make_organisation("荆州水务集团", kind="utility")
    assert cast.street
    found = text(administrator("secadmin").get("/search/?q=街道干部"))
    assert cast.street.get_absolute_url() in found
    assert "荆州水务集团" in text(cast.client("bureau").get("/search/?q=荆州水务"))
    assert cast.street.get_absolute_url() not in text(cast.client("bureau").get("/search/?q=街道干部"))


@pytest.mark.parametrize(
    ("who", "goes_to"),
    [("sysadmin", "/system/users/"), ("secadmin", "/system/users/"), ("auditadmin", "/system/audit/"),
     ("auditor", "/system/audit/"), ("bureau", "/system/organisations/")],
)  # fmt: skip
def test_system_leads_everybody_to_what_they_work_with(
    cast: Cast, administrator: Any, who: str, goes_to: str
) -> None:
    assert administrator(who).get("/system/")["Location"] == goes_to


@pytest.mark.parametrize("who", ["secadmin", "sysadmin", "auditadmin"])
def test_an_administrator_sees_nothing_of_the_register(cast: Cast, administrator: Any, who: str) -> None:
    assert administrator(who).get("/compounds/").status_code == 403
    assert 'href="/compounds/"' not in text(administrator(who).get("/overview/"))


def test_the_command_that_rescues_an_account_prints_a_password_and_is_written_down(
    cast: Cast, capsys: Any
) -> None:
    accounts.lock_user(
        actor=make_user("s2", role=Role.SECURITY_ADMINISTRATOR), user=cast.secadmin, reason="x"
    )
    call_command("rescue_account", "SecAdmin", "--without-second-factor")
    password = capsys.readouterr().out.split()[-1]
    person = fresh(cast.secadmin)
    assert person.check_password(password)
    assert person.locked_at is None
    assert last_entry("account.rescued").actor_name == "manage.py"
