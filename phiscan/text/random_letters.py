"""Tells the letters of a token from words: base64 holds any short word by chance.

Cost: a look at some 500 bytes, and only around a candidate.
"""

import re
import string
from itertools import pairwise
from typing import Final

_LEAST: Final = 16
"""The least letters of a token: 12 bytes of base64."""
_AROUND: Final = 256
"""Bytes before and after a range in which its token is looked at."""
_CHANGES: Final = 0.45
"""The least part of neighbours of different classes: 0.6 in base64, 0.2 in long names."""
_LEAST_MIXED: Final = 8
"""The least letters between signs that can show that they are random."""
_OF_TOKENS: Final = (string.ascii_letters + string.digits + "+/_-").encode()
_TOKEN_LETTERS: Final = frozenset(bytes((letter,)) for letter in _OF_TOKENS + b"=")
# matches "9WQuF3UDseWW+" and "LQ=="; not "s/p CABG", and of "a=1" only "a"
_LETTERS: Final = re.compile(rb"[A-Za-z0-9+/_-]*+(?:={1,6}(?![A-Za-z0-9]))?")
# matches "9WQuF3UDseWW" and "EOB" in "9WQuF3UDseWW/EOB"
_SEGMENT: Final = re.compile(rb"[A-Za-z0-9]+")
# What paths have between their slashes, and notes between plus signs or hyphens.
# matches "notes", "Patient", "v2"; not "dkA", "IO2"
_WORD: Final = re.compile(rb"[A-Z]?[a-z]{3,}|v\d")


def surround(text: bytes, start: int, end: int) -> bool:
    """Whether a range of `text` stands within the letters of a token.

    It does in at least 16 letters of base64 that mix cases and digits as encoded bytes do:
    `HD/2` in `9WQuF3UDseWWLQ+HD/2Yo`. A path begins with a slash or has words, and a note has
    blanks.
    """
    if (
        end - start < _LEAST
        and text[end : end + 1] not in _TOKEN_LETTERS
        and (not start or text[start - 1 : start] not in _TOKEN_LETTERS)
    ):
        return False  # most words stand by themselves
    before = text[max(0, start - _AROUND) : start]
    first = start - len(before) + len(before.rstrip(_OF_TOKENS))
    if text[first : first + 1] == b"/":
        return False
    run = _LETTERS.match(text, first, min(len(text), end + _AROUND))
    if run is None or run.end() < end or run.end() - first < _LEAST:
        return False
    segments = list(_SEGMENT.finditer(text, *run.span()))
    others = (s[0] for s in segments if s.end() <= start or s.start() >= end)
    return not any(map(_WORD.fullmatch, others)) and any(_is_mixed(s[0]) for s in segments)


def _is_mixed(segment: bytes) -> bool:
    """Whether a long segment mixes cases and digits as random letters do."""
    if len(segment) < _LEAST_MIXED:
        return False
    classes = [(c.isupper(), c.isdigit()) for c in map(chr, segment)]
    changes = sum(a != b for a, b in pairwise(classes))
    return len(set(classes)) == 3 and changes >= _CHANGES * (len(classes) - 1)
