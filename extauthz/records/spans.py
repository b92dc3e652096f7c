"""The spans of a decision. They are made once, from its judgement.

The parent of a span comes from gRPC metadata only, where Envoy writes its own span. `traceparent`
and `tracestate` in the message's headers come from the client and are not read, even though Envoy
passes `tracestate` on. Baggage is not read either. Every span is kept, whatever its parent samples:
with Istio's default sampling of 1 %, a parent-based sampler would lose decisions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, TraceFlags

from extauthz.records.allow_list import Key, ListedSpan, SpanName
from extauthz.records.judgement import Judgement
from mesh.message.message_types import recorded

SCOPE: Final = "phiguard"
SLOW: Final = 10_000_000
"""Nanoseconds. A message that took longer shows its steps."""

IDS: Final = RandomIdGenerator()

_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
# https://www.w3.org/TR/trace-context/#traceparent-header; a later version may add fields.
# Matches `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`; not one with capitals
_PARENT: Final = re.compile(
    r"[ \t]*(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?:(?P<more>-[^\n]*)|[ \t]*)"
)
_LONGEST_PARENT: Final = 512


# the attributes of `span_attributes` in their order; looking up 25 enum members takes longer than
# all the rest of it
_NAMES: Final = tuple(
    key.value
    for key in (
        Key.DECISION,
        Key.ENFORCED,
        Key.OBSERVED,
        Key.REASON,
        Key.DECISION_ID,
        Key.IDENTIFIERS,
        Key.INFO_TYPES,
        Key.FINDINGS,
        Key.VERDICT,
        Key.COVERAGE,
        Key.GAP,
        Key.MEDIA,
        Key.PARTS,
        Key.OPAQUE,
        Key.BODY_SIZE,
        Key.POLICY_DIGEST,
        Key.POLICY_NAME,
        Key.RULES,
        Key.AUDITS,
        Key.DIRECTION,
        Key.VANTAGE,
        Key.PROTOCOL,
        Key.SOURCE,
        Key.DESTINATION,
        Key.SERVICE,
        Key.MTLS,
    )
)


_MTLS: Final = Key.MTLS.value
_MESSAGE_TYPE: Final = Key.MESSAGE_TYPE.value
_RULE, _RULE_SET = Key.RULE.value, Key.RULE_SET.value


def parent_of(traceparent: str) -> SpanContext | None:
    """Return the ids of a `traceparent`, or None when it is broken or empty."""
    if len(traceparent) > _LONGEST_PARENT:
        return None
    match = _PARENT.fullmatch(traceparent)
    if match is None:
        return None
    version, trace, span, flags, more = match.groups()
    if trace == _NO_TRACE or span == _NO_SPAN or version == "ff" or (version == "00" and more):
        return None
    return SpanContext(int(trace, 16), int(span, 16), True, TraceFlags(int(flags, 16)))


Step = tuple[SpanName, int, int]
"""A scan, or the decision: with its start and its end in nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged message with what its spans and counts need.

    Args:
        name: AUTHORIZE or INSPECT.
        trace: its trace id.
        parent: ids of the span of Envoy, or None.
        start, end: from its first event to its judgement, in nanoseconds since 1970.
        steps: in their order.
        seconds: of work. The span itself is longer: it includes the wait for the body.
    """

    judgement: Judgement
    name: SpanName
    trace: int
    parent: SpanContext | None
    start: int
    end: int
    steps: Sequence[Step]
    seconds: float


class SpanMaker:
    """Makes the spans of a judged message and hands them on.

    Args:
        processors: where the spans go. Their exporters must be wrapped in `AllowList`.
        resource: the service.
    """

    def __init__(self, processors: Sequence[SpanProcessor], resource: Resource) -> None:
        self._processors = tuple(processors)
        self._made_by = resource, InstrumentationScope(SCOPE)

    def add(self, judged: Judged) -> None:
        """Make the span of a message, with its steps inside where they say something."""
        context = SpanContext(judged.trace, IDS.generate_span_id(), False, _SAMPLED)
        if _has_shape(judged):
            for name, start, end in judged.steps:
                child = SpanContext(judged.trace, IDS.generate_span_id(), False, _SAMPLED)
                times = start, max(start, end)
                self._hand_on(ListedSpan(name, (child, context), self._made_by, {}, times))
        self._hand_on(
            ListedSpan(
                judged.name,
                (context, judged.parent),
                self._made_by,
                span_attributes(judged.judgement),
                (judged.start, judged.end),
            )
        )

    def _hand_on(self, span: ListedSpan) -> None:
        for processor in self._processors:
            processor.on_end(span)


def _has_shape(judged: Judged) -> bool:
    """Whether the steps say more than the message's own span.

    They do for several scans, which are those of a redaction, and for a message that took long. One
    quick scan is as long as its message, and its child spans cost as much as the decision.
    """
    scans = sum(name is SpanName.SCAN for name, _, _ in judged.steps)
    return scans > 1 or judged.end - judged.start > SLOW


def span_attributes(judgement: Judgement) -> dict[str, Any]:
    """Return the attributes of a decision's span. They hold no path, address or value.

    What is not known has no attribute.
    """
    decision, report, facts = judgement.decision, judgement.report, judgement.facts
    values = (
        decision.action.value,
        decision.enforced,
        judgement.observed,
        decision.reason.value,
        judgement.id,
        tuple([i.value for i in decision.identifiers]),
        tuple(sorted({f.info_type for f in report.findings})),
        sum([f.number for f in report.findings]),
        decision.verdict.value,
        decision.coverage.value,
        decision.gap.value,
        report.media,
        report.parts,
        len(report.opaque),
        report.size,
        decision.policy,
        judgement.policy,
        decision.rules,
        tuple([f"{action.value} {rule}" for rule, action in decision.audits]),
        facts.direction.value,
        facts.vantage.value,
        facts.protocol.value,
        facts.source,
        facts.destination,
        facts.service,
        facts.mtls,
    )
    named = dict(zip(_NAMES, values, strict=True))
    if facts.mtls is None:
        del named[_MTLS]
    if message_type := recorded(facts.operation.message_type):
        named[_MESSAGE_TYPE] = message_type
    if judgement.policy:
        named[_RULE_SET] = judgement.policy
    if len(decision.rules) == 1:
        (named[_RULE],) = decision.rules
    return named
