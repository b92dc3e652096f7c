"""What the proxies of a laboratory say of themselves at their admin interface."""

import http.client
import json
from typing import Any, Final

from extauthz.demo.lab import Lab
from extauthz.demo.topology import GUARD, INSTALLATION, LOOPBACK, Workload
from mesh.istio.installation import EXTENSION_PROVIDER
from mesh.posture.effective.names import GuardNames
from mesh.posture.effective.proxy import Proxy, read

NAMES: Final = GuardNames(
    EXTENSION_PROVIDER, frozenset({INSTALLATION.cluster}), frozenset({GUARD.namespace})
)


def admin(lab: Lab, workload: Workload, path: str) -> Any:
    """Return what a proxy answers at a path, as JSON."""
    connection = http.client.HTTPConnection(LOOPBACK, lab.mesh.ports[workload].admin, timeout=10)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def proxy(lab: Lab, workload: Workload) -> Proxy:
    """Return a proxy by its configuration of now."""
    return read(admin(lab, workload, "/config_dump?include_eds"), NAMES, workload.name, None)
