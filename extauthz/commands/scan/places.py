"""Where a finding stands for a reader: its line and column, and what surrounds it.

INVARIANT (no value): the surroundings are a digest of the line with every finding in it replaced by
its infoType, and every number by 0. So the same line with another patient has the same digest, and
neither a value that was found nor a number that was not is in it.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from phiscan.finding import Finding

_AROUND: Final = 120
"""Bytes of a line before and after a finding that its surroundings take in."""
_DIGITS: Final = 16
_NUMBERS: Final = re.compile(r"\[\d+\]")
# matches `7730145`; a number that no detector knows could be an identifier all the same
_DIGIT_RUNS: Final = re.compile(rb"[0-9]+")
_BINARY: Final = 4096  # bytes in which a NUL says that a document has no lines


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands.

    Args:
        line: the first is 1; 1 where a document has no lines or a finding no bytes of its own.
        column: the first is 1, in characters.
        around: digest of what surrounds it, 16 hexadecimal digits.
    """

    line: int
    column: int
    around: str


class Lines:
    """The lines of one document.

    Args:
        data: the document without its content codings.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.are_there = b"\0" not in data[:_BINARY]
        ends = (each.end() for each in re.finditer(b"\n", data)) if self.are_there else ()
        self._starts: list[int] = [0, *ends]

    def number(self, offset: int) -> int:
        """The line of a byte; the first is 1."""
        return int(bisect_right(self._starts, offset))

    def text(self, number: int) -> bytes:
        """A line with its newline; empty for one that does not exist."""
        if not 1 <= number <= len(self._starts):
            return b""
        end = self._starts[number] if number < len(self._starts) else len(self._data)
        return self._data[self._starts[number - 1] : end]

    def window(self, low: int, high: int) -> bytes:
        """A part of the document."""
        return self._data[low:high]

    def start(self, number: int) -> int:
        """Where a line begins, in bytes."""
        return self._starts[number - 1]


def places(lines: Lines, findings: Sequence[Finding]) -> tuple[Place, ...]:
    """Return the place of each finding, in the same order."""
    ranges = sorted(
        (f.location.start, f.location.end, f.info_type) for f in findings if f.location.start >= 0
    )
    return tuple(_place(lines, finding, ranges) for finding in findings)


def _place(lines: Lines, finding: Finding, ranges: list[tuple[int, int, str]]) -> Place:
    start = finding.location.start
    if start < 0 or not lines.are_there:
        return Place(1, 1, _digest(finding, b""))
    number = lines.number(start)
    first = lines.start(number)
    text = lines.text(number)
    column = len(text[: start - first].decode("utf-8", "replace")) + 1
    low, high = max(first, start - _AROUND), min(first + len(text), finding.location.end + _AROUND)
    return Place(number, column, _digest(finding, _masked(lines, low, high, ranges)))


def _masked(lines: Lines, low: int, high: int, ranges: list[tuple[int, int, str]]) -> bytes:
    """A part of the document with infoTypes in place of what was found.

    A finding that stands on the edge of the part is masked whole.
    """
    data = lines.window(low, high)
    parts: list[bytes] = []
    at = low
    place = bisect_right(ranges, (low - 1, 0, ""))
    while place > 0 and ranges[place - 1][1] > low:
        place -= 1
    for start, end, info_type in ranges[place:]:
        if start >= high:
            break
        if end <= at:
            continue
        parts += [data[at - low : max(start, at) - low], info_type.encode()]
        at = end
    parts.append(data[max(at - low, 0) :] if at < high else b"")
    return _DIGIT_RUNS.sub(b"0", b"".join(parts).strip())


def _digest(finding: Finding, masked: bytes) -> str:
    field = _NUMBERS.sub("[]", finding.location.field)
    words = b"\0".join((finding.info_type.encode(), field.encode(), masked))
    return hashlib.sha256(words).hexdigest()[:_DIGITS]
