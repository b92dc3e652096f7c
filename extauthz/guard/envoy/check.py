"""`CheckRequest` to events, a judgement to `CheckResponse`. The only shape of Envoy's ext_authz in the project.

Sources: envoy/service/auth/v3/{attribute_context,external_auth}.proto.
"""

from typing import Any

from extauthz.guard.envoy import answers, wire
from extauthz.guard.envoy.headers import NO_HEADERS, Headers, from_header_map, from_map
from extauthz.guard.envoy.identity import address, claims, principal, receiver, vouched_headers
from extauthz.records.judgement import Judgement
from mesh.exchange.events import Body, Event, Head
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.policy.decision import Action

REQUEST = "envoy.service.auth.v3.CheckRequest"
RESPONSE = "envoy.service.auth.v3.CheckResponse"


def headers(request: Any) -> Headers:  # noqa: ANN401 - protobuf makes this class at run time
    """Return the request's headers. `headers` or `header_map` carries them, as the filter is
    configured."""
    http = request.attributes.request.http
    return Headers(from_map(http.headers).pairs + from_header_map(http.header_map.headers).pairs)


def events(request: Any, caller: str, max_request_bytes: int) -> tuple[Event, ...]:  # noqa: ANN401 - as above
    """Return the whole message as events.

    Args:
        request: a CheckRequest.
        caller: principal of the proxy that asks, empty on a plain listener.
        max_request_bytes: Envoy's buffer limit; a body that fills it may go on.
    """
    known = facts(request, caller)
    if known.protocol is Protocol.TCP:
        return (Head(known, end=True),)
    http = request.attributes.request.http
    sent = headers(request)
    body = http.raw_body or http.body.encode()
    head = Head(known, fields=sent.pairs, content_length=sent.content_length, upgrade=sent.upgrades)
    return head, Body(body, end=True, truncated=_is_truncated(sent, len(body), max_request_bytes))


def facts(request: Any, caller: str) -> Facts:  # noqa: ANN401 - as above
    """Return who talks to whom. Without an HTTP part it is a TCP connection (Istio's network
    ext_authz).

    `source.service` is the client's word (x-envoy-downstream-service-cluster) and is not read.
    """
    attributes = request.attributes
    http = attributes.request.http
    source = principal(attributes.source.principal)
    port = attributes.destination.address.socket_address.port_value
    metadata = attributes.metadata_context.filter_metadata
    return Facts(
        direction=Direction.REQUEST,
        vantage=Vantage.INBOUND,
        protocol=Protocol.HTTP if attributes.request.HasField("http") else Protocol.TCP,
        source=source,
        destination=receiver(attributes.destination.principal, caller),
        # the receiver's sidecar names a peer only after it has verified its certificate
        mtls=bool(source),
        caller=caller,
        operation=Operation(method=http.method, path=http.path, host=http.host, port=port),
        source_address=address(attributes.source.address.socket_address.address),
        claims=claims(metadata),
        headers=vouched_headers(metadata),
    )


def answer(judgement: Judgement, sent: Headers = NO_HEADERS) -> Any:  # noqa: ANN401 - as above
    """Return the CheckResponse. Both branches set their status: an empty response would allow.

    Args:
        judgement: of the request.
        sent: the request's headers, of which those that only the guard writes are removed.
    """
    response = wire.message(RESPONSE)()
    response.dynamic_metadata.update(answers.metadata(judgement))
    if (
        judgement.decision.effect is not Action.DENY
        and judgement.decision.effect is not Action.REDACT
    ):
        response.status.code = answers.GRPC_OK
        response.ok_response.SetInParent()
        response.ok_response.headers_to_remove.extend(sent.own)
        return response
    denial = answers.denial(judgement)
    response.status.code = denial.grpc_status
    response.denied_response.status.code = denial.http_status
    response.denied_response.body = denial.body
    for name, value in denial.headers:
        option = response.denied_response.headers.add()
        option.header.key, option.header.value = name, value
        option.append_action = answers.OVERWRITE
    return response


def _is_truncated(sent: Headers, received: int, max_request_bytes: int) -> bool:
    """Whether part of the body may be missing.

    The partial-body header proves only that there is more. `false` was seen with a partial body on
    Envoy 1.40, so a body that fills the buffer counts as cut off, unless its Content-Length says
    that it ends there."""
    if sent.get("x-envoy-auth-partial-body").lower() == "true":
        return True
    return received >= max_request_bytes and sent.content_length != received
