"""The members of a long ZIP file, one after another: as much memory as the largest document takes.

Only members that do not overlap are read, so the archive cannot unpack to more than its methods
can. What neither the directory nor a member explains is a document of its own: a second archive,
bytes before the first, members that the directory forgot.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from atrest.readers import unpack
from atrest.readers.archives.names import Names
from atrest.readers.archives.zip_directory import Directory, Member, directory
from atrest.readers.unpack import BrokenError, TooLargeError, UnpackedFile
from atrest.source import Budget, Document, Item, Reason, Unread

Content = Callable[[BinaryIO, str], Iterator[Item]]
"""Reads what a member holds. It is given the member's name."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_HAS_DESCRIPTOR: Final = 1 << 3
_DESCRIPTOR: Final = 24
"""Bytes behind a member that say its size once more: 12 to 24."""
_PROPERTIES: Final = 9
_BOMB: Final = 500
"""A member that unpacks to so many times its bytes, and to more than a document may have, is a
bomb. Logs pack to a hundredth; deflate ends at 1,032."""
_DECODERS: Final = {
    8: unpack.deflate,
    12: unpack.bzip2,
    93: unpack.zstd,
    95: unpack.xz,
}
_STORED, _LZMA = 0, 14


def members(file: BinaryIO, size: int, budget: Budget, content: Content) -> Iterator[Item]:
    """Yield what the members of an archive hold.

    Args:
        file: that can seek.
        size: its bytes.
        budget: how much of a document.
        content: reads what a member holds.

    Raises:
        BadDirectoryError: it is no archive. Then nothing was yielded.
        TooLargeError: its directory is too long. Then nothing was yielded.
    """
    found = directory(file, size)
    names = Names()
    at = 0
    for member in found.members():
        yield from names.add(member.name, member.comment)
        if member.start < at:
            yield Unread(Reason.MALFORMED, member.name)  # overlaps the one before
            continue
        yield from _unexplained(file, at, member.start, budget)
        window = _window(file, member, found)
        if window is None:
            yield Unread(Reason.MALFORMED, member.name)
            continue
        at = window.end + (_DESCRIPTOR if member.flags & _HAS_DESCRIPTOR else 0)
        if not member.is_folder:
            yield from _content(member, window, budget, content)
    yield from _unexplained(file, min(at, found.at), found.at, budget)
    yield from names.add(found.comment)
    yield from names.rest()


def _unexplained(file: BinaryIO, start: int, end: int, budget: Budget) -> Iterator[Item]:
    """Yield the bytes between two members, if there are any but zeros."""
    if end <= start:
        return
    file.seek(start)
    data = file.read(min(end - start, budget.document_bytes))
    if data.strip(b"\0"):
        yield Document(data, truncated=end - start > len(data))


class _Window(io.RawIOBase):
    """Some bytes of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._at = start
        self.start = start
        self.end = start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._at)
        data = self._file.read(min(len(buffer), self.end - self._at))
        self._at += len(data)
        buffer[: len(data)] = data
        return len(data)


def _window(file: BinaryIO, member: Member, found: Directory) -> _Window | None:
    """Return the packed bytes of a member, or None where its own header is none."""
    file.seek(member.start)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        return None
    name_size, extra_size = _LOCAL.unpack(head)[9:11]
    window = _Window(file, member.start + _LOCAL.size + name_size + extra_size, member.packed)
    return window if window.end <= found.at else None


def _content(member: Member, window: _Window, budget: Budget, content: Content) -> Iterator[Item]:
    """Yield what a member holds, with its name, and what is wrong with it."""
    if member.is_encrypted:
        yield Unread(Reason.ENCRYPTED, member.name)
        return
    if member.method not in (_STORED, _LZMA) and member.method not in _DECODERS:
        yield Unread(Reason.NO_READER, member.name)
        return
    try:
        raw = _unpacked(member, window)
        checked = _Checked(io.BufferedReader(raw), member, budget.document_bytes)
        yield from content(io.BufferedReader(checked), member.name)
        if not checked.is_right or (isinstance(raw, UnpackedFile) and raw.is_followed):
            yield Unread(Reason.MALFORMED, member.name)
    except TooLargeError:
        yield Unread(Reason.OVER_LIMIT, member.name)
    except BrokenError:
        yield Unread(Reason.MALFORMED, member.name)


def _unpacked(member: Member, window: _Window) -> io.RawIOBase:
    if member.method == _STORED:
        return window
    file = io.BufferedReader(window)
    if member.method == _LZMA:
        decoder = unpack.zip_lzma(file.read(_PROPERTIES))
        return UnpackedFile(file, lambda: decoder, has_more=False, ends_with_file=True)
    return UnpackedFile(file, _DECODERS[member.method], has_more=False)


class _Checked(io.RawIOBase):
    """The content of a member, and whether it is what the directory says.

    Args:
        file: the content.
        member: what the directory says.
        free: so many bytes may be unpacked whatever they were packed to.
    """

    def __init__(self, file: BinaryIO, member: Member, free: int) -> None:
        self._file = file
        self._member = member
        self._most = max(free, _BOMB * member.packed)
        self._size = 0
        self._crc = 0
        self._is_at_end = False

    @property
    def is_right(self) -> bool:
        """Whether size and checksum are right, or the content was not read to its end."""
        return not self._is_at_end or (self._size, self._crc) == (
            self._member.size, self._member.crc,
        )  # fmt: skip

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        self._is_at_end = not data
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        if self._size > self._most:
            raise TooLargeError("a member that unpacks to 500 times its bytes")
        buffer[: len(data)] = data
        return len(data)
