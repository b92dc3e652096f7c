"""What is known about one message before its content is looked at, worded as Envoy words it."""

from dataclasses import dataclass, field
from enum import StrEnum

from phiscan.protobuf.schemas import Rpc

Claims = tuple[tuple[str, frozenset[str]], ...]
"""Names with their values, of a JWT's claims or of request headers, that Envoy vouches for."""


class Direction(StrEnum):
    """Which half of the exchange is judged."""

    REQUEST = "request"
    RESPONSE = "response"


class Vantage(StrEnum):
    """Whose sidecar asks: the receiver's (after decryption) or the sender's (before encryption)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Protocol(StrEnum):
    """What the connection carries. Only HTTP can be read; the others pass only where a rule names
    them."""

    HTTP = "HTTP"
    UPGRADE = "UPGRADE"
    TCP = "TCP"


@dataclass(frozen=True, slots=True)
class Operation:
    """AttributeContext.Request.http, as Envoy routed it.

    Args:
        method: `POST`.
        path: raw path with query, `/claims?draft=1`; it can hold PHI, so no repr shows it.
        host: `:authority`, with or without a port.
        port: destination port, 0 when unknown.
    """

    method: str = ""
    path: str = field(default="", repr=False)
    host: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """One message of one exchange. `source` sends the request and `destination` answers it, in both
    directions.

    Args:
        source: principal of the caller, without scheme (`cluster.local/ns/clinic/sa/ehr`); empty
            when unknown.
        destination: principal of the callee; empty when unknown.
        service: Istio service host of the destination (`billing.finance.svc.cluster.local`), known
            to the sender's sidecar, which cannot know the principal yet; the policy's `services`
            gives it.
        mtls: whether the connection is mutual TLS. The receiver's sidecar proves it. The sender's
            cannot see the handshake to come; there it holds when the policy knows the destination's
            principal.
        caller: principal of the proxy that asks, proven by its certificate to us; empty on a plain
            listener.
        redactable: whether the asker can replace the body (ext_proc can, ext_authz cannot).
        source_address: of the connection's peer, without a port; empty when unknown. Never
            recorded.
        claims: those that Envoy has verified; None when it does not say. They name persons, so no
            repr shows them.
        headers: those that Envoy has written into its metadata, as `claims`. A raw header is never
            one of them.
    """

    direction: Direction = Direction.REQUEST
    vantage: Vantage = Vantage.INBOUND
    protocol: Protocol = Protocol.HTTP
    source: str = ""
    destination: str = ""
    service: str = ""
    mtls: bool = False
    caller: str = ""
    redactable: bool = False
    operation: Operation = field(default_factory=Operation)
    source_address: str = field(default="", repr=False)
    claims: Claims | None = field(default=None, repr=False)
    headers: Claims | None = field(default=None, repr=False)

    @property
    def rpc(self) -> Rpc:
        """The gRPC call that the message is part of, if it is one."""
        return Rpc(self.operation.path, self.direction is Direction.RESPONSE)
