"""A long DICOM file without its pixels: its elements are walked, and pixel data passed over.

The file format is that of PS3.10, the elements those of PS3.5. What is kept is a DICOM file again,
whose pixel data are empty, so the detectors read it as any other.
"""

import io
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal

from atrest.source import Document
from phiscan.formats.dicom import tables

_PREAMBLE: Final = 128
_META: Final = b"\x02\x00"
_UNDEFINED: Final = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_IMPLICIT, _BIG_ENDIAN = b"1.2.840.10008.1.2", b"1.2.840.10008.1.2.2"
_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
_MOST_DEPTH: Final = 32
_LONG_HEADER: Final = 12


class _BrokenError(Exception):
    """The bytes cannot be read as elements from here on."""


def is_dicom(head: bytes) -> bool:
    """Whether a file that begins so is DICOM."""
    return head[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def without_pixels(file: BinaryIO, limit: int) -> Document | None:
    """Return a file without its pixel data, or None where its elements cannot be walked.

    Elements that are longer than what is left of the limit are left out, and the document then is
    truncated: it has more bytes.

    Args:
        file: at its beginning, that can seek.
        limit: bytes of the document.
    """
    walk = _Walk(file, limit)
    walk.kept += file.read(_PREAMBLE + 4)
    try:
        syntax = walk.meta()
        if syntax == _DEFLATED:
            return None
        walk.is_explicit = syntax != _IMPLICIT
        walk.order = "big" if syntax == _BIG_ENDIAN else "little"
        while walk.element():
            pass
    except _BrokenError:
        walk.is_cut = True  # what was read before stays true
    return Document(bytes(walk.kept), content_type="application/dicom", truncated=walk.is_cut)


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of an element.

    Args:
        raw: its bytes.
        tag: group and element.
        vr: the type of its value, or empty.
        length: of its value.
    """

    raw: bytes
    tag: int
    vr: bytes
    length: int


@dataclass(slots=True)
class _Walk:
    """A walk over elements.

    Args:
        file: at the first element.
        limit: bytes that are kept.
    """

    file: BinaryIO
    limit: int
    kept: bytearray = field(default_factory=bytearray)
    is_cut: bool = False
    is_explicit: bool = True
    order: Literal["little", "big"] = "little"

    def meta(self) -> bytes:
        """Keep the meta information, and return the transfer syntax."""
        syntax = b""
        while True:
            at = self.file.tell()
            start = self.file.read(2)
            self.file.seek(at)
            if start != _META:
                return syntax
            begin = len(self.kept)
            head = self.element()
            if head is not None and head.tag == tables.TRANSFER_SYNTAX:
                syntax = bytes(self.kept[begin + len(head.raw) :]).strip(b" \0")

    def element(self) -> _Head | None:
        """Keep or leave out one element. Returns its head, or None at the end."""
        begin = self.file.tell()
        head = self._head()
        if head is None:
            return None
        self._past(head, 0)
        if head.tag in tables.PIXELS:
            self.kept += self._emptied(head)
            return head
        end = self.file.tell()
        if len(self.kept) + end - begin > self.limit:
            self.is_cut = True
            return head
        self.file.seek(begin)
        self.kept += self.file.read(end - begin)
        return head

    def _emptied(self, head: _Head) -> bytes:
        size = 4 if len(head.raw) == _LONG_HEADER or not self.is_explicit else 2
        return head.raw[:-size] + bytes(size)

    def _head(self) -> _Head | None:
        raw = self.file.read(8)
        if not raw:
            return None
        if len(raw) < 8:
            raise _BrokenError
        tag = self._number(raw[:2]) << 16 | self._number(raw[2:4])
        if tag >> 16 == 0xFFFE or not self.is_explicit:
            return _Head(raw, tag, b"", self._number(raw[4:]))
        vr = raw[4:6]
        if vr in tables.LONG_VRS:
            raw += self.file.read(4)
            if len(raw) < _LONG_HEADER:
                raise _BrokenError
            return _Head(raw, tag, vr, self._number(raw[8:]))
        if vr not in tables.SHORT_VRS:
            raise _BrokenError
        return _Head(raw, tag, vr, self._number(raw[6:]))

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self.order)

    def _past(self, head: _Head, depth: int) -> None:
        """Go behind a value."""
        if depth > _MOST_DEPTH:
            raise _BrokenError
        if head.length == _UNDEFINED:
            self._past_items(head, depth)
        elif head.length:
            self.file.seek(head.length - 1, io.SEEK_CUR)
            if not self.file.read(1):
                raise _BrokenError

    def _past_items(self, head: _Head, depth: int) -> None:
        """Go behind the items of a sequence, or the fragments of encapsulated pixels."""
        explicit = self.is_explicit
        self.is_explicit = explicit and head.vr != b"UN"  # PS3.5 section 6.2.2
        while (item := self._inner()).tag == _ITEM:
            if item.length != _UNDEFINED:
                self._past(item, depth + 1)
                continue
            while (within := self._inner()).tag != _ITEM_END:
                self._past(within, depth + 1)
        if item.tag != _SEQUENCE_END:
            raise _BrokenError
        self.is_explicit = explicit

    def _inner(self) -> _Head:
        head = self._head()
        if head is None:
            raise _BrokenError
        return head
