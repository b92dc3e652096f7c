import itertools
from dataclasses import replace

import pytest
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceState, set_span_in_context

from extauthz.records.allow_list import AllowList, Key, SpanName, views
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.telemetry import Telemetry, span_attributes
from mesh.message.facts import Facts, Operation
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES, Identifier

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
FOUND = Finding.of(
    INFO_TYPES["PERSON_NAME"],
    Likelihood.LIKELY,
    "d",
    Location("Patient.name"),
    Subject.PATIENT,
)
JUDGEMENT = Judgement(
    "decision-1",
    Facts(
        source="cluster.local/ns/a/sa/b", operation=Operation("GET", "/patients/536-22-8790", "h")
    ),
    Decision(
        Action.DENY, Reason.MINIMUM_NECESSARY, identifiers=(Identifier.NAME,), verdict=Verdict.PHI
    ),
    ScanReport((FOUND,), media="json", size=12),
    "clinic",
    TRACE,
)


class Bench:
    def __init__(self):
        self.spans = InMemorySpanExporter()
        self.tracers = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(AllowList(self.spans)))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader], shutdown_on_exit=False, views=views())
        self.ticks = itertools.count(10, 10)
        self.telemetry = Telemetry(self.tracers, self.meters, clock=lambda: next(self.ticks))

    def finished(self):
        return {s.name: s for s in self.spans.get_finished_spans()}

    def points(self):
        data = self.reader.get_metrics_data()
        metrics = data.resource_metrics[0].scope_metrics[0].metrics if data else []
        return {m.name: list(m.data.data_points) for m in metrics}


@pytest.fixture
def bench():
    return Bench()


def test_a_judgement_is_a_span_with_its_steps_inside(bench):
    trace = bench.telemetry.begin(SpanName.AUTHORIZE, {})
    trace.step(SpanName.SCAN, 100, 130)
    trace.step(SpanName.DECIDE, 130, 140)
    trace.end(JUDGEMENT, 0.25)
    spans = bench.finished()
    parent = spans["phiguard.authorize"]

    assert {s.parent.span_id for n, s in spans.items() if n != "phiguard.authorize"} == {
        parent.context.span_id
    }
    assert (spans["phiguard.scan"].start_time, spans["phiguard.scan"].end_time) == (100, 130)
    assert parent.attributes["phiguard.reason"] == "MINIMUM_NECESSARY"
    assert parent.attributes["phiguard.info_types"] == ("PERSON_NAME",)
    assert trace.id == format(parent.context.trace_id, "032x")


@pytest.mark.parametrize("flags", ["00", "01"])
def test_the_parent_comes_from_metadata_and_a_span_is_kept_whatever_it_samples(bench, flags):
    trace = bench.telemetry.begin(
        SpanName.INSPECT, {"traceparent": f"00-{TRACE}-{SPAN}-{flags}", "baggage": "a=b"}
    )
    trace.end(JUDGEMENT, 0.25)

    assert trace.id == TRACE
    assert format(bench.finished()["phiguard.inspect"].parent.span_id, "016x") == SPAN


def test_no_trace_state_of_a_client_leaves(bench):
    """Envoy forwards the client's `tracestate`, and OTLP has a field for it besides attributes."""
    metadata = {
        "traceparent": f"00-{TRACE}-{SPAN}-01",
        "tracestate": "patient=ana-ruiz-536-22-8790",
    }
    trace = bench.telemetry.begin(SpanName.INSPECT, metadata)
    trace.step(SpanName.SCAN, 100, 130)
    trace.end(JUDGEMENT, 0.25)

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


def test_every_attribute_is_of_the_closed_set():
    assert set(span_attributes(JUDGEMENT)) <= set(Key)


def test_what_audit_rules_would_have_done_is_an_attribute_and_in_the_record():
    decision = replace(JUDGEMENT.decision, audits=(("a", Action.ALERT), ("b", Action.DENY)))
    judgement = replace(JUDGEMENT, decision=decision)
    assert span_attributes(judgement)["phiguard.audits"] == ["ALERT a", "DENY b"]
    assert ledger_record(judgement)["audits"] == {"a": "ALERT", "b": "DENY"}


def test_no_attribute_holds_the_path():
    assert "536-22-8790" not in str(span_attributes(JUDGEMENT))


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
    bench.telemetry.begin(SpanName.AUTHORIZE, {}).end(JUDGEMENT, 0.25)
    bench.telemetry.ledger_kept()
    bench.telemetry.ledger_failed()
    points = bench.points()

    assert set(points) == {
        "phiguard.decisions",
        "phiguard.decision.duration",
        "phiguard.scan.size",
        "phiguard.findings",
        "phiguard.ledger.records",
        "phiguard.ledger.failures",
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
