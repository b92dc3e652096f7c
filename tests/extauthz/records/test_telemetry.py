import itertools
import math
from dataclasses import replace

import pytest
from judgements import JUDGEMENT, SPAN, TRACE
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceState, set_span_in_context
from recorded_metrics import RecordedMetrics

from extauthz.records.allow_list import AllowList, SpanName, views
from extauthz.records.counts import Counts
from extauthz.records.histograms import WithHistograms
from extauthz.records.spans import SCOPE, SLOW, SpanMaker
from extauthz.records.telemetry import Telemetry


class Bench:
    def __init__(self):
        self.spans = InMemorySpanExporter()
        processor = SimpleSpanProcessor(AllowList(self.spans))
        self.tracers = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
        self.tracers.add_span_processor(processor)
        self.counts, self.metrics = Counts(), RecordedMetrics()
        reader = PeriodicExportingMetricReader(
            WithHistograms(self.metrics, self.counts), export_interval_millis=math.inf
        )
        self.meters = MeterProvider([reader], shutdown_on_exit=False, views=views())
        self.counts.observe(self.meters.get_meter(SCOPE))
        self.ticks = itertools.count(10, 10)
        sinks = [SpanMaker([processor], Resource({})).add, self.counts.add]
        self.telemetry = Telemetry(self.counts, sinks, clock=lambda: next(self.ticks))

    def finished(self):
        return {s.name: s for s in self.spans.get_finished_spans()}

    def points(self):
        self.meters.force_flush()
        return self.metrics.points()


@pytest.fixture
def bench():
    return Bench()


def test_a_redaction_is_a_span_with_its_steps_inside(bench):
    trace = bench.telemetry.begin(SpanName.AUTHORIZE, {})
    steps = [
        (SpanName.SCAN, 100, 130),
        (SpanName.DECIDE, 130, 140),
        (SpanName.SCAN, 150, 145),  # the clock was put back
    ]
    trace.end(JUDGEMENT, 0.25, steps)
    scan, decide, proof, parent = bench.spans.get_finished_spans()

    assert {s.parent.span_id for s in (scan, decide, proof)} == {parent.context.span_id}
    assert {s.context.trace_id for s in (scan, decide, proof)} == {parent.context.trace_id}
    assert len({s.context.span_id for s in (scan, decide, proof, parent)}) == 4
    assert (scan.name, scan.start_time, scan.end_time) == ("phiguard.scan", 100, 130)
    assert (decide.name, decide.start_time, decide.end_time) == ("phiguard.decide", 130, 140)
    assert (proof.name, proof.start_time, proof.end_time) == ("phiguard.scan", 150, 150)
    assert (parent.name, parent.start_time, parent.end_time) == ("phiguard.authorize", 10, 20)
    assert parent.attributes["phiguard.reason"] == "MINIMUM_NECESSARY"
    assert parent.attributes["phiguard.info_types"] == ("PERSON_NAME",)
    assert trace.id == format(parent.context.trace_id, "032x")
    assert parent.parent is None


@pytest.mark.parametrize(("nanoseconds", "names"), [(SLOW, []), (SLOW + 1, ["phiguard.scan"])])
def test_one_scan_is_a_step_of_its_own_where_its_message_took_long(bench, nanoseconds, names):
    trace = bench.telemetry.begin(SpanName.INSPECT, {})
    bench.ticks = iter([10 + nanoseconds])
    trace.end(JUDGEMENT, 0.25, [(SpanName.SCAN, 10, 10)])

    assert [s.name for s in bench.spans.get_finished_spans()] == [*names, "phiguard.inspect"]


def test_a_span_and_its_counts_are_made_after_the_answer(bench):
    later = []
    bench.telemetry.settle_by(later.append)
    for _ in range(2):
        bench.telemetry.begin(SpanName.INSPECT, {}).end(JUDGEMENT, 0.25, [])
    assert (bench.finished(), "phiguard.decisions" in bench.points()) == ({}, False)
    (settle,) = later  # both answers may leave in one turn of the event loop
    settle()

    assert len(bench.spans.get_finished_spans()) == 2
    assert bench.points()["phiguard.decisions"][0].value == 2
    bench.telemetry.begin(SpanName.INSPECT, {}).end(JUDGEMENT, 0.25, [])
    assert len(later) == 2


def test_a_span_that_cannot_be_made_harms_neither_the_others_nor_the_counts(bench, caplog):
    broken = replace(JUDGEMENT, decision=None)
    later = []
    bench.telemetry.settle_by(later.append)
    for judgement in (broken, JUDGEMENT):
        bench.telemetry.begin(SpanName.INSPECT, {}).end(judgement, 0.25, [])
    later[0]()

    assert len(bench.spans.get_finished_spans()) == 1
    assert bench.points()["phiguard.decisions"][0].value == 1
    assert [r.fields for r in caplog.records] == [{"error": "AttributeError"}] * 2


@pytest.mark.parametrize("flags", ["00", "01"])
def test_the_parent_comes_from_metadata_and_a_span_is_kept_whatever_it_samples(bench, flags):
    trace = bench.telemetry.begin(
        SpanName.INSPECT, {"traceparent": f"00-{TRACE}-{SPAN}-{flags}", "baggage": "a=b"}
    )
    trace.end(JUDGEMENT, 0.25, [])

    assert trace.id == TRACE
    assert format(bench.finished()["phiguard.inspect"].parent.span_id, "016x") == SPAN


def test_no_trace_state_of_a_client_leaves(bench):
    """Envoy forwards the client's `tracestate`, and OTLP has a field for it besides attributes."""
    metadata = {
        "traceparent": f"00-{TRACE}-{SPAN}-01",
        "tracestate": "patient=ana-ruiz-536-22-8790",
    }
    trace = bench.telemetry.begin(SpanName.INSPECT, metadata)
    trace.end(JUDGEMENT, 0.25, [(SpanName.SCAN, 100, 130), (SpanName.SCAN, 130, 150)])

    assert len(bench.spans.get_finished_spans()) == 3
    assert trace.id == TRACE
    assert b"ana-ruiz" not in encode_spans(list(bench.finished().values())).SerializeToString()


def test_the_exporter_drops_the_trace_state_of_a_span_that_others_made(bench):
    state = TraceState([("patient", "ana-ruiz")])
    parent = set_span_in_context(
        NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_state=state)), Context()
    )
    bench.tracers.get_tracer("other").start_span("phiguard.scan", parent).end()

    assert b"ana-ruiz" not in encode_spans(list(bench.finished().values())).SerializeToString()


@pytest.mark.parametrize("value", ["", "00-zz-zz-01", "x" * 5000, f"00-{'0' * 32}-{SPAN}-01"])
def test_a_broken_parent_starts_a_new_trace(bench, value):
    trace = bench.telemetry.begin(SpanName.AUTHORIZE, {"traceparent": value})

    assert int(trace.id, 16) != 0


def test_the_exporter_drops_what_it_does_not_know(bench):
    span = bench.tracers.get_tracer("other").start_span("phiguard.scan", Context())
    span.set_attribute("http.url", "/patients?ssn=536-22-8790")
    span.set_attribute("phiguard.reason", "x" * 300)
    span.set_attribute("phiguard.rules", ["a", "b"])
    span.add_event("exception", {"exception.message": "536-22-8790"})
    span.end()
    bench.tracers.get_tracer("other").start_span("GET /patients/536-22-8790", Context()).end()
    (exported,) = bench.spans.get_finished_spans()

    assert dict(exported.attributes) == {"phiguard.rules": ("a", "b")}
    assert (exported.events, exported.links) == ((), ())


def test_decisions_are_counted_without_paths_addresses_or_ids(bench):
    bench.telemetry.begin(SpanName.AUTHORIZE, {}).end(JUDGEMENT, 0.25, [])
    bench.counts.ledger_kept(is_alone=True)
    bench.counts.ledger_failed()
    points = bench.points()

    assert set(points) == {
        "phiguard.decisions",
        "phiguard.decision.duration",
        "phiguard.scan.size",
        "phiguard.findings",
        "phiguard.ledger.records",
        "phiguard.ledger.summed",
        "phiguard.ledger.failures",
        "phiguard.ledger.sync.failures",
        "phiguard.policy.refusals",
    }
    assert points["phiguard.decisions"][0].attributes == {
        "phiguard.decision": "DENY",
        "phiguard.enforced": True,
        "phiguard.reason": "MINIMUM_NECESSARY",
        "phiguard.verdict": "phi",
        "phiguard.direction": "request",
        "phiguard.vantage": "inbound",
    }
    assert points["phiguard.findings"][0].attributes["phiguard.info_type"] == "PERSON_NAME"
    assert points["phiguard.decision.duration"][0].sum == pytest.approx(0.25)
    assert points["phiguard.scan.size"][0].sum == 12


def test_metrics_of_others_and_keys_of_others_do_not_leave(bench):
    meter = bench.meters.get_meter("other")
    meter.create_counter("requests.by.path").add(1, {"path": "/536-22-8790"})
    meter.create_counter("phiguard.ledger.records").add(1, {"path": "/536-22-8790"})

    assert "536-22-8790" not in str(bench.points())
    assert "requests.by.path" not in bench.points()
