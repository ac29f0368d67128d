"""Files with codes in them are never at rest in the clear: a stored result is useless without the letter key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from residents.codes import LetterKeyDiffers, derived_key, key_fingerprint

MAGIC = b"RENOLTR1"
FINGERPRINT = 16
NONCE = 12


class SealBroken(DomainError):
    """Not a sealed file, or changed since."""

    code = "letter_seal_broken"
    sentence = _("The stored letters cannot be opened: the file is damaged. Print the letters again.")


def seal(content: bytes) -> bytes:
    """AES-256-GCM under a key that comes from the letter key; the key's fingerprint stands in front."""
    head = MAGIC + key_fingerprint().encode()
    nonce = os.urandom(NONCE)
    return head + nonce + AESGCM(derived_key("sealing")).encrypt(nonce, content, head)


def unseal(sealed: bytes) -> bytes:
    """What was sealed; `LetterKeyDiffers` where it was sealed under another key, else `SealBroken`."""
    head, rest = sealed[: len(MAGIC) + FINGERPRINT], sealed[len(MAGIC) + FINGERPRINT :]
    if not head.startswith(MAGIC) or len(rest) < NONCE:
        raise SealBroken
    known = head[len(MAGIC) :].decode("ascii", "replace")
    if known != key_fingerprint():
        raise LetterKeyDiffers(known=known, present=key_fingerprint())
    try:
        return AESGCM(derived_key("sealing")).decrypt(rest[:NONCE], rest[NONCE:], head)
    except InvalidTag as error:
        raise SealBroken from error
