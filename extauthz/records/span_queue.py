"""The queue of spans before their export. It counts what does not reach a collector.

The SDK drops the oldest span of a full queue, and the batch that a collector did not take, with a
line of its own log only.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from extauthz.records.allow_list import Key
from extauthz.records.series import Gauge, Kind, gauge


class Loss(StrEnum):
    """Why a span did not reach a collector. The words are those of OpenTelemetry's own metrics."""

    QUEUE_FULL = "queue_full"
    EXPORT_FAILED = "export_failed"


class SpanQueue(BatchSpanProcessor):
    """Exports spans in batches, from a thread of its own.

    Args:
        exporter: where they go. It must be wrapped in `AllowList`.
        size: spans that may wait. When one more comes, the oldest is dropped.
    """

    def __init__(self, exporter: SpanExporter, size: int) -> None:
        self.lost: Counter[Loss] = Counter()
        super().__init__(_Counted(exporter, self.lost), max_queue_size=size)
        self._size = size
        self._waiting = self._batch_processor._queue

    def on_end(self, span: ReadableSpan) -> None:
        """Let a span wait for its export."""
        if len(self._waiting) >= self._size:
            self.lost[Loss.QUEUE_FULL] += 1
        super().on_end(span)

    def gauges(self) -> list[Gauge]:
        """Return what tells how the export goes."""
        return [
            gauge(
                "phiguard.telemetry.waiting",
                "{span}",
                "Spans that wait for their export",
                lambda: len(self._waiting),
            ),
            Gauge(
                "phiguard.telemetry.dropped",
                "{span}",
                "Spans that did not reach a collector",
                {
                    (Loss.QUEUE_FULL.value,): lambda: self.lost[Loss.QUEUE_FULL],
                    (Loss.EXPORT_FAILED.value,): lambda: self.lost[Loss.EXPORT_FAILED],
                },
                (Key.LOSS,),
                Kind.COUNTER,
            ),
        ]


class _Counted(SpanExporter):
    """Counts the spans that an exporter could not export. Only the export's thread counts them."""

    def __init__(self, exporter: SpanExporter, lost: Counter[Loss]) -> None:
        self._exporter = exporter
        self._lost = lost

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._exporter.export(spans)
        finally:
            if result is not SpanExportResult.SUCCESS:
                self._lost[Loss.EXPORT_FAILED] += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)
