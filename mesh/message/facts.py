"""What is known about a message before its content is read, in Envoy's words."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from phiscan.protobuf.schemas import Rpc

Claims = tuple[tuple[str, frozenset[str]], ...]
"""Names with their values that Envoy vouches for: claims of a JWT, or request headers."""


class Direction(StrEnum):
    """Which half of the exchange is judged."""

    REQUEST = "request"
    RESPONSE = "response"


class Vantage(StrEnum):
    """Whose sidecar asks: the receiver's (after decryption) or the sender's (before encryption)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Protocol(StrEnum):
    """What the connection carries.

    HTTP and MLLP can be read. All but HTTP pass only where a rule names them.

    UPGRADE: what follows an upgrade of HTTP. TCP: bytes of which nobody knows the form.
    """

    HTTP = "HTTP"
    UPGRADE = "UPGRADE"
    TCP = "TCP"
    MLLP = "MLLP"

    @property
    def is_read(self) -> bool:
        """Whether the content of its messages can be read."""
        return self in _READ


_READ: Final = frozenset((Protocol.HTTP, Protocol.MLLP))


@dataclass(frozen=True, slots=True)
class Operation:
    """The operation of a message: `AttributeContext.Request.http`, as Envoy routed it.

    Of HL7 over MLLP, it is the type of the message.

    Args:
        method: `POST`.
        path: raw path with query, `/claims?draft=1`. It can hold PHI, so no repr shows it.
        host: `:authority`, with or without a port.
        port: destination port; 0 when unknown.
        message_type: `ADT^A01`, and of an answer the type of the message that it answers. Empty
            where MSH-9 has another form, or nobody knows what is answered.
    """

    method: str = ""
    path: str = field(default="", repr=False)
    host: str = ""
    port: int = 0
    message_type: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One message of one exchange.

    In both directions, `source` sends the request and `destination` answers it.

    Args:
        source: principal of the source, without scheme (`cluster.local/ns/clinic/sa/ehr`); empty
            when unknown.
        destination: principal of the destination; empty when unknown.
        service: Istio service host of the destination (`billing.finance.svc.cluster.local`). Only
            the sender's sidecar knows it. It cannot know the principal yet, which comes from the
            policy's `services`.
        mtls: whether the connection is mutual TLS, as the receiver's sidecar proves; None when
            nobody has said. The sender's sidecar asks before the handshake, so it is None there,
            and `mesh.policy.matching.edge_of` uses `services` instead. To a policy, None is not
            encrypted.
        caller: principal of the proxy that asks, from its client certificate; empty on a listener
            without TLS.
        redactable: whether the caller can replace the body (ext_proc can, ext_authz cannot).
        source_address: address of the connection's peer, without a port; empty when unknown. Never
            recorded.
        claims: claims that Envoy has verified; None when it does not report any. They name persons,
            so no repr shows them.
        headers: headers that Envoy has written into its metadata; None as for `claims`. Raw headers
            are never included.
    """

    direction: Direction = Direction.REQUEST
    vantage: Vantage = Vantage.INBOUND
    protocol: Protocol = Protocol.HTTP
    source: str = ""
    destination: str = ""
    service: str = ""
    mtls: bool | None = None
    caller: str = ""
    redactable: bool = False
    operation: Operation = field(default_factory=Operation)
    source_address: str = field(default="", repr=False)
    claims: Claims | None = field(default=None, repr=False)
    headers: Claims | None = field(default=None, repr=False)

    @property
    def rpc(self) -> Rpc:
        """The gRPC call that the message belongs to, if it is one."""
        return Rpc(self.operation.path, self.direction is Direction.RESPONSE)
