"""The workloads of the laboratory's mesh, and their loopback ports.

This module knows neither Envoy's types nor processes.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import randbelow
from typing import Final

from mesh.istio import mllp
from mesh.istio.installation import Installation
from mesh.istio.values import MeshChoice, Values

TRUST_DOMAIN: Final = "cluster.local"
LOOPBACK: Final = "127.0.0.1"
SERVICE_PORT: Final = 8080
"""The port of every sample service in its Kubernetes Service. Sidecars listen on free ports."""
HL7_PORT: Final = mllp.PORT
"""The same for HL7 over MLLP."""

INSTALLATION: Final = Installation(
    namespace="phiguard-system",
    image="phiguard:laboratory",
    values=Values(mesh=MeshChoice(methods_in_spans=True)),
)
"""The names that `phiguard istio render` writes. No image is ever pulled here."""

# below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between
# its choice and its use
_FIRST_PORT: Final = 20000
_LAST_PORT: Final = 32000


@dataclass(frozen=True, slots=True)
class Workload:
    """One workload, named by its service account and namespace."""

    name: str
    namespace: str

    @property
    def principal(self) -> str:
        """`cluster.local/ns/NS/sa/SA`."""
        return f"{TRUST_DOMAIN}/ns/{self.namespace}/sa/{self.name}"

    @property
    def spiffe(self) -> str:
        """The URI in its certificate."""
        return f"spiffe://{self.principal}"

    @property
    def host(self) -> str:
        """Its Istio service host."""
        return f"{self.name}.{self.namespace}.svc.cluster.local"


EHR: Final = Workload("ehr", "clinic")
BILLING: Final = Workload("billing", "finance")
ANALYTICS: Final = Workload("analytics", "research")
GUARD: Final = Workload("phiguard", INSTALLATION.namespace)
LEGACY: Final = Workload("legacy", "legacy")
"""A client without a sidecar. It has a name in the table, and no certificate."""

WORKLOADS: Final = (EHR, BILLING, ANALYTICS)
"""The workloads that have an application and a sidecar."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one workload.

    Args:
        app: where the application serves; the sidecar's inbound listener forwards to it.
        inbound: the sidecar's listener for the mesh.
        outbound: the sidecar's listener for the application's own calls.
        admin: the sidecar's admin interface.
    """

    app: int
    inbound: int
    outbound: int
    admin: int


@dataclass(frozen=True, slots=True)
class Hl7Ports:
    """The loopback ports of one workload for HL7 over MLLP.

    Args:
        app: where the application takes messages; the sidecar's inbound listener forwards to it.
        inbound: the sidecar's listener for the mesh.
        outbound: the sidecar's listeners for the application's own connections, by service. In a
            cluster, each service has an address of its own.
    """

    app: int
    inbound: int
    outbound: "Mapping[Workload, int]"


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """One identity on disk: certificate, private key and the authority that signed it, all PEM."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class Mesh:
    """The addresses of everything, which istiod would know in a cluster.

    Args:
        ports: by workload.
        guard: port of the guard.
        collector: port of the OTLP collector.
        recorder: port, outside of the mesh, that returns what the sample applications received.
        certificates: by workload, the guard included.
        hl7: ports for HL7 over MLLP, by workload.
    """

    ports: Mapping[Workload, Ports]
    guard: int
    collector: int
    recorder: int
    certificates: Mapping[Workload, CertificateFiles]
    hl7: Mapping[Workload, Hl7Ports] = field(default_factory=dict)


@contextmanager
def free_ports(count: int) -> Iterator[tuple[int, ...]]:
    """Choose `count` different loopback ports that are free, until the context is left.

    Nobody else who chooses here gets one of them meanwhile, in this process or another. The claim
    is a UDP socket with the same number, which what listens on TCP does not notice.

    Raises:
        OSError: no free port is left in the range.
    """
    with ExitStack() as claims:
        yield tuple(claims.enter_context(_claim()).getsockname()[1] for _ in range(count))


def _claim() -> socket.socket:
    """Return a UDP socket with the number of a free TCP port."""
    for _ in range(_LAST_PORT - _FIRST_PORT):
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind((LOOPBACK, _FIRST_PORT + randbelow(_LAST_PORT - _FIRST_PORT)))
            with socket.socket() as probe:
                probe.bind(claim.getsockname())
        except OSError:
            claim.close()
        else:
            return claim
    raise OSError(f"no free port between {_FIRST_PORT} and {_LAST_PORT} on {LOOPBACK}")
