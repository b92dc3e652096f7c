import pytest
from judgements import JUDGEMENT
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from recorded_metrics import RecordedMetrics

from extauthz.records import otlp
from extauthz.records.allow_list import AllowList, SpanName


def test_without_an_endpoint_nothing_is_exported_and_no_exporter_is_made(monkeypatch):
    for signal in ("", "TRACES_", "METRICS_"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", raising=False)
    monkeypatch.setattr(otlp, "DecisionExporter", None)
    monkeypatch.setattr(otlp, "OTLPMetricExporter", None)
    pipeline = otlp.from_environment()

    assert int(pipeline.telemetry.begin(SpanName.INSPECT, {}).id, 16)
    pipeline.close()


def test_an_endpoint_makes_exporters_for_spans_and_metrics(monkeypatch):
    made = []
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    real_spans, real_metrics = otlp.DecisionExporter, otlp.OTLPMetricExporter
    monkeypatch.setattr(otlp, "DecisionExporter", lambda: made.append("spans") or real_spans())
    monkeypatch.setattr(
        otlp, "OTLPMetricExporter", lambda: made.append("metrics") or real_metrics()
    )
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    # Left open, its thread would retry during later tests, and draw from the random numbers that
    # hypothesis guards.
    otlp.from_environment().close()

    assert made == ["spans", "metrics"]


def test_the_sdk_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setattr(otlp, "DecisionExporter", None)
    monkeypatch.setattr(otlp, "OTLPMetricExporter", None)

    otlp.from_environment().close()


def test_without_an_exporter_nothing_is_kept_of_a_message():
    telemetry = otlp.Pipeline([]).telemetry
    telemetry.settle_by(lambda _: pytest.fail("nothing is left to do"))
    telemetry.begin(SpanName.INSPECT, {}).end(JUDGEMENT, 0.1, [])

    assert telemetry._judged == []


def test_a_guard_that_stops_exports_what_it_has_judged():
    """The event loop, which would have settled it, may not turn again."""
    spans, metrics = InMemorySpanExporter(), RecordedMetrics()
    pipeline = otlp.Pipeline([BatchSpanProcessor(AllowList(spans))], metrics)
    pipeline.telemetry.settle_by(lambda _: None)
    pipeline.telemetry.begin(SpanName.INSPECT, {}).end(JUDGEMENT, 0.1, [])
    assert spans.get_finished_spans() == ()
    pipeline.close()

    assert [s.name for s in spans.get_finished_spans()] == ["phiguard.inspect"]
    assert metrics.points()["phiguard.decisions"][0].value == 1
    assert metrics.points()["phiguard.decision.duration"][0].count == 1


def test_a_flush_exports_what_was_judged_so_far():
    spans, metrics = InMemorySpanExporter(), RecordedMetrics()
    pipeline = otlp.Pipeline([BatchSpanProcessor(AllowList(spans))], metrics)
    pipeline.telemetry.settle_by(lambda _: None)
    pipeline.telemetry.begin(SpanName.INSPECT, {}).end(JUDGEMENT, 0.1, [])
    pipeline.flush()

    assert len(spans.get_finished_spans()) == 1
    assert metrics.points()["phiguard.decisions"][0].value == 1
    pipeline.close()


def test_the_service_has_a_name_unless_the_operator_gives_one(monkeypatch):
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    assert otlp.Pipeline([]).resource.attributes["service.name"] == "phiguard"

    monkeypatch.setenv("OTEL_SERVICE_NAME", "guard-eu")
    assert otlp.Pipeline([]).resource.attributes["service.name"] == "guard-eu"
