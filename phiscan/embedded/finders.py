"""Finds documents within a text.

This module finds `data:` URIs, armored messages and quoted-printable. The modules beside it find
other encodings.

A prefilter says which `MARKS` occur in the text, and a finder runs only if its mark occurs. What a
finder yields is a guess unless it is `declared`. A guess that turns out to be unreadable is no gap.
"""

import quopri
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final
from urllib.parse import unquote_to_bytes

from phiscan.embedded import as_they_stand, base64_and_hex, byte_by_byte, escaped, json_strings
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.ncpdp import telecom
from phiscan.readers import magic, sql
from phiscan.text.base64 import from_base64

_MAX_FOUND: Final = 4096
"""The most embedded documents of one document. More are a gap.

Each costs a scan (0.1 ms). An interface description of 500 KB has some thousand paragraphs of HTML
in its strings, and a bundle has as many narratives.
"""
# matches b"data:text/plain;charset=utf-8;base64,SGVsbG8=" and b"data:,hello%20you"; not b"data: a"
_DATA_URI: Final = re.compile(
    rb"data:([a-z]{1,20}/[\w.+-]{1,80})?"  # 1: media type
    rb"((?:;[\w-]{1,40}=[^;,\"'\s]{0,80}){0,4})"  # 2: its parameters
    rb"(;base64)?,([^\s\"'<>()]+)",  # 4: content
    re.IGNORECASE,
)
# A soft line break or an escape.
# matches b"=\n" and b"=3D"; not b"==\n", the end of a line under a title
_QUOTED_PRINTABLE: Final = re.compile(rb"(?<!=)=\r?\n|=[0-9A-F]{2}")


def _armored(data: bytes) -> Iterator[Nested]:
    if b"-----BEGIN " in data:
        for match in magic.ARMOR.finditer(data):
            yield Nested(match[0], Location("armored", *match.span()))


def _data_uris(data: bytes) -> Iterator[Nested]:
    if b"data:" not in data and b"DATA:" not in data:
        return
    for match in _DATA_URI.finditer(data):
        kind = (match[1] or b"text/plain").decode("latin-1") + match[2].decode("latin-1")
        body = unquote_to_bytes(match[4])
        content = from_base64(body) if match[3] else body
        if content is None:
            content, kind = body, "text/plain"
        # A style sheet may write a picture as text with quotes in it, which end the match early. So
        # only base64 is declared. The rest of the text is read in place.
        yield Nested(
            content, Location("data_uri", *match.span(4)), kind, declared=match[3] is not None
        )


def _quoted_printable(data: bytes) -> Iterator[Nested]:
    if data.count(b"=\n") + data.count(b"=\r\n") < 2 and data.count(b"=3D") < 2:
        return
    if len(_QUOTED_PRINTABLE.findall(data)) >= 4:
        yield Nested(
            quopri.decodestring(data), Location("quoted_printable", 0, len(data)), declared=False
        )


_Finder = Callable[[bytes], Iterator[Nested | None]]
"""Yields the documents that it finds. It also yields None after each costly step, so that the clock
is checked."""
MARKS: Final[tuple[tuple[str, bool, _Finder], ...]] = (
    ("-----BEGIN ", False, _armored),
    ("data:", True, _data_uris),
    *((mark, False, json_strings.find) for mark in json_strings.MARKS),
    *((mark, False, escaped.xml_strings) for mark in escaped.XML_MARKS),
    (escaped.TABLE_MARK, False, escaped.tables),
    (escaped.MESSAGE_MARK, True, escaped.messages),
    (escaped.PERCENT_MARK, False, escaped.percent_encoded),
    *((mark, False, as_they_stand.json_objects) for mark in as_they_stand.JSON_MARKS),
    (as_they_stand.XML_MARK, False, as_they_stand.xml_elements),
    (hl7v2.MARK, False, hl7v2.within),
    (telecom.MARK, False, telecom.within),
    (rf"[A-Za-z0-9+/_-]{{{base64_and_hex.MIN_LENGTH}}}", False, base64_and_hex.find),
    *((mark, False, byte_by_byte.hexes) for mark in byte_by_byte.HEX_MARKS),
    *((mark, False, byte_by_byte.number_lists) for mark in byte_by_byte.NUMBER_MARKS),
    *((mark, False, byte_by_byte.base85) for mark in byte_by_byte.BASE85_MARKS),
    (byte_by_byte.UTF7_MARK, False, byte_by_byte.utf7),
    (byte_by_byte.BYTE_ESCAPE_MARK, False, byte_by_byte.byte_escapes),
    (byte_by_byte.HEALTH_CARD_MARK, False, byte_by_byte.health_cards),
    *((mark, True, sql.statements) for mark in sql.MARKS),
    ("=3D", False, _quoted_printable),
    (r"=\r?\n", False, _quoted_printable),
)
"""Hyperscan expressions, whether each is caseless, and the finder to run if it occurs.

A finder finds nothing in a text in which none of its marks occurs.
"""


def find(data: bytes, evidence: Evidence, marks: Iterable[int]) -> Gap:
    """Add the documents embedded in the text `data`.

    A document that overlaps one that a reader has already added is left out.

    Args:
        marks: the indexes of the `MARKS` that occur in `data`, in order.

    Returns:
        OVER_LIMIT when there are too many.
    """
    taken = _Taken(n.location for n in evidence.nested)
    finders = dict.fromkeys(MARKS[number][2] for number in marks)
    looked = evidence.context.timed(chain.from_iterable(finder(data) for finder in finders))
    for number, nested in enumerate(filter(None, looked)):
        if number == _MAX_FOUND:
            return Gap.OVER_LIMIT
        location = nested.location
        if location.end - location.start == len(data):
            # the whole text in another decoding; it may overlap the documents in it
            evidence.nested.append(nested)
        elif taken.take(location):
            evidence.nested.append(nested)
    return Gap.NONE


class _Taken:
    """The ranges that are read already, merged and sorted, because there may be thousands.

    A look-up costs O(log n).
    """

    def __init__(self, locations: Iterable[Location]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for location in sorted(locations, key=lambda s: s.start):
            if self._ends and location.start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], location.end)
            else:
                self._starts.append(location.start)
                self._ends.append(location.end)

    def take(self, location: Location) -> bool:
        """Take a range unless it overlaps a taken one. Return whether it was free."""
        at = bisect_left(self._starts, location.end)
        if at and self._ends[at - 1] > location.start:
            return False
        self._starts.insert(at, location.start)
        self._ends.insert(at, location.end)
        return True
