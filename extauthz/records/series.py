"""The series of metrics as plain numbers, and a metric at one moment.

A decision adds to a few dictionaries. What reads them (an OTLP export, a scrape) takes a `Family`:
a copy that other threads and other processes may keep.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from extauthz.records.allow_list import Key

Words = tuple[str | bool, ...]
"""The values of the attributes of one series, in the order of its keys."""


class Kind(StrEnum):
    """What a metric is."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


Example = tuple[float, int, int]
"""One decision that fell into a bucket (an exemplar): the value that was counted, its trace id, and
when it ended, in nanoseconds since 1970."""


@dataclass(slots=True)
class Buckets:
    """The values of one series of a histogram.

    Args:
        counts: by bucket. Bucket N holds values up to bound N; the last one holds the rest.
        total: the sum of the values.
        least, most: of the values.
        examples: by bucket, the newest one; None where there is none.
    """

    counts: list[int]
    total: float = 0
    least: float = math.inf
    most: float = -math.inf
    examples: list[Example | None] = field(default_factory=list)

    def copied(self) -> "Buckets":
        """Return a copy."""
        return Buckets(list(self.counts), self.total, self.least, self.most, list(self.examples))


@dataclass(frozen=True, slots=True)
class Family:
    """One metric at one moment.

    Args:
        name: as OpenTelemetry has it, `phiguard.decision.duration`.
        kind: what it is.
        unit: in UCUM, as OpenTelemetry has it: `s`, `By`, `{decision}`.
        description: one line.
        keys: the names of its attributes.
        bounds: of a histogram's buckets.
        values: of each series of a counter or a gauge.
        buckets: of each series of a histogram.
    """

    name: str
    kind: Kind
    unit: str
    description: str
    keys: tuple[str, ...]
    bounds: tuple[float, ...] = ()
    values: Sequence[tuple[Words, float]] = ()
    buckets: Sequence[tuple[Words, Buckets]] = ()


@dataclass(slots=True)
class Distribution:
    """One histogram: its name as exported, its attributes, its bounds, and its series."""

    name: str
    unit: str
    description: str
    keys: tuple[Key, ...]
    bounds: tuple[float, ...]
    series: dict[Words, Buckets] = field(default_factory=dict)
    _before: dict[Words, Buckets] = field(default_factory=dict)

    def add(self, words: Words, value: float, trace: int, time: int) -> None:
        """Count one value of a decision.

        Args:
            words: of the series.
            value: to count.
            trace: trace id of the decision.
            time: when it ended, in nanoseconds since 1970.
        """
        buckets = self.series.get(words)
        if buckets is None:
            size = len(self.bounds) + 1
            buckets = self.series[words] = Buckets([0] * size, examples=[None] * size)
        at = bisect_left(self.bounds, value)
        buckets.counts[at] += 1
        buckets.examples[at] = (value, trace, time)
        buckets.total += value
        # this runs for each decision, and a call of min() costs more than the comparison
        if value < buckets.least:  # noqa: PLR1730
            buckets.least = value
        if value > buckets.most:  # noqa: PLR1730
            buckets.most = value

    def family(self) -> Family:
        """Return it as it is now."""
        series = [(words, each.copied()) for words, each in self.series.items()]
        return Family(
            self.name,
            Kind.HISTOGRAM,
            self.unit,
            self.description,
            self.keys,
            self.bounds,
            buckets=series,
        )

    def copied(self) -> "Distribution":
        """Return a copy."""
        series = {words: each.copied() for words, each in self.series.items()}
        return replace(self, series=series, _before={})

    def since_last(self) -> "Distribution":
        """Return what was counted since the last call. Only one reader may ask.

        `least` and `most` are of the same time. So they are not known since the start any more.
        """
        now, before = self.copied(), self._before
        self._before = dict(now.series)
        for buckets in self.series.values():
            buckets.least, buckets.most = math.inf, -math.inf
        since = {words: _less(each, before.get(words)) for words, each in now.series.items()}
        now.series = {words: each for words, each in since.items() if any(each.counts)}
        return now


@dataclass(slots=True)
class Sum:
    """One counter: its name as exported, its attributes, and its series."""

    name: str
    unit: str
    description: str
    keys: tuple[Key, ...] = ()
    series: dict[Words, int] = field(default_factory=dict)

    def add(self, number: int, words: Words = ()) -> None:
        """Count."""
        self.series[words] = self.series.get(words, 0) + number

    def family(self) -> Family:
        """Return it as it is now."""
        values = list(self.series.items())
        return Family(
            self.name, Kind.COUNTER, self.unit, self.description, self.keys, values=values
        )


Read = Callable[[], float | None]
"""Returns the current value, or None while there is none. Any thread may call it."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is read when somebody asks, and its attributes.

    Args:
        name: as exported.
        unit: in UCUM.
        description: one line.
        reads: what returns the current value of each series.
        keys: the attributes.
        kind: COUNTER for values that only grow.
    """

    name: str
    unit: str
    description: str
    reads: Mapping[Words, Read]
    keys: tuple[Key, ...] = ()
    kind: Kind = Kind.GAUGE

    def family(self) -> Family:
        """Return it as it is now."""
        read = [(words, read()) for words, read in self.reads.items()]
        # OTLP has no truth values
        values = [
            (words, int(value) if isinstance(value, bool) else value)
            for words, value in read
            if value is not None
        ]
        return Family(self.name, self.kind, self.unit, self.description, self.keys, values=values)


def gauge(name: str, unit: str, description: str, read: Read, kind: Kind = Kind.GAUGE) -> Gauge:
    """Return a gauge without attributes."""
    return Gauge(name, unit, description, {(): read}, kind=kind)


def attributes(keys: Sequence[str], words: Words) -> dict[str, str | bool]:
    """Return the attributes of one series."""
    return {str(key): word for key, word in zip(keys, words, strict=True)}


def _less(now: Buckets, before: Buckets | None) -> Buckets:
    """Return what was counted since `before`."""
    if before is None:
        return now
    counts = [a - b for a, b in zip(now.counts, before.counts, strict=True)]
    return Buckets(counts, now.total - before.total, now.least, now.most)
