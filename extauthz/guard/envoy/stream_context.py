"""What the events of one ext_proc stream say about its exchange.

They say who talks to whom, and which bodies are buffered. The names of attributes are CEL
expressions that istio-config asks Envoy to evaluate; see `mesh.istio.ext_proc`.
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
        caller: principal of the proxy that asks; empty on a plain listener.
        trust_domain: of workloads that are known by namespace and service account only.
        attributes: merged over all events so far.
        buffered: directions whose bodies the proxy holds back.
        full_duplex: directions whose messages the proxy gives away.
        request: headers of the request; empty when the filter skips requests.
        claims: of the request's JWT, as Envoy verified it.
        vouched: headers of the request that Envoy vouches for.
    """

    caller: str
    trust_domain: str
    attributes: Attributes = field(default_factory=dict)
    buffered: frozenset[Direction] = frozenset()
    full_duplex: frozenset[Direction] = frozenset()
    request: Headers = NO_HEADERS
    claims: Claims | None = None
    vouched: Claims | None = None

    def __repr__(self) -> str:
        """Show counts only: attributes hold addresses, and headers can hold anything."""
        return f"StreamContext({len(self.attributes)} attributes, buffered={sorted(self.buffered)})"

    def after(self, event: StreamEvent) -> "StreamContext":
        """Return the context after one more event."""
        buffered, full_duplex = (
            (self.buffered, self.full_duplex)
            if event.buffered is None
            else (event.buffered, event.full_duplex)
        )
        is_request_head = event.direction is Direction.REQUEST and event.part is MessagePart.HEADERS
        return replace(
            self,
            attributes={**self.attributes, **event.attributes},
            # with `observability_mode`, Envoy holds no body back
            buffered=frozenset() if event.observed else buffered,
            full_duplex=frozenset() if event.observed else full_duplex,
            request=event.headers if is_request_head else self.request,
            claims=self.claims if event.claims is None else event.claims,
            vouched=self.vouched if event.vouched is None else event.vouched,
        )

    def facts(self, direction: Direction) -> Facts:
        """Return the facts of one direction.

        Without attributes, or with an unknown listener direction, they name nobody, and the message
        is denied.

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
            mtls=self._is_mutual(source),
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
            # only a gateway's filter hands them on
            claims=self.claims,
            headers=self.vouched,
        )

    def _is_mutual(self, source: str) -> bool | None:
        """Return whether it is mutual TLS with a named peer; None when Envoy does not say."""
        said = self.attributes.get("connection.mtls")
        return said and bool(source) if isinstance(said, bool) else None

    def _operation(self) -> Operation:
        """Return the operation: from the request's headers, else from the proxy's attributes.

        A filter that skips requests asks Envoy for the attributes.
        """
        sent = self.request
        return Operation(
            method=sent.get(":method") or self._text("request.method"),
            path=sent.get(":path") or self._text("request.path"),
            host=sent.get(":authority") or self._text("request.host"),
            port=self._port(),
        )

    def _source_address(self) -> str:
        """Return the address of the connection's peer, or empty text when a client may have set it.

        A sidecar takes `source.address` from the last entry of `x-forwarded-for`
        (`use_remote_address: false`), which anybody can write. ext_authz gets the address of the
        connection itself. So the attribute counts only if the proxy says that the header did not
        come.
        """
        is_connection = self.attributes.get(_FORWARDED) is False
        return address(self._text("source.address")) if is_connection else ""

    def _port(self) -> int:
        port = self.attributes.get("destination.port")
        return int(port) if isinstance(port, float) and 0 < port < 65536 else 0

    def _text(self, name: str) -> str:
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""
