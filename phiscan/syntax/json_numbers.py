"""Finds the numbers of a JSON document. A mask of letters in their place would be invalid JSON."""

import re
from typing import Final

from phiscan.syntax import json_lenient
from phiscan.syntax.json_lexer import STRING, WORD

# matches `-12.5` and `true` with group 1; `"a \"quoted\" 1"` whole and without group 1
_SCALAR: Final = re.compile(f"{STRING}|({WORD})".encode(), re.DOTALL)
_BESIDE: Final = 8
"""The most bytes between a number and the punctuation before it."""


def find(data: bytes) -> list[tuple[int, int]]:
    """Return the ranges of the scalars of a JSON document that are not strings, in order."""
    text = json_lenient.rewritten(data, words=False) or data
    return [match.span(1) for match in _SCALAR.finditer(text) if match.lastindex]


def is_number_within(data: bytes, start: int, end: int) -> bool:
    """Whether a value is a number of nested JSON: in a string, or in a part of a multipart body."""
    around = (
        data[max(0, start - _BESIDE) : start].rstrip()[-1:] + data[end : end + 1]
        if data[start:end].isdigit()
        else b""
    )
    return len(around) == 2 and around[0] in b":[," and around[1] in b",]} \\\r\n"
