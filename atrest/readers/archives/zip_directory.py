"""The directory of a long ZIP file (APPNOTE.TXT 4.3), and where its members lie.

The directory stands at the end and counts. Members are returned in the order in which they lie, so
that the file is read from its beginning to its end.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import BinaryIO, Final

from atrest.readers.unpack import TooLargeError

_LONGEST: Final = 32 << 20
"""Bytes of a directory, which is held in memory: about 300,000 members."""
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT: Final = 0xFFFF
_FULL: Final = 0xFFFFFFFF
_EXTRA64: Final = 1
_UTF8: Final = 1 << 11


@dataclass(frozen=True, slots=True)
class Member:
    """What the directory says of a member.

    Args:
        name: its name.
        flags: the general purpose flags.
        method: how it is packed.
        crc: CRC-32 of its content.
        packed: bytes in the file.
        size: bytes of its content.
        start: where its local header begins in the file.
        comment: on it.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    comment: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, which has no content."""
        return self.name.endswith("/") and not self.size

    @property
    def is_encrypted(self) -> bool:
        """Whether it is encrypted, by PKWARE's or by WinZip's method."""
        return bool(self.flags & 1) or self.method == 99


class BadDirectoryError(Exception):
    """There is no directory, or it is broken."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of one file.

    Args:
        data: its bytes.
        at: where it begins in the file.
        shift: bytes before the archive, which places do not count.
        comment: on the archive.
    """

    data: bytes = field(repr=False)
    at: int
    shift: int
    comment: str

    def members(self) -> Iterator[Member]:
        """Yield the members in the order of their places. Raises BadDirectoryError."""
        places = [(self._member(at).start, at) for at in self._entries()]
        places.sort()
        for _, at in places:
            yield self._member(at)

    def _entries(self) -> Iterator[int]:
        at = 0
        while at < len(self.data):
            if not self.data.startswith(b"PK\1\2", at) or at + _ENTRY.size > len(self.data):
                raise BadDirectoryError
            yield at
            at += _ENTRY.size + sum(struct.unpack_from("<3H", self.data, at + 28))

    def _member(self, at: int) -> Member:
        entry = _ENTRY.unpack_from(self.data, at)
        flags, method = entry[3], entry[4]
        crc, packed, size, *sizes = entry[7:13]
        begin = at + _ENTRY.size
        name, extra, comment = _cut(self.data[begin : begin + sum(sizes)], sizes)
        size, packed, start = _long(extra, [size, packed, entry[16]])
        code = "utf-8" if flags & _UTF8 else "cp437"
        return Member(
            name.decode(code, "replace"), flags, method, crc, packed, size, start + self.shift,
            comment.decode(code, "replace"),
        )  # fmt: skip


def _cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut bytes into pieces of these sizes."""
    ends = list(accumulate(sizes, initial=0))
    return [data[start:end] for start, end in pairwise(ends)]


def _long(extra: bytes, numbers: list[int]) -> list[int]:
    """Return numbers of which some are too long for four bytes and stand in the extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == _EXTRA64:
            found = extra[at + 4 : at + 4 + size]
            for place, number in enumerate(numbers):
                if number == _FULL:
                    if len(found) < 8:
                        raise BadDirectoryError
                    numbers[place] = int.from_bytes(found[:8], "little")
                    found = found[8:]
        at += 4 + size
    return numbers


def directory(file: BinaryIO, size: int) -> Directory:
    """Find the directory of a ZIP file.

    Args:
        file: that can seek.
        size: its bytes.

    Raises:
        BadDirectoryError: there is none, or it is broken.
        TooLargeError: it is too long.
    """
    begin = max(0, size - _END.size - _LONGEST_COMMENT)
    file.seek(begin)
    tail = file.read(size - begin)
    for found in reversed(list(re.finditer(b"PK\5\6", tail))):
        at = found.start()
        if at + _END.size <= len(tail):
            end = _END.unpack_from(tail, at)
            if at + _END.size + end[7] == len(tail):
                comment = tail[at + _END.size :].decode("utf-8", "replace")
                return _directory(file, begin + at, (end[5], end[6]), comment)
    raise BadDirectoryError


def _directory(file: BinaryIO, end: int, said: tuple[int, int], comment: str) -> Directory:
    """Read a directory that stands before its end, which says its length and where it begins."""
    length, start = said
    if end >= _LOCATOR.size:
        file.seek(end - _LOCATOR.size)
        mark, _, place, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark == b"PK\6\7":
            end, length, start = _directory64(file, end - _LOCATOR.size, place)
    at = end - length
    if at < 0 or at < start:
        raise BadDirectoryError
    if length > _LONGEST:
        raise TooLargeError("the directory of an archive")
    file.seek(at)
    return Directory(file.read(length), at, at - start, comment)


def _directory64(file: BinaryIO, locator: int, place: int) -> tuple[int, int, int]:
    """Return where the directory ends, its length, and its place as the archive counts."""
    for at in (place, locator - _END64.size):  # the second where bytes stand before the archive
        if 0 <= at <= locator - _END64.size:
            file.seek(at)
            end = _END64.unpack(file.read(_END64.size))
            if end[0] == b"PK\6\6":
                return at, end[8], end[9]
    raise BadDirectoryError
