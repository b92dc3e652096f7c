"""Finds documents within a text.

This module finds `data:` URIs and armored messages. The modules beside it find other encodings.

A prefilter says which `MARKS` occur in the text, and a finder runs only if its mark occurs. What a
finder yields is a guess unless it is `declared`. A guess that turns out to be unreadable is no gap.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from phiscan.embedded import (
    as_they_stand,
    base64_and_hex,
    base64_groups,
    byte_by_byte,
    doubled_quotes,
    elements,
    escaped,
    json_strings,
    labelled_lines,
    literals,
    mail_encodings,
    markup_texts,
    pieces,
    prefixed_lines,
    printed_json,
    record_strings,
    references,
)
from phiscan.evidence import Evidence, Nested, Opaque
from phiscan.finding import Gap, Location
from phiscan.formats.hl7v2 import lone
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.hl7v2 import within as hl7v2_within
from phiscan.formats.ncpdp import telecom
from phiscan.formats.x12 import interchange
from phiscan.formats.x12 import within as x12_within
from phiscan.media_kind import MediaKind
from phiscan.readers import json_dialects, magic
from phiscan.readers.tables import sql
from phiscan.text.base64 import from_base64

_MAX_FOUND: Final = 16_384
"""The most embedded documents of one document. More are a gap.

Each costs a scan (0.1 ms). An interface description of 500 KB has some thousand paragraphs of HTML
in its strings, a bundle has as many narratives, and a log of 8 MB has a payload in each line.
"""
# matches b"data:text/plain;charset=utf-8;base64,SGVsbG8=" and b"data:,hello%20you"; not b"data: a"
_DATA_URI: Final = re.compile(
    rb"data:([a-z]{1,20}/[\w.+-]{1,80})?"  # 1: media type
    rb"((?:;[\w-]{1,40}=[^;,\"'\s]{0,80}){0,4})"  # 2: its parameters
    rb"(;base64)?,([^\s\"'<>()]+)",  # 4: content
    re.IGNORECASE,
)


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


class Searched(NamedTuple):
    """The text that is searched.

    Args:
        kind: what it was read as.
        is_whole: whether its reader could read all of it.
    """

    kind: MediaKind
    is_whole: bool

    @property
    def is_json(self) -> bool:
        """Whether its texts are strings of JSON."""
        return self.kind in json_dialects.KINDS


def _anywhere(_: Searched) -> bool:
    return True


def _in_json(text: Searched) -> bool:
    return text.is_json


def _in_markup(text: Searched) -> bool:
    return text.kind.is_markup


def _not_markup(text: Searched) -> bool:
    return not text.kind.is_markup


def _in_text(text: Searched) -> bool:
    """Whether nothing but a finder reads the documents that stand in the text."""
    return not (text.is_whole and (text.is_json or text.kind.is_markup))


def _json_in_text(text: Searched) -> bool:
    return not text.is_json and _in_text(text)


def _xml_in_text(text: Searched) -> bool:
    return not text.kind.is_markup and _in_text(text)


def _hl7v2_in_text(text: Searched) -> bool:
    return text.kind is not hl7v2.MEDIA and _in_text(text)


def _x12_in_text(text: Searched) -> bool:
    return text.kind is not interchange.MEDIA and _in_text(text)


def _ncpdp_in_text(text: Searched) -> bool:
    return text.kind is not telecom.MEDIA


def _of_hl7v2(text: Searched) -> bool:
    return text.kind is hl7v2.MEDIA


_Finder = Callable[[bytes], Iterator[Nested | Opaque | None]]
"""Yields the documents that it finds. It also yields None after each costly step, so that the clock
is checked."""


class Mark(NamedTuple):
    """What shows that a finder may find something.

    Args:
        expression: a Hyperscan expression.
        finder: runs if the expression occurs.
        where: returns whether the finder runs in a text.
        caseless: whether the expression ignores case.
    """

    expression: str
    finder: _Finder
    where: Callable[[Searched], bool] = _anywhere
    caseless: bool = False


def _marks(
    expressions: Iterable[str],
    finder: _Finder,
    where: Callable[[Searched], bool] = _anywhere,
    *,
    caseless: bool = False,
) -> tuple[Mark, ...]:
    return tuple(Mark(expression, finder, where, caseless) for expression in expressions)


_RUN: Final = rf"[A-Za-z0-9+/_-]{{{base64_and_hex.MIN_LENGTH}}}"
MARKS: Final = (
    *_marks(("-----BEGIN ",), _armored),
    *_marks(("data:",), _data_uris, caseless=True),
    *_marks(prefixed_lines.MARKS, prefixed_lines.find, _in_text),
    *_marks(("MESSAGE=",), prefixed_lines.journal, _in_text),
    *_marks((doubled_quotes.MARK,), doubled_quotes.find, _json_in_text),
    *_marks(pieces.CODE_MARKS, pieces.lines_of_code, _json_in_text),
    *_marks(as_they_stand.MARKS, as_they_stand.json_objects, _json_in_text),
    *_marks(printed_json.MARKS, printed_json.find, _in_text),
    *_marks(elements.MARKS, elements.find, _xml_in_text),
    *_marks((hl7v2_within.MARK, lone.MARK), hl7v2_within.find, _hl7v2_in_text),
    *_marks((hl7v2_within.MARK,), hl7v2_within.written, _of_hl7v2),
    *_marks(x12_within.MARKS, x12_within.find, _x12_in_text),
    *_marks((telecom.MARK,), telecom.within, _ncpdp_in_text),
    *_marks(record_strings.MARKS, record_strings.strings, _in_json),
    *_marks(byte_by_byte.NUMBER_MARKS, record_strings.byte_lists, _in_json),
    *_marks(pieces.ARRAY_MARKS, pieces.arrays, _in_json),
    *_marks((pieces.INDEX_MARK,), pieces.indexed, _in_json),
    # What stands in a text comes before its strings, because quotes in a text may be no pairs.
    *_marks(json_strings.MARKS, json_strings.find),
    *_marks(escaped.XML_MARKS, escaped.xml_strings),
    *_marks((escaped.TURTLE_MARK,), escaped.turtle_strings),
    *_marks((escaped.FORM_MARK,), escaped.forms, _in_json),
    *_marks((escaped.TABLE_MARK,), escaped.tables),
    *_marks((escaped.MESSAGE_MARK,), escaped.messages, caseless=True),
    *_marks((labelled_lines.MARK,), labelled_lines.find, _in_json),
    *_marks(literals.STRING_MARKS, literals.in_strings, _in_json),
    *_marks(literals.ESCAPED_MARKS, literals.in_literals, _json_in_text),
    *_marks(markup_texts.MARKS, markup_texts.find, _in_markup),
    *_marks((escaped.PERCENT_MARK,), escaped.percent_encoded),
    *_marks(references.MARKS, references.find, _in_text),
    *_marks(base64_groups.MARKS, base64_groups.find),
    *_marks((_RUN,), base64_groups.find_long),
    *_marks((_RUN,), base64_and_hex.find),
    *_marks(byte_by_byte.HEX_MARKS, byte_by_byte.hexes),
    *_marks(byte_by_byte.NUMBER_MARKS, byte_by_byte.number_lists),
    *_marks((byte_by_byte.MORSE_MARK,), byte_by_byte.morse),
    *_marks(byte_by_byte.BASE85_MARKS, byte_by_byte.base85, _not_markup),
    *_marks(byte_by_byte.BASE85_MARKS, byte_by_byte.base85_in_markup, _in_markup),
    *_marks((byte_by_byte.UTF7_MARK,), byte_by_byte.utf7),
    *_marks((byte_by_byte.BYTE_ESCAPE_MARK,), byte_by_byte.byte_escapes),
    *_marks((byte_by_byte.OCTAL_MARK,), byte_by_byte.octal_escapes),
    *_marks((byte_by_byte.HEALTH_CARD_MARK,), byte_by_byte.health_cards),
    *_marks(sql.MARKS, sql.statements, caseless=True),
    *_marks(mail_encodings.QUOTED_MARKS, mail_encodings.quoted_printable),
    *_marks((mail_encodings.UUENCODED_MARK,), mail_encodings.uuencoded),
)
"""The marks of all finders.

A finder finds nothing in a text in which none of its marks occurs.
"""


def find(data: bytes, evidence: Evidence, marks: Iterable[int], text: Searched) -> Gap:
    """Add the documents embedded in `data`.

    A document that overlaps one that a reader has already added is left out.

    Args:
        marks: the indexes of the `MARKS` that occur in `data`, in order.
        text: what `data` was read as.

    Returns:
        OVER_LIMIT when there are too many.
    """
    finders = _finders_of(tuple(marks), text)
    if not finders:
        return Gap.NONE
    looked: Iterator[Nested | Opaque | None] = evidence.context.timed(
        chain.from_iterable(finder(data) for finder in finders)
    )
    taken = Taken((n.location.start, n.location.end) for n in evidence.nested)
    opaque: list[Location] = []
    opaque_here = True  # until the text turns out to be another text in some encoding
    for number, nested in enumerate(_documents(looked, opaque)):
        location = nested.location
        if number == _MAX_FOUND:
            return Gap.OVER_LIMIT
        if location.end - location.start == len(data):
            # the whole text in another decoding; it may overlap the documents in it
            evidence.nested.append(nested)
            opaque_here = opaque_here and location.field == prefixed_lines.FIELD
        elif taken.take(location):
            evidence.nested.append(nested)
    for location in opaque if opaque_here else ():
        if taken.take(location):  # no other finder could read it either
            evidence.add_opaque(location)
    return Gap.NONE


@lru_cache(maxsize=1024)
def _finders_of(marks: tuple[int, ...], text: Searched) -> tuple[_Finder, ...]:
    """The finders to run, once each. Documents of one kind have the same marks."""
    return tuple(dict.fromkeys(MARKS[n].finder for n in marks if MARKS[n].where(text)))


def _documents(
    looked: Iterable[Nested | Opaque | None], opaque: list[Location]
) -> Iterator[Nested]:
    """Yield the documents, and add to `opaque` where a finder found something opaque."""
    for found in looked:
        if found is None:
            continue
        if isinstance(found, Opaque):
            opaque.append(found.location)
        else:
            yield found


class Taken:
    """The ranges that are read already, merged and sorted, because there may be thousands.

    A look-up costs O(log n).
    """

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def take(self, location: Location) -> bool:
        """Take a range unless it overlaps a taken one. Return whether it was free."""
        if self.overlaps(location.start, location.end):
            return False
        at = bisect_left(self._starts, location.end)
        self._starts.insert(at, location.start)
        self._ends.insert(at, location.end)
        return True

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a range overlaps a taken one."""
        at = bisect_left(self._starts, end)
        return bool(at) and self._ends[at - 1] > start
