"""Where spans and metrics go: to an OTLP collector when one is configured, else nowhere.

The standard OTEL_* variables apply. Exporters are made only when an endpoint is set, so that a
guard without a collector makes no connection.
"""

import os
from collections.abc import Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from extauthz.records.allow_list import AllowList, views
from extauthz.records.counts import Counts
from extauthz.records.histograms import WithHistograms
from extauthz.records.otlp_spans import DecisionExporter
from extauthz.records.spans import SCOPE, SpanMaker
from extauthz.records.telemetry import Sink, Telemetry

# The SDK's default of 2,048 lost 55 % of 20,500 spans in a burst. Most decisions have one span.
# When no collector drains the queue, its oldest spans are dropped.
_QUEUE: Final = 32768


class Pipeline:
    """A `Telemetry` with what stands behind it, and its shutdown.

    Without processors no span is made, and without an exporter no decision is counted.

    Args:
        processors: of spans. Their exporters must be wrapped in `AllowList`.
        exporter: of metrics, or None.
    """

    def __init__(
        self, processors: Sequence[SpanProcessor], exporter: MetricExporter | None = None
    ) -> None:
        self.resource = Resource.create(
            {"service.name": os.environ.get("OTEL_SERVICE_NAME", "phiguard")}
        )
        self._processors = tuple(processors)
        counts, sinks = Counts(), list[Sink]()
        if processors:
            sinks.append(SpanMaker(processors, self.resource).add)
        readers = []
        if exporter is not None:
            sinks.append(counts.add)
            readers.append(PeriodicExportingMetricReader(WithHistograms(exporter, counts)))
        self.meters = MeterProvider(readers, self.resource, shutdown_on_exit=False, views=views())
        counts.observe(self.meters.get_meter(SCOPE))
        self.telemetry = Telemetry(counts, sinks)

    def flush(self) -> None:
        """Export what was judged so far."""
        self.telemetry.settle()
        for processor in self._processors:
            processor.force_flush()
        self.meters.force_flush()

    def close(self) -> None:
        """Export what was judged so far, and stop."""
        self.telemetry.settle()
        for processor in self._processors:
            processor.shutdown()
        self.meters.shutdown()


def from_environment() -> Pipeline:
    """Return the pipeline for OTEL_EXPORTER_OTLP_ENDPOINT, or its traces and metrics forms.

    The exporters reach `http://` endpoints without TLS and `https://` endpoints with it.
    """
    processors: list[SpanProcessor] = []
    if _endpoint("TRACES"):
        processors.append(BatchSpanProcessor(AllowList(DecisionExporter()), max_queue_size=_QUEUE))
    return Pipeline(processors, OTLPMetricExporter() if _endpoint("METRICS") else None)


def _endpoint(signal: str) -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return any(os.environ.get(name) for name in names)
