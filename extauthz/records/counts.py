"""The metrics of decisions as plain numbers. An export reads them.

A decision adds to a few dictionaries. Observable instruments read the sums at an export. The SDK
has no observable histogram, so `extauthz.records.histograms` adds those to what is exported.

Memory is bounded: every key is a tuple of words of closed sets, and of infoTypes and media kinds,
whose number is fixed when the detectors are loaded.

One thread may count while another reads.
"""

import math
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from extauthz.records.allow_list import Key
from extauthz.records.spans import Judged
from phiscan.identifiers import Identifier

Words = tuple[str | bool, ...]
"""The values of the attributes of one series, in the order of its keys."""

_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
# the bounds that OpenTelemetry gives a histogram without its own
_DEFAULT: Final = (
    *(0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0),
    *(1000.0, 2500.0, 5000.0, 7500.0, 10000.0),
)


@dataclass(slots=True)
class Buckets:
    """The values of one series of a histogram.

    Args:
        counts: by bucket. Bucket N holds values up to bound N; the last one holds the rest.
    """

    counts: list[int]
    total: float = 0
    least: float = math.inf
    most: float = -math.inf

    def add(self, value: float, bounds: Sequence[float]) -> None:
        """Count one value."""
        self.counts[bisect_left(bounds, value)] += 1
        self.total += value
        self.least = min(self.least, value)
        self.most = max(self.most, value)


@dataclass(slots=True)
class Distribution:
    """One histogram: its name as exported, its attributes, its bounds, and its series."""

    name: str
    unit: str
    description: str
    keys: tuple[Key, ...]
    bounds: tuple[float, ...]
    series: dict[Words, Buckets] = field(default_factory=dict)

    def add(self, words: Words, value: float) -> None:
        """Count one value."""
        buckets = self.series.get(words)
        if buckets is None:
            buckets = self.series[words] = Buckets([0] * (len(self.bounds) + 1))
        buckets.add(value, self.bounds)


@dataclass(slots=True)
class _Sum:
    """One counter: its name as exported, its attributes, and its series."""

    name: str
    unit: str
    description: str
    keys: tuple[Key, ...] = ()
    series: dict[Words, int] = field(default_factory=dict)

    def add(self, number: int, words: Words = ()) -> None:
        self.series[words] = self.series.get(words, 0) + number


class Counts:
    """Counts the decisions of one process, and what became of its records."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions = _Sum(
            "phiguard.decisions",
            "{decision}",
            "Decisions made",
            (Key.DECISION, Key.ENFORCED, Key.REASON, Key.VERDICT, Key.DIRECTION, Key.VANTAGE),
        )
        self._findings = _Sum(
            "phiguard.findings",
            "{finding}",
            "Things found",
            (Key.INFO_TYPE, Key.IDENTIFIER, Key.DIRECTION),
        )
        self._opaque = _Sum(
            "phiguard.opaque", "{part}", "Parts that nobody can read", (Key.DIRECTION,)
        )
        self._records = _Sum("phiguard.ledger.records", "{record}", "Records kept")
        self._failures = _Sum("phiguard.ledger.failures", "{record}", "Records that were not kept")
        self._refusals = _Sum("phiguard.policy.refusals", "{revision}", "Policy revisions refused")
        self._duration = Distribution(
            "phiguard.decision.duration",
            "s",
            "Work on one message, without the wait for its body",
            (Key.DECISION, Key.DIRECTION),
            _SECONDS,
        )
        self._size = Distribution(
            "phiguard.scan.size",
            "By",
            "Size of scanned bodies as received",
            (Key.MEDIA, Key.DIRECTION),
            _DEFAULT,
        )

    def add(self, judged: Judged) -> None:
        """Count one judged message."""
        decision, report = judged.judgement.decision, judged.judgement.report
        facts = judged.judgement.facts
        action, direction = decision.action.value, facts.direction.value
        words = (
            action,
            decision.enforced,
            decision.reason.value,
            decision.verdict.value,
            direction,
            facts.vantage.value,
        )
        # a document can have thousands of findings of a dozen kinds
        found: Mapping[tuple[str, Identifier | None], int] = {}
        if report.findings:
            found = Counter([(f.info_type, f.identifier) for f in report.findings])
        with self._lock:
            self._decisions.add(1, words)
            self._duration.add((action, direction), judged.seconds)
            self._size.add((report.media, direction), report.size)
            if report.opaque:
                self._opaque.add(len(report.opaque), (direction,))
            for (info_type, identifier), number in found.items():
                kind = identifier.value if identifier else ""
                self._findings.add(number, (info_type, kind, direction))

    def ledger_kept(self) -> None:
        """Count one record that the ledger kept."""
        with self._lock:
            self._records.add(1)

    def ledger_failed(self) -> None:
        """Count one record that the ledger did not keep."""
        with self._lock:
            self._failures.add(1)

    def policy_refused(self) -> None:
        """Count one policy revision that was refused."""
        with self._lock:
            self._refusals.add(1)

    def observe(self, meter: Meter) -> None:
        """Let the meter's readers read the sums."""
        for each in (
            self._decisions,
            self._findings,
            self._opaque,
            self._records,
            self._failures,
            self._refusals,
        ):
            meter.create_observable_counter(
                each.name, [self._reader(each)], each.unit, each.description
            )

    def _reader(self, of: _Sum) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def read(_: CallbackOptions) -> list[Observation]:
            with self._lock:
                series = list(of.series.items())
            return [Observation(number, attributes(of.keys, words)) for words, number in series]

        return read

    def distributions(self, *, reset: bool) -> list[Distribution]:
        """Return copies of the histograms.

        Args:
            reset: whether they start again from nothing, so that each copy holds what came since
                the one before.
        """
        with self._lock:
            copies = [_copy(each) for each in (self._duration, self._size)]
            if reset:
                self._duration.series.clear()
                self._size.series.clear()
        return copies


def attributes(keys: Sequence[Key], words: Words) -> dict[str, str | bool]:
    """Return the attributes of one series."""
    return {key.value: word for key, word in zip(keys, words, strict=True)}


def _copy(of: Distribution) -> Distribution:
    series = {
        words: Buckets(list(each.counts), each.total, each.least, each.most)
        for words, each in of.series.items()
    }
    return Distribution(of.name, of.unit, of.description, of.keys, of.bounds, series)
