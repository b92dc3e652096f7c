"""Where a JSON document has numbers. A mask of letters in their place would end the document."""

import re
from typing import Final

from phiscan.syntax.json_lexer import STRING, WORD

# "a \"quoted\" word" is passed over, -12.5 and true are found (group 1)
_SCALAR: Final = re.compile(f"{STRING}|({WORD})".encode(), re.DOTALL)
_BESIDE: Final = 8
"""Bytes before a number in which the sign before it stands."""


def find(data: bytes) -> list[tuple[int, int]]:
    """The ranges of the bare scalars of a JSON document, in order."""
    return [match.span(1) for match in _SCALAR.finditer(data) if match.lastindex]


def is_number_within(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a number of a JSON document within this document: in a string, or in a
    part of a multipart body."""
    around = (
        data[max(0, start - _BESIDE) : start].rstrip()[-1:] + data[end : end + 1]
        if data[start:end].isdigit()
        else b""
    )
    return len(around) == 2 and around[0] in b":[," and around[1] in b",]} \\\r\n"
