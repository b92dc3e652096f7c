"""A metric exporter for tests: it holds what was exported last, as the SDK would send it."""

from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult


class RecordedMetrics(MetricExporter):
    def __init__(self, preferred_temporality=None):
        super().__init__(preferred_temporality)
        self.data = None

    def export(self, metrics_data, timeout_millis=10_000, **kwargs):
        self.data = metrics_data
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis=10_000):
        return True

    def shutdown(self, timeout_millis=30_000, **kwargs):
        pass

    def points(self):
        """Return the data points by the name of their metric."""
        metrics = self.data.resource_metrics[0].scope_metrics[0].metrics if self.data else []
        return {m.name: list(m.data.data_points) for m in metrics}
