"""The network ext_proc filter as Envoy configuration: HL7 over MLLP, and other TCP.

Why these values:

- Both directions are STREAMED, which here means that Envoy gives each piece of the connection away
  and sends on only what the guard sends back. So the guard holds a message back until it is whole
  and judged.
- `failure_mode_allow: false` is Envoy's default. It is written out so that a change shows in a
  diff. A call that fails closes the connection.
- `message_timeout` defaults to 200 ms. It bounds the answer to one piece.
- The identities are format strings in the metadata of the call: see `mesh.istio.call_metadata`.
  Envoy leaves out one that has no value.
- The cluster says the direction, the port and, at the sender, the service. `UPSTREAM_CLUSTER_RAW`
  is its name; `UPSTREAM_CLUSTER` would be the name of its statistics, which istiod ends with `;`.

Envoy's filter is marked as work in progress. It was seen to behave alike on Envoy 1.36, 1.38 and
1.40.
"""

from mesh.istio import call_metadata
from mesh.istio.installation import MESSAGE_DEADLINE, Installation
from mesh.istio.manifest import Manifest, ManifestValue

TYPE = "envoy.extensions.filters.network.ext_proc.v3.NetworkExternalProcessor"
TYPE_URL = f"type.googleapis.com/{TYPE}"
FILTER_NAME = "phiguard.network_ext_proc"

OUTBOUND = {
    call_metadata.VANTAGE: "outbound",
    call_metadata.CLUSTER: "%UPSTREAM_CLUSTER_RAW%",
}
"""What the sender's sidecar knows: the routed service. Its own certificate says who sends."""

INBOUND = {
    call_metadata.VANTAGE: "inbound",
    call_metadata.CLUSTER: "%UPSTREAM_CLUSTER_RAW%",
    call_metadata.PEER: "%DOWNSTREAM_PEER_URI_SAN%",
    call_metadata.LOCAL: "%DOWNSTREAM_LOCAL_URI_SAN%",
    call_metadata.PEER_ADDRESS: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
}
"""What the receiver's sidecar knows: both SPIFFE ids, and where the connection comes from."""


def outbound(installation: Installation) -> Manifest:
    """The filter that judges a connection at the workload that opens it, before encryption."""
    return _filter(installation, OUTBOUND)


def inbound(installation: Installation) -> Manifest:
    """The filter that judges a connection at the workload that accepts it, after decryption."""
    return _filter(installation, INBOUND)


def _filter(installation: Installation, said: dict[str, str]) -> Manifest:
    metadata: list[ManifestValue] = [{"key": key, "value": value} for key, value in said.items()]
    config: Manifest = {
        "@type": TYPE_URL,
        "stat_prefix": "phiguard",
        "grpc_service": {
            "envoy_grpc": {"cluster_name": installation.cluster, "authority": installation.host},
            "initial_metadata": metadata,
        },
        "failure_mode_allow": False,
        "processing_mode": {"process_read": "STREAMED", "process_write": "STREAMED"},
        "message_timeout": MESSAGE_DEADLINE,
    }
    return {"name": FILTER_NAME, "typed_config": config}
