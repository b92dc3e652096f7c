"""Decimal numbers as protocols write them: ASCII digits, no sign, no blanks, no other script's digits."""

from typing import Final

_MOST_DIGITS: Final = 19
"""A number of 64 bits has no more. Python itself refuses to read 4,301 digits."""


def decimal(text: str) -> int | None:
    """The number that `text` writes in ASCII digits; None when it is none, or longer than 19
    digits."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None
