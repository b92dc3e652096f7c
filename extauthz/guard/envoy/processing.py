"""From `ProcessingRequest` to stream events, and from answers to `ProcessingResponse`.

No other module of the project knows the form of Envoy's ext_proc. Two body modes hold a message
back until the guard has answered: BUFFERED and FULL_DUPLEX_STREAMED. The first message of a stream
states the mode (`protocol_config`, Envoy 1.36 and later).

Source: envoy/service/ext_proc/v3/external_processor.proto.
"""

from dataclasses import replace
from typing import Any, Final

from extauthz.guard.envoy import answers, grpc_message, wire
from extauthz.guard.envoy.headers import guard_only_names, header_map_pairs
from extauthz.guard.envoy.identity import claims, vouched_headers
from extauthz.guard.stream_event import Attributes, MessagePart, StreamAnswer, StreamEvent
from extauthz.records.judgement import Judgement
from mesh.message.body_digests import FieldChanges
from mesh.message.facts import Direction
from mesh.message.headers import Headers

PROCESSING_REQUEST: Final = "envoy.service.ext_proc.v3.ProcessingRequest"
PROCESSING_RESPONSE: Final = "envoy.service.ext_proc.v3.ProcessingResponse"

_FILTER: Final = "envoy.filters.http.ext_proc"
_NAMESPACE: Final = "phiguard"
# ProcessingMode.BodySendMode
_BUFFERED: Final = 2
_FULL_DUPLEX_STREAMED: Final = 4

_FIELDS: Final = {
    f"{direction.value}_{part.value}": (direction, part)
    for direction in Direction
    for part in MessagePart
}
"""Direction and part by the name of a oneof member. The names are the same in both messages."""


def decode(data: bytes) -> StreamEvent | None:
    """Return the event of a ProcessingRequest, or None when its kind is unknown.

    Raises:
        wire.DecodeError: the bytes are no such message.
    """
    request = wire.decoder(PROCESSING_REQUEST)(data)
    name = request.WhichOneof("request") or ""
    if name not in _FIELDS:
        return None
    direction, part = _FIELDS[name]
    metadata = request.metadata_context.filter_metadata
    says_mode = request.HasField("protocol_config")
    known = StreamEvent(
        direction,
        part,
        observed=bool(request.observability_mode),
        buffered=_directions(request, _BUFFERED) if says_mode else None,
        full_duplex=_full_duplex(request) if says_mode else frozenset(),
        attributes=_attributes(request),
        claims=claims(metadata),
        vouched=vouched_headers(metadata),
    )
    return _with_content(known, getattr(request, name))


def encode(answer: StreamAnswer) -> bytes:
    """Return the ProcessingResponse: go on, go on redacted, or stop.

    Without a judgement yet, the message goes on.
    """
    judgement, event = answer.judgement, answer.event
    response = wire.message(PROCESSING_RESPONSE)()
    if judgement is not None:
        metadata = response.dynamic_metadata.fields[_NAMESPACE].struct_value
        answers.write_metadata(judgement, metadata)
        if answer.is_final:
            _deny(response.immediate_response, judgement)
            return wire.encode(response)
    part = getattr(response, f"{event.direction.value}_{event.part.value}")
    if answer.is_streamed and event.part is MessagePart.BODY:
        streamed = part.response.body_mutation.streamed_response
        streamed.body, streamed.end_of_stream = event.body, event.end
    else:
        body = None if judgement is None or answer.is_streamed else judgement.body
        _go_on(part, event, judgement, body)
    return wire.encode(response)


def _go_on(
    part: Any,  # noqa: ANN401 - protobuf makes this class at run time
    event: StreamEvent,
    judgement: Judgement | None,
    body: bytes | None,
) -> None:
    part.SetInParent()
    if event.part is MessagePart.TRAILERS:
        if judgement is not None:
            _change(part, judgement.fields)
        _change(part, grpc_message.changes(event, judgement))
        return
    part.response.SetInParent()  # its status is CONTINUE
    _change(part.response, grpc_message.changes(event, judgement))
    if event.direction is Direction.REQUEST and event.part is MessagePart.HEADERS:
        _change(part.response, FieldChanges(removed=guard_only_names(event.headers)))
    if judgement is None:
        return
    if body is not None:
        _replace(part.response, body, judgement.fields)
    else:
        _change(part.response, judgement.fields)


def _deny(immediate: Any, judgement: Judgement) -> None:  # noqa: ANN401 - as above
    denial = answers.denial(judgement)
    immediate.status.code = denial.http_status
    immediate.grpc_status.status = denial.grpc_status  # Envoy uses it when the request is gRPC
    immediate.body = denial.body.encode()
    immediate.details = f"phiguard_{judgement.decision.reason.value.lower()}"
    for name, value in denial.headers:
        _set(immediate.headers, name, value)


def _replace(response: Any, body: bytes, fields: FieldChanges) -> None:  # noqa: ANN401 - as above
    response.body_mutation.body = body
    # Envoy refuses a changed body whose length differs from the kept header in BUFFERED mode
    _set(response.header_mutation, "content-length", str(len(body)))
    _change(response, fields)


def _change(holder: Any, fields: FieldChanges) -> None:  # noqa: ANN401 - as above
    """Write what becomes of the fields.

    The mutation stays unset when nothing changes: Envoy refuses one of a message whose headers are
    at its limit, even an empty one.
    """
    if fields.removed or fields.renewed:
        holder.header_mutation.remove_headers.extend(fields.removed)
    for name, value in fields.renewed:
        _set(holder.header_mutation, name, value)


def _set(mutation: Any, name: str, value: str) -> None:  # noqa: ANN401 - as above
    option = mutation.set_headers.add()
    option.header.key, option.header.raw_value = name, value.encode()
    option.append_action = answers.OVERWRITE


def _with_content(known: StreamEvent, part: Any) -> StreamEvent:  # noqa: ANN401 - as above
    if known.part is MessagePart.BODY:
        return replace(known, body=part.body, end=part.end_of_stream)
    if known.part is MessagePart.TRAILERS:
        return replace(known, headers=Headers(header_map_pairs(part.trailers.headers)), end=True)
    return replace(
        known, headers=Headers(header_map_pairs(part.headers.headers)), end=part.end_of_stream
    )


def _directions(request: Any, mode: int) -> frozenset[Direction]:  # noqa: ANN401 - as above
    """Return the directions whose bodies come in this mode, as far as the message says."""
    config = request.protocol_config
    modes = {
        Direction.REQUEST: config.request_body_mode,
        Direction.RESPONSE: config.response_body_mode,
    }
    return frozenset(direction for direction, each in modes.items() if each == mode)


def _full_duplex(request: Any) -> frozenset[Direction]:  # noqa: ANN401 - as above
    """Return the directions of the mode FULL_DUPLEX_STREAMED: both, or none.

    A filter that streams one half ends its conversation when the other half begins, and lets the
    rest pass unread (seen with Envoy 1.38). So one half alone counts as a mode that holds nothing.
    """
    found = _directions(request, _FULL_DUPLEX_STREAMED)
    return found if len(found) == len(Direction) else frozenset()


def _attributes(request: Any) -> Attributes:  # noqa: ANN401 - as above
    if _FILTER not in request.attributes:
        return {}
    fields = request.attributes[_FILTER].fields
    return {
        name: getattr(value, value.WhichOneof("kind") or "string_value")
        for name, value in fields.items()
    }
