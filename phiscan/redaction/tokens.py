"""Replaces each value by a keyed token. Equal values get equal tokens.

Joins and counts still work on the masked documents. 45 CFR 164.514(c): a code that is derived from
information about the individual is not de-identification by itself. Whoever has the key can test
any value against a token. Do not give the key to those who get the documents.

A token is XXX and 20 letters from A to P, which are 80 bits of HMAC-SHA-256. It is a delimiter in
no format and a word in no language, and no detector finds a value in it. Spelling does not matter:
123-45-6780 and 123456780 have the same token.
"""

import hashlib
import hmac
from typing import Final

from phiscan.text.normalise import plain

MIN_KEY: Final = 32
"""The least bytes of a key."""
_MARK: Final = b"XXX"
_LETTERS: Final = b"ABCDEFGHIJKLMNOP"
_BYTES: Final = 10
LENGTH: Final = len(_MARK) + 2 * _BYTES
"""The bytes of a token."""


class KeyTooShortError(Exception):
    """The key has fewer than MIN_KEY bytes, so that it could be guessed."""


class Tokens:
    """Makes tokens with one key.

    Raises:
        KeyTooShortError: the key has fewer than MIN_KEY bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY:
            raise KeyTooShortError(f"the key has {len(key)} bytes, fewer than {MIN_KEY}")
        self._key = key

    def mask(self, value: bytes) -> bytes:
        """Return the token of a value."""
        digest = hmac.digest(self._key, spelled_out(value), hashlib.sha256)[:_BYTES]
        return _MARK + bytes(_LETTERS[half] for byte in digest for half in (byte >> 4, byte & 15))


def spelled_out(value: bytes) -> bytes:
    """Return the letters and digits of a value, without case. All its spellings share them."""
    text = plain(value.decode("utf-8", "surrogateescape")).casefold()
    return "".join(c for c in text if c.isalnum()).encode("utf-8", "surrogateescape") or value
