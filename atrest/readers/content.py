"""What lies in a file or an object: tables as rows, long texts in pieces, members of long archives,
and the rest as one document.

The form is recognised by the first bytes, never by a name. Compressed texts are read as a stream,
so a bomb costs time and no memory.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from atrest.readers import extras, unpack
from atrest.readers.archives import dicom_file, tar_members, zip_members
from atrest.readers.archives.zip_directory import BadDirectoryError
from atrest.readers.errors import from_os
from atrest.readers.streams import from_start, take
from atrest.readers.tables import delimited, workbook_extent
from atrest.readers.unpack import BrokenError, Decoder, TooLargeError, UnpackedFile
from atrest.source import Budget, Document, Item, ReadError, Reason, Rows, Unread
from phiscan.containers.members import media_type

_HEAD: Final = 1 << 16
_ZIP: Final = b"PK\x03\x04"
_WORKBOOK: Final = "atrest.readers.tables.workbook"
PIECE: Final = 1 << 20
"""A long text is cut into pieces of about so many bytes, at the ends of lines."""
_LONGEST_LINE: Final = 4 << 20
_LINES: Final = frozenset(("application/fhir+ndjson", "application/x-ndjson"))
_DEEPEST: Final = 4
"""So many compressed streams and archives may stand in each other."""
_DECODERS: Final[tuple[tuple[bytes, Callable[[], Decoder]], ...]] = (
    (b"\x1f\x8b\x08", unpack.gzip),
    (b"BZh", unpack.bzip2),
    (b"\xfd7zXZ\0", unpack.xz),
    (b"\x28\xb5\x2f\xfd", unpack.zstd),
)


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
        head = take(opened.file, _HEAD)
        if not opened.file.seekable():
            yield from _stream(replace(opened, file=from_start(head, opened.file)), head, budget)
            return
        opened.file.seek(0)
        reader = extras.table_reader(head)
        if reader is not None:
            yield from reader(opened.file, budget)
            return
        if head.startswith(_ZIP):
            yield from _workbook(opened.file, budget)
            opened.file.seek(0)
        try:
            yield from _long(opened, head, budget)
        except _ShortError:
            opened.file.seek(0)
            yield from _stream(opened, head, budget)
    except BrokenError:
        yield Unread(Reason.MALFORMED)
    except OSError as error:
        raise from_os(error) from None


class _ShortError(Exception):
    """A file is no archive and no picture, or short enough to be one document."""


def _long(opened: Opened, head: bytes, budget: Budget) -> Iterator[Item]:
    """Read an archive or a picture that is too long to be one document.

    Raises:
        _ShortError: it is no such file. Then nothing was yielded.
    """
    if opened.size <= budget.document_bytes:
        raise _ShortError
    if tar_members.is_tar(head):
        yield from tar_members.members(opened.file, _inside(budget, 1))
    elif dicom_file.is_dicom(head):
        document = dicom_file.without_pixels(opened.file, budget.document_bytes)
        if document is None:
            raise _ShortError
        yield document
    elif b"\0" in head:  # bytes may stand before a ZIP, as before one that unpacks itself
        try:
            inside = _inside(budget, 1)
            yield from zip_members.members(opened.file, opened.size, budget, inside)
        except BadDirectoryError:
            raise _ShortError from None
    else:
        raise _ShortError


def _inside(budget: Budget, depth: int) -> Callable[[BinaryIO, str], Iterator[Item]]:
    """Return what reads a member of an archive.

    A short one is one document, which the detectors recognise. A long one is a table, lines, a tape
    archive or the beginning of a document. What has to be read at several places cannot be: a table
    file, or another ZIP.
    """

    def read(file: BinaryIO, name: str) -> Iterator[Item]:
        begin = take(file, max(budget.document_bytes, _HEAD) + 1)
        if len(begin) <= budget.document_bytes:
            yield Document(begin, media_type(name))
            return
        try:
            if begin.startswith(_ZIP) or extras.is_table(begin) or depth > _DEEPEST:
                yield Unread(Reason.OVER_LIMIT, name)
                return
            opened = Opened(from_start(begin, file), -1)
            for item in _stream(opened, begin[:_HEAD], budget, depth):
                yield _named(item, name)
        except BrokenError:
            yield Unread(Reason.MALFORMED, name)
        except TooLargeError:
            yield Unread(Reason.OVER_LIMIT, name)

    return read


def _named(item: Item, name: str) -> Item:
    """Return an item with the name of the member that it is of."""
    if isinstance(item, Rows):
        return replace(item, table=f"{name}/{item.table}" if item.table else name)
    if isinstance(item, Unread):
        return replace(item, member=f"{name}/{item.member}" if item.member else name)
    return item


def _workbook(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield the rows of a workbook, where its library is installed and can read it.

    Whatever happens, the same file is read as a document after this, so nothing is left out.
    """
    try:
        if workbook_extent.is_workbook(file):
            yield from extras.load(_WORKBOOK, "read", "rest-office")(file, budget)
    except ReadError:
        pass


def _stream(opened: Opened, head: bytes, budget: Budget, depth: int = 0) -> Iterator[Item]:
    """Read a stream: rows of delimited text, pieces of a long text, an archive, or one document."""
    file = opened.file
    unpacked = _unpacked(head, file)
    if unpacked is not None:
        head = take(unpacked, _HEAD)
        file = from_start(head, unpacked)
    is_whole = len(head) < _HEAD
    dialect = delimited.dialect_of(head, is_whole=is_whole)
    if dialect is not None:
        yield from delimited.read(file, dialect, budget)
        return
    if not is_whole and (opened.content_type in _LINES or is_lines(head)):
        yield from pieces(file)
        return
    if tar_members.is_tar(head) and not is_whole:
        begin = take(file, budget.document_bytes + 1)
        file = from_start(begin, file)
        if len(begin) > budget.document_bytes:
            yield from tar_members.members(file, _inside(budget, depth + 1))
            return
    if unpacked is not None and not is_whole and opened.file.seekable():
        # a document whose coding phiscan removes itself, under its own limits
        opened.file.seek(0)
        file = opened.file
    yield _document(opened, file, budget)


def _unpacked(head: bytes, file: BinaryIO) -> BinaryIO | None:
    """Return the content of a compressed stream, or None when it is not compressed."""
    for magic, decoder in _DECODERS:
        if head.startswith(magic):
            return io.BufferedReader(UnpackedFile(file, decoder))
    return None


def _document(opened: Opened, file: BinaryIO, budget: Budget) -> Document:
    limit = budget.document_bytes
    data = take(file, limit + 1)
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
    while chunk := take(file, PIECE):
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
