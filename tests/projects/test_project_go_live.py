"""The day from which a division works in the portal: two administrations set it, then it stays."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import AuditEntry
from core.errors import NotPermitted
from directory.models import Division
from directory.powers import Role
from projects.actions.go_live import confirm_go_live, propose_go_live
from projects.errors import GoLiveSet, SameAdministration, SamePerson
from projects.models import GoLive, nearest_go_live
from tests.cast import JINGZHOU, SHENGLI, ZAOYANG, Cast, make_user
from tests.projects.pages import text_of

DAY = date(2026, 1, 1)


@pytest.fixture
def county(cast: Cast) -> Division:
    return Division.objects.get(pk=JINGZHOU)


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False


def test_one_administration_proposes_and_the_other_confirms(cast: Cast, county: Division) -> None:
    system, security = cast.client("sysadmin"), cast.client("secadmin")
    url = reverse("projects:go_live")
    system.post(url, {"division": JINGZHOU, "live_from": "2026-01-01"})
    assert nearest_go_live(SHENGLI) is None
    confirm = reverse("projects:go_live_confirm", args=[JINGZHOU])
    assert confirm not in text_of(system, url)
    assert confirm in text_of(security, url)
    assert url in text_of(security, "/overview/")
    assert security.post(confirm).status_code == 302
    found = nearest_go_live(SHENGLI)
    assert found is not None
    assert (found.live_from, found.confirmed_by) == (DAY, cast.secadmin)
    assert "已确认" in text_of(system, url)
    assert set(AuditEntry.objects.filter(action__startswith="go_live.").values_list("action", flat=True)) == {
        "go_live.proposed", "go_live.confirmed",
    }  # fmt: skip


def test_neither_the_same_person_nor_the_same_administration_confirms(cast: Cast, county: Division) -> None:
    proposed = propose_go_live(division=county, user=cast.sysadmin, live_from=DAY)
    with pytest.raises(SamePerson):
        confirm_go_live(go_live=proposed, user=cast.sysadmin)
    with pytest.raises(SameAdministration):
        confirm_go_live(go_live=proposed, user=make_user(role=Role.SYSTEM_ADMINISTRATOR))
    with pytest.raises(NotPermitted):
        confirm_go_live(go_live=proposed, user=cast.bureau)


def test_until_it_is_confirmed_the_day_may_be_proposed_anew_and_then_no_more(
    cast: Cast, county: Division
) -> None:
    propose_go_live(division=county, user=cast.sysadmin, live_from=DAY)
    anew = propose_go_live(division=county, user=cast.secadmin, live_from=date(2026, 3, 1))
    confirm_go_live(go_live=anew, user=cast.sysadmin)
    with pytest.raises(GoLiveSet):
        propose_go_live(division=county, user=cast.sysadmin, live_from=DAY)
    for change in ({"live_from": DAY}, {"confirmed_at": None, "confirmed_by": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            GoLive.objects.filter(pk=anew.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        GoLive.objects.filter(pk=anew.pk).delete()


def test_no_shell_confirms_what_it_proposes(cast: Cast, county: Division) -> None:
    proposed = propose_go_live(division=county, user=cast.sysadmin, live_from=DAY)
    with pytest.raises(DatabaseError), transaction.atomic():
        GoLive.objects.filter(pk=proposed.pk).update(
            confirmed_by=cast.sysadmin, confirmed_at="2026-01-01T00:00Z"
        )


def test_another_division_is_not_offered_and_not_set(cast: Cast) -> None:
    client = cast.client("sysadmin")
    answer = client.post(reverse("projects:go_live"), {"division": ZAOYANG, "live_from": "2026-01-01"})
    assert answer.status_code == 422
    with pytest.raises(NotPermitted):
        propose_go_live(division=Division.objects.get(pk=ZAOYANG), user=cast.sysadmin, live_from=DAY)
