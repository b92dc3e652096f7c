"""Base64 as senders write it: either alphabet, in lines or not, padded or not."""

import base64
import binascii
from typing import Final

_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
"""The alphabet for URLs to the standard one (RFC 4648 sections 4 and 5)."""


def from_base64(text: bytes) -> bytes | None:
    """The bytes of base64 or base64url, in lines or not, padded or not; None when it is neither."""
    text = text.translate(_STANDARD, b"=\r\n\t ")
    if len(text) % 4 == 1:
        return None
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
