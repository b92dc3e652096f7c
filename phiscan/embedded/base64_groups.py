"""Base64 cut into groups by blanks, commas or other separators: `eyJy ZXNv dXJj ...`.

Words are separated too. What tells groups of base64 from words is that capital letters follow small
letters and digits within them. In base64 of any document that is every fourth character. In names
of programs (`valueCodeableConcept.text`) and in segments of X12 it is about every tenth, and they
decode to nothing. Small letters are a fourth of base64 at least, and segments have few.

Cost: one pass over a text that has three such words in a row.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

from phiscan.embedded.base64_and_hex import judged
from phiscan.evidence import Nested
from phiscan.finding import Location
from phiscan.text.base64 import from_base64
from phiscan.text.possessive import repeated

_SEPARATOR: Final = r"(?:[ \t\r\n,;.:|*~_-]|\\[tnr])"
MARKS: Final = tuple(
    rf"[a-z0-9][A-Z]{separator}"
    for separator in (
        " ",
        r"\t",
        r"\\t",
        r"\n",
        r"\r",
        ",",
        ";",
        r"\.",
        ":",
        r"\|",
        r"\*",
        "~",
        "_",
        "-",
    )
)
"""Hyperscan expressions for a group that ends as few words do, and a separator.

One for each separator: a single expression for all costs as much as all other marks together.
The first matches `dXJ `; not `first `.
"""
_GROUP: Final = rb"[A-Za-z0-9+/]++"
# matches six groups or more such as b"eyJy ZXNv dXJj ZVR5 cGUi OiJQ"; not b"eyJy ZXNv dXJj"
_GROUPS: Final = re.compile(
    rb"(?<![A-Za-z0-9+/])"
    + _GROUP
    + repeated(_SEPARATOR.encode() + rb"{1,12}" + _GROUP, "{5,}")
    + rb"={0,2}"
)
# Two groups or more of sixteen letters. A JWT is no such: its parts stand between full stops.
# matches b"eyJyZXNvdXJjZVR5cGUi OiJQYXRpZW50IiwiaWQi Oi=="; not b"eyJyZXNvdXJjZVR5cGUi OiJQ"
_SEPARATES_LONG: Final = rb"(?:[ \t\r\n,;:|]|\\[tnr]){1,12}"
_LONG_GROUPS: Final = re.compile(
    rb"[A-Za-z0-9+/]{16,}+"
    + repeated(_SEPARATES_LONG + rb"[A-Za-z0-9+/]{16,}+", "+")
    + rb"(?:"
    + _SEPARATES_LONG
    + rb"[A-Za-z0-9+/]{1,64}(?![A-Za-z0-9+/]))?={0,2}"
)
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SHAPE: Final = bytes(0x61 if c in _LETTERS else 0x20 for c in range(256))
"""Translates a text to `a` for each letter of a group and a blank for all else."""
_LONG: Final = 16
_LONG_SHAPES: Final = tuple(b"a" * _LONG + b" " * n + b"a" * _LONG for n in (1, 2))
_FEWEST: Final = 6
_WORD: Final = re.compile(_GROUP)
_WORDS: Final = 3
"""The most words before or behind the groups that are tried as none of them: `got ... in 3 ms`."""
_ESCAPE: Final = re.compile(rb"\\[tnr]")
_CHANGE: Final = re.compile(rb"[a-z0-9][A-Z]")
_CHANGES: Final = (0.1, 0.25)
"""The share of characters at which a capital letter follows a small one or a digit.

The first is the least share that groups have, the second the share that long base64 has.
"""
_SPREAD: Final = 1.3
"""Three standard deviations of that share in a run of one character."""
_FEWEST_SMALL: Final = 0.05
"""The least share of small letters."""
_ZEROS: Final = b"AAAA"
"""Three zero bytes. DICOM begins with 128."""
_SMALL: Final = bytes(range(ord("a"), ord("z") + 1))
_ALL: Final = b" \t\r\n,;.:|*~_-="
_PLAIN: Final = b" \t\r\n,;.:|*~="
"""Without the signs of base64url, which may be separators or part of the text."""


def find(data: bytes) -> Iterator[Nested | None]:
    """Yield the documents that groups decode to, and None for other groups."""
    for match in _GROUPS.finditer(data):
        run = _ESCAPE.sub(b"", match[0]).translate(None, _ALL)
        if not _looks_encoded(run):
            yield None
            continue
        found = next(filter(None, (_decoded(data, *part) for part in _parts(match))), None)
        yield found


def find_long(data: bytes) -> Iterator[Nested | None]:
    """Yield the documents that few long groups decode to, and None for other groups."""
    shape, reached = data.translate(_SHAPE), 0
    starts = sorted({at for pattern in _LONG_SHAPES for at in _places(shape, pattern)})
    for at in starts:
        if at < reached:
            continue
        match = _LONG_GROUPS.match(data, shape.rfind(b" ", reached, at) + 1 or reached)
        reached = at + _LONG if match is None else match.end()
        if match is None or not _looks_encoded(_ESCAPE.sub(b"", match[0]).translate(None, _ALL)):
            yield None
        else:
            yield _decoded(data, *match.span())


def _places(shape: bytes, pattern: bytes) -> Iterator[int]:
    at = shape.find(pattern)
    while at >= 0:
        yield at
        at = shape.find(pattern, at + len(pattern) - _LONG)


def _looks_encoded(run: bytes) -> bool:
    """Whether letters and digits change in a run as they do in base64."""
    run = run.replace(_ZEROS, b"")
    size = len(run) or 1
    least, usual = _CHANGES
    share = max(least, usual - _SPREAD / size**0.5)
    return (
        size - len(run.translate(None, _SMALL)) >= _FEWEST_SMALL * size
        and len(_CHANGE.findall(run)) >= share * size
    )


def _parts(match: re.Match[bytes]) -> Iterator[tuple[int, int]]:
    """Yield the range of the groups, then ranges without the words before and behind them."""
    groups = [group.span() for group in _WORD.finditer(match[0])]
    first, last = match.start(), match.end()
    yield first, last
    for before, behind in product(range(_WORDS + 1), repeat=2):
        if before + behind and before + behind + _FEWEST <= len(groups):
            end = match.start() + groups[-1 - behind][1] if behind else last
            yield match.start() + groups[before][0], end


def _decoded(data: bytes, start: int, end: int) -> Nested | None:
    run = _ESCAPE.sub(b" ", data[start:end])
    # signs of base64url between groups of one length separate them
    sizes = {len(group) for group in _WORD.findall(run)[:-1]}
    for separators in (_ALL, _PLAIN) if len(sizes) == 1 else (_PLAIN, _ALL):
        content = from_base64(run.translate(None, separators))
        found = judged(content) if content else None
        if found is not None:
            place = Location("encoded", start, end)
            return Nested(found.data, place, declared=found.declared, coding=found.coding)
    return None
