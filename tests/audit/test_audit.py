"""The audit: who reads which entries, what they find, and how long entries stay."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit import vocabulary
from audit.actions import record
from audit.context import coming_from, present_address
from audit.models import KEPT_AT_LEAST, AuditEntry, Outcome
from audit.retention import months_before
from audit.tables import detail_text
from directory.powers import Role
from tests.cast import JINGZHOU, SHENGLI, WEST_STREET, ZAOYANG, Cast, make_organisation, make_user
from tests.database import Databases
from tests.directory.steps import downloaded, past_second_factor


@pytest.fixture
def reader(cast: Cast) -> Callable[..., Client]:
    """A reader of the audit, the second factor behind them."""

    def client(username: str = "auditadmin") -> Client:
        return past_second_factor(cast.client(username))

    return client


def text(answer: Any) -> str:
    return answer.content.decode()


LIST = "/system/audit/"


# --- Writing ----------------------------------------------------------------------------


def test_an_entry_says_who_what_where_from_and_why(cast: Cast) -> None:
    office = make_organisation("荆州区住建局")
    entry = record(
        action="organisation.changed",
        actor=cast.sysadmin,
        subject=office,
        reason="更名",
        detail={"fields": ["name"]},
    )
    entry.refresh_from_db()
    assert (entry.actor_name, entry.subject_kind, entry.subject_name) == (
        "系统管理员甲",
        "directory.organisation",
        "荆州区住建局",
    )
    assert entry.division_code == JINGZHOU
    assert entry.outcome == Outcome.DONE


def test_the_name_is_that_of_the_day(cast: Cast) -> None:
    entry = record(action="x", actor=cast.sysadmin)
    type(cast.sysadmin).objects.filter(pk=cast.sysadmin.pk).update(name="改名后")
    entry.refresh_from_db()
    assert entry.actor_name == "系统管理员甲"


def test_a_command_acts_under_its_own_name(db: None) -> None:
    entry = record(action="divisions.imported", actor="manage.py import_divisions")
    assert (entry.actor, entry.actor_name) == (None, "manage.py import_divisions")


def test_the_address_of_the_request_is_known_to_actions(db: None) -> None:
    assert present_address() is None
    with coming_from("198.51.100.7"):
        assert record(action="x").address == "198.51.100.7"
        assert record(action="x", address="198.51.100.8").address == "198.51.100.8"
    assert record(action="x").address is None


def test_a_page_beyond_the_role_is_an_entry_though_nothing_else_happened(cast: Cast) -> None:
    answer = cast.client("street").get(LIST, REMOTE_ADDR="198.51.100.9")
    assert answer.status_code == 403
    entry = AuditEntry.objects.get(action="access.refused")
    assert (entry.actor, entry.outcome, entry.address) == (cast.street, Outcome.REFUSED, "198.51.100.9")
    assert entry.detail == {"path": LIST, "method": "GET"}
    assert entry.division_code == WEST_STREET


def test_a_page_that_is_not_there_is_none(cast: Cast) -> None:
    cast.client("street").get("/nothing/")
    assert not AuditEntry.objects.filter(action="access.refused").exists()


# --- Reading ----------------------------------------------------------------------------


def test_a_reader_sees_the_entries_of_their_divisions_and_no_others(cast: Cast, reader: Any) -> None:
    for code, name in ((SHENGLI, "甲事"), (WEST_STREET, "乙事"), (ZAOYANG, "丙事"), ("42", "丁事")):
        record(action="x", division_code=code, reason=name)
    page = text(reader().get(LIST))
    assert "甲事" in page
    assert "乙事" in page
    assert "丙事" not in page
    assert "丁事" not in page


def test_an_entry_of_another_division_is_nothing(cast: Cast, reader: Any) -> None:
    here, there = (record(action="x", division_code=code) for code in (SHENGLI, ZAOYANG))
    client = reader()
    assert client.get(reverse("audit:entry", args=[here.pk])).status_code == 200
    assert client.get(reverse("audit:entry", args=[there.pk])).status_code == 404


def test_what_concerns_no_division_is_read_by_those_above_whom_nobody_reads(cast: Cast, reader: Any) -> None:
    record(action="session.refused", reason="无主")
    assert "无主" in text(reader().get(LIST))
    make_user("province", role=Role.AUDIT_ADMINISTRATOR, division="42")
    assert "无主" not in text(reader().get(LIST))
    assert (
        AuditEntry.objects.visible_to(make_user("p2", role=Role.AUDITOR, division="42"))
        .filter(reason="无主")
        .exists()
    )


@pytest.mark.parametrize(
    "who", ["sysadmin", "secadmin", "bureau", "street", "community", "finance", "liaison", "nobody"]
)
def test_nobody_else_reads_it(cast: Cast, reader: Any, who: str) -> None:
    assert reader(who).get(LIST).status_code == 403
    assert reader(who).get(f"{LIST}?export=csv").status_code == 403


def test_the_read_only_auditor_reads_it(cast: Cast, reader: Any) -> None:
    assert reader("auditor").get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=街道干部", "甲"),
        ("person=street", "甲"),
        ("action=role.granted", "乙"),
        ("action=role.", "乙"),
        ("outcome=refused", "丙"),
        (f"division={SHENGLI}", "丁"),
        ("subject=directory.organisation:{office}", "戊"),
        ("subject=住建局", "戊"),
        ("address=198.51.100.7", "己"),
        ("until=2026-01-02", "庚"),
    ],
)
def test_entries_are_found_by_what_they_say(cast: Cast, reader: Any, query: str, found: str) -> None:
    office = make_organisation("荆州区住建局")
    record(action="x", division_code=JINGZHOU, actor=cast.street, reason="甲")
    record(action="role.granted", division_code=JINGZHOU, reason="乙")
    record(action="x", division_code=JINGZHOU, outcome=Outcome.REFUSED, reason="丙")
    record(action="x", division_code=SHENGLI, reason="丁")
    record(action="x", subject=office, reason="戊")
    record(action="x", division_code=JINGZHOU, address="198.51.100.7", reason="己")
    AuditEntry.objects.bulk_create([AuditEntry(action="x", division_code=JINGZHOU, reason="庚")])
    _backdate("庚", datetime(2026, 1, 2, 15, 59, tzinfo=UTC))
    page = text(reader().get(f"{LIST}?{query.format(office=office.pk)}"))
    assert {sign for sign in "甲乙丙丁戊己庚" if f">{sign}<" in page} == {found}


def _backdate(reason: str, moment: datetime) -> None:
    """Entries cannot be changed: an old one is written as such."""
    template = AuditEntry.objects.get(reason=reason)
    field = AuditEntry._meta.get_field("at")
    field.auto_now_add = False
    try:
        AuditEntry.objects.create(action="x", division_code=template.division_code, reason=reason, at=moment)
    finally:
        field.auto_now_add = True


@pytest.mark.parametrize(
    "query", ["since=x", "until=9999-99-99", "action=nope", "outcome=maybe", "address=%00", "sort=,", "after=zzz", "subject=:", "subject=a.b:c",
              "division=x", "cols=nope"],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_breaks_nothing(cast: Cast, reader: Any, query: str) -> None:
    assert reader().get(f"{LIST}?{query}").status_code in (200, 400)


def test_reading_an_entry_shows_its_words_and_detail(cast: Cast, reader: Any) -> None:
    entry = record(
        action="role.granted", actor=cast.secadmin, subject=cast.street, detail={"role": "auditor", "n": 3}
    )
    page = text(reader().get(reverse("audit:entry", args=[entry.pk])))
    assert "授予角色" in page
    assert "auditor" in page
    assert f"directory.user:{cast.street.pk}" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_taking_the_audit_out_is_an_entry_itself(cast: Cast, reader: Any, kind: str) -> None:
    record(action="x", division_code=JINGZHOU, reason="=cmd()")
    answer = reader().get(f"{LIST}?export={kind}")
    content = downloaded(answer)
    assert content
    if kind == "csv":
        assert "\n=cmd" not in content.decode()
        assert ",=cmd" not in content.decode()
    entry = AuditEntry.objects.get(action="audit.exported")
    assert (entry.actor, entry.detail["file"], entry.detail["rows"]) == (cast.auditadmin, kind, 1)


def test_pages_of_the_audit_are_not_kept_by_the_browser(cast: Cast, reader: Any) -> None:
    assert "no-store" in reader().get(LIST)["Cache-Control"]


def test_the_audit_names_no_resident() -> None:
    """Actions record facts about acts: this is what a detail may look like."""
    assert (
        detail_text({"rows": 12, "fields": ["phone"], "empty": "", "none": None})
        == 'rows: 12; fields: ["phone"]'
    )


def test_every_action_of_the_directory_has_words() -> None:
    known = {action for _group, choices in vocabulary.action_choices() for action, _label in choices}
    assert {"role.granted", "session.signed_in", "account.created", "session."} <= known
    assert vocabulary.action_label("compounds.exported") != "compounds.exported"
    assert vocabulary.action_label("never.heard_of") == "never.heard_of"
    assert vocabulary.kind_label("nowhere.thing") == "nowhere.thing"


# --- Keeping ----------------------------------------------------------------------------


def purge(*words: str) -> str:
    out = StringIO()
    call_command("purge_audit", *words, stdout=out)
    return out.getvalue()


def _write(at: datetime) -> None:
    field = AuditEntry._meta.get_field("at")
    field.auto_now_add = False
    try:
        AuditEntry.objects.create(action="x", at=at)
    finally:
        field.auto_now_add = True


def test_entries_past_their_time_go_by_the_owners_hand(committed_db: Databases) -> None:
    now = timezone.now()
    for days in (1, KEPT_AT_LEAST.days - 3, 250, 400, 900):
        _write(now - timedelta(days=days))
    assert purge("--months", "12", "--dry-run").startswith("2 ")
    assert AuditEntry.objects.filter(action="x").count() == 5
    assert purge("--months", "12").startswith("2 ")
    assert AuditEntry.objects.filter(action="x").count() == 3
    entry = AuditEntry.objects.get(action="audit.purged")
    assert entry.detail["entries"] == 2
    connections["owner"].close()


@pytest.mark.parametrize("months", ["5", "0", "-1"])
def test_nothing_goes_before_six_months(db: None, months: str) -> None:
    with pytest.raises(CommandError):
        purge("--months", months)


def test_the_portal_itself_cannot_remove_entries(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.delitem(settings.DATABASES, "owner")
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            purge("--months", "12")


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda moment: moment.year > 100), st.integers(0, 240))
def test_months_are_counted_as_people_count_them(moment: datetime, months: int) -> None:
    before = months_before(moment, months)
    assert (moment.year * 12 + moment.month) - (before.year * 12 + before.month) == months
    assert before.day <= moment.day
    assert before.time() == moment.time()


def test_the_thirty_first_has_no_brother_in_february() -> None:
    assert months_before(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2026, 2, 28, tzinfo=UTC)
