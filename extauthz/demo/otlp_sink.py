"""An OTLP collector in one object: it keeps what the sidecars and the guard export.

Besides spans it accepts metrics and logs. It keeps the raw bytes of every export, so that a test
can show that none holds PHI.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Self

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from extauthz.demo.topology import LOOPBACK

_PACKAGE: Final = "opentelemetry.proto.collector"
_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Span:
    """One exported span.

    Args:
        trace: trace id, 32 hexadecimal digits.
        identity: span id, 16 hexadecimal digits.
        parent: span id of the parent, empty for a root.
        service: `service.name` of the exporter.
        kind: OTLP's number: 2 server, 3 client.
        start: nanoseconds since the epoch.
        end: nanoseconds since the epoch.
    """

    trace: str
    identity: str
    parent: str
    service: str
    name: str
    kind: int
    start: int
    end: int
    attributes: dict[str, str]

    @property
    def milliseconds(self) -> float:
        """The length of the span."""
        return (self.end - self.start) / 1e6


@dataclass(slots=True)
class OtlpSink:
    """The collector: a context manager that serves OTLP over gRPC on loopback.

    Args:
        port: where it serves.
        keeps: whether it keeps what comes. A long run sets it to False.
    """

    port: int
    keeps: bool = True
    exports: list[bytes] = field(default_factory=list)
    _spans: dict[str, list[Span]] = field(default_factory=dict)
    _arrival: threading.Condition = field(default_factory=threading.Condition)
    _server: grpc.Server = field(init=False)

    def __enter__(self) -> Self:
        """Serve.

        Raises:
            RuntimeError: the port is taken.
        """
        self._server = grpc.server(ThreadPoolExecutor(_THREADS))
        self._server.add_generic_rpc_handlers(
            (
                _service("trace.v1.TraceService", self._take_spans),
                _service("metrics.v1.MetricsService", self._take),
                _service("logs.v1.LogsService", self._take),
            )
        )
        self._server.add_insecure_port(f"{LOOPBACK}:{self.port}")
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.stop(grace=None).wait()

    def trace(
        self, trace: str, *, until: Callable[[list[Span]], bool], seconds: float
    ) -> list[Span]:
        """Return the spans of one trace in order of their start.

        It waits until `until` holds or the time is over.

        Args:
            trace: trace id, 32 hexadecimal digits.
            until: says, given the spans so far, whether all have arrived.
            seconds: the longest wait.
        """
        with self._arrival:
            self._arrival.wait_for(lambda: until(self._spans.get(trace, [])), timeout=seconds)
            return sorted(self._spans.get(trace, []), key=lambda span: span.start)

    def others(
        self, known: Collection[str], *, until: Callable[[list[Span]], bool], seconds: float
    ) -> list[Span]:
        """Return the spans that are not among the known ones, in order of their start.

        It waits until `until` holds or the time is over.

        Args:
            known: identities of spans.
            until: says, given the spans so far, whether all have arrived.
            seconds: the longest wait.
        """

        def found() -> list[Span]:
            spans = (span for trace in self._spans.values() for span in trace)
            return [span for span in spans if span.identity not in known]

        with self._arrival:
            self._arrival.wait_for(lambda: until(found()), timeout=seconds)
            return sorted(found(), key=lambda span: span.start)

    def spans(self) -> list[Span]:
        """Return all spans that have arrived."""
        with self._arrival:
            return [span for trace in self._spans.values() for span in trace]

    def _take_spans(self, request: bytes) -> None:
        if not self.keeps:
            return
        exported = ExportTraceServiceRequest.FromString(request)
        spans = [
            _span(_attributes(resource.resource.attributes).get("service.name", ""), span)
            for resource in exported.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        with self._arrival:
            self.exports.append(request)
            for span in spans:
                self._spans.setdefault(span.trace, []).append(span)
            self._arrival.notify_all()

    def _take(self, request: bytes) -> None:
        if not self.keeps:
            return
        with self._arrival:
            self.exports.append(request)


def _service(name: str, take: Callable[[bytes], None]) -> "grpc.GenericRpcHandler[bytes, bytes]":
    """Serve `Export` without serializers.

    Requests stay bytes. The response of all three services is the empty message.
    """

    def export(request: bytes, _context: grpc.ServicerContext) -> bytes:
        take(request)
        return b""

    return grpc.method_handlers_generic_handler(
        f"{_PACKAGE}.{name}", {"Export": grpc.unary_unary_rpc_method_handler(export)}
    )


def _span(service: str, span: trace_pb2.Span) -> Span:
    return Span(
        trace=span.trace_id.hex(),
        identity=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        kind=span.kind,
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes=_attributes(span.attributes),
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, str]:
    return {pair.key: _text(pair.value) for pair in pairs}


def _text(value: AnyValue) -> str:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return ",".join(_text(item) for item in value.array_value.values)
    return str(getattr(value, kind)) if kind else ""
