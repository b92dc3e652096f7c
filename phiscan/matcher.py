"""Runs the detectors' patterns: one cheap pass says which detectors can match at all, then only those are located.

The gate asks Hyperscan whether each detector's `gate` expression occurs (no offsets, one report an expression); the locators
report ranges. A gate expression occurs wherever its detector can find anything, so the gate loses nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import hyperscan

from phiscan import labels
from phiscan.detector import Detector
from phiscan.media import embedded

_MAX_CANDIDATES: Final = 20_000
"""Located matches of one detector in one document: a digit table of 1 MiB stays below; more is reported as a gap."""


class TooManyMatchesError(Exception):
    """A document matches one detector more often than is worth judging; it counts as not seen whole."""


class Gate:
    """Says which of several expressions occur in a text: one pass, no offsets, one report an expression."""

    def __init__(self, expressions: Iterable[tuple[str, bool]]) -> None:
        """Compile pairs of an expression in Hyperscan's syntax and whether it is caseless."""
        written, caseless = zip(*expressions, strict=True)
        self._database = hyperscan.Database()
        self._database.compile(
            expressions=[e.encode() for e in written],
            ids=list(range(len(written))),
            flags=[_flags(caseless=c) | hyperscan.HS_FLAG_SINGLEMATCH for c in caseless],
        )

    def all(self, text: bytes) -> list[int]:
        """Numbers of the expressions that occur, in their order."""
        hits: list[int] = []
        if text:
            self._database.scan(text, match_event_handler=lambda number, *_: hits.append(number))
        return sorted(hits)

    def any(self, text: bytes) -> bool:
        """Whether one of them occurs."""
        try:
            self._database.scan(text, match_event_handler=lambda *_: True)
        except hyperscan.ScanTerminated:
            return True
        return False


class Matcher:
    """Compiled patterns of `detectors`. Not thread-safe: Hyperscan's scratch space belongs to one scan at a time."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(detectors)
        self._gate = Gate((d.gate, _gate_is_caseless(d)) for d in self.detectors)
        self._labels = Gate(labels.gate())
        self._embedded = Gate(embedded.GATE)
        self._locators = [self._locator(d) for d in self.detectors]

    @staticmethod
    def _locator(detector: Detector) -> hyperscan.Database:
        database = hyperscan.Database()
        flags = _flags(caseless=detector.caseless) | hyperscan.HS_FLAG_SOM_LEFTMOST
        database.compile(expressions=[detector.pattern.encode()], ids=[0], flags=flags)
        return database

    def possible(self, text: bytes) -> list[int]:
        """Indexes of the detectors that can find something in `text`."""
        return self._gate.all(text)

    def has_label(self, text: bytes) -> bool:
        """Whether a label that `phiscan.labels` reads may stand in this ASCII text; False is certain."""
        return self._labels.any(text)

    def has_embedded(self, text: bytes) -> bool:
        """Whether `phiscan.media.embedded` may find a document within this text; False is certain."""
        return self._embedded.any(text)

    def locate(self, index: int, text: bytes) -> Iterator[tuple[int, int]]:
        """Ranges where detector `index` matches: leftmost, longest, not overlapping, in order.

        Raises:
            TooManyMatchesError: over `_MAX_CANDIDATES` ranges.
        """
        ends: dict[int, int] = {}

        def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
            ends[start] = end  # reported in order of their end: the last one of a start is the longest
            return len(ends) > _MAX_CANDIDATES

        try:
            self._locators[index].scan(text, match_event_handler=keep)
        except hyperscan.ScanTerminated as error:
            raise TooManyMatchesError(self.detectors[index].name) from error
        reached = -1
        for start in sorted(ends):
            if start >= reached:
                reached = ends[start]
                yield start, reached


def _flags(*, caseless: bool) -> int:
    return hyperscan.HS_FLAG_CASELESS if caseless else 0


def _gate_is_caseless(detector: Detector) -> bool:
    """A gate made of context words has no case, whatever the pattern's."""
    return detector.caseless or detector.gate != detector.pattern
