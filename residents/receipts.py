"""The short number that a household notes down: characters that nobody mistakes, as on the letters."""

import secrets

from residents.codes import ALPHABET

LENGTH = 8


def new_receipt() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
