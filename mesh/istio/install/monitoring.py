"""What Prometheus and Grafana need to watch the guards."""

import yaml

from mesh.istio.install.names import LABELS, NAME, metadata
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest, manifest

DASHBOARD = f"{NAME}-dashboard"


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


def alarms(installation: Installation, text: str) -> list[Manifest]:
    """The alarms as a PrometheusRule, where the admin wants them.

    Args:
        text: the alarms as a rule file of Prometheus.
    """
    if not installation.values.metrics.rules:
        return []
    groups = yaml.safe_load(text)["groups"]
    return [
        manifest(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            metadata(installation, NAME),
            spec={"groups": groups},
        )
    ]


def dashboard(installation: Installation, text: str) -> list[Manifest]:
    """The dashboard as a ConfigMap that Grafana's sidecar reads, where the admin wants it.

    Args:
        text: the dashboard as Grafana exports it.
    """
    if not installation.values.metrics.dashboard:
        return []
    about = metadata(installation, DASHBOARD)
    about["labels"] = {**LABELS, "grafana_dashboard": "1"}
    return [manifest("v1", "ConfigMap", about, data={"phiguard.json": text})]
