"""What the events of one ext_proc stream tell of its exchange: who talks to whom, and which bodies are held back.

The names of attributes are CEL expressions that istio-config asks Envoy to evaluate; see `mesh.istio.ext_proc`.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from extauthz.guard.envoy.identity import address, host, principal, receiver
from extauthz.guard.stream_event import Attributes, MessagePart, StreamEvent
from mesh.message.facts import Claims, Direction, Facts, Operation, Vantage
from mesh.message.headers import NO_HEADERS, Headers

_INBOUND: Final = 1.0
_OUTBOUND: Final = 2.0
_FORWARDED: Final = "'x-forwarded-for' in request.headers"


@dataclass(frozen=True, slots=True)
class StreamContext:
    """What is known of a stream so far.

    Args:
        caller: principal of the proxy that asks, empty on a plain listener.
        trust_domain: of workloads that only their namespace and service account name.
        attributes: merged over the events that carry some.
        buffered: directions whose bodies are held back.
        request: headers of the request; empty when the filter skips requests.
        claims: of the request's JWT, as Envoy verified it.
        vouched: headers of the request that Envoy vouches for.
    """

    caller: str
    trust_domain: str
    attributes: Attributes = field(default_factory=dict)
    buffered: frozenset[Direction] = frozenset()
    request: Headers = NO_HEADERS
    claims: Claims | None = None
    vouched: Claims | None = None

    def __repr__(self) -> str:
        """Count only: attributes hold addresses, and headers anything."""
        return f"StreamContext({len(self.attributes)} attributes, buffered={sorted(self.buffered)})"

    def after(self, event: StreamEvent) -> "StreamContext":
        """The context with what one more event tells."""
        buffered = self.buffered if event.buffered is None else event.buffered
        is_request_head = event.direction is Direction.REQUEST and event.part is MessagePart.HEADERS
        return replace(
            self,
            attributes={**self.attributes, **event.attributes},
            # Envoy sends a buffered body to nobody then, and holds no other back
            buffered=frozenset() if event.observed else buffered,
            request=event.headers if is_request_head else self.request,
            claims=self.claims if event.claims is None else event.claims,
            vouched=self.vouched if event.vouched is None else event.vouched,
        )

    def facts(self, direction: Direction) -> Facts:
        """Who talks to whom. Without attributes, or with a listener whose direction is not known,
        nobody: then it is denied.

        INVARIANT (no guess): only the proxy's own attributes name a workload, never a header.
        """
        known = Facts(
            direction=direction, caller=self.caller, redactable=True, operation=self._operation()
        )
        listener = self.attributes.get("xds.listener_direction")
        if listener == _INBOUND:
            return self._inbound(known)
        return self._outbound(known) if listener == _OUTBOUND else known

    def _inbound(self, known: Facts) -> Facts:
        source = principal(self._text("connection.uri_san_peer_certificate"))
        local = self._text("connection.uri_san_local_certificate")
        return replace(
            known,
            vantage=Vantage.INBOUND,
            source=source,
            destination=receiver(local, self.caller),
            mtls=bool(source) and self.attributes.get("connection.mtls") is True,
            source_address=self._source_address(),
            claims=self.claims,
            headers=self.vouched,
        )

    def _outbound(self, known: Facts) -> Facts:
        namespace, account = (
            self._text(f"xds.node.metadata['{key}']") for key in ("NAMESPACE", "SERVICE_ACCOUNT")
        )
        service = "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']"
        return replace(
            known,
            vantage=Vantage.OUTBOUND,
            source=principal(f"spiffe://{self.trust_domain}/ns/{namespace}/sa/{account}"),
            service=host(self._text(service)),
        )

    def _operation(self) -> Operation:
        """The request's own line; a filter that skips requests asks Envoy for it as attributes."""
        sent = self.request
        return Operation(
            method=sent.get(":method") or self._text("request.method"),
            path=sent.get(":path") or self._text("request.path"),
            host=sent.get(":authority") or self._text("request.host"),
            port=self._port(),
        )

    def _source_address(self) -> str:
        """The address of the connection's peer, empty when it may be the client's word.

        A sidecar takes `source.address` from the last entry of `x-forwarded-for`
        (`use_remote_address: false`), which anybody can write. ext_authz is given the connection's
        own. A filter that does not tell whether the header came is not believed."""
        told = self.attributes.get(_FORWARDED) is False
        return address(self._text("source.address")) if told else ""

    def _port(self) -> int:
        port = self.attributes.get("destination.port")
        return int(port) if isinstance(port, float) and 0 < port < 65536 else 0

    def _text(self, name: str) -> str:
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""
