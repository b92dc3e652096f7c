"""Encodes decisions for the OTLP exporter, at about a fifth of what the SDK's own encoder costs.

The SDK makes three protobuf objects of each attribute. Most attributes of a decision have one of a
few values, so their bytes are remembered. The result equals that of the SDK, which the tests use as
the reference. `python -m bench.telemetry` prints the cost of both.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Final, cast

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, SpanFlags, Status
from opentelemetry.sdk.trace import ReadableSpan

from extauthz.records.allow_list import Key, ListedSpan

_REMEMBERED: Final = 4096  # attributes with their values, of some hundred bytes each
_UNIQUE: Final = frozenset({Key.DECISION_ID.value})
_SPANS: Final = b"\x12"  # field 2 of ScopeSpans, with a length
_ATTRIBUTES: Final = b"\x4a"  # field 9 of Span, with a length
_UNSET: Final = Status()
_LOCAL: Final = SpanFlags.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK
_REMOTE: Final = _LOCAL | SpanFlags.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK

Plain = str | bool | int | float | tuple[str, ...]


class DecisionExporter(OTLPSpanExporter):
    """The OTLP exporter with this module's encoder."""

    def _translate_data(self, data: Sequence[ReadableSpan]) -> ExportTraceServiceRequest:
        return encoded(data)


def encoded(spans: Sequence[ReadableSpan]) -> ExportTraceServiceRequest:
    """Return the request that exports the spans."""
    # the spans of a guard have one resource and one scope; those of others need the SDK's grouping
    if not spans or not all(type(span) is ListedSpan for span in spans):
        return encode_spans(spans)
    request = ExportTraceServiceRequest()
    request.CopyFrom(_frame(_MadeBy(spans[0])))
    scope = request.resource_spans[0].scope_spans[0]
    scope.MergeFromString(b"".join([_field(_SPANS, _span(span)) for span in spans]))
    return request


class _MadeBy:
    """What made a span. Equal only if it is the same: a comparison would encode all of it."""

    def __init__(self, span: ReadableSpan) -> None:
        self.span = span
        self._ids = id(span.resource), id(span.instrumentation_scope)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _MadeBy) and other._ids == self._ids

    def __hash__(self) -> int:
        return hash(self._ids)


@functools.lru_cache(1)  # its key keeps what it names alive, so that no other object has its id
def _frame(made_by: _MadeBy) -> ExportTraceServiceRequest:
    """Return the request without a span. It says what made them, which takes as long as ten."""
    request = encode_spans([made_by.span])
    request.resource_spans[0].scope_spans[0].ClearField("spans")
    return request


def _span(span: ReadableSpan) -> bytes:
    context, parent = span.context, span.parent
    head = Span(
        trace_id=context.trace_id.to_bytes(16),
        span_id=context.span_id.to_bytes(8),
        parent_span_id=parent.span_id.to_bytes(8) if parent else b"",
        name=span.name,
        kind=Span.SpanKind.SPAN_KIND_INTERNAL,
        start_time_unix_nano=span.start_time or 0,
        end_time_unix_nano=span.end_time or 0,
        status=_UNSET,
        flags=_REMOTE if parent and parent.is_remote else _LOCAL,
    ).SerializeToString()
    # the fields of a protobuf message may stand in any order
    return head + b"".join(
        [
            _attribute(key, value)
            if key in _UNIQUE or type(value) is float
            else _remembered(key, value)
            for key, value in _attributes(span).items()
        ]
    )


def _attributes(span: ReadableSpan) -> Mapping[str, Plain]:
    """Return the attributes of a `ListedSpan`: none but plain ones."""
    return cast("Mapping[str, Plain]", span.attributes)


def _attribute(key: str, value: Plain) -> bytes:
    return _field(_ATTRIBUTES, KeyValue(key=key, value=_any(value)).SerializeToString())


# typed, because True and 1 are one key otherwise; a float is never asked for, because 0.0 and -0.0
# are one key too
_remembered = functools.lru_cache(_REMEMBERED, typed=True)(_attribute)


def _any(value: Plain) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=each) for each in value]))


def _field(tag: bytes, payload: bytes) -> bytes:
    """Return a field with its length. https://protobuf.dev/programming-guides/encoding/#structure"""
    size, length = len(payload), bytearray()
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    length.append(size)
    return tag + length + payload
