"""The letter key: what the codes on paper and their digests are made from. Standard library only.

One random key (`LETTER_KEY`) lies outside of the database and outside of its backup. From it come, by HMAC-SHA256,
keys of their own for each purpose, so that none of them says anything about another. Whoever steals the database has
digests, and without the key cannot try codes against them.
"""

import hashlib
import hmac
import secrets

SHORTEST = 43
NAME = "LETTER_KEY"


def new_key() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def is_strong(key: str) -> bool:
    return len(key) >= SHORTEST and len(set(key)) >= 10


def derived(key: str, purpose: str) -> bytes:
    """32 bytes for one purpose."""
    return hmac.digest(key.encode(), f"renovation letters 1: {purpose}".encode(), hashlib.sha256)


def fingerprint(key: str) -> str:
    """Sixteen hexadecimal digits by which a key is recognised; they tell nothing of it."""
    return derived(key, "fingerprint").hex()[:16]


def key_file(key: str) -> str:
    """The text of the file in which a key is kept or carried away."""
    return (
        f"# The letter key {fingerprint(key)}: the codes on the letters to the households come from it.\n"
        "# Keep a copy apart from the backups of the portal; without it no printed letter opens anything.\n"
        f"{NAME}={key}\n"
    )
