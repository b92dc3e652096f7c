"""Where spans and metrics go: to an OTLP collector when one is configured, else nowhere.

The standard OTEL_* variables apply. Exporters are made only when an endpoint is set, so that a
guard without a collector makes no connection.
"""

import os
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from extauthz.records.allow_list import AllowList, views
from extauthz.records.telemetry import Telemetry

# The SDK's default of 2,048 lost 55 % of 20,500 spans in a burst. A decision has three spans, so
# this queue holds 10,000 decisions.
_QUEUE: Final = 32768


class Pipeline:
    """The OpenTelemetry providers behind a `Telemetry`, and their shutdown."""

    def __init__(
        self, processors: Sequence[SpanProcessor], readers: Sequence[MetricReader]
    ) -> None:
        resource = Resource.create(
            {"service.name": os.environ.get("OTEL_SERVICE_NAME", "phiguard")}
        )
        self._tracers = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        for processor in processors:
            self._tracers.add_span_processor(processor)
        self._meters = MeterProvider(readers, resource, shutdown_on_exit=False, views=views())
        self.telemetry = Telemetry(self._tracers, self._meters)

    def close(self) -> None:
        """Export what is queued, and stop."""
        self._tracers.shutdown()
        self._meters.shutdown()


def from_environment() -> Pipeline:
    """Return the pipeline for OTEL_EXPORTER_OTLP_ENDPOINT, or its traces and metrics forms.

    The exporters reach `http://` endpoints without TLS and `https://` endpoints with it.
    """
    processors: list[SpanProcessor] = []
    readers: list[MetricReader] = []
    if _endpoint("TRACES"):
        processors.append(BatchSpanProcessor(AllowList(OTLPSpanExporter()), max_queue_size=_QUEUE))
    if _endpoint("METRICS"):
        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    return Pipeline(processors, readers)


def _endpoint(signal: str) -> bool:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return any(os.environ.get(name) for name in names)
