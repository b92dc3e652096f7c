"""Decimal numbers as protocols write them: ASCII digits only, no sign, no blanks."""

from typing import Final

_MOST_DIGITS: Final = 19
"""A 64-bit number has no more digits. Python itself refuses to read 4,301 digits."""


def decimal(text: str) -> int | None:
    """The number that `text` writes in ASCII digits; None for other texts and over 19 digits."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
