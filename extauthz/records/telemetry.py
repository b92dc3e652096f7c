"""Spans and metrics of decisions.

Only this module sets attributes; `extauthz.records.allow_list` says which may leave. The parent of
a span comes from gRPC metadata only, where Envoy writes its own span. `traceparent` and
`tracestate` in the message's headers come from the client and are not read, even though Envoy
passes `tracestate` on. Baggage is not read either. Every span is recorded (ALWAYS_ON): with Istio's
default sampling of 1 %, a parent-based sampler would lose decisions.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.context import Context
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import (
    Span,
    SpanKind,
    TracerProvider,
    format_trace_id,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from extauthz.records.allow_list import Key, SpanName
from extauthz.records.judgement import Judgement

SCOPE: Final = "phiguard"
_PARENT: Final = "traceparent"


Clock = Callable[[], int]
"""Returns nanoseconds since 1970, as OpenTelemetry counts them."""


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
        """Add a child span with the real times of the step."""
        child = self._telemetry.start(name, self._context, start)
        child.end(end_time=max(start, end))

    def end(self, judgement: Judgement, seconds: float) -> None:
        """End the span with a judgement, and count it.

        Args:
            judgement: the outcome.
            seconds: of work. The span itself is longer: it includes the wait for the body.
        """
        self._span.set_attributes(span_attributes(judgement))
        self._span.end(end_time=self._telemetry.clock())
        self._telemetry.count(judgement, seconds)


class Telemetry:
    """Makes spans and counts.

    Args:
        tracers: where spans go. Its sampler must be ALWAYS_ON, and its exporters wrapped in
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
        self._opaque = meter.create_counter(
            "phiguard.opaque", "{part}", "Parts that nobody can read"
        )
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
            metadata: the call's gRPC metadata. Only `traceparent` is read.
        """
        parent = self._propagator.extract({_PARENT: metadata.get(_PARENT, "")}, Context())
        return Trace(self, self.start(name, parent, self.clock()))

    def start(self, name: SpanName, parent: Context, start: int) -> Span:
        """Start a span that never records an exception, whose text could hold a value."""
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
        """Count one policy revision that was refused."""
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
        if report.opaque:
            self._opaque.add(len(report.opaque), direction)
        # A document can have thousands of findings of a dozen kinds. One `add` costs as much as
        # finding one, so add once per kind.
        for (info_type, identifier), number in Counter(
            (f.info_type, f.identifier) for f in report.findings
        ).items():
            found = {Key.INFO_TYPE.value: info_type, Key.IDENTIFIER.value: identifier or ""}
            self._findings.add(number, {**found, **direction})


def span_attributes(judgement: Judgement) -> dict[str, Any]:
    """Return the attributes of a decision's span. They hold no path, address or value."""
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
        Key.PARTS.value: list(report.parts),
        Key.OPAQUE.value: len(report.opaque),
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
