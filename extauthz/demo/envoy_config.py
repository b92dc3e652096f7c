"""One sidecar's bootstrap, built from Envoy's own schema and written as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from envoy_data_plane.envoy.config.bootstrap.v3 import (
    Admin,
    Bootstrap,
    BootstrapStaticResources,
    LayeredRuntime,
    RuntimeLayer,
)
from envoy_data_plane.envoy.config.core.v3 import Node
from envoy_data_plane.google.protobuf import Struct

from extauthz.demo.envoy_clusters import (
    address,
    collector_cluster,
    guard_cluster,
    inbound_cluster,
    outbound_cluster,
)
from extauthz.demo.envoy_listeners import inbound_listener, outbound_listener
from extauthz.demo.gates import Gates, IstioObject, applied
from extauthz.demo.hl7 import listeners as hl7_listeners
from extauthz.demo.topology import Mesh, Workload

# By default Envoy keeps spans for 5 s or until there are five. The demo's table cannot wait for
# that.
_RUNTIME: Final = {
    "tracing.opentelemetry.flush_interval_ms": 50,
    "tracing.opentelemetry.min_flush_spans": 1,
}


def bootstrap(
    workload: Workload,
    mesh: Mesh,
    *,
    gates: Gates = Gates.ALL,
    permissive: bool = False,
    filters: Sequence[IstioObject] = (),
) -> Bootstrap:
    """Return a static bootstrap with everything that istiod would push to this sidecar.

    Args:
        workload: whose sidecar it is.
        mesh: addresses and certificates.
        gates: where this sidecar asks the guard.
        permissive: whether its inbound listener also accepts plaintext.
        filters: further EnvoyFilter objects.
    """
    others = [callee for callee in mesh.ports if callee != workload]
    objects = applied(gates, filters)
    metadata = {"SERVICE_ACCOUNT": workload.name, "NAMESPACE": workload.namespace}
    return Bootstrap(
        node=Node(
            id=f"sidecar~127.0.0.1~{workload.name}.{workload.namespace}"
            f"~{workload.namespace}.svc.cluster.local",
            cluster=f"{workload.name}.{workload.namespace}",
            metadata=Struct.from_dict(metadata),
        ),
        static_resources=BootstrapStaticResources(
            listeners=[
                inbound_listener(workload, mesh, applied=objects, permissive=permissive),
                outbound_listener(workload, mesh, applied=objects),
                *hl7_listeners.listeners(workload, mesh, objects),
            ],
            clusters=[
                inbound_cluster(workload, mesh),
                *(outbound_cluster(workload, callee, mesh) for callee in others),
                *hl7_listeners.clusters(workload, mesh),
                guard_cluster(workload, mesh),
                collector_cluster(mesh),
            ],
        ),
        layered_runtime=prompt_spans(),
        admin=Admin(address=address(mesh.ports[workload].admin)),
    )


def prompt_spans() -> LayeredRuntime:
    """Return the runtime settings with which Envoy sends each span at once."""
    return LayeredRuntime(
        layers=[RuntimeLayer(name="laboratory", static_layer=Struct.from_dict(_RUNTIME))]
    )


def write(config: Bootstrap, path: Path) -> None:
    """Write a bootstrap as JSON.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_text(json.dumps(config.to_dict(), indent=1), encoding="utf-8")
