"""Masks that tell equal values apart from others: a keyed token in the place of each value, the same one for the same value.

Joins and counts survive, values do not. 45 CFR 164.514(c): a code that is derived from information about the individual is no
de-identification in itself; whoever holds the key can test any value against it. Keep the key from those who get the documents.

A token is XXX and 20 letters A to P, 80 bits of HMAC-SHA-256: a delimiter in no format, a word in no language, and no detector
takes it for a value. Spelling does not count: 123-45-6780 and 123456780 have one token.
"""

import hashlib
import hmac
from typing import Final

from phiscan.text.normalise import plain

MIN_KEY: Final = 32
"""Bytes of a key."""
_MARK: Final = b"XXX"
_LETTERS: Final = b"ABCDEFGHIJKLMNOP"
_BYTES: Final = 10
_LENGTH: Final = len(_MARK) + 2 * _BYTES


class KeyTooShortError(Exception):
    """A key with fewer than MIN_KEY bytes could be guessed. The text is one line that says so."""


class Tokens:
    """Makes tokens with one key.

    Raises:
        KeyTooShortError: see MIN_KEY.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY:
            raise KeyTooShortError(f"the key has {len(key)} bytes, fewer than {MIN_KEY}")
        self._key = key

    def mask(self, value: bytes) -> bytes:
        """The token of a value."""
        digest = hmac.digest(self._key, _spelled_out(value), hashlib.sha256)[:_BYTES]
        return _MARK + bytes(_LETTERS[half] for byte in digest for half in (byte >> 4, byte & 15))

    def mask_in_place(self, value: bytes) -> bytes:
        """A mask of the value's own length: its token and X behind, or X alone where no token has
        room."""
        token = self.mask(value) if len(value) >= _LENGTH else b""
        return token.ljust(len(value), b"X")


def _spelled_out(value: bytes) -> bytes:
    """What spellings of one value have in common: its letters and digits, without case."""
    text = plain(value.decode("utf-8", "surrogateescape")).casefold()
    return "".join(c for c in text if c.isalnum()).encode("utf-8", "surrogateescape") or value
