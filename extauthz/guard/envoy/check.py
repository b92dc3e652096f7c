"""From `CheckRequest` to events, and from a judgement to `CheckResponse`.

No other module of the project knows the form of Envoy's ext_authz.

Sources: envoy/service/auth/v3/{attribute_context,external_auth}.proto.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from extauthz.guard.envoy import answers, wire
from extauthz.guard.envoy.headers import guard_only_names, header_map_pairs, map_pairs
from extauthz.guard.envoy.identity import address, claims, principal, receiver, vouched_headers
from extauthz.guard.envoy.templates import Templates
from extauthz.records.judgement import Judgement
from mesh.exchange.events import Body, Event, Head
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decision import Action

CHECK_REQUEST = "envoy.service.auth.v3.CheckRequest"
CHECK_RESPONSE = "envoy.service.auth.v3.CheckResponse"
_ALLOWED: Final = Templates()


@dataclass(frozen=True, slots=True)
class CheckedRequest:
    """One request that Envoy asks about.

    Args:
        facts: who talks to whom.
        headers: of the request; none of a TCP connection.
        body: the part that Envoy has buffered.
    """

    facts: Facts = field(repr=False)
    headers: Headers = NO_HEADERS
    body: bytes = field(default=b"", repr=False)

    def events(self, max_request_bytes: int) -> tuple[Event, ...]:
        """Return the whole message as events.

        Args:
            max_request_bytes: Envoy's buffer limit. A body that fills it may be cut off.
        """
        if self.facts.protocol is Protocol.TCP:
            return (Head(self.facts, end=True),)
        truncated = _is_truncated(self.headers, len(self.body), max_request_bytes)
        return Head(self.facts, self.headers), Body(self.body, end=True, truncated=truncated)


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """The answer to one check.

    Args:
        judgement: of the request.
        sent: the request's headers. Those that only the guard may write are removed.
    """

    judgement: Judgement
    sent: Headers = NO_HEADERS


def decode(data: bytes, caller: str) -> CheckedRequest:
    """Return the request of a CheckRequest. Raises `wire.DecodeError`.

    The headers come in `headers` or in `header_map`; the filter's configuration says which.

    Args:
        data: the serialised message.
        caller: principal of the proxy that asks; empty on a plain listener.
    """
    attributes = wire.decoder(CHECK_REQUEST)(data).attributes
    http = attributes.request.http
    return CheckedRequest(
        _facts(attributes, caller),
        Headers(map_pairs(http.headers) + header_map_pairs(http.header_map.headers)),
        http.raw_body or http.body.encode(),
    )


def _facts(attributes: Any, caller: str) -> Facts:  # noqa: ANN401 - protobuf makes this class at run time
    """Return the facts of the request.

    Without an HTTP part it is a TCP connection (Istio's network ext_authz). `source.service` comes
    from the client (x-envoy-downstream-service-cluster) and is not read.
    """
    http = attributes.request.http
    source = principal(attributes.source.principal)
    port = attributes.destination.address.socket_address.port_value
    claimed = vouched = None
    if attributes.HasField("metadata_context"):
        metadata = attributes.metadata_context.filter_metadata
        claimed, vouched = claims(metadata), vouched_headers(metadata)
    return Facts(
        direction=Direction.REQUEST,
        vantage=Vantage.INBOUND,
        protocol=Protocol.HTTP if attributes.request.HasField("http") else Protocol.TCP,
        source=source,
        destination=receiver(attributes.destination.principal, caller),
        # the receiver's sidecar names a peer only after it has verified the peer's certificate
        mtls=bool(source),
        caller=caller,
        operation=Operation(method=http.method, path=http.path, host=http.host, port=port),
        # it names a peer that has no principal; no rule asks for it otherwise
        source_address="" if source else address(attributes.source.address.socket_address.address),
        claims=claimed,
        headers=vouched,
    )


def encode(answer: CheckAnswer) -> bytes:
    """Return the CheckResponse. Both branches set a status: an empty response would allow."""
    judgement = answer.judgement
    decision = judgement.decision
    if decision.effect in {Action.DENY, Action.REDACT}:
        return _denied(judgement)
    removed = guard_only_names(answer.sent)
    if removed:
        return _allowed(judgement, removed)
    return _ALLOWED.fill(answers.words(decision), judgement, _allowed)


def _allowed(judgement: Judgement, removed: tuple[str, ...] = ()) -> bytes:
    response = wire.message(CHECK_RESPONSE)()
    answers.write_metadata(judgement, response.dynamic_metadata)
    response.status.code = answers.GRPC_OK
    response.ok_response.SetInParent()
    response.ok_response.headers_to_remove.extend(removed)
    return wire.encode(response)


def _denied(judgement: Judgement) -> bytes:
    response = wire.message(CHECK_RESPONSE)()
    answers.write_metadata(judgement, response.dynamic_metadata)
    denial = answers.denial(judgement)
    response.status.code = denial.grpc_status
    response.denied_response.status.code = denial.http_status
    response.denied_response.body = denial.body
    for name, value in denial.headers:
        option = response.denied_response.headers.add()
        option.header.key, option.header.value = name, value
        option.append_action = answers.OVERWRITE
    return wire.encode(response)


def _is_truncated(sent: Headers, received: int, max_request_bytes: int) -> bool:
    """Whether part of the body may be missing.

    The partial-body header proves only that there is more: Envoy 1.40 was seen to send `false` with
    a partial body. So a body that fills the buffer counts as cut off, unless its Content-Length
    says that it ends there.
    """
    if any(value.lower() == "true" for value in sent.all("x-envoy-auth-partial-body")):
        return True
    return received >= max_request_bytes and sent.content_length != received
