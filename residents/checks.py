"""What must be set before letters can be printed."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004

from residents import keys

HINT = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))", and keep a copy apart.'


def check_letter_key(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """`check --deploy`: a missing or weak letter key, or one that is also the secret key."""
    if not settings.LETTER_KEY:
        said = "LETTER_KEY is not set: letters to households can neither be printed nor read."
    elif not keys.is_strong(settings.LETTER_KEY):
        said = f"LETTER_KEY must be a random text of at least {keys.SHORTEST} characters."
    elif settings.LETTER_KEY in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        said = "LETTER_KEY must differ from SECRET_KEY: it is kept apart from the database and its backup."
    elif settings.LETTER_KEY_FINGERPRINT not in ("", keys.fingerprint(settings.LETTER_KEY)):
        said = f"LETTER_KEY is another key than the one that letters were made with ({settings.LETTER_KEY_FINGERPRINT})."
    else:
        return []
    return [Error(said, hint=HINT, id="residents.E001")]


def check_letter_key_stayed(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """At every start: letters were made with a key that is not here any more."""
    known = settings.LETTER_KEY_FINGERPRINT
    if not known or (settings.LETTER_KEY and keys.fingerprint(settings.LETTER_KEY) == known):
        return []
    said = f"The letters were made with the letter key {known}, which is not here: no printed letter opens anything."
    return [Warning(said, hint="Put it back into the file letter-key, or LETTER_KEY.", id="residents.W001")]
