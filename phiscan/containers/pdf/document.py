"""The objects of a PDF file, found one after the other from its first byte to its last.

The tables of a file say where its objects are, and a file with a broken table is still shown by
viewers. So no table is read. Each object counts, also one that a later revision replaced: it is in
the file, and whoever gets the file has it. A reference means the last object of its number.

Bytes between the objects are tables, trailers and comments. Anything else there is listed, because
a sender can put any file there.

Cost: linear. What is unpacked counts against the scan's room.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from phiscan.containers.pdf import filters
from phiscan.containers.pdf.syntax import (
    BrokenError,
    EndlessError,
    Name,
    Ref,
    Value,
    Word,
    token,
    value_at,
)
from phiscan.finding import Gap, worse
from phiscan.scan_context import OutOfTimeError, ScanContext
from phiscan.text.possessive import repeated

# matches b"12 0 obj"; not b"12 0 R"
_OBJECT: Final = re.compile(
    rb"(?<![0-9])(\d{1,10})[\x00\t\n\x0c\r ]{1,8}\d{1,5}[\x00\t\n\x0c\r ]{1,8}obj(?![A-Za-z])"
)
_STREAM: Final = re.compile(rb"[\x00\t\n\x0c\r ]{0,64}stream(?:\r?\n|\r)?")
_END: Final = re.compile(rb"[\x00\t\n\x0c\r ]{0,64}endstream")
# What stands between objects: `endobj`, the head, comments, tables of objects, trailers.
# matches b"endobj", b"%%EOF" and b"xref\n0 1\n0000000000 65535 f \n"; not b"hello"
_FRAME: Final = re.compile(
    rb"[\x00\t\n\x0c\r ]++|endobj|endstream|%[^\r\n]*+|startxref[\x00\t\n\x0c\r ]++\d*+"
    rb"|xref" + repeated(rb"\s++\d++\s++\d++(?:\s++[fn](?=[\s%])|)", "*")
)
_TRAILER: Final = b"trailer"
_MAX_OBJECTS: Final = 200_000
_MAX_LINKS: Final = 32
"""The most references from one to the next, and levels of inherited attributes."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """A stream: its dictionary and the range of its bytes."""

    entries: dict[str, Value]
    start: int
    end: int


Object = Value | Stream


class Document:
    """An open file.

    Attributes:
        objects: the last object of each number.
        everything: all objects in order, also those that were replaced.
        trailers: the dictionaries of trailers and of tables of objects.
        between: ranges of bytes that are in no object and are no frame.
        gap: why not all of it was read so far.
    """

    def __init__(self, data: bytes, context: ScanContext) -> None:
        self.data = data
        self._context = context
        self._order: dict[int, int] = {}
        self.objects: dict[int, Object] = {}
        self.everything: list[Object] = []
        self.trailers: list[dict[str, Value]] = []
        self.between: list[tuple[int, int]] = []
        self.gap = Gap.NONE
        self._find_objects()
        self._unpack_objects()

    @property
    def is_encrypted(self) -> bool:
        """Whether a trailer names a key."""
        return any("Encrypt" in trailer for trailer in self.trailers)

    def add_gap(self, gap: Gap) -> None:
        """Note why something was not read."""
        self.gap = worse(self.gap, gap)

    # values

    def resolved(self, value: Value) -> Object:
        """Return what a reference means, or the value itself."""
        found: Object = value
        for _ in range(_MAX_LINKS):
            if not isinstance(found, Ref):
                return found
            found = self.objects.get(found.number)
        return None

    def entries(self, value: Value) -> dict[str, Value]:
        """Return a dictionary, or that of a stream, or an empty one."""
        found = self.resolved(value)
        if isinstance(found, Stream):
            return found.entries
        return found if isinstance(found, dict) else {}

    def items(self, value: Value) -> list[Value]:
        """Return an array, or any other value as the only item of one."""
        found = self.resolved(value)
        if isinstance(found, list):
            return found
        return [] if value is None else [value]

    def numbers(self, value: Value) -> list[float]:
        """Return the numbers of an array."""
        found = (self.resolved(item) for item in self.items(value))
        return [float(n) for n in found if isinstance(n, int | float)]

    def number(self, value: Value, default: float = 0) -> float:
        """Return a number, or `default` for anything else."""
        found = self.resolved(value)
        return found if isinstance(found, int | float) else default

    def name(self, value: Value) -> str:
        """Return a name, or an empty text for anything else."""
        found = self.resolved(value)
        return found if isinstance(found, Name) else ""

    def inherited(self, page: Mapping[str, Value], key: str) -> Value:
        """Return an entry of a page or of a node above it (7.7.3.4)."""
        for _ in range(_MAX_LINKS):
            if key in page:
                return page[key]
            page = self.entries(page.get("Parent"))
        return None

    # streams

    def filters(self, stream: Stream) -> list[str]:
        """Return the names of a stream's filters."""
        entries = stream.entries
        return [self.name(item) for item in self.items(entries.get("Filter", entries.get("F")))]

    def content(self, stream: Stream) -> bytes:
        """Return the decoded bytes of a stream. What cannot be decoded is a gap."""
        if self._context.late():
            raise OutOfTimeError
        names = self.filters(stream)
        entries = stream.entries
        given = self.items(entries.get("DecodeParms", entries.get("DP")))
        parameters = [self._parameters(value) for value in given]
        parameters += [{}] * (len(names) - len(parameters))
        room = self._context.room
        raw = self.data[stream.start : stream.end]
        try:
            pairs = list(zip(names, parameters, strict=False))
            content = filters.decode(raw, pairs, max(room.left, 0))
        except filters.FilterError:
            self.add_gap(Gap.MALFORMED)
            return b""
        except filters.TooLongError:
            self.add_gap(Gap.OVER_LIMIT)
            return b""
        if not room.take(len(content)):
            self.add_gap(Gap.OVER_LIMIT)
            return b""
        return content

    def _parameters(self, value: Value) -> dict[str, int]:
        entries = self.entries(value)
        found = ((key, self.resolved(each)) for key, each in entries.items())
        return {key: number for key, number in found if isinstance(number, int)}

    # reading

    def _find_objects(self) -> None:
        at = 0
        for number, place in enumerate(self._context.timed(self._places())):
            if number > _MAX_OBJECTS:
                self.add_gap(Gap.OVER_LIMIT)
                break
            self._frame(at, place[0])
            at = place[1]
        self._frame(at, len(self.data))

    def _places(self) -> Iterator[tuple[int, int]]:
        """Read the objects, and yield the range of each."""
        at = 0
        while (match := _OBJECT.search(self.data, at)) is not None:
            try:
                value, at = value_at(self.data, match.end())
            except EndlessError:
                self.add_gap(Gap.MALFORMED)
                return
            except BrokenError:
                at = match.end()
                continue
            found: Object = None if isinstance(value, Word) else value
            if isinstance(found, dict):
                found, at = self._stream(found, at)
            self._keep(int(match[1]), found)
            yield match.start(), at

    def _stream(self, entries: dict[str, Value], at: int) -> tuple[Object, int]:
        """Return the stream that begins at `at`, or the dictionary alone where none does."""
        begin = _STREAM.match(self.data, at)
        if begin is None:
            return entries, at
        start = begin.end()
        length = self.number(entries.get("Length"), -1)
        end = start + int(length)
        closing = _END.match(self.data, end) if start <= end <= len(self.data) else None
        if closing is not None:
            return Stream(entries, start, end), closing.end()
        end = self.data.find(b"endstream", start)
        if end < 0:
            self.add_gap(Gap.MALFORMED)
            return Stream(entries, start, len(self.data)), len(self.data)
        return Stream(entries, start, end), end + 9

    def _keep(self, number: int, found: Object) -> None:
        self.objects[number] = found
        self._order[number] = len(self.everything)
        self.everything.append(found)
        if isinstance(found, Stream) and found.entries.get("Type") == "XRef":
            self.trailers.append(found.entries)

    def _frame(self, at: int, end: int) -> None:
        """Read what stands between two objects."""
        while at < end:
            match = _FRAME.match(self.data, at, end)
            if match is not None and match.end() > at:
                at = match.end()
            elif self.data.startswith(_TRAILER, at):
                at = self._trailer(at + len(_TRAILER))
            else:
                self.between.append((at, end))
                return

    def _trailer(self, at: int) -> int:
        try:
            value, at = value_at(self.data, at)
        except (BrokenError, EndlessError):
            self.add_gap(Gap.MALFORMED)
            return at
        if isinstance(value, dict):
            self.trailers.append(value)
        return at

    def _unpack_objects(self) -> None:
        """Add the objects within streams (7.5.7). They replace what stands before their stream."""
        if self.is_encrypted:
            return
        for place, holder in enumerate(list(self.everything)):
            if isinstance(holder, Stream) and holder.entries.get("Type") == "ObjStm":
                self._unpack(holder, place)

    def _unpack(self, holder: Stream, place: int) -> None:
        content = self.content(holder)
        first = int(self.number(holder.entries.get("First")))
        numbers: list[int] = []
        at = 0
        while at < first and (match := token(content, at)) is not None and match[1]:
            numbers.append(int(match[1]) if match[1].isdigit() else 0)
            at = match.end()
        for number, offset in zip(numbers[::2], numbers[1::2], strict=False):
            try:
                value, _ = value_at(content, first + offset)
            except (BrokenError, EndlessError):
                self.add_gap(Gap.MALFORMED)
                return
            if len(self.everything) > _MAX_OBJECTS:
                self.add_gap(Gap.OVER_LIMIT)
                return
            found: Object = None if isinstance(value, Word) else value
            self.everything.append(found)
            if self._order.get(number, -1) <= place:
                self._order[number] = place
                self.objects[number] = found
