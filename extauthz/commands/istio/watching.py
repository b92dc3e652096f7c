"""The alarms and the dashboard, as objects of an installation."""

from importlib import resources
from typing import Final

from mesh.istio.install import monitoring
from mesh.istio.installation import Installation
from mesh.istio.manifest import Manifest

FOLDER: Final = resources.files("extauthz") / "monitoring"
ALARMS: Final = FOLDER / "phiguard-alerts.yaml"
DASHBOARD: Final = FOLDER / "phiguard-dashboard.json"


def watching(installation: Installation) -> list[Manifest]:
    """Return what the values ask for: a PrometheusRule, a ConfigMap, or nothing."""
    return [
        *monitoring.alarms(installation, ALARMS.read_text(encoding="utf-8")),
        *monitoring.dashboard(installation, DASHBOARD.read_text(encoding="utf-8")),
    ]
