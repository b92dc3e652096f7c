"""What Prometheus needs to find the guards."""

from mesh.istio.install.names import LABELS, NAME, metadata
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, manifest


def service_monitor(installation: Installation) -> list[Manifest]:
    """The ServiceMonitor of the Prometheus operator, where the admin wants one.

    `honorLabels`: the page names the worker of each series.
    """
    if not installation.values.metrics.service_monitor:
        return []
    endpoint: Manifest = {"port": "http-metrics", "interval": "15s", "honorLabels": True}
    spec: Manifest = {
        "selector": {"matchLabels": LABELS},
        "namespaceSelector": {"matchNames": [installation.namespace]},
        "endpoints": [endpoint],
    }
    return [
        manifest(
            "monitoring.coreos.com/v1", "ServiceMonitor", metadata(installation, NAME), spec=spec
        )
    ]
