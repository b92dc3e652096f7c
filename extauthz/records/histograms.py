"""Adds the histograms of `Counts` to what a metric exporter sends.

The SDK records each value of a histogram at once, which costs more than the rest of a decision's
counts together, and it has no histogram that is read at an export
(docs/decisions/0017-telemetry-after-the-answer.md). So the values are counted in plain buckets, and
this exporter stands before the real one.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from opentelemetry.sdk.metrics import Histogram as Instrument
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricsData,
)

from extauthz.records.counts import Counts
from extauthz.records.series import Distribution, Words, attributes
from extauthz.records.spans import SCOPE

_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE


class WithHistograms(MetricExporter):
    """Exports what it is given, with the histograms of the counts in phiguard's scope.

    Args:
        exporter: the real one. It says whether it wants sums since the start, or since the last
            export. No other exporter may read the histograms of these counts since its last export.
        counts: of this process.
        clock: nanoseconds since 1970.
    """

    def __init__(
        self, exporter: MetricExporter, counts: Counts, clock: Callable[[], int] = time.time_ns
    ) -> None:
        wishes = exporter._preferred_temporality
        super().__init__(wishes, exporter._preferred_aggregation)
        self._exporter = exporter
        self._counts = counts
        self._clock = clock
        self._temporality = (wishes or {}).get(Instrument, _CUMULATIVE)
        self._since = clock()

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,
        **kwargs: Any,  # noqa: ANN401 - the SDK's signature
    ) -> MetricExportResult:
        """Export both."""
        return self._exporter.export(self._completed(metrics_data), timeout_millis, **kwargs)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        """Flush the exporter."""
        return self._exporter.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **kwargs: Any) -> None:  # noqa: ANN401 - as above
        """Shut the exporter down."""
        self._exporter.shutdown(timeout_millis, **kwargs)

    def _completed(self, data: MetricsData) -> MetricsData:
        """Return the data with the histograms. Where one is, its decision is counted too."""
        return replace(
            data,
            resource_metrics=[
                replace(
                    resource,
                    scope_metrics=[
                        replace(scope, metrics=[*scope.metrics, *self._metrics()])
                        if scope.scope.name == SCOPE
                        else scope
                        for scope in resource.scope_metrics
                    ],
                )
                for resource in data.resource_metrics
            ],
        )

    def _metrics(self) -> list[Metric]:
        now, is_delta = self._clock(), self._temporality is not _CUMULATIVE
        since, distributions = self._since, self._counts.distributions(since_last=is_delta)
        if is_delta:
            self._since = now
        return [
            Metric(
                each.name,
                each.description,
                each.unit,
                Histogram(
                    [_point(each, words, (since, now)) for words in each.series], self._temporality
                ),
            )
            for each in distributions
            if each.series
        ]


def _point(of: Distribution, words: Words, during: tuple[int, int]) -> HistogramDataPoint:
    buckets = of.series[words]
    return HistogramDataPoint(
        attributes(of.keys, words),
        *during,
        sum(buckets.counts),
        buckets.total,
        tuple(buckets.counts),
        of.bounds,
        buckets.least,
        buckets.most,
    )
