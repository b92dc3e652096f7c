"""Base64 as senders write it: in either alphabet, with or without line breaks and padding."""

import base64
import binascii
from typing import Final

_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
"""Translates the URL-safe alphabet to the standard one (RFC 4648 sections 5 and 4)."""


def from_base64(text: bytes) -> bytes | None:
    """Decode base64 or base64url, with or without line breaks and padding. None if invalid."""
    text = text.translate(_STANDARD, b"=\r\n\t ")
    if len(text) % 4 == 1:
        return None
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
