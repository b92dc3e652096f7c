"""The histograms of plain buckets, value for value against those of the SDK."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judgements import JUDGEMENT
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from recorded_metrics import RecordedMetrics

from extauthz.records.allow_list import SpanName
from extauthz.records.counts import Counts
from extauthz.records.histograms import WithHistograms
from extauthz.records.spans import SCOPE, Judged
from mesh.policy.decision import Action

CUMULATIVE, DELTA = AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
BYTES = (256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 8388608)
BOUNDS = {
    "phiguard.decision.duration": SECONDS,
    "phiguard.scan.size": BYTES,
    "phiguard.scan.duration": SECONDS,
}
NAMES = tuple(BOUNDS)
STEPS = [(SpanName.SCAN, 0, 3_000_000), (SpanName.DECIDE, 3_000_000, 4_000_000)]


def judged(seconds=0.25, size=12, media="json", action=Action.DENY):
    decision = replace(JUDGEMENT.decision, action=action)
    report = replace(JUDGEMENT.report, size=size, media=media)
    judgement = replace(JUDGEMENT, decision=decision, report=report)
    return Judged(judgement, SpanName.INSPECT, 1, None, 10, 20, STEPS, seconds)


MESSAGES = st.builds(
    judged,
    st.floats(0, 5) | st.sampled_from(SECONDS),
    st.integers(0, 20_000_000) | st.sampled_from(BYTES),
    st.sampled_from(["json", "text"]),
    st.sampled_from(Action),
)


def temporality(wished):
    return dict.fromkeys((Histogram, Counter, ObservableCounter), wished)


class Sdk:
    """The same histograms, recorded one by one by the SDK."""

    def __init__(self, wished):
        self.metrics = RecordedMetrics(temporality(wished))
        reader = PeriodicExportingMetricReader(self.metrics, export_interval_millis=math.inf)
        views = [
            View(instrument_name=name, aggregation=ExplicitBucketHistogramAggregation(bounds))
            for name, bounds in BOUNDS.items()
        ]
        self.meters = MeterProvider([reader], shutdown_on_exit=False, views=views)
        self.made = [self.meters.get_meter(SCOPE).create_histogram(name) for name in NAMES]

    def add(self, each):
        decision, report = each.judgement.decision, each.judgement.report
        action, media = {"phiguard.decision": decision.action}, {"phiguard.media": report.media}
        direction = {"phiguard.direction": "request"}
        self.made[0].record(each.seconds, {**action, **direction})
        self.made[1].record(report.size, {**media, **direction})
        self.made[2].record(0.003, {**media, **direction})


class Ours:
    def __init__(self, wished):
        self.metrics, self.counts = RecordedMetrics(temporality(wished)), Counts()
        self.ticks = itertools.count(1000)
        exporter = WithHistograms(self.metrics, self.counts, lambda: next(self.ticks))
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
        self.meters = MeterProvider([reader], shutdown_on_exit=False)
        self.counts.observe(self.meters.get_meter(SCOPE))

    def histograms(self):
        self.meters.force_flush()
        return of(self.metrics)


def of(metrics):
    """The points of the histograms without their times, in a comparable order."""
    return {
        (name, tuple(sorted(p.attributes.items()))): (
            p.count,
            pytest.approx(p.sum),
            p.bucket_counts,
            p.explicit_bounds,
            (p.min, p.max),
        )
        for name in NAMES
        for p in metrics.points().get(name, [])
    }


@pytest.mark.parametrize("wished", [CUMULATIVE, DELTA])
@given(periods=st.lists(st.lists(MESSAGES, min_size=1, max_size=6), min_size=1, max_size=3))
def test_every_export_holds_what_the_sdk_would_export(wished, periods):
    sdk, ours = Sdk(wished), Ours(wished)
    for messages in periods:
        for each in messages:
            sdk.add(each)
            ours.counts.add(each)
        sdk.meters.force_flush()

        assert ours.histograms() == of(sdk.metrics)


@pytest.mark.parametrize(
    ("wished", "times"),
    [(CUMULATIVE, [(1000, 1001), (1000, 1002)]), (DELTA, [(1000, 1001), (1001, 1002)])],
)
def test_a_point_says_since_when_it_counts(wished, times):
    ours = Ours(wished)
    seen = []
    for _ in times:
        ours.counts.add(judged())
        ours.histograms()
        (point,) = ours.metrics.points()[NAMES[0]]
        seen.append((point.start_time_unix_nano, point.time_unix_nano))

    assert seen == times


def test_a_period_without_messages_exports_no_point_of_it():
    ours = Ours(DELTA)
    ours.counts.add(judged())
    assert len(ours.histograms()) == 3

    assert ours.histograms() == {}
    assert not ours.metrics.points().keys() & set(NAMES)


def test_what_is_exported_since_the_last_export_is_still_counted_for_others():
    """A page for Prometheus shows everything since the start, whatever the collector wants."""
    ours = Ours(DELTA)
    for _ in range(2):
        ours.counts.add(judged())
        ours.histograms()
    durations = {each.name: each for each in ours.counts.families()}[NAMES[0]]
    ((_, buckets),) = durations.buckets

    assert ours.metrics.points()[NAMES[0]][0].count == 1
    assert sum(buckets.counts) == 2


def test_the_metrics_can_be_encoded():
    ours = Ours(CUMULATIVE)
    ours.counts.add(judged())
    ours.histograms()
    (resource,) = encode_metrics(ours.metrics.data).resource_metrics
    (scope,) = resource.scope_metrics

    kinds = {m.name: m.WhichOneof("data") for m in scope.metrics}
    assert kinds["phiguard.decisions"] == kinds["phiguard.findings"] == "sum"
    assert {name for name, kind in kinds.items() if kind == "histogram"} == set(NAMES)
    assert {m.name: m.unit for m in scope.metrics}["phiguard.scan.size"] == "By"
