"""The directory of a ZIP file: where its members lie (APPNOTE.TXT 6.3.10).

    file   = anything? (local header, data, descriptor?)* central directory, zip64 end?, end
    end    = "PK" 5 6, counts, size and offset of the central directory, comment

Two kinds of readers exist. Most find the end and believe the central directory; some read one local
header after the other. A file can show each of them another thing. So every byte belongs to a
member that both see in the same way, to the directory, or to the rest. `Directory.rest` lists the
ranges that the central directory does not explain, and the caller reads them as documents of their
own: a file before the archive, a member that only local headers show, a second archive.

Cost: linear in the bytes of the directory and the number of members.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.finding import Gap, worse

LOCAL: Final = b"PK\x03\x04"
_CENTRAL: Final = b"PK\x01\x02"
_DESCRIPTOR: Final = b"PK\x07\x08"
_END: Final = b"PK\x05\x06"
_END64: Final = b"PK\x06\x06"
_LOCATOR64: Final = b"PK\x06\x07"
_LONGEST_COMMENT: Final = 65535
_END_SIZE, _LOCATOR_SIZE, _CENTRAL_SIZE, _LOCAL_SIZE = 22, 20, 46, 30
_LONGEST_END64: Final = 4096
"""The most bytes of the zip64 end record. It may carry data of the sender's own."""
_UNKNOWN32: Final = 0xFFFFFFFF
_ENCRYPTED, _HAS_DESCRIPTOR = 0x0001, 0x0008
_ZIP64: Final = 1
MAX_MEMBERS: Final = 10_000
"""The most members of one archive. More are a gap. Each costs a scan (0.1 ms)."""
_UNICODE_NAMES: Final = (0x7075, 0x6375)
"""Extra fields with a name or a comment in UTF-8, after a version and a checksum."""


class Member(NamedTuple):
    """One member.

    Args:
        number: its place in the directory, from 1.
        name: its name, decoded.
        start: the first byte of its packed data.
        end: the byte after the last one.
        method: the number of its compression (APPNOTE 4.4.5).
        is_encrypted: whether its data is encrypted.
    """

    number: int
    name: str
    start: int
    end: int
    method: int
    is_encrypted: bool


@dataclass(slots=True)
class Directory:
    """What a ZIP file says of its members.

    Args:
        members: with data, in the order of the central directory, each range once.
        texts: names, comments and other texts.
        rest: ranges that nothing explains.
        is_encrypted: whether any member is encrypted.
        gap: why the directory cannot be trusted, or Gap.NONE.
    """

    members: list[Member] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rest: list[tuple[int, int]] = field(default_factory=list)
    is_encrypted: bool = False
    gap: Gap = Gap.NONE


class _Entry(NamedTuple):
    """One header of the central directory.

    Args:
        packed: the bytes of the packed data.
        offset: of the local header.
        texts: the comment, and name and comment in UTF-8.
    """

    name: bytes
    flags: int
    method: int
    crc: bytes
    packed: int
    offset: int
    texts: tuple[bytes, ...]


def find_end(data: bytes) -> int:
    """Return the offset of the end of the central directory, or -1.

    The last mark counts. What an earlier one describes is then among the rest.
    """
    first = max(0, len(data) - _END_SIZE - _LONGEST_COMMENT)
    # a search for one byte is ten times faster than for four, and few texts have this one
    return data.rfind(_END, first) if data.rfind(_END[3:], first) >= 0 else -1


def read(data: bytes) -> Directory:
    """Return the directory of a ZIP file, also of one that is cut off or has no end."""
    reader = _Reader(data)
    end = find_end(data)
    if end < 0:
        reader.by_local_headers()
    else:
        reader.by_central_directory(end)
    return reader.directory


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


class _Reader:
    """Builds the directory, and keeps the ranges that are explained."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._explained: list[tuple[int, int]] = []
        self._packed = 0
        self._starts: set[int] = set()
        self.directory = Directory()

    def by_central_directory(self, end: int) -> None:
        """Read the members that the central directory before `end` lists."""
        data = self._data
        start, size, offset, count = self._end(end)
        if data[end + 4 : end + 8] != bytes(4) and data[end + 4 : end + 8] != b"\xff" * 4:
            self._gap(Gap.UNSUPPORTED_MEDIA)  # a part of an archive on several disks
        first = start - size
        if first < 0:
            self._gap(Gap.MALFORMED)
            first = min(offset, len(data))
        at, entries = first, 0
        while data.startswith(_CENTRAL, at) and at < start:
            entry, at = self._entry(at)
            entries += 1
            if entries > MAX_MEMBERS:
                self._gap(Gap.OVER_LIMIT)
                break
            self._member(entry, first - offset, entries)
        if at != start or entries != count:
            self._gap(Gap.MALFORMED)
        comment = data[end + _END_SIZE :]
        if len(comment) != _number(data, end + 20, 2):
            self._gap(Gap.MALFORMED)
        self._text(comment)
        self._explained.append((first, len(data)))
        self._find_rest()

    def by_local_headers(self) -> None:
        """Read members one after the other, as a reader of a stream does."""
        data, at, number = self._data, 0, 0
        self._gap(Gap.MALFORMED)
        while data.startswith(LOCAL, at) and at + _LOCAL_SIZE <= len(data):
            number += 1
            if number > MAX_MEMBERS:
                self._gap(Gap.OVER_LIMIT)
                break
            flags, method = _number(data, at + 6, 2), _number(data, at + 8, 2)
            name, start = self._local_name(at)
            end = start + _number(data, at + 18, 4)
            if flags & _HAS_DESCRIPTOR and end == start:
                end = self._next_mark(start)
            end = min(end, len(data))
            self._text(name)
            self._add(Member(number, _decoded(name), start, end, method, bool(flags & _ENCRYPTED)))
            after = self._after_descriptor(end, data[at + 14 : at + 18])
            self._explained.append((at, after))
            at = after
        self._find_rest()

    def _end(self, end: int) -> tuple[int, int, int, int]:
        """Return where the central directory must end, its size, its offset, its entries."""
        data = self._data
        count, size, offset = (_number(data, end + at, n) for at, n in ((10, 2), (12, 4), (16, 4)))
        locator = end - _LOCATOR_SIZE
        if locator < 0 or not data.startswith(_LOCATOR64, locator):
            return end, size, offset, count
        end64 = data.rfind(_END64, max(0, locator - _LONGEST_END64), locator)
        if end64 < 0:
            self._gap(Gap.MALFORMED)
            return end, size, offset, count
        count, size, offset = (_number(data, end64 + at, 8) for at in (32, 40, 48))
        return end64, size, offset, count

    def _entry(self, at: int) -> tuple[_Entry, int]:
        """Return the header at `at`, and the offset of the next one."""
        data = self._data
        name_at = at + _CENTRAL_SIZE
        extra_at = name_at + _number(data, at + 28, 2)
        comment_at = extra_at + _number(data, at + 30, 2)
        end = comment_at + _number(data, at + 32, 2)
        texts, wide = [data[comment_at:end]], b""
        for kind, content in _fields(data[extra_at:comment_at]):
            if kind == _ZIP64:
                wide = content
            elif kind in _UNICODE_NAMES:
                texts.append(content[5:])
        numbers = []
        # those that do not fit are in the zip64 field, in this order (APPNOTE 4.5.3)
        for place in (24, 20, 42):
            number = _number(data, at + place, 4)
            if number == _UNKNOWN32:
                number, wide = _number(wide, 0, 8), wide[8:]
            numbers.append(number)
        flags, method = _number(data, at + 8, 2), _number(data, at + 10, 2)
        name, crc = data[name_at:extra_at], data[at + 16 : at + 20]
        return _Entry(name, flags, method, crc, numbers[1], numbers[2], tuple(texts)), end

    def _member(self, entry: _Entry, shift: int, number: int) -> None:
        """Add a member, and compare its two headers."""
        data, at = self._data, entry.offset + shift
        for text in (entry.name, *entry.texts):
            self._text(text)
        if at < 0 or not data.startswith(LOCAL, at):
            self._gap(Gap.MALFORMED)
            return
        flags, method = _number(data, at + 6, 2), _number(data, at + 8, 2)
        name, start = self._local_name(at)
        end = start + entry.packed
        packed = _number(data, at + 18, 4)
        is_stated = not flags & _HAS_DESCRIPTOR and packed != _UNKNOWN32
        if name != entry.name:
            self._text(name)
        if (
            (name, method) != (entry.name, entry.method)
            or (is_stated and packed != entry.packed)
            or end > len(data)
        ):
            self._gap(Gap.MALFORMED)
        end = min(end, len(data))
        encrypted = bool((flags | entry.flags) & _ENCRYPTED)
        self._add(Member(number, _decoded(entry.name), start, end, entry.method, encrypted))
        after = self._after_descriptor(end, entry.crc) if flags & _HAS_DESCRIPTOR else end
        self._explained.append((at, after))

    def _add(self, member: Member) -> None:
        """Add a member unless it is empty, or another one has the same data.

        Members whose data overlap are a bomb: each kilobyte could be decoded ten thousand times.
        """
        self.directory.is_encrypted |= member.is_encrypted
        if member.end <= member.start or member.start in self._starts:
            return
        self._starts.add(member.start)
        self._packed += member.end - member.start
        if self._packed > len(self._data):
            self._gap(Gap.OVER_LIMIT)
            return
        self.directory.members.append(member)

    def _local_name(self, at: int) -> tuple[bytes, int]:
        """Return the name in the local header at `at`, and the offset of the data."""
        name_at = at + _LOCAL_SIZE
        extra_at = name_at + _number(self._data, at + 26, 2)
        start = extra_at + _number(self._data, at + 28, 2)
        return self._data[name_at:extra_at], min(start, len(self._data))

    def _next_mark(self, at: int) -> int:
        """Return the offset of the next descriptor or header: the end of data of unknown size."""
        found = [self._data.find(mark, at) for mark in (_DESCRIPTOR, LOCAL, _CENTRAL)]
        return min((place for place in found if place >= 0), default=len(self._data))

    def _after_descriptor(self, end: int, crc: bytes) -> int:
        """Return the offset after the data descriptor that may stand at `end` (APPNOTE 4.3.9)."""
        data = self._data
        if data.startswith(_DESCRIPTOR, end):
            # its two sizes have four bytes or, with zip64, eight
            is_wide = data[end + 16 : end + 18] != b"PK" and data[end + 24 : end + 26] == b"PK"
            return min(end + (24 if is_wide else 16), len(data))
        if data[end : end + 4] == crc and data[end : end + 2] != b"PK":
            is_wide = data[end + 12 : end + 14] != b"PK" and data[end + 20 : end + 22] == b"PK"
            return min(end + (20 if is_wide else 12), len(data))
        return end

    def _find_rest(self) -> None:
        """List the ranges between those that are explained, and compare those that overlap."""
        at = 0
        for start, end in sorted(self._explained):
            if start < at:
                self._gap(Gap.MALFORMED)
            elif self._data[at:start].strip(b"\x00"):
                self.directory.rest.append((at, start))
            at = max(at, end)
        if self._data[at:].strip(b"\x00"):
            self.directory.rest.append((at, len(self._data)))

    def _text(self, raw: bytes) -> None:
        if raw:
            self.directory.texts.append(_decoded(raw))

    def _gap(self, gap: Gap) -> None:
        self.directory.gap = worse(self.directory.gap, gap)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the content of each extra field (APPNOTE 4.5)."""
    at = 0
    while at + 4 <= len(extra):
        end = at + 4 + _number(extra, at + 2, 2)
        yield _number(extra, at, 2), extra[at + 4 : end]
        at = end


def _decoded(name: bytes) -> str:
    """Return a name as text: in UTF-8, or in the code page of DOS (APPNOTE, appendix D)."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")


def names_directory(data: bytes, end: int) -> bool:
    """Whether there is a central directory where the end record at `end` says."""
    size, offset = _number(data, end + 12, 4), _number(data, end + 16, 4)
    before = end - size
    return data[max(before, 0) : max(before, 0) + 4] == _CENTRAL or data[offset : offset + 4] in (
        _CENTRAL,
        _END64,
    )
