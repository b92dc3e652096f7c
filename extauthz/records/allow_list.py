"""The allow-list of telemetry: which spans, metrics and attributes may leave.

INVARIANT (allow-list): `AllowList` stands before every span exporter, and `views` apply to every
instrument. They drop what `Key` and `SpanName` do not list. So an attribute that other code sets,
in this project or in a library, does not leave. A `ListedSpan` is checked when it is made; it
cannot be changed after that, so `AllowList` lets it pass as it is.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from opentelemetry.sdk.metrics.view import DropAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext

_LONGEST: Final = 256  # characters of a string attribute; the longest legal principal is shorter


class Key(StrEnum):
    """The attributes that may leave."""

    DECISION = "phiguard.decision"
    ENFORCED = "phiguard.enforced"
    OBSERVED = "phiguard.observed"
    REASON = "phiguard.reason"
    DECISION_ID = "phiguard.decision_id"
    IDENTIFIERS = "phiguard.identifiers"
    IDENTIFIER = "phiguard.identifier"
    INFO_TYPES = "phiguard.info_types"
    INFO_TYPE = "phiguard.info_type"
    FINDINGS = "phiguard.findings"
    VERDICT = "phiguard.verdict"
    COVERAGE = "phiguard.coverage"
    GAP = "phiguard.gap"
    MEDIA = "phiguard.media"
    PARTS = "phiguard.media.parts"
    OPAQUE = "phiguard.opaque"
    BODY_SIZE = "phiguard.body.size"
    POLICY_DIGEST = "phiguard.policy.digest"
    POLICY_NAME = "phiguard.policy.name"
    RULES = "phiguard.rules"
    AUDITS = "phiguard.audits"
    DIRECTION = "phiguard.direction"
    VANTAGE = "phiguard.vantage"
    PROTOCOL = "phiguard.protocol"
    MESSAGE_TYPE = "phiguard.message_type"
    SOURCE = "phiguard.source"
    DESTINATION = "phiguard.destination"
    SERVICE = "phiguard.service"
    MTLS = "phiguard.mtls"
    OPERATION = "phiguard.operation"
    LOSS = "error.type"
    NAMESPACE = "k8s.namespace.name"
    STATE = "phiguard.policy.state"
    CELL_STATE = "phiguard.posture.state"
    # https://opentelemetry.io/docs/specs/semconv/registry/attributes/security-rule/
    RULE = "security_rule.name"
    RULE_SET = "security_rule.ruleset.name"


class SpanName(StrEnum):
    """The spans that may leave.

    Each decision has one AUTHORIZE or INSPECT span. The SCAN and DECIDE spans are its children.
    """

    AUTHORIZE = "phiguard.authorize"
    INSPECT = "phiguard.inspect"
    SCAN = "phiguard.scan"
    DECIDE = "phiguard.decide"


_KEYS: Final = frozenset(key.value for key in Key)
_NUMBERS: Final = frozenset({bool, int, float})
_NAMES: Final = frozenset(name.value for name in SpanName)

_NO_KEYS: Final = frozenset[Key]()
METRICS: Final[Mapping[str, frozenset[Key]]] = MappingProxyType(
    {
        "phiguard.decisions": frozenset(
            {Key.DECISION, Key.ENFORCED, Key.REASON, Key.VERDICT, Key.DIRECTION, Key.VANTAGE}
        ),
        "phiguard.decision.duration": frozenset({Key.DECISION, Key.DIRECTION}),
        "phiguard.scan.size": frozenset({Key.MEDIA, Key.DIRECTION}),
        "phiguard.scan.duration": frozenset({Key.MEDIA, Key.DIRECTION}),
        "phiguard.findings": frozenset({Key.INFO_TYPE, Key.IDENTIFIER, Key.DIRECTION}),
        "phiguard.opaque": frozenset({Key.DIRECTION}),
        "phiguard.unscannable": frozenset({Key.GAP, Key.COVERAGE, Key.DIRECTION}),
        "phiguard.documents": frozenset({Key.OPERATION, Key.VERDICT, Key.COVERAGE, Key.LOSS}),
        "phiguard.ready": _NO_KEYS,
        "phiguard.exchanges.open": _NO_KEYS,
        "phiguard.exchanges.limit": _NO_KEYS,
        "phiguard.bodies.held": _NO_KEYS,
        "phiguard.bodies.limit": _NO_KEYS,
        "phiguard.scanner.waiting": _NO_KEYS,
        "phiguard.ledger.records": _NO_KEYS,
        "phiguard.ledger.summed": _NO_KEYS,
        "phiguard.ledger.failures": _NO_KEYS,
        "phiguard.ledger.written": _NO_KEYS,
        "phiguard.ledger.free": _NO_KEYS,
        "phiguard.ledger.unsynced": _NO_KEYS,
        "phiguard.ledger.checkpoint.age": _NO_KEYS,
        "phiguard.ledger.sync.failures": _NO_KEYS,
        "phiguard.policy.loaded": _NO_KEYS,
        "phiguard.policy.age": _NO_KEYS,
        "phiguard.policy.refused": _NO_KEYS,
        "phiguard.policy.refusals": _NO_KEYS,
        "phiguard.policy.set_aside": frozenset({Key.NAMESPACE, Key.STATE}),
        "phiguard.policy.exception.remaining": _NO_KEYS,
        "phiguard.certificate.remaining": _NO_KEYS,
        "phiguard.telemetry.dropped": frozenset({Key.LOSS}),
        "phiguard.telemetry.waiting": _NO_KEYS,
        "phiguard.workers.serving": _NO_KEYS,
        "phiguard.workers.configured": _NO_KEYS,
        "phiguard.worker.deaths": _NO_KEYS,
        "phiguard.posture.cells": frozenset({Key.CELL_STATE}),
        "phiguard.posture.audited": _NO_KEYS,
    }
)
"""The metrics that may leave, each with the attributes that it may have."""


def views() -> list[View]:
    """Return the views of a MeterProvider: phiguard's instruments with their keys, nothing else."""
    own = [View(instrument_name=name, attribute_keys=set(keys)) for name, keys in METRICS.items()]
    return [*own, View(instrument_name="*", aggregation=DropAggregation())]


class ListedSpan(ReadableSpan):
    """A finished span that holds what `SpanName` and `Key` list, and nothing else.

    Args:
        name: of the span.
        ids: its own, and those of its parent or None.
        made_by: the service that made it, and the scope in that service.
        attributes: those that are not plain are left out.
        times: start and end, in nanoseconds since 1970.
    """

    def __init__(
        self,
        name: SpanName,
        ids: tuple[SpanContext, SpanContext | None],
        made_by: tuple[Resource, InstrumentationScope],
        attributes: Mapping[str, object],
        times: tuple[int, int],
    ) -> None:
        resource, scope = made_by
        super().__init__(
            name.value,
            *ids,
            resource,
            _listed(attributes),  # type: ignore[arg-type]  # `_is_plain` has seen them
            start_time=times[0],
            end_time=times[1],
            instrumentation_scope=scope,
        )


class AllowList(SpanExporter):
    """Exports only what `SpanName` and `Key` list.

    Events, links, status texts, trace states and other attributes are dropped.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export the listed spans, each as a `ListedSpan` or as a cleaned copy."""
        return self._exporter.export(
            [
                span if type(span) is ListedSpan else _cleaned(span)
                for span in spans
                if span.name in _NAMES
            ]
        )

    def shutdown(self) -> None:
        """Shut the exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush the exporter."""
        return self._exporter.force_flush(timeout_millis)


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=_bare(span.get_span_context()),
        parent=_bare(span.parent),
        resource=span.resource,
        attributes=_listed(span.attributes or {}),  # type: ignore[arg-type]  # as above
        kind=span.kind,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _bare(context: SpanContext | None) -> SpanContext | None:
    """Return the ids of a span without its trace state, which is free text from a client."""
    return context and SpanContext(
        context.trace_id, context.span_id, context.is_remote, context.trace_flags
    )


def _listed(attributes: Mapping[str, object]) -> dict[str, object]:
    # most values are short strings and numbers, and a call for each costs more than all the rest
    return {
        k: v
        for k, v in attributes.items()
        if k in _KEYS
        and (
            (type(v) is str and len(v) <= _LONGEST)
            or type(v) in _NUMBERS
            or (type(v) is tuple and not v)
            or _is_plain(v)
        )
    }


def _is_plain(value: object) -> bool:
    """Whether a value is a number, a short string, or a list of short strings."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, (tuple, list)):
        return all(isinstance(v, str) and len(v) <= _LONGEST for v in value)
    return isinstance(value, (bool, int, float))
