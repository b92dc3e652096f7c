"""DICOM files (PS3.10) and data sets (PS3.5).

    file    = [preamble:128] "DICM" meta(explicit little endian) dataset
              or without preamble, or without meta
    element = tag:4 VR:2 length:2 value                  explicit, short
            | tag:4 VR:2 0:2 length:4 value              explicit, long
            | tag:4 length:4 value                       implicit

Pixels are not read. Two attributes say whether the pixels identify somebody: Burned In Annotation
and Recognizable Visual Features. If they do, that is a gap. Redaction keeps every length.

Cost: linear, with a limit on depth.
"""

import re
import zlib
from dataclasses import dataclass
from itertools import repeat
from typing import Final, Literal

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.formats.dicom import tables
from phiscan.formats.dicom.attributes import DataSet, shown
from phiscan.media_kind import Masking, MediaKind
from phiscan.text.offsets import Derived

_PREAMBLE: Final = 128
_MAX_DEPTH: Final = 32
_MAX_INFLATED: Final = 32 << 20
_UNDEFINED: Final = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_IMPLICIT, _BIG_ENDIAN, _DEFLATED = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)
# A control character that no text has. matches "\x00"; not "\t", "\n", "\x1b" (escape sequences)
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_PADDING: Final = b" \x00"


class _BrokenError(Exception):
    """The bytes cannot be read as a data set from here on."""


@dataclass(frozen=True, slots=True)
class _Syntax:
    explicit: bool = True
    little: bool = True


@dataclass(frozen=True, slots=True)
class _Element:
    tag: int
    vr: bytes
    start: int
    length: int


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is DICOM.

    It has the mark `DICM`, or its first element is of group 2 or 8.
    """
    if head[_PREAMBLE : _PREAMBLE + 4] == b"DICM" or head.startswith(b"DICM"):
        return True
    return _first_syntax(head) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the attributes say. MALFORMED if the data set cannot be read to its end."""
    reader = _Reader(data, evidence)
    try:
        gap = reader.file()
    except _BrokenError:
        gap = Gap.MALFORMED
    reader.finish()
    return reader.gap or gap


def _first_syntax(head: bytes, at: int = 0) -> _Syntax | None:
    """The transfer syntax of a plausible first element at `at`, or None."""
    if len(head) < at + 8 or 0 not in head[at : at + 2]:
        return None
    orders: tuple[Literal["little", "big"], ...] = ("little", "big")
    for order in orders:
        little = order == "little"
        group, element = (int.from_bytes(head[i : i + 2], order) for i in (at, at + 2))
        if group not in (2, 8) or element > 0x100:
            continue
        vr = head[at + 4 : at + 6]
        if vr in tables.SHORT_VRS or vr in tables.LONG_VRS:
            return _Syntax(explicit=True, little=little)
        length = int.from_bytes(head[at + 4 : at + 8], order)
        # Implicit: (0008,0000) and (0008,0001) hold four bytes, (0008,0005) to (0008,0018) short
        # texts. The length is always even.
        if (
            little
            and group == 8
            and 0 < length <= 128
            and length % 2 == 0
            and head[at + 8 + length : at + 10 + length] in (b"\x08\x00", b"\x10\x00")
        ):
            return _Syntax(explicit=False)
    return None


class _Reader:
    """Walks over elements, and keeps what one says of another.

    That is the concept of a content item and the type of an encapsulated document.
    """

    def __init__(self, data: bytes, evidence: Evidence) -> None:
        self._data = data
        self._evidence = evidence
        self._texts = Derived()
        self._path: list[str] = []
        self._concept = ""
        self._attributes = DataSet(evidence)
        self._transfer_syntax = ""
        self._document: tuple[int, int] | None = None
        self._document_type = ""
        self.gap = Gap.NONE

    def file(self) -> Gap:
        """Read a file after its mark, or a bare data set."""
        at = (
            self._data.find(b"DICM", 0, _PREAMBLE + 4) + 4
            if b"DICM" in self._data[: _PREAMBLE + 4]
            else 0
        )
        end = len(self._data)
        at = self._elements(at, end, _Syntax(), 0, group=2)
        if self._transfer_syntax == _DEFLATED:
            return self._deflated(at)
        syntax = {_IMPLICIT: _Syntax(explicit=False), _BIG_ENDIAN: _Syntax(little=False)}.get(
            self._transfer_syntax
        )
        if syntax is None:
            syntax = _first_syntax(self._data, at) or _Syntax()
        if self._elements(at, end, syntax, 0) < end:
            raise _BrokenError
        return Gap.NONE

    def finish(self) -> None:
        """Add what is complete only at the end."""
        self._attributes.finish()
        text = self._texts.text()
        if text.strip():
            self._evidence.nested.append(
                Nested(
                    text, Location("texts", 0, len(self._data)), "text/plain", origin=self._texts
                )
            )
        if self._document:
            start, end = self._document
            content = self._data[start:end].rstrip(b"\x00")
            self._evidence.nested.append(
                Nested(content, Location("(0042,0011)", start, end), self._document_type)
            )

    def _deflated(self, at: int) -> Gap:
        """Nest the deflated part of a file (PS3.5 A.5).

        Everything behind the meta information is one raw deflate stream. No mask can be put into
        it, so its findings have no range.
        """
        stream = zlib.decompressobj(wbits=-15)
        try:
            plain = stream.decompress(self._data[at:], _MAX_INFLATED)
        except zlib.error:
            return Gap.MALFORMED
        self._evidence.nested.append(
            Nested(plain, Location("deflated", -1, -1), "application/dicom")
        )
        if stream.unconsumed_tail:
            return Gap.OVER_LIMIT
        return Gap.NONE if stream.eof else Gap.MALFORMED

    def _elements(self, at: int, end: int, syntax: _Syntax, depth: int, group: int = 0) -> int:
        """Read elements up to `end`, the end of an item, or the first element not in `group`.

        Returns the offset where it stopped.
        """
        if depth > _MAX_DEPTH:
            raise _BrokenError
        for _ in self._evidence.context.timed(repeat(None)):
            if at >= end or (group and self._data[at : at + 2] != group.to_bytes(2, "little")):
                break
            element = self._element(at, end, syntax)
            at = element.start
            if element.tag in (_ITEM_END, _SEQUENCE_END):
                return at
            at = self._value(element, end, syntax, depth)
        return at

    def _element(self, at: int, end: int, syntax: _Syntax) -> _Element:
        if at + 8 > end:
            raise _BrokenError
        tag = self._number(at, 2, syntax) << 16 | self._number(at + 2, 2, syntax)
        if tag >> 16 == 0xFFFE or not syntax.explicit:
            return _Element(tag, b"", at + 8, self._number(at + 4, 4, syntax))
        vr = self._data[at + 4 : at + 6]
        if vr in tables.LONG_VRS:
            if at + 12 > end:
                raise _BrokenError
            return _Element(tag, vr, at + 12, self._number(at + 8, 4, syntax))
        if vr not in tables.SHORT_VRS:
            raise _BrokenError
        return _Element(tag, vr, at + 8, self._number(at + 6, 2, syntax))

    def _number(self, at: int, size: int, syntax: _Syntax) -> int:
        return int.from_bytes(self._data[at : at + size], "little" if syntax.little else "big")

    def _value(self, element: _Element, end: int, syntax: _Syntax, depth: int) -> int:
        """Read one element's value. Returns the offset of the next element."""
        start, length = element.start, element.length
        stop = end if length == _UNDEFINED else start + length
        if stop > end:
            raise _BrokenError
        if self._is_sequence(element, syntax):
            return self._sequence(element, stop, syntax, depth)
        if length == _UNDEFINED:
            raise _BrokenError
        if element.tag not in tables.PIXELS:
            self._attribute(element, stop)
        return stop

    def _is_sequence(self, element: _Element, syntax: _Syntax) -> bool:
        if element.vr == b"SQ" or element.length == _UNDEFINED:
            return True
        # without a VR, only a sequence's value begins with the tag of an item
        return (
            not syntax.explicit
            and element.tag not in tables.PIXELS
            and self._data[element.start : element.start + 4] == b"\xfe\xff\x00\xe0"
        )

    def _sequence(self, element: _Element, end: int, syntax: _Syntax, depth: int) -> int:
        """Read a sequence's items, without the fragments of encapsulated pixels."""
        inner = _Syntax(explicit=False) if element.vr == b"UN" else syntax  # PS3.5 section 6.2.2
        self._path.append(shown(element.tag))
        outside, self._concept = (
            self._concept,
            self._concept if element.tag == tables.CONCEPT_NAME else "",
        )
        at = element.start
        for _ in self._evidence.context.timed(repeat(None)):
            if at >= end:
                break
            item = self._element(at, end, inner)
            at = item.start
            if item.tag == _SEQUENCE_END:
                break
            if item.tag != _ITEM:
                raise _BrokenError
            at = self._item(item, (element.tag in tables.PIXELS, end), inner, depth)
        self._path.pop()
        if element.tag != tables.CONCEPT_NAME:
            self._concept = outside
        return at

    def _item(self, item: _Element, within: tuple[bool, int], syntax: _Syntax, depth: int) -> int:
        pixels, end = within
        stop = end if item.length == _UNDEFINED else item.start + item.length
        if stop > end:
            raise _BrokenError
        if pixels:
            return stop
        return self._elements(item.start, stop, syntax, depth + 1)

    def _attribute(self, element: _Element, end: int) -> None:
        tag, raw = element.tag, self._data[element.start : end]
        value = raw.strip(_PADDING)
        if tag == tables.TRANSFER_SYNTAX:
            self._transfer_syntax = value.decode("latin-1")
        elif tag in tables.BURNED_IN and value.upper() == b"YES":
            self.gap = self.gap or Gap.UNSUPPORTED_MEDIA
        elif tag == tables.ENCRYPTED:
            self.gap = self.gap or Gap.ENCRYPTED
        elif tag == tables.ENCAPSULATED:
            self._document = (element.start, end)
        elif tag == tables.ENCAPSULATED_TYPE:
            self._document_type = value.decode("latin-1")
        elif value:
            start = element.start + raw.find(value)
            self._meaning(element, value, start)

    def _meaning(self, element: _Element, value: bytes, start: int) -> None:
        tag, text = element.tag, value.decode("utf-8", "replace")
        end = start + len(value)
        location = Location(".".join((*self._path, shown(tag))), start, end)
        self._attributes.add(tag, text, location, self._concept)
        if (
            tag == tables.CODE_MEANING
            and self._path
            and self._path[-1] == shown(tables.CONCEPT_NAME)
        ):
            self._concept = text
            self._line(start, end, b": ")
        elif tag not in tables.TAGS and self._is_text(element, value):
            self._line(start, end, b"\n")

    def _line(self, start: int, end: int, after: bytes) -> None:
        self._texts.copy(self._data, start, end)
        self._texts.put(after, end, end)

    def _is_text(self, element: _Element, value: bytes) -> bool:
        """Whether a value is words: by its VR, or by its bytes where the VR does not tell.

        Implicit syntax has no VR, and UN says nothing.
        """
        if element.vr not in tables.TEXT_VRS and element.vr:
            return False
        return len(value) >= 4 and _UNPRINTABLE.search(value) is None


MEDIA: Final = MediaKind("dicom", read, is_searchable=False, masking=Masking(same_length=True))
