"""The keys of API tokens: what a program sends, and what is kept of it."""

import hashlib
import secrets

PREFIX = "rp_"
# How much of a key people see later, to tell their tokens apart: the prefix and eight signs of 43.
SHOWN = 11


def new_key() -> str:
    """`rp_` and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """SHA-256 in hex. Fast on purpose: a random key of 256 bits needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()
