"""Where spans and metrics go: to an OTLP collector when one is configured, else nowhere.

Metrics go to the page that Prometheus scrapes too, when there is one. Both show the same counts.

The standard OTEL_* variables apply. Exporters are made only when an endpoint is set, so that a
guard without a collector makes no connection.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor

from extauthz.records.allow_list import AllowList, views
from extauthz.records.checkpoint_log import CheckpointLog
from extauthz.records.counts import Counts
from extauthz.records.histograms import WithHistograms
from extauthz.records.otlp_spans import DecisionExporter
from extauthz.records.release import VERSION
from extauthz.records.series import Family, Gauge
from extauthz.records.span_queue import SpanQueue
from extauthz.records.spans import SCOPE, SpanMaker
from extauthz.records.telemetry import Sink, Telemetry

# The SDK's default of 2,048 lost 55 % of 20,500 spans in a burst. Most decisions have one span.
# When no collector drains the queue, its oldest spans are dropped.
_QUEUE: Final = 32768


class Pipeline:
    """A `Telemetry` with what stands behind it, and its shutdown.

    Without processors no span is made. Without an exporter and a page no decision is counted.

    Args:
        processors: of spans. Their exporters must be wrapped in `AllowList`.
        exporter: of metrics, or None.
        log: processors of log records, for signed checkpoints.
        has_page: whether there is a page that shows them to Prometheus.
    """

    def __init__(
        self,
        processors: Sequence[SpanProcessor],
        exporter: MetricExporter | None = None,
        *,
        log: Sequence[LogRecordProcessor] = (),
        has_page: bool = False,
    ) -> None:
        # the SDK adds `service.instance.id`, another one for each process
        self.resource = Resource.create(
            {
                "service.name": os.environ.get("OTEL_SERVICE_NAME", "phiguard"),
                "service.version": VERSION,
            }
        )
        self._processors = tuple(processors)
        self.checkpoints = CheckpointLog(log, self.resource)
        counts, sinks = Counts(), list[Sink]()
        if processors:
            sinks.append(SpanMaker(processors, self.resource).add)
        readers = []
        if exporter is not None or has_page:
            sinks.append(counts.add)
        if exporter is not None:
            readers.append(PeriodicExportingMetricReader(WithHistograms(exporter, counts)))
        self.meters = MeterProvider(readers, self.resource, shutdown_on_exit=False, views=views())
        self._meter, self._counts = self.meters.get_meter(SCOPE), counts
        counts.observe(self._meter)
        self.telemetry = Telemetry(counts, sinks)

    def watch(self, gauges: Iterable[Gauge]) -> None:
        """Export these gauges too."""
        self._counts.watch(gauges, self._meter)

    def families(self) -> list[Family]:
        """Return every metric as it is now. Any thread may ask."""
        return self._counts.families()

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
        self.checkpoints.close()
        self.meters.shutdown()


def from_environment(*, has_page: bool = False) -> Pipeline:
    """Return the pipeline for OTEL_EXPORTER_OTLP_ENDPOINT, or its traces, metrics and logs forms.

    The exporters reach `http://` endpoints without TLS and `https://` endpoints with it.

    Args:
        has_page: whether there is a page that shows the metrics to Prometheus.
    """
    queues: list[SpanQueue] = []
    if _endpoint("TRACES"):
        queues.append(SpanQueue(AllowList(DecisionExporter()), _QUEUE))
    exporter = OTLPMetricExporter() if _endpoint("METRICS") else None
    log = [BatchLogRecordProcessor(OTLPLogExporter())] if _endpoint("LOGS") else []
    pipeline = Pipeline(queues, exporter, log=log, has_page=has_page)
    for queue in queues:
        pipeline.watch(queue.gauges())
    return pipeline


def _endpoint(signal: str) -> bool:
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return any(os.environ.get(name) for name in names)
