"""The allow-list of telemetry: which spans, metrics and attributes may leave.

INVARIANT (allow-list): `AllowList` stands before every span exporter, and `views` apply to every
instrument. They drop what `Key` and `SpanName` do not list. So an attribute that other code sets,
in this project or in a library, does not leave.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from opentelemetry.sdk.metrics.view import DropAggregation, ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext

_LONGEST: Final = 256  # characters of a string attribute; the longest legal principal is shorter
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds


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
    SOURCE = "phiguard.source"
    DESTINATION = "phiguard.destination"
    SERVICE = "phiguard.service"
    MTLS = "phiguard.mtls"


class SpanName(StrEnum):
    """The spans that may leave.

    Each decision has one AUTHORIZE or INSPECT span. The SCAN and DECIDE spans are its children.
    """

    AUTHORIZE = "phiguard.authorize"
    INSPECT = "phiguard.inspect"
    SCAN = "phiguard.scan"
    DECIDE = "phiguard.decide"


_METRICS: Final = {
    "phiguard.decisions": frozenset(
        {Key.DECISION, Key.ENFORCED, Key.REASON, Key.VERDICT, Key.DIRECTION, Key.VANTAGE}
    ),
    "phiguard.decision.duration": frozenset({Key.DECISION, Key.DIRECTION}),
    "phiguard.scan.size": frozenset({Key.MEDIA, Key.DIRECTION}),
    "phiguard.findings": frozenset({Key.INFO_TYPE, Key.IDENTIFIER, Key.DIRECTION}),
    "phiguard.opaque": frozenset({Key.DIRECTION}),
    "phiguard.ledger.records": frozenset[Key](),
    "phiguard.ledger.failures": frozenset[Key](),
    "phiguard.policy.refusals": frozenset[Key](),
}


def views() -> list[View]:
    """Return the views of a MeterProvider: phiguard's instruments with their keys, nothing else."""
    own = [
        View(
            instrument_name=name,
            attribute_keys=set(keys),
            aggregation=ExplicitBucketHistogramAggregation(_BUCKETS)
            if name.endswith(".duration")
            else None,
        )
        for name, keys in _METRICS.items()
    ]
    return [*own, View(instrument_name="*", aggregation=DropAggregation())]


class AllowList(SpanExporter):
    """Exports only what `SpanName` and `Key` list.

    Events, links, status texts, trace states and other attributes are dropped.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export cleaned copies of the listed spans."""
        return self._exporter.export(
            [_cleaned(span) for span in spans if span.name in set(SpanName)]
        )

    def shutdown(self) -> None:
        """Shut the exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Flush the exporter."""
        return self._exporter.force_flush(timeout_millis)


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    known = set(Key)
    return ReadableSpan(
        name=span.name,
        context=_bare(span.get_span_context()),
        parent=_bare(span.parent),
        resource=span.resource,
        attributes={
            k: v for k, v in (span.attributes or {}).items() if k in known and _is_plain(v)
        },
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


def _is_plain(value: object) -> bool:
    """Whether a value is a number, a short string, or a list of short strings."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, (tuple, list)):
        return all(isinstance(v, str) and len(v) <= _LONGEST for v in value)
    return isinstance(value, (bool, int, float))
