from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from extauthz.records import otlp
from extauthz.records.allow_list import SpanName


def test_without_an_endpoint_nothing_is_exported_and_no_exporter_is_made(monkeypatch):
    for signal in ("", "TRACES_", "METRICS_"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", raising=False)
    monkeypatch.setattr(otlp, "OTLPSpanExporter", None)
    monkeypatch.setattr(otlp, "OTLPMetricExporter", None)
    pipeline = otlp.from_environment()

    assert int(pipeline.telemetry.begin(SpanName.INSPECT, {}).id, 16)
    pipeline.close()


def test_an_endpoint_makes_exporters_for_spans_and_metrics(monkeypatch):
    made = []
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    real_spans, real_metrics = otlp.OTLPSpanExporter, otlp.OTLPMetricExporter
    monkeypatch.setattr(otlp, "OTLPSpanExporter", lambda: made.append("spans") or real_spans())
    monkeypatch.setattr(
        otlp, "OTLPMetricExporter", lambda: made.append("metrics") or real_metrics()
    )
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    # Left open, its thread would retry during later tests, and draw from the random numbers that
    # hypothesis guards.
    otlp.from_environment().close()

    assert made == ["spans", "metrics"]


def test_a_span_is_kept_though_its_parent_was_not_sampled():
    spans = InMemorySpanExporter()
    pipeline = otlp.Pipeline([SimpleSpanProcessor(spans)], [])
    parent = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}
    trace = pipeline.telemetry.begin(SpanName.INSPECT, parent)
    trace.step(SpanName.SCAN, 1, 2)

    assert [s.name for s in spans.get_finished_spans()] == ["phiguard.scan"]


def test_the_service_has_a_name_unless_the_operator_gives_one(monkeypatch):
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    assert otlp.Pipeline([], [])._tracers.resource.attributes["service.name"] == "phiguard"

    monkeypatch.setenv("OTEL_SERVICE_NAME", "guard-eu")
    assert otlp.Pipeline([], [])._tracers.resource.attributes["service.name"] == "guard-eu"
