"""What a proxy writes into the metadata of its call about a TCP connection.

Envoy's network ext_proc filter sends bytes and nothing else: no address and no identity. The gRPC
metadata of the call is the only place for them. The mesh's admin writes the names and the format
strings (`mesh.istio.network_ext_proc`), and Envoy fills them in when it opens the call. No byte of
the connection reaches them, so no client can forge one.
"""

from typing import Final

VANTAGE: Final = "x-phiguard-vantage"
"""Whose sidecar asks: `inbound` or `outbound`, a fixed text of each filter."""
CLUSTER: Final = "x-phiguard-cluster"
"""The chosen cluster: `outbound|2575||lab.finance.svc.cluster.local` or `inbound|2575||`."""
PEER: Final = "x-phiguard-peer"
"""SPIFFE id in the certificate of the connection's peer; absent without mutual TLS."""
LOCAL: Final = "x-phiguard-local"
"""SPIFFE id in the proxy's own certificate on this connection; absent without TLS."""
PEER_ADDRESS: Final = "x-phiguard-peer-address"
"""Address of the connection's peer, without a port."""
