"""Runs the detectors' patterns: cheap prefilters first, then only the locators that can match.

A prefilter is one Hyperscan database. It only answers which of its expressions occur, without
offsets, and reports an expression that occurs often only once. There are four, because they look
at different texts:

- the detectors' `prefilter` expressions, at the normalised text;
- the marks of documents within documents, of JSON dialects and of targets, at the text as it came;
- the labels, at a text that consists of labels;
- the labels that are values, at JSON. This one reports where each label ends.

A locator reports the ranges where one detector matches. Clean traffic pays only for the prefilters.
INVARIANT (nothing is lost): an expression of a prefilter occurs in every text in which its
detector, mark or label can be found.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

import hyperscan

from phiscan.embedded import finders, graphql, targets
from phiscan.labelled import program_messages
from phiscan.memory import until_report
from phiscan.patterns.compiled import Plan, compile_all, compile_one, pack, unpack
from phiscan.patterns.detector import Detector, anything
from phiscan.readers import json_dialects
from phiscan.words import label_prefilters

_MAX_CANDIDATES: Final = 1_000_000
"""Ranges that one detector may match in one document. More is reported as a gap.

A table of digits of 8 MiB stays below this. A range takes 8 bytes, and 36 more while it is sorted.
"""
_TARGETS: Final = len(finders.MARKS) + len(json_dialects.SIGNS)
_MESSAGES: Final = _TARGETS + len(targets.MARKS)
_QUERY: Final = _MESSAGES + len(program_messages.MARKS)
"""The number of the first mark of targets, of the first mark of messages behind them, and of the
mark of a query behind these."""
_FEW: Final = 1000
"""Ranges for which a dictionary is faster. It takes ten times the memory of sorted numbers. More
are searched for again, from the beginning."""
_LAST: Final = "last"
_HALF: Final = 32
_END: Final = (1 << _HALF) - 1
"""Start and end of a range are one number, the end in the lower bits."""


class _Expression(NamedTuple):
    """One expression of a prefilter. If `single`, Hyperscan reports its first match only."""

    text: str
    caseless: bool
    single: bool = True


def _mark_numbers() -> dict[_Expression, list[int]]:
    """The marks of `PrefilterHits`, numbered in its order. Several finders share expressions."""
    marks = [
        *(_Expression(mark.expression, mark.caseless) for mark in finders.MARKS),
        *(_Expression(sign, caseless=False) for sign, _ in json_dialects.SIGNS),
        *(_Expression(mark, caseless=False) for mark in targets.MARKS),
        *(_Expression(mark, caseless=True) for mark, _ in program_messages.MARKS),
        _Expression(graphql.MARK, caseless=False),
    ]
    numbers: dict[_Expression, list[int]] = {}
    for number, mark in enumerate(marks):
        numbers.setdefault(mark, []).append(number)
    return numbers


_MARK_NUMBERS: Final = _mark_numbers()
_MARKS: Final = tuple(_MARK_NUMBERS.values())
"""The numbers of the marks that each expression of the second prefilter stands for."""


class TooManyMatchesError(Exception):
    """One detector matches more ranges of a document than the limit. The rest is not read."""


@dataclass(frozen=True, slots=True)
class PrefilterHits:
    """The marks that occur in a text.

    Args:
        embedded: indexes into `phiscan.embedded.finders.MARKS`, in ascending order.
        signs: indexes into `phiscan.readers.json_dialects.SIGNS`, in ascending order.
        targets: indexes into `phiscan.embedded.targets.MARKS`, in ascending order.
        messages: indexes into `phiscan.labelled.program_messages.MARKS`, in ascending order.
        has_query: whether `phiscan.embedded.graphql.MARK` occurs.
    """

    embedded: Sequence[int] = ()
    signs: Sequence[int] = ()
    targets: Sequence[int] = ()
    messages: Sequence[int] = ()
    has_query: bool = False


NO_HITS: Final = PrefilterHits()


@lru_cache(maxsize=1024)
def _hits_of(expressions: tuple[int, ...]) -> PrefilterHits:
    """What the numbers of expressions of the second prefilter stand for.

    Documents of one kind have the same ones.
    """
    hits = tuple(sorted(chain.from_iterable(_MARKS[number] for number in expressions)))
    signs = bisect_left(hits, len(finders.MARKS))
    asked, messages = bisect_left(hits, _TARGETS), bisect_left(hits, _MESSAGES)
    query = bisect_left(hits, _QUERY)
    return PrefilterHits(
        hits[:signs],
        tuple(number - len(finders.MARKS) for number in hits[signs:asked]),
        tuple(number - _TARGETS for number in hits[asked:messages]),
        tuple(number - _MESSAGES for number in hits[messages:query]),
        has_query=query < len(hits),
    )


class Prefilter:
    """Answers which of several expressions occur in a text."""

    def __init__(self, database: hyperscan.Database) -> None:
        self.database = database

    def all(self, text: bytes) -> list[int]:
        """The numbers of the expressions that occur, in ascending order."""
        hits: set[int] = set()

        def keep(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            hits.add(number)

        if text:  # Hyperscan rejects an empty text
            self.database.scan(text, match_event_handler=keep)
        return sorted(hits)

    def ends(self, text: bytes) -> set[int]:
        """Where matches of expressions that are not `single` end."""
        found: set[int] = set()

        def keep(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.add(end)

        if text:
            self.database.scan(text, match_event_handler=keep)
        return found

    def any(self, text: bytes) -> bool:
        """Whether one of the expressions occurs."""
        try:
            self.database.scan(text, match_event_handler=lambda *_: True)
        except hyperscan.ScanTerminated:
            return True
        return False


class Matcher:
    """The compiled patterns of `detectors`.

    Not thread-safe: Hyperscan's scratch space serves one scan at a time.

    Args:
        detectors: the detectors, in the order in which their indexes count.
        serialized: what `serialized` of a matcher of the same detectors gave. Loading takes
            milliseconds, compiling takes a second.

    Raises:
        CompiledError: `serialized` is damaged, or belongs to other detectors, another version of
            Hyperscan or another CPU.
        PlatformError: Hyperscan cannot run on this machine.
    """

    def __init__(self, detectors: Sequence[Detector], serialized: bytes | None = None) -> None:
        self.detectors = tuple(detectors)
        self._plans = plans(self.detectors)
        databases = (
            compile_all(self._plans) if serialized is None else unpack(serialized, self._plans)
        )
        self._databases = databases
        self.prefilters = tuple(map(Prefilter, databases[:4]))
        self._detectors, self._marks, self._labels, self._label_values = self.prefilters
        self._locators = databases[4:]
        self._clear: dict[str, bytes] = {}

    def serialized(self) -> bytes:
        """The compiled patterns as bytes, for another process on a similar machine."""
        return pack(self._databases, self._plans)

    def possible(self, text: bytes) -> list[int]:
        """The indexes of the detectors that can find something in `text`."""
        return [] if self._is_clear(text) else self._detectors.all(text)

    def hits(self, text: bytes) -> PrefilterHits:
        """The marks that occur in `text`."""
        return _hits_of(tuple(self._marks.all(text)))

    def has_label(self, text: bytes) -> bool:
        """Whether this ASCII text may contain a label of `phiscan.words.labels`.

        False is certain, True is not.
        """
        return not self._is_clear(text) and self._labels.any(text)

    def may_match(self, text: bytes) -> bool:
        """Whether a label or a detector's prefilter occurs, or the text is not plain ASCII.

        A text in which none occurs is remembered until the next report is made, so that its scan
        does not ask again.
        """
        if not text.isascii() or self._labels.any(text) or self._detectors.any(text):
            return True
        until_report(self._clear, _LAST, text)
        return False

    def _is_clear(self, text: bytes) -> bool:
        """Whether this is the text in which `may_match` found nothing."""
        return self._clear.get(_LAST) is text

    def label_values(self, text: bytes) -> set[int]:
        """Where the JSON strings of this ASCII text end that may be labels.

        The offsets are those of their closing quotes.
        """
        return {text.rfind(b'"', 0, end) for end in self._label_values.ends(text)}

    def locate(self, index: int, text: bytes) -> Iterator[tuple[int, int]]:
        """The ranges where detector `index` matches: leftmost, longest, not overlapping, in order.

        Raises:
            TooManyMatchesError: there are more than `_MAX_CANDIDATES` ranges.
        """
        return ranges(self._locators[index], text)

    def first(self, index: int, text: bytes) -> list[tuple[int, int]]:
        """The range of the match of detector `index` that ends first, or an empty list.

        The text behind it is not searched.
        """
        return first(self._locators[index], text)


class Single:
    """A matcher of one detector without a prefilter, for a text that is worth a search anyway.

    Raises:
        PatternError: Hyperscan cannot run the detector's pattern.
    """

    def __init__(self, detector: Detector) -> None:
        self.detectors = (detector,)
        self._locator = compile_one(_locator_plan(detector))

    def possible(self, _text: bytes) -> list[int]:
        """Like `Matcher.possible`, but always the one detector."""
        return [0]

    def locate(self, _index: int, text: bytes) -> Iterator[tuple[int, int]]:
        """Like `Matcher.locate`."""
        return ranges(self._locator, text)

    def first(self, _index: int, text: bytes) -> list[tuple[int, int]]:
        """Like `Matcher.first`."""
        return first(self._locator, text)


def first(locator: hyperscan.Database, text: bytes) -> list[tuple[int, int]]:
    """The range of the match that ends first, or an empty list; see `Matcher.first`."""
    found: list[tuple[int, int]] = []

    def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
        found.append((start, end))
        return True

    with suppress(hyperscan.ScanTerminated):
        locator.scan(text, match_event_handler=keep)
    return found


def ranges(locator: hyperscan.Database, text: bytes) -> Iterator[tuple[int, int]]:
    """The ranges where a locator matches; see `Matcher.locate`."""
    longest = _few(locator, text)
    if longest is None:
        longest = _longest(sorted(_many(locator, text)))
    reached = -1
    for start, end in longest:
        if start >= reached:
            reached = end
            yield start, end


def _few(locator: hyperscan.Database, text: bytes) -> Iterable[tuple[int, int]] | None:
    """The longest range of each start, in order. None if there are more than `_FEW`."""
    ends: dict[int, int] = {}

    def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
        # matches come in the order of their ends, so the last one of a start is the longest
        ends[start] = end
        return len(ends) > _FEW

    try:
        locator.scan(text, match_event_handler=keep)
    except hyperscan.ScanTerminated:
        return None
    return sorted(ends.items()) if len(ends) > 1 else ends.items()


def _many(locator: hyperscan.Database, text: bytes) -> "array[int]":
    """All ranges as numbers, or all but those that a longer one of the same start follows."""
    found = array("Q")

    def keep(_id: int, start: int, end: int, _flags: int, _context: object) -> bool:
        # matches come in the order of their ends, so a longer one follows a shorter one
        if found and found[-1] >> _HALF == start:
            found.pop()
        found.append(start << _HALF | end)
        return len(found) > _MAX_CANDIDATES

    try:
        locator.scan(text, match_event_handler=keep)
    except hyperscan.ScanTerminated as error:
        raise TooManyMatchesError from error
    return found


def _longest(ordered: list[int]) -> Iterator[tuple[int, int]]:
    """The longest range of each start: the last of its ranges."""
    for number, following in zip(ordered, chain(ordered[1:], (-1,)), strict=False):
        if following >> _HALF != number >> _HALF:
            yield number >> _HALF, number & _END


def plans(detectors: Sequence[Detector]) -> tuple[Plan, ...]:
    """The databases to compile for `detectors`: the four prefilters, then one locator each."""
    return (
        _prefilter_plan(
            [
                _Expression(d.prefilter, _prefilter_is_caseless(d), single=_is_single(d))
                for d in detectors
            ]
        ),
        _prefilter_plan(tuple(_MARK_NUMBERS)),
        _prefilter_plan([_Expression(*label) for label in label_prefilters.of_labels()]),
        _prefilter_plan(
            [_Expression(*label, single=False) for label in label_prefilters.of_values()]
        ),
        *map(_locator_plan, detectors),
    )


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
    """Whether the prefilter ignores case. One made of context words always does."""
    return detector.caseless or detector.prefilter != detector.pattern


def _is_single(detector: Detector) -> bool:
    """Whether Hyperscan reports the detector's prefilter only once.

    True for context words, which match often, and for patterns without a validator. Patterns with a
    validator match seldom. After the first report Hyperscan drops such an expression, and then
    reads the rest of the text three times slower if the expression begins with no literal, as
    numbers do. A report costs 0.3 us.
    """
    return detector.prefilter != detector.pattern or detector.validate is anything
