"""The collector keeps what a real OTLP exporter sends it."""

from collections.abc import Iterator

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import format_trace_id

from extauthz.demo.otlp_sink import OtlpSink
from extauthz.demo.topology import LOOPBACK, free_ports


@pytest.fixture
def sink() -> Iterator[OtlpSink]:
    with free_ports(1) as (port,), OtlpSink(port) as running:
        yield running


def _export_two(sink: OtlpSink) -> str:
    provider = TracerProvider(
        resource=Resource({"service.name": "phiguard"}), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(f"http://{LOOPBACK}:{sink.port}", insecure=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with (
        tracer.start_as_current_span("outer") as outer,
        tracer.start_as_current_span("inner") as inner,
    ):
        inner.set_attributes({"phiguard.identifiers": ["A", "G"], "phiguard.findings": 2})
    provider.shutdown()
    return format_trace_id(outer.get_span_context().trace_id)


def test_a_trace_comes_back_in_order_of_its_starts(sink: OtlpSink) -> None:
    trace = _export_two(sink)
    outer, inner = sink.trace(trace, until=lambda spans: len(spans) == 2, seconds=5)

    assert (outer.name, outer.parent, outer.service) == ("outer", "", "phiguard")
    assert (inner.name, inner.parent) == ("inner", outer.identity)
    assert inner.attributes == {"phiguard.identifiers": "A,G", "phiguard.findings": "2"}
    assert 0 < inner.milliseconds <= outer.milliseconds


def test_the_bytes_of_every_export_are_kept(sink: OtlpSink) -> None:
    trace = _export_two(sink)
    sink.trace(trace, until=lambda spans: len(spans) == 2, seconds=5)

    assert any(b"phiguard.identifiers" in export for export in sink.exports)


def test_waiting_for_spans_that_never_come_ends(sink: OtlpSink) -> None:
    assert sink.trace("0" * 32, until=bool, seconds=0.05) == []


def test_a_sink_for_a_long_run_keeps_nothing(sink: OtlpSink) -> None:
    sink.keeps = False
    trace = _export_two(sink)

    assert sink.trace(trace, until=bool, seconds=0.05) == []
    assert sink.exports == []
