"""The members of a long tape archive (POSIX.1-2001, GNU), one after another as they are read."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from atrest.readers.archives.names import Names
from atrest.source import Document, Item, Reason, Unread

Content = Callable[[BinaryIO, str], Iterator[Item]]
"""Reads what a member holds. It is given the member's name."""

_BLOCK: Final = 512
_ZEROS: Final = bytes(_BLOCK)
_FILES: Final = b"0\x007S"
_LONG_NAME, _ATTRIBUTES = b"L", b"x"
_TEXTS: Final = b"LKxgX"
_WORDS: Final = ((157, 257), (265, 297), (297, 329))
_LONGEST_TEXT: Final = 1 << 20
_MOST: Final = 1_000_000
_PIECE: Final = 1 << 16
# A record of pax, whose length in front counts too. matches b"19 path=a/b/c.txt\n"
_RECORD: Final = re.compile(rb"\d+ (path|size)=([^\n]*)\n")


@dataclass(slots=True)
class _Header:
    """One header.

    Args:
        name: of the member.
        kind: its type.
        size: bytes of its data.
        words: the target of a link, the owner and the group.
    """

    name: str
    kind: bytes
    size: int
    words: tuple[str, ...]


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tape archive: its first checksum is right."""
    return len(head) >= _BLOCK and head[0] != 0 and _header(head[:_BLOCK]) is not None


def members(file: BinaryIO, content: Content) -> Iterator[Item]:
    """Yield what the members of an archive hold.

    Args:
        file: at its beginning. It need not seek.
        content: reads what a member holds, or a part of it.
    """
    names = Names()
    yield from _members(file, names, content)
    yield from names.rest()


def _members(file: BinaryIO, names: Names, content: Content) -> Iterator[Item]:
    told: dict[bytes, bytes] = {}
    for _ in range(_MOST):
        block = file.read(_BLOCK)
        if block == _ZEROS:
            return
        header = _header(block) if len(block) == _BLOCK else None
        if header is None:  # also where it was cut off: an archive ends with blocks of zeros
            yield Unread(Reason.MALFORMED)
            return
        _apply(told, header)
        yield from names.add(header.name, *header.words)
        data = _Data(file, header.size)
        if header.kind in _TEXTS:
            yield from _text(data, header, told)
        else:
            told = {}
            if header.kind in _FILES:  # else a link, a folder, a device
                yield from content(io.BufferedReader(data), header.name)
        if not data.skip():
            yield Unread(Reason.MALFORMED, header.name)
            return
    yield Unread(Reason.OVER_LIMIT)


def _header(block: bytes) -> _Header | None:
    size, stated = _number(block[124:136]), _number(block[148:156])
    if size is None or stated is None:
        return None
    if sum(block) - sum(block[148:156]) + 8 * 0x20 != stated:
        return None
    name = _word(block[:100])
    # GNU uses these bytes for times
    prefix = _word(block[345:500]) if block[257:263] == b"ustar\0" else ""
    kind = block[156:157]
    has_data = kind not in (b"1", b"2", b"3", b"4", b"5", b"6")
    words = tuple(_word(block[start:end]) for start, end in _WORDS)
    return _Header(f"{prefix}/{name}" if prefix else name, kind, size if has_data else 0, words)


def _number(raw: bytes) -> int | None:
    """Return an octal number, or one of GNU's in base 256."""
    if raw[:1] == b"\x80":
        return int.from_bytes(raw[1:], "big")
    digits = raw.strip(b" \0") or b"0"
    return int(digits, 8) if not digits.strip(b"01234567") else None


def _word(raw: bytes) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace")


def _apply(told: dict[bytes, bytes], header: _Header) -> None:
    """Give a member what the text before it says of it."""
    if header.kind in _TEXTS:
        return
    if b"path" in told:
        header.name = told[b"path"].decode("utf-8", "replace")
    if told.get(b"size", b"").isdigit():
        header.size = int(told[b"size"])


def _text(data: "_Data", header: _Header, told: dict[bytes, bytes]) -> Iterator[Item]:
    """Read a text about the next member. It may hold any attribute, so it is a document too."""
    text = data.read(_LONGEST_TEXT)
    if header.kind == _LONG_NAME:
        told[b"path"] = text.rstrip(b"\0")
    elif header.kind == _ATTRIBUTES:
        told.update(_RECORD.findall(text))
    yield Document(text, "text/plain", truncated=header.size > len(text))


class _Data(io.RawIOBase):
    """The data of one member."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self._padding = -size % _BLOCK

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(min(len(buffer), self._left))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def skip(self) -> bool:
        """Go to the next header. Returns whether the data were whole."""
        left = self._left + self._padding
        if self._file.seekable():
            self._file.seek(left - 1, io.SEEK_CUR) if left else None
            return not left or bool(self._file.read(1))
        while left and (piece := self._file.read(min(left, _PIECE))):
            left -= len(piece)
        return not left
