"""The metrics of decisions as plain numbers. An export or a scrape reads them.

A decision adds to a few dictionaries. Observable instruments read the sums at an export. The SDK
has no observable histogram, so `extauthz.records.histograms` adds those to what is exported.
`extauthz.records.exposition` shows all of them to Prometheus.

What alarms is counted from zero: Prometheus sees no increase in a series whose first value is 1.

Memory is bounded: every key is a tuple of words of closed sets, and of infoTypes and media kinds,
whose number is fixed when the detectors are loaded.

One thread may count while another reads.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from extauthz.records.allow_list import Key, SpanName
from extauthz.records.series import Distribution, Family, Gauge, Kind, Sum, attributes
from extauthz.records.spans import Judged
from mesh.policy.decision import Reason
from phiscan.finding import Coverage, ScanReport
from phiscan.finding_kinds import info_types
from phiscan.identifiers import Identifier

_SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
# up to the largest body that is scanned by default
_BYTES: Final = (*(4.0**power for power in range(4, 12)), 8.0 * 1024 * 1024)


class Counts:
    """Counts the decisions of one process, and what became of its records."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions = Sum(
            "phiguard.decisions",
            "{decision}",
            "Decisions made",
            (Key.DECISION, Key.ENFORCED, Key.REASON, Key.VERDICT, Key.DIRECTION, Key.VANTAGE),
        )
        self._findings = Sum(
            "phiguard.findings",
            "{finding}",
            "Things found",
            (Key.INFO_TYPE, Key.IDENTIFIER, Key.DIRECTION),
        )
        self._opaque = Sum(
            "phiguard.opaque", "{part}", "Parts that nobody can read", (Key.DIRECTION,)
        )
        self._unread = Sum(
            "phiguard.unscannable",
            "{message}",
            "Messages that were not read completely",
            (Key.GAP, Key.COVERAGE, Key.DIRECTION),
        )
        self._documents = Sum(
            "phiguard.documents",
            "{document}",
            "Documents scanned or masked over HTTP, which no policy was asked about",
            (Key.OPERATION, Key.VERDICT, Key.COVERAGE, Key.LOSS),
        )
        self._records = _from_zero(
            "phiguard.ledger.records", "{record}", "Decisions kept in the ledger"
        )
        self._summed = _from_zero(
            "phiguard.ledger.summed",
            "{decision}",
            "Decisions counted for a summary, which is in the ledger about a second later",
        )
        self._failures = _from_zero(
            "phiguard.ledger.failures", "{record}", "Records that were not kept"
        )
        self._unsynced = _from_zero(
            "phiguard.ledger.sync.failures", "{sync}", "Failures to write the ledger to the disk"
        )
        self._refusals = _from_zero(
            "phiguard.policy.refusals", "{revision}", "Policy revisions refused"
        )
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
            _BYTES,
        )
        self._scan = Distribution(
            "phiguard.scan.duration",
            "s",
            "Scans of one message, with the proof of a redaction",
            (Key.MEDIA, Key.DIRECTION),
            _SECONDS,
        )
        self._gauges: list[Gauge] = []

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
        found: Mapping[tuple[str, Identifier | None], int] = {}
        # what a canary holds was put there to be found
        if report.findings and decision.reason is not Reason.CANARY:
            found = info_types(report.findings)
        scan = 0
        for name, start, end in judged.steps:
            if name is SpanName.SCAN:
                scan += end - start
        kind, trace, time = (report.media, direction), judged.trace, judged.end
        with self._lock:
            self._decisions.add(1, words)
            self._duration.add((action, direction), judged.seconds, trace, time)
            self._size.add(kind, report.size, trace, time)
            if judged.steps:
                self._scan.add(kind, scan / 1e9, trace, time)
            if decision.coverage is not Coverage.COMPLETE:
                self._unread.add(1, (decision.gap.value, decision.coverage.value, direction))
            if report.opaque:
                self._opaque.add(len(report.opaque), (direction,))
            for (info_type, identifier), number in found.items():
                letter = identifier.value if identifier else ""
                self._findings.add(number, (info_type, letter, direction))

    def document(self, operation: str, report: ScanReport | None, error: str = "") -> None:
        """Count one document that was scanned or masked without a policy.

        Args:
            operation: what was asked for.
            report: what was found, or None where there was no scan.
            error: the code of why there is no result; empty where there is one.
        """
        verdict = "" if report is None else report.verdict.value
        coverage = "" if report is None else report.coverage.value
        with self._lock:
            self._documents.add(1, (operation, verdict, coverage, error))

    def ledger_kept(self, *, is_alone: bool) -> None:
        """Count one decision that the ledger kept.

        Args:
            is_alone: whether it has a record of its own, or is counted for a summary.
        """
        with self._lock:
            (self._records if is_alone else self._summed).add(1)

    def ledger_failed(self) -> None:
        """Count one record that the ledger did not keep."""
        with self._lock:
            self._failures.add(1)

    def policy_refused(self) -> None:
        """Count one policy revision that was refused."""
        with self._lock:
            self._refusals.add(1)

    def sync_failed(self) -> None:
        """Count one time that the ledger could not be written to the disk."""
        with self._lock:
            self._unsynced.add(1)

    def watch(self, gauges: Iterable[Gauge], meter: Meter) -> None:
        """Show these gauges too, to a scrape and to the meter's readers."""
        for each in gauges:
            self._gauges.append(each)
            create = (
                meter.create_observable_counter
                if each.kind is Kind.COUNTER
                else meter.create_observable_gauge
            )
            create(each.name, [_gauge_reader(each)], each.unit, each.description)

    def observe(self, meter: Meter) -> None:
        """Let the meter's readers read the sums."""
        for each in self._sums():
            meter.create_observable_counter(
                each.name, [self._reader(each)], each.unit, each.description
            )

    def families(self) -> list[Family]:
        """Return every metric as it is now."""
        with self._lock:
            found = [each.family() for each in self._sums()]
            found += [each.family() for each in self._histograms()]
        return found + [each.family() for each in tuple(self._gauges)]

    def distributions(self, *, since_last: bool) -> list[Distribution]:
        """Return copies of the histograms.

        Args:
            since_last: whether each copy holds what came since the last call, instead of
                everything. Only one reader may ask so. `least` and `most` are of the same time.
        """
        with self._lock:
            return [
                each.since_last() if since_last else each.copied() for each in self._histograms()
            ]

    def _sums(self) -> tuple[Sum, ...]:
        return (
            self._decisions,
            self._findings,
            self._opaque,
            self._unread,
            self._documents,
            self._records,
            self._summed,
            self._failures,
            self._unsynced,
            self._refusals,
        )

    def _histograms(self) -> tuple[Distribution, ...]:
        return self._duration, self._size, self._scan

    def _reader(self, of: Sum) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def read(_: CallbackOptions) -> list[Observation]:
            with self._lock:
                series = list(of.series.items())
            return [Observation(number, attributes(of.keys, words)) for words, number in series]

        return read


def _from_zero(name: str, unit: str, description: str) -> Sum:
    return Sum(name, unit, description, (), {(): 0})


def _gauge_reader(of: Gauge) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> list[Observation]:
        return [
            Observation(value, attributes(of.keys, words)) for words, value in of.family().values
        ]

    return read
