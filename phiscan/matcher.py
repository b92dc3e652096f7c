"""Runs the detectors' patterns: one cheap pass says which detectors can match at all, then only those are located.

The gate asks Hyperscan whether each pattern occurs (no offsets, one report a pattern); the locators report ranges. Both
are compiled from the same expressions, so that the gate cannot lose what a locator would find.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import hyperscan

from phiscan.detector import Detector

_FLAGS: Final = hyperscan.HS_FLAG_CASELESS
_MAX_CANDIDATES: Final = 20_000
"""Located matches of one detector in one document: a digit table of 1 MiB stays below; more is reported as a gap."""


class TooManyMatchesError(Exception):
    """A document matches one detector more often than is worth judging; it counts as not seen whole."""


class Matcher:
    """Compiled patterns of `detectors`. Not thread-safe: Hyperscan's scratch space belongs to one scan at a time."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(detectors)
        self._gate = hyperscan.Database()
        self._gate.compile(
            expressions=[d.pattern.encode() for d in self.detectors],
            ids=list(range(len(self.detectors))),
            flags=_FLAGS | hyperscan.HS_FLAG_SINGLEMATCH,
        )
        self._locators = [self._locator(d) for d in self.detectors]

    @staticmethod
    def _locator(detector: Detector) -> hyperscan.Database:
        database = hyperscan.Database()
        database.compile(
            expressions=[detector.pattern.encode()], ids=[0], flags=_FLAGS | hyperscan.HS_FLAG_SOM_LEFTMOST
        )
        return database

    def possible(self, text: bytes) -> list[int]:
        """Indexes of the detectors whose pattern occurs in `text`."""
        hits: list[int] = []
        if text:
            self._gate.scan(text, match_event_handler=lambda index, *_: hits.append(index))
        return sorted(hits)

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
