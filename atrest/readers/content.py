"""What lies in a file or an object: tables as rows, long texts in pieces, the rest as one document.

The form is recognised by the first bytes, never by a name. Compressed texts are read as a stream,
so a bomb costs time and no memory.
"""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final, cast

import zstandard

from atrest.readers import extras
from atrest.readers.errors import from_os
from atrest.readers.tables import delimited, workbook_extent
from atrest.readers.zstd import ZstdFile
from atrest.source import Budget, Document, Item, ReadError, Reason, Unread

_HEAD: Final = 1 << 16
_ZIP: Final = b"PK\x03\x04"
_WORKBOOK: Final = "atrest.readers.tables.workbook"
PIECE: Final = 1 << 20
"""A long text is cut into pieces of about so many bytes, at the ends of lines."""
_LONGEST_LINE: Final = 4 << 20
_LINES: Final = frozenset(("application/fhir+ndjson", "application/x-ndjson"))
_TORN: Final = (EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened file or object.

    Args:
        file: at its beginning. One that cannot seek is no table file.
        size: bytes, or -1 when unknown.
        content_type: as the store says, or empty.
        content_encoding: as the store says, or empty.
    """

    file: BinaryIO
    size: int
    content_type: str = ""
    content_encoding: str = ""


def items(opened: Opened, budget: Budget) -> Iterator[Item]:
    """Yield what a file holds.

    Raises:
        ReadError: it cannot be read. What was yielded before stays true.
    """
    try:
        head = _read(opened.file, _HEAD)
        if not opened.file.seekable():
            yield from _stream(replace(opened, file=_from_start(head, opened.file)), head, budget)
            return
        opened.file.seek(0)
        reader = extras.table_reader(head)
        if reader is not None:
            yield from reader(opened.file, budget)
            return
        if head.startswith(_ZIP):
            yield from _workbook(opened.file, budget)
            opened.file.seek(0)
        yield from _stream(opened, head, budget)
    except _TORN:
        yield Unread(Reason.MALFORMED)
    except OSError as error:
        raise from_os(error) from None


def _workbook(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield the rows of a workbook, where its library is installed and can read it.

    Whatever happens, the same file is read as a document after this, so nothing is left out.
    """
    try:
        if workbook_extent.is_workbook(file):
            yield from extras.load(_WORKBOOK, "read", "rest-office")(file, budget)
    except ReadError:
        pass


def _stream(opened: Opened, head: bytes, budget: Budget) -> Iterator[Item]:
    """Read a stream: rows of delimited text, pieces of a long text, or one document."""
    file = opened.file
    unpacked = _unpacked(head, file)
    if unpacked is not None:
        head = _read(unpacked, _HEAD)
        file = _from_start(head, unpacked)
    is_whole = len(head) < _HEAD
    dialect = delimited.dialect_of(head, is_whole=is_whole)
    if dialect is not None:
        yield from delimited.read(file, dialect, budget)
    elif not is_whole and (opened.content_type in _LINES or is_lines(head)):
        yield from pieces(file)
    elif unpacked is not None and not is_whole and opened.file.seekable():
        # a document whose coding phiscan removes itself, under its own limits
        opened.file.seek(0)
        yield _document(opened, opened.file, budget)
    else:
        yield _document(opened, file, budget)


def _unpacked(head: bytes, file: BinaryIO) -> BinaryIO | None:
    """Return the content of a compressed stream, or None when it is not compressed."""
    unpacked: object = None
    if head.startswith(b"\x1f\x8b\x08"):
        unpacked = gzip.GzipFile(fileobj=file)
    elif head.startswith(b"BZh"):
        unpacked = bz2.BZ2File(file)
    elif head.startswith(b"\xfd7zXZ\0"):
        unpacked = lzma.LZMAFile(file)  # noqa: SIM115 - its caller closes the file below
    elif head.startswith(b"\x28\xb5\x2f\xfd"):
        unpacked = io.BufferedReader(ZstdFile(file))
    return cast("BinaryIO | None", unpacked)


def _document(opened: Opened, file: BinaryIO, budget: Budget) -> Document:
    limit = budget.document_bytes
    data = _read(file, limit + 1)
    return Document(data[:limit], opened.content_type, opened.content_encoding, len(data) > limit)


def is_lines(head: bytes) -> bool:
    """Whether a text is made of records of one line: NDJSON, a log, HL7 v2 with line feeds.

    A JSON or XML document that is written over lines is not: cut into pieces it would be read as
    nothing. Its first line is an opening bracket, or the second is indented.
    """
    if b"\0" in head:
        return False
    first, *rest = head.split(b"\n", 3)
    if len(rest) < 2 or not first.strip():
        return False
    start = first.lstrip()[:1]
    if start in (b"{", b"["):
        return first.rstrip()[-1:] in (b"}", b"]") and rest[0].lstrip()[:1] == start
    return start != b"<" and not head.startswith((b"%PDF", b"{\\rtf", b"MIME-Version"))


def pieces(file: BinaryIO) -> Iterator[Item]:
    """Yield a text in pieces that end where lines end. A line without end is cut off."""
    rest = b""
    while chunk := _read(file, PIECE):
        rest += chunk
        cut = rest.rfind(b"\n") + 1
        if cut:
            yield Document(rest[:cut])
            rest = rest[cut:]
        elif len(rest) > _LONGEST_LINE:
            yield Document(rest, truncated=True)
            rest = b""
    if rest:
        yield Document(rest)


def _read(file: BinaryIO, size: int) -> bytes:
    """Read so many bytes. Files that unpack may give fewer at once."""
    parts: list[bytes] = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _from_start(head: bytes, rest: BinaryIO) -> BinaryIO:
    return io.BufferedReader(_Chained(head, rest))


class _Chained(io.RawIOBase):
    """The bytes already read, then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer."""
        data = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
