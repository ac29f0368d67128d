"""The second factor: compulsory for administrators, each code once, guessing limited by rows."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.models import User
from directory.secrets import SealBroken, open_sealed, seal
from tests.cast import PASSWORD, Cast
from tests.directory.steps import is_signed_in, last_entry, sign_in

OVERVIEW = "/overview/"


def code_of(secret: str, *, periods: int = 0) -> str:
    """What the phone shows now, or so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods))


def enrol(user: User) -> str:
    secret = generate_totp_secret()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": seal(secret)})
    return secret


def give_code(client: Client, code: str) -> int:
    return client.post(reverse("mfa_authenticate"), {"code": code}).status_code


# --- Compulsory -------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditadmin"])
def test_an_administrator_without_one_is_led_to_set_it_up(cast: Cast, who: str) -> None:
    client = cast.client(who)
    assert client.get(OVERVIEW)["Location"] == reverse("mfa_activate_totp")
    assert client.get("/system/users/")["Location"] == reverse("mfa_activate_totp")


def test_others_may_do_without(cast: Cast) -> None:
    assert cast.client("bureau").get(OVERVIEW).status_code == 200


def test_who_becomes_administrator_is_led_there_with_the_next_click(cast: Cast) -> None:
    client = cast.client("nobody")
    assert client.get(OVERVIEW).status_code == 200
    cast.nobody.roles.create(role="audit_administrator", division_id="421003", starts_on=timezone.localdate())
    assert client.get(OVERVIEW)["Location"] == reverse("mfa_activate_totp")


def test_the_demonstration_may_switch_it_off(cast: Cast, settings: object) -> None:
    settings.SECOND_FACTOR_FOR_ADMINISTRATORS = False  # type: ignore[attr-defined]
    assert cast.client("sysadmin").get(OVERVIEW).status_code == 200


def test_an_administrator_may_not_drop_it(cast: Cast) -> None:
    secret = enrol(cast.sysadmin)
    client = cast.client()
    sign_in(client, "sysadmin")
    give_code(client, code_of(secret))
    assert client.post(reverse("mfa_deactivate_totp")).status_code == 200
    assert Authenticator.objects.filter(user=cast.sysadmin).exists()


def test_setting_it_up_leads_through_codes_to_the_portal(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    client = cast.client()
    sign_in(client, cast.sysadmin.username)
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = client.session[SECRET_SESSION_KEY]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).content.decode().count("<code>") == 10
    assert client.get(OVERVIEW).status_code == 200
    assert last_entry("second_factor.added").actor == cast.sysadmin


def test_a_wrong_code_sets_nothing_up(cast: Cast) -> None:
    client = cast.client()
    sign_in(client, cast.sysadmin.username)
    client.get(reverse("mfa_activate_totp"))
    assert client.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_long_after_signing_in_the_password_is_asked_for_again(cast: Cast) -> None:
    client = cast.client()
    sign_in(client, cast.bureau.username)
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        answer = client.get(reverse("mfa_activate_totp"))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert client.post(answer["Location"], {"password": "wrong"}).status_code == 422
        client.post(answer["Location"], {"password": PASSWORD})
        assert client.get(reverse("mfa_activate_totp")).status_code == 200


# --- At sign-in -------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(cast: Cast) -> None:
    enrol(cast.bureau)
    client = cast.client()
    assert sign_in(client, "bureau")["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get(OVERVIEW).status_code == 302


@pytest.mark.parametrize("periods", [-1, 0, 1])
def test_a_code_of_now_or_next_to_it_opens_the_portal(cast: Cast, periods: int) -> None:
    secret = enrol(cast.bureau)
    client = cast.client()
    sign_in(client, "bureau")
    assert give_code(client, code_of(secret, periods=periods)) == 302
    assert is_signed_in(client)


def test_an_old_code_does_not(cast: Cast) -> None:
    secret = enrol(cast.bureau)
    client = cast.client()
    sign_in(client, "bureau")
    assert give_code(client, code_of(secret, periods=-3)) == 422
    assert last_entry("second_factor.refused").actor == cast.bureau


def test_a_code_seen_over_a_shoulder_is_spent_though_the_cache_was_flushed(cast: Cast) -> None:
    secret = enrol(cast.bureau)
    code = code_of(secret)
    for expected in (302, 422):
        client = cast.client()
        sign_in(client, "bureau")
        assert give_code(client, code) == expected
        caches["default"].clear()


def test_full_width_digits_and_spaces_are_read(cast: Cast) -> None:
    secret = enrol(cast.bureau)
    client = cast.client()
    sign_in(client, "bureau")
    wide = code_of(secret).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert give_code(client, f" {wide[:3]} {wide[3:]} ") == 302


def test_guessing_codes_is_locked_whatever_the_address(cast: Cast) -> None:
    secret = enrol(cast.bureau)
    client = cast.client()
    sign_in(client, "bureau")
    answers = [
        client.post(
            reverse("mfa_authenticate"), {"code": "000000"}, REMOTE_ADDR=f"198.51.100.{n}"
        ).status_code
        for n in range(11)
    ]
    assert answers == [422] * 10 + [429]
    assert give_code(client, code_of(secret)) == 429


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    enrol(cast.bureau)
    codes = Authenticator.objects.create(
        user=cast.bureau,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": seal("5eed" * 20), "used_mask": 0},
    )
    code = codes.wrap().get_unused_codes()[0]
    for expected in (302, 422):
        client = cast.client()
        sign_in(client, "bureau")
        assert give_code(client, code) == expected


def test_the_code_page_without_a_password_before_it_leads_to_the_sign_in_page(cast: Cast) -> None:
    assert cast.client().get(reverse("mfa_authenticate"))["Location"] == reverse("account_login")


# --- At rest ----------------------------------------------------------------------------


def test_secrets_do_not_stand_in_the_database(cast: Cast) -> None:
    secret = enrol(cast.bureau)
    assert secret not in str(Authenticator.objects.values().get())


def test_a_sealed_secret_opens_under_the_key_and_its_fallbacks_only(settings: object) -> None:
    sealed = seal("JBSWY3DPEHPK3PXP")
    assert open_sealed(sealed) == "JBSWY3DPEHPK3PXP"
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10  # type: ignore[attr-defined]
    with pytest.raises(SealBroken):
        open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]  # type: ignore[attr-defined]
    assert open_sealed(sealed) == "JBSWY3DPEHPK3PXP"
