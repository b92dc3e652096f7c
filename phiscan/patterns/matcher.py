"""Runs the detectors' patterns: cheap passes say what a text can hold at all, then only that is located.

A prefilter is one Hyperscan database that asks only whether each of its expressions occurs (no offsets; what occurs often is reported once).
There are three, because they look at different texts: the detectors' `prefilter` expressions at the normalised text, the marks of
documents within documents and of JSON dialects at the text as it came, the labels at a text of labels alone. Clean traffic
pays for these passes. The locators report ranges. An expression of a prefilter occurs wherever what it stands for can be found,
so the prefilters lose nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

import hyperscan

from phiscan.embedded import finders
from phiscan.patterns.compiled import Plan, compile_all, compile_one, pack, unpack
from phiscan.patterns.detector import Detector, anything
from phiscan.readers import json_dialects
from phiscan.words import labels

_MAX_CANDIDATES: Final = 20_000
"""Located matches of one detector in one document: a digit table of 1 MiB stays below; more is
reported as a gap."""


class TooManyMatchesError(Exception):
    """A document matches one detector more often than is worth judging; it counts as not seen
    whole."""


@dataclass(frozen=True, slots=True)
class PrefilterHits:
    """What occurs in a text.

    Args:
        embedded: numbers of `phiscan.embedded.finders.MARKS`, in their order.
        signs: numbers of `phiscan.readers.json_dialects.SIGNS`, in their order.
    """

    embedded: Sequence[int] = ()
    signs: Sequence[int] = ()


class Prefilter:
    """Says which of several expressions occur in a text."""

    def __init__(self, database: hyperscan.Database) -> None:
        self.database = database

    def all(self, text: bytes) -> list[int]:
        """Numbers of the expressions that occur, in their order."""
        hits: set[int] = set()
        if text:  # Hyperscan takes no empty text
            self.database.scan(text, match_event_handler=lambda number, *_: hits.add(number))
        return sorted(hits)

    def any(self, text: bytes) -> bool:
        """Whether one of them occurs."""
        try:
            self.database.scan(text, match_event_handler=lambda *_: True)
        except hyperscan.ScanTerminated:
            return True
        return False


class Matcher:
    """Compiled patterns of `detectors`. Not thread-safe: Hyperscan's scratch space belongs to one
    scan at a time.

    Args:
        serialized: what `serialized` of a matcher of the same detectors gave; loading takes
            milliseconds, compiling a second.

    Raises:
        CompiledError: `serialized` is of other detectors, of another version or CPU, or broken.
        PlatformError: Hyperscan cannot run here.
    """

    def __init__(self, detectors: Sequence[Detector], serialized: bytes | None = None) -> None:
        self.detectors = tuple(detectors)
        self._plans = plans(self.detectors)
        databases = (
            compile_all(self._plans) if serialized is None else unpack(serialized, self._plans)
        )
        self._databases = databases
        self.prefilters = tuple(map(Prefilter, databases[:3]))
        self._detectors, self._marks, self._labels = self.prefilters
        self._locators = databases[3:]

    def serialized(self) -> bytes:
        """The compiled patterns as bytes, for another process on a like machine."""
        return pack(self._databases, self._plans)

    def possible(self, text: bytes) -> list[int]:
        """Indexes of the detectors that can find something in `text`."""
        return self._detectors.all(text)

    def hits(self, text: bytes) -> PrefilterHits:
        """The marks that occur in `text`."""
        hits = self._marks.all(text)
        cut = bisect_left(hits, len(finders.MARKS))
        return PrefilterHits(hits[:cut], [number - len(finders.MARKS) for number in hits[cut:]])

    def has_label(self, text: bytes) -> bool:
        """Whether a label that `phiscan.words.labels` reads may stand in this ASCII text; False is
        certain."""
        return self._labels.any(text)

    def locate(self, index: int, text: bytes) -> Iterator[tuple[int, int]]:
        """Ranges where detector `index` matches: leftmost, longest, not overlapping, in order.

        Raises:
            TooManyMatchesError: over `_MAX_CANDIDATES` ranges.
        """
        return ranges(self._locators[index], text)

    def first(self, index: int, text: bytes) -> list[tuple[int, int]]:
        """The range of the match of detector `index` that ends first, if there is one. Nothing
        behind it is looked at."""
        return first(self._locators[index], text)


class Single:
    """A matcher of one detector without its prefilter: for a text that is known to be worth a look.

    Raises:
        PatternError: Hyperscan cannot run the detector's pattern.
    """

    def __init__(self, detector: Detector) -> None:
        self.detectors = (detector,)
        self._locator = compile_one(_locator_plan(detector))

    def possible(self, _text: bytes) -> list[int]:
        """As `Matcher.possible`."""
        return [0]

    def locate(self, _index: int, text: bytes) -> Iterator[tuple[int, int]]:
        """As `Matcher.locate`."""
        return ranges(self._locator, text)

    def first(self, _index: int, text: bytes) -> list[tuple[int, int]]:
        """As `Matcher.first`."""
        return first(self._locator, text)


def first(locator: hyperscan.Database, text: bytes) -> list[tuple[int, int]]:
    """The range of the match that ends first; see `Matcher.first`."""
    found: list[tuple[int, int]] = []

    def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
        found.append((start, end))
        return True

    with suppress(hyperscan.ScanTerminated):
        locator.scan(text, match_event_handler=keep)
    return found


def ranges(locator: hyperscan.Database, text: bytes) -> Iterator[tuple[int, int]]:
    """Where a locator matches; see `Matcher.locate`."""
    ends: dict[int, int] = {}

    def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
        ends[start] = end  # reported in order of their end: the last one of a start is the longest
        return len(ends) > _MAX_CANDIDATES

    try:
        locator.scan(text, match_event_handler=keep)
    except hyperscan.ScanTerminated as error:
        raise TooManyMatchesError from error
    reached = -1
    for start in sorted(ends):
        if start >= reached:
            reached = ends[start]
            yield start, reached


def plans(detectors: Sequence[Detector]) -> tuple[Plan, ...]:
    """What has to be compiled for `detectors`: the three prefilters, then a locator each."""
    marks = [_Expression(mark, caseless) for mark, caseless, _ in finders.MARKS]
    signs = [_Expression(sign, caseless=False) for sign, _ in json_dialects.SIGNS]
    return (
        _prefilter_plan(
            [
                _Expression(d.prefilter, _prefilter_is_caseless(d), single=_is_single(d))
                for d in detectors
            ]
        ),
        _prefilter_plan(marks + signs),
        _prefilter_plan([_Expression(*label) for label in labels.prefilter()]),
        *map(_locator_plan, detectors),
    )


class _Expression(NamedTuple):
    """One expression of a prefilter; a single one is reported at its first match alone."""

    text: str
    caseless: bool
    single: bool = True


def _locator_plan(detector: Detector) -> Plan:
    return Plan(
        (detector.pattern,), (_flags(caseless=detector.caseless) | hyperscan.HS_FLAG_SOM_LEFTMOST,)
    )


def _prefilter_plan(expressions: Sequence[_Expression]) -> Plan:
    flags = (
        _flags(caseless=e.caseless) | (hyperscan.HS_FLAG_SINGLEMATCH if e.single else 0)
        for e in expressions
    )
    return Plan(tuple(e.text for e in expressions), tuple(flags))


def _flags(*, caseless: bool) -> int:
    return hyperscan.HS_FLAG_CASELESS if caseless else 0


def _prefilter_is_caseless(detector: Detector) -> bool:
    """A prefilter made of context words has no case, whatever the pattern's."""
    return detector.caseless or detector.prefilter != detector.pattern


def _is_single(detector: Detector) -> bool:
    """Whether a prefilter is reported once: words of context match often, what a validator judges seldom
    does.

    An expression that was reported and is left out from there on makes Hyperscan read the rest of
    the text three times slower when it begins with no letter of its own, as numbers do. Reporting
    costs 0.3 us a match."""
    return detector.prefilter != detector.pattern or detector.validate is anything
