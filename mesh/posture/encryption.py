"""How connections between workloads are encrypted, and by whose certificates."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mesh.istio.check.scoping import short


class Encryption(StrEnum):
    """What holds on an edge, worst first.

    PLAINTEXT: on a part of its connections at least. UNKNOWN: nobody says it. TLS: one side has no
    certificate, so no principal. MTLS: both have one.
    """

    PLAINTEXT = "plaintext"
    UNKNOWN = "unknown"
    TLS = "tls"
    MTLS = "mtls"


_WORST_FIRST: Final = {each: place for place, each in enumerate(Encryption)}


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """One workload, and one port of one service that it can call.

    Args:
        namespace: of the workload that calls.
        workload: its name, as its proxy says it.
        host: of the service: `billing.finance.svc.cluster.local`.
        encryption: of what the caller's proxy sends there.
        source: who says it.
        text: why, as one clause.
    """

    namespace: str
    workload: str
    host: str
    port: int
    encryption: Encryption
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate that a proxy has. What nobody says is empty or None.

    Args:
        principal: the identity in it, without its scheme: `cluster.local/ns/clinic/sa/ehr`.
        issuer: who signed it: `O=cluster.local`.
        since: from when it is valid, in Unix seconds.
        until: when it ends, in Unix seconds.
        is_authority: whether it signs others.
        source: who says it.
    """

    principal: str
    issuer: str
    since: float | None
    until: float | None
    is_authority: bool
    source: str


def edges(found: Iterable[Edge]) -> list[Edge]:
    """One edge for each workload, host and port: the worst that any of its pods says."""
    worst: dict[tuple[str, str, str, int], Edge] = {}
    for each in sorted(found):
        key = (each.namespace, each.workload, each.host, each.port)
        known = worst.get(key)
        if known is None or _WORST_FIRST[each.encryption] < _WORST_FIRST[known.encryption]:
            worst[key] = each
    return [worst[key] for key in sorted(worst)]


def as_applications_say(found: Iterable[Edge], ports: Collection[tuple[str, int]]) -> list[Edge]:
    """The edges, where a plain one to a port of TLS is not known.

    The mesh adds no encryption there, and applications do it themselves, or not.

    Args:
        ports: hosts and ports that speak TLS, as `destinations.tls_ports` gives them.
    """
    text = "the mesh adds none, and the port is named for TLS of the application's own"
    return [
        replace(each, encryption=Encryption.UNKNOWN, text=text)
        if each.encryption is Encryption.PLAINTEXT and (short(each.host), each.port) in ports
        else each
        for each in found
    ]
