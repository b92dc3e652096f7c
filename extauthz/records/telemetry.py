"""Spans and metrics of decisions. The only module that names or sets an attribute, and all names are in `Key`.

INVARIANT (allow-list): `AllowList` stands in front of every span exporter and `views` behind every instrument;
what they do not know is dropped, so that a key added elsewhere, by us or a library, does not leave.

The parent of a span comes from gRPC metadata only: Envoy writes its own span there. `traceparent` in the message's
headers is the client's word, and so is `tracestate`, which Envoy hands on as it came: neither is read. Every span is
recorded (ALWAYS_ON): with Istio's default of 1 % sampling, a parent-based sampler would lose decisions. Baggage is not
read.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import DropAggregation, ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import (
    Span,
    SpanContext,
    SpanKind,
    TracerProvider,
    format_trace_id,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from extauthz.records.judgement import Judgement

SCOPE: Final = "phiguard"
_PARENT: Final = "traceparent"
_LONGEST: Final = 256  # characters of a string attribute; the longest legal principal is shorter
_BUCKETS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # seconds


class Key(StrEnum):
    """Every attribute that may leave."""

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
    """Every span that may leave: one of the first two for each decision, with the other two
    inside."""

    AUTHORIZE = "phiguard.authorize"
    INSPECT = "phiguard.inspect"
    SCAN = "phiguard.scan"
    DECIDE = "phiguard.decide"


Clock = Callable[[], int]
"""Nanoseconds since 1970, as OpenTelemetry counts them."""

_METRICS: Final = {
    "phiguard.decisions": frozenset(
        {Key.DECISION, Key.ENFORCED, Key.REASON, Key.VERDICT, Key.DIRECTION, Key.VANTAGE}
    ),
    "phiguard.decision.duration": frozenset({Key.DECISION, Key.DIRECTION}),
    "phiguard.scan.size": frozenset({Key.MEDIA, Key.DIRECTION}),
    "phiguard.findings": frozenset({Key.INFO_TYPE, Key.IDENTIFIER, Key.DIRECTION}),
    "phiguard.ledger.records": frozenset[Key](),
    "phiguard.ledger.failures": frozenset[Key](),
    "phiguard.policy.refusals": frozenset[Key](),
}


def views() -> list[View]:
    """Return the views of a MeterProvider: our instruments with their keys, and nothing else."""
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
    """Hands on only what `SpanName` and `Key` list: no events, links, status texts, trace states or
    other attributes."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export the cleaned copies of known spans."""
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
    """The ids of a span without its trace state: free text that a client may have written."""
    return context and SpanContext(
        context.trace_id, context.span_id, context.is_remote, context.trace_flags
    )


def _is_plain(value: object) -> bool:
    """Whether a value is a number, a short string, or some of them."""
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, (tuple, list)):
        return all(isinstance(v, str) and len(v) <= _LONGEST for v in value)
    return isinstance(value, (bool, int, float))


class Trace:
    """The span of one message, from its first event to its judgement."""

    def __init__(self, telemetry: "Telemetry", span: Span) -> None:
        self._telemetry = telemetry
        self._span = span
        self._context = set_span_in_context(span, Context())

    @property
    def id(self) -> str:
        """The trace id, 32 hexadecimal digits."""
        return format_trace_id(self._span.get_span_context().trace_id)

    def step(self, name: SpanName, start: int, end: int) -> None:
        """Add a child span with the times at which the step really ran."""
        child = self._telemetry.start(name, self._context, start)
        child.end(end_time=max(start, end))

    def end(self, judgement: Judgement, seconds: float) -> None:
        """End the span with a judgement, and count it.

        Args:
            judgement: the outcome.
            seconds: of work. The span's own length holds the wait for the body too.
        """
        self._span.set_attributes(span_attributes(judgement))
        self._span.end(end_time=self._telemetry.clock())
        self._telemetry.count(judgement, seconds)


class Telemetry:
    """Makes spans and counts.

    Args:
        tracers: where spans go. Its sampler must be ALWAYS_ON and its exporters wrapped in
            `AllowList`.
        meters: where counts go. Its views must be `views()`.
        clock: nanoseconds since 1970.
    """

    def __init__(
        self, tracers: TracerProvider, meters: MeterProvider, clock: Clock = time.time_ns
    ) -> None:
        self.clock = clock
        self._tracer = tracers.get_tracer(SCOPE)
        self._propagator = TraceContextTextMapPropagator()
        meter = meters.get_meter(SCOPE)
        self._decisions = meter.create_counter("phiguard.decisions", "{decision}", "Decisions made")
        self._duration = meter.create_histogram(
            "phiguard.decision.duration", "s", "Work on one message, without the wait for its body"
        )
        self._size = meter.create_histogram(
            "phiguard.scan.size", "By", "Size of scanned bodies as received"
        )
        self._findings = meter.create_counter("phiguard.findings", "{finding}", "Things found")
        self._records = meter.create_counter("phiguard.ledger.records", "{record}", "Records kept")
        self._failures = meter.create_counter(
            "phiguard.ledger.failures", "{record}", "Records that were not kept"
        )
        self._refusals = meter.create_counter(
            "phiguard.policy.refusals", "{revision}", "Policy revisions refused"
        )

    def begin(self, name: SpanName, metadata: Mapping[str, str]) -> Trace:
        """Start the span of one message.

        Args:
            name: AUTHORIZE or INSPECT.
            metadata: the call's gRPC metadata, of which `traceparent` is read.
        """
        parent = self._propagator.extract({_PARENT: metadata.get(_PARENT, "")}, Context())
        return Trace(self, self.start(name, parent, self.clock()))

    def start(self, name: SpanName, parent: Context, start: int) -> Span:
        """Start a span that never records an exception: its text could hold a value."""
        return self._tracer.start_span(
            name.value,
            parent,
            SpanKind.INTERNAL,
            start_time=start,
            record_exception=False,
            set_status_on_exception=False,
        )

    def ledger_kept(self) -> None:
        """Count one record that the ledger kept."""
        self._records.add(1)

    def ledger_failed(self) -> None:
        """Count one record that the ledger did not keep."""
        self._failures.add(1)

    def policy_refused(self) -> None:
        """Count one policy revision that could not be used."""
        self._refusals.add(1)

    def count(self, judgement: Judgement, seconds: float) -> None:
        """Count one judgement."""
        decision, report = judgement.decision, judgement.report
        direction = {Key.DIRECTION.value: judgement.facts.direction.value}
        outcome = {Key.DECISION.value: decision.action.value, **direction}
        self._decisions.add(
            1,
            {
                **outcome,
                Key.ENFORCED.value: decision.enforced,
                Key.REASON.value: decision.reason.value,
                Key.VERDICT.value: decision.verdict.value,
                Key.VANTAGE.value: judgement.facts.vantage.value,
            },
        )
        self._duration.record(seconds, outcome)
        self._size.record(report.size, {Key.MEDIA.value: report.media, **direction})
        # a document has thousands of findings of a dozen kinds, and each `add` takes as long as
        # finding one
        for (info_type, identifier), number in Counter(
            (f.info_type, f.identifier) for f in report.findings
        ).items():
            found = {Key.INFO_TYPE.value: info_type, Key.IDENTIFIER.value: identifier or ""}
            self._findings.add(number, {**found, **direction})


def span_attributes(judgement: Judgement) -> dict[str, Any]:
    """Return the attributes of a decision's span. No path, address or value: see
    `extauthz.records.judgement`."""
    decision, report, facts = judgement.decision, judgement.report, judgement.facts
    return {
        Key.DECISION.value: decision.action.value,
        Key.ENFORCED.value: decision.enforced,
        Key.OBSERVED.value: judgement.observed,
        Key.REASON.value: decision.reason.value,
        Key.DECISION_ID.value: judgement.id,
        Key.IDENTIFIERS.value: [i.value for i in decision.identifiers],
        Key.INFO_TYPES.value: sorted({f.info_type for f in report.findings}),
        Key.FINDINGS.value: len(report.findings),
        Key.VERDICT.value: decision.verdict.value,
        Key.COVERAGE.value: decision.coverage.value,
        Key.GAP.value: decision.gap.value,
        Key.MEDIA.value: report.media,
        Key.BODY_SIZE.value: report.size,
        Key.POLICY_DIGEST.value: decision.policy,
        Key.POLICY_NAME.value: judgement.policy,
        Key.RULES.value: list(decision.rules),
        Key.AUDITS.value: [f"{action.value} {rule}" for rule, action in decision.audits],
        Key.DIRECTION.value: facts.direction.value,
        Key.VANTAGE.value: facts.vantage.value,
        Key.SOURCE.value: facts.source,
        Key.DESTINATION.value: facts.destination,
        Key.SERVICE.value: facts.service,
        Key.MTLS.value: facts.mtls,
    }
