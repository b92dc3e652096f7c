"""`ProcessingRequest` to events, a judgement to `ProcessingResponse`. The only shape of Envoy's ext_proc in the project.

Only the body mode BUFFERED holds a message back until it is answered for. The first message of a stream tells the
mode (`protocol_config`, Envoy 1.36 and later). In every other mode, and when it is not told, a message that does not
end with its headers counts as cut off there, before Envoy releases any of it.

In BUFFERED mode a body comes in one event. `end_of_stream` is false when trailers follow (seen with Envoy 1.38), and
Envoy forwards the body on our answer, before it sends the trailers: so the body is judged at its event, and the
trailers are judged after it, beside what was found in the body.

Source: envoy/service/ext_proc/v3/external_processor.proto.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final

from extauthz.guard.envoy import answers, wire
from extauthz.guard.envoy.headers import NO_HEADERS, Headers, from_header_map
from extauthz.guard.envoy.identity import (
    address,
    claims,
    host,
    principal,
    receiver,
    vouched_headers,
)
from extauthz.records.judgement import Judgement
from mesh.exchange.events import Body, Event, Head, Trailers
from mesh.message.facts import Claims, Direction, Facts, Operation, Vantage
from mesh.policy.decision import Action

REQUEST: Final = "envoy.service.ext_proc.v3.ProcessingRequest"
RESPONSE: Final = "envoy.service.ext_proc.v3.ProcessingResponse"

_FILTER: Final = "envoy.filters.http.ext_proc"
_NAMESPACE: Final = "phiguard"
_INBOUND: Final = 1.0
_OUTBOUND: Final = 2.0
_FORWARDED: Final = "'x-forwarded-for' in request.headers"
_BUFFERED: Final = 2  # ProcessingMode.BodySendMode.BUFFERED

# Digests of a body that a redaction has replaced. The receiver would refuse the message for them.
_DIGESTS: Final = ("content-md5", "digest", "content-digest", "repr-digest", "etag")


class Part(Enum):
    """Which part of a message an event of the stream carries."""

    HEADERS = "headers"
    BODY = "body"
    TRAILERS = "trailers"


@dataclass(frozen=True, slots=True)
class Phase:
    """Whose message, and which part of it. `name` is the field's name in both requests and
    responses."""

    direction: Direction
    part: Part
    name: str


_REQUEST_HEADERS: Final = "request_headers"
_PHASES: Final = {
    f"{direction.value}_{part.value}": Phase(direction, part, f"{direction.value}_{part.value}")
    for direction in Direction
    for part in Part
}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a stream so far.

    Args:
        caller: principal of the proxy that asks, empty on a plain listener.
        trust_domain: of workloads that only their namespace and service account name.
        attributes: CEL expression to its value, as Envoy evaluated it; merged over the messages
            that carry some.
        buffered: directions whose bodies are held back.
        request: headers of the request; empty when the filter skips requests.
        claims: of the request's JWT, as Envoy verified it.
        vouched: headers of the request that Envoy vouches for.
    """

    caller: str
    trust_domain: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    buffered: frozenset[Direction] = frozenset()
    request: Headers = NO_HEADERS
    claims: Claims | None = None
    vouched: Claims | None = None

    def __repr__(self) -> str:
        """Count only: attributes hold addresses, and headers anything."""
        return f"Context({len(self.attributes)} attributes, buffered={sorted(self.buffered)})"


def is_observed(request: Any) -> bool:  # noqa: ANN401 - protobuf makes this class at run time
    """Return whether Envoy only lets us look on: it waits for no answer, and ignores one
    (`observability_mode`)."""
    return bool(request.observability_mode)


def phase(request: Any) -> Phase | None:  # noqa: ANN401 - protobuf makes this class at run time
    """Return what an event carries, None when this schema does not know it."""
    return _PHASES.get(request.WhichOneof("request") or "")


def learn(context: Context, request: Any) -> Context:  # noqa: ANN401 - as above
    """Return the context with what one more event tells."""
    attributes = {**context.attributes, **_attributes(request)}
    buffered = context.buffered
    if request.HasField("protocol_config"):
        config = request.protocol_config
        modes = {
            Direction.REQUEST: config.request_body_mode,
            Direction.RESPONSE: config.response_body_mode,
        }
        buffered = frozenset(d for d, mode in modes.items() if mode == _BUFFERED)
    if is_observed(request):  # Envoy then sends a buffered body to nobody, and holds no other back
        buffered = frozenset()
    sent = context.request
    if request.WhichOneof("request") == _REQUEST_HEADERS:
        sent = headers(request, _PHASES[_REQUEST_HEADERS])
    metadata = request.metadata_context.filter_metadata
    return replace(
        context,
        attributes=attributes,
        buffered=buffered,
        request=sent,
        claims=_latest(claims(metadata), context.claims),
        vouched=_latest(vouched_headers(metadata), context.vouched),
    )


def headers(request: Any, found: Phase) -> Headers:  # noqa: ANN401 - as above
    """Return the headers or trailers of an event that carries some."""
    part = getattr(request, found.name)
    carried = part.trailers if found.part is Part.TRAILERS else part.headers
    return from_header_map(carried.headers)


def events(request: Any, found: Phase, context: Context) -> tuple[Event, ...]:  # noqa: ANN401 - as above
    """Return an event of the stream as events of an exchange."""
    part = getattr(request, found.name)
    if found.part is Part.TRAILERS:
        return (Trailers(headers(request, found).pairs),)
    if found.part is Part.BODY:
        return (Body(part.body, end=True, truncated=found.direction not in context.buffered),)
    sent = headers(request, found)
    head = Head(
        facts(found.direction, context),
        fields=sent.pairs,
        content_length=sent.content_length,
        end=part.end_of_stream,
        upgrade=found.direction is Direction.REQUEST and sent.upgrades,
    )
    if head.end or found.direction in context.buffered:
        return (head,)
    return head, Body(b"", end=True, truncated=True)


def facts(direction: Direction, context: Context) -> Facts:
    """Return who talks to whom. Without attributes, or with a direction that is not known, nobody:
    then it is denied.

    INVARIANT (no guess): only the proxy's own attributes name a workload, never a header.
    """
    found, operation = context.attributes, _operation(context)
    if found.get("xds.listener_direction") == _INBOUND:
        source = principal(_text(found, "connection.uri_san_peer_certificate"))
        return Facts(
            direction=direction,
            vantage=Vantage.INBOUND,
            source=source,
            destination=receiver(
                _text(found, "connection.uri_san_local_certificate"), context.caller
            ),
            mtls=bool(source) and found.get("connection.mtls") is True,
            caller=context.caller,
            redactable=True,
            operation=operation,
            source_address=_source_address(found),
            claims=context.claims,
            headers=context.vouched,
        )
    if found.get("xds.listener_direction") == _OUTBOUND:
        return Facts(
            direction=direction,
            vantage=Vantage.OUTBOUND,
            source=_node_principal(context),
            service=host(
                _text(found, "xds.cluster_metadata.filter_metadata['istio']['services'][0]['host']")
            ),
            caller=context.caller,
            redactable=True,
            operation=operation,
        )
    return Facts(direction=direction, caller=context.caller, redactable=True, operation=operation)


def answer(judgement: Judgement | None, found: Phase, request: Any) -> Any:  # noqa: ANN401 - as above
    """Return the answer to one event: go on (also when there is no judgement yet), go on redacted,
    or stop."""
    response = wire.message(RESPONSE)()
    if judgement is not None:
        response.dynamic_metadata.update({_NAMESPACE: answers.metadata(judgement)})
        if stops(judgement, found.part):
            _deny(response.immediate_response, judgement)
            return response
    part = getattr(response, found.name)
    part.SetInParent()
    if found.part is Part.TRAILERS:
        return response
    part.response.SetInParent()  # its status is CONTINUE
    if found.name == _REQUEST_HEADERS:
        part.response.header_mutation.remove_headers.extend(headers(request, found).own)
    if judgement is not None and judgement.body is not None:
        _replace(part.response, judgement.body)
    return response


def is_final(response: Any) -> bool:  # noqa: ANN401 - as above
    """Return whether an answer ends its stream."""
    return bool(response.WhichOneof("response") == "immediate_response")


def stops(judgement: Judgement, part: Part = Part.HEADERS) -> bool:
    """Return whether the message must not go on after this part of it."""
    effect = judgement.decision.effect
    # fail closed: only a body can be replaced, and only by one that we have
    if effect is Action.REDACT:
        return judgement.body is None or part is not Part.BODY
    return effect is Action.DENY


def _deny(immediate: Any, judgement: Judgement) -> None:  # noqa: ANN401 - as above
    denial = answers.denial(judgement)
    immediate.status.code = denial.http_status
    immediate.grpc_status.status = denial.grpc_status  # Envoy uses it when the request is gRPC
    immediate.body = denial.body.encode()
    immediate.details = f"phiguard_{judgement.decision.reason.value.lower()}"
    for name, value in denial.headers:
        _set(immediate.headers, name, value)


def _replace(response: Any, body: bytes) -> None:  # noqa: ANN401 - as above
    response.body_mutation.body = body
    # Envoy refuses a mutated body whose length differs from the header it keeps in BUFFERED mode
    _set(response.header_mutation, "content-length", str(len(body)))
    response.header_mutation.remove_headers.extend(_DIGESTS)


def _set(mutation: Any, name: str, value: str) -> None:  # noqa: ANN401 - as above
    option = mutation.set_headers.add()
    option.header.key, option.header.raw_value = name, value.encode()
    option.append_action = answers.OVERWRITE


def _latest(told: Claims | None, before: Claims | None) -> Claims | None:
    return before if told is None else told


def _attributes(request: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    if _FILTER not in request.attributes:
        return {}
    fields = request.attributes[_FILTER].fields
    return {
        name: getattr(value, value.WhichOneof("kind") or "string_value")
        for name, value in fields.items()
    }


def _operation(context: Context) -> Operation:
    """Return the request's own line; a filter that skips requests asks Envoy for it as
    attributes."""
    sent, found = context.request, context.attributes
    return Operation(
        method=sent.get(":method") or _text(found, "request.method"),
        path=sent.get(":path") or _text(found, "request.path"),
        host=sent.get(":authority") or _text(found, "request.host"),
        port=_port(found),
    )


def _source_address(found: Mapping[str, Any]) -> str:
    """Return the address of the connection's peer, empty when it may be the client's word.

    A sidecar takes `source.address` from the last entry of `x-forwarded-for` (`use_remote_address:
    false`), which anybody can write. ext_authz is given the connection's own. A filter that does
    not tell whether the header came is not believed."""
    return address(_text(found, "source.address")) if found.get(_FORWARDED) is False else ""


def _port(found: Mapping[str, Any]) -> int:
    port = found.get("destination.port")
    return int(port) if isinstance(port, float) and 0 < port < 65536 else 0


def _node_principal(context: Context) -> str:
    keys = ("NAMESPACE", "SERVICE_ACCOUNT")
    namespace, account = (_text(context.attributes, f"xds.node.metadata['{key}']") for key in keys)
    return principal(f"spiffe://{context.trust_domain}/ns/{namespace}/sa/{account}")


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
