"""Telemetry of decisions: their traces, and what follows an answer.

A message has a trace id from its first event, because its ledger record carries it. Its spans and
counts are made after its answer has left. `Telemetry` collects the judged messages and lets the
event loop call `settle` in its next turn. Until the event loop runs, it settles each at once.

Only `extauthz.records.spans` and `extauthz.records.counts` set attributes;
`extauthz.records.allow_list` says which may leave.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from opentelemetry.trace import SpanContext, format_trace_id

from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.counts import Counts
from extauthz.records.judgement import Judgement
from extauthz.records.logs import LogEvent
from extauthz.records.spans import IDS, Judged, Step, parent_of

_PARENT: Final = "traceparent"

Clock = Callable[[], int]
"""Returns nanoseconds since 1970, as OpenTelemetry counts them."""
Sink = Callable[[Judged], None]
"""Takes a judged message after its answer."""
Later = Callable[[Callable[[], None]], object]
"""Calls a function after the answer that is being given, in the same thread."""


def _at_once(work: Callable[[], None]) -> None:
    work()


class Trace:
    """The trace of one message, from its first event to its judgement."""

    __slots__ = ("_begun", "_name", "_parent", "_telemetry", "_trace")

    def __init__(self, telemetry: "Telemetry", name: SpanName, parent: SpanContext | None) -> None:
        self._telemetry = telemetry
        self._name = name
        self._parent = parent
        self._trace = IDS.generate_trace_id() if parent is None else parent.trace_id
        self._begun = telemetry.clock()

    @property
    def id(self) -> str:
        """The trace id, 32 hexadecimal digits."""
        return format_trace_id(self._trace)

    def end(self, judgement: Judgement, seconds: float, steps: Sequence[Step]) -> None:
        """End the message with its judgement.

        Args:
            judgement: the outcome.
            seconds: of work. The span itself is longer: it includes the wait for the body.
            steps: of the work, in their order. They become child spans where they say something.
        """
        ended = self._telemetry.clock()
        self._telemetry.judged(
            Judged(
                judgement,
                self._name,
                self._trace,
                self._parent,
                self._begun,
                ended,
                steps,
                seconds,
            )
        )


class Telemetry:
    """Makes traces, and passes judged messages on after their answers.

    Args:
        counts: of this process.
        sinks: what takes judged messages: one for spans and one for counts, where an exporter is
            configured.
        clock: nanoseconds since 1970.
    """

    def __init__(
        self, counts: Counts, sinks: Sequence[Sink] = (), clock: Clock = time.time_ns
    ) -> None:
        self.clock = clock
        self.counts = counts
        self._sinks = tuple(sinks)
        self._later: Later = _at_once
        self._judged: list[Judged] = []

    def begin(self, name: SpanName, metadata: Mapping[str, str]) -> Trace:
        """Begin the trace of one message.

        Args:
            name: AUTHORIZE or INSPECT.
            metadata: the call's gRPC metadata. Only `traceparent` is read.
        """
        return Trace(self, name, parent_of(metadata.get(_PARENT, "")))

    def settle_by(self, later: Later) -> None:
        """Let `later` call `settle` after each answer: `loop.call_soon` of the event loop."""
        self._later = later

    def judged(self, judged: Judged) -> None:
        """Take a judged message. Its answer has not left yet, so nothing is made of it now."""
        if not self._sinks:
            return
        self._judged.append(judged)
        if len(self._judged) == 1:
            self._later(self.settle)

    def settle(self) -> None:
        """Make the spans and counts of the messages that wait for them. It never raises."""
        judged, self._judged = self._judged, []
        for each in judged:
            for sink in self._sinks:
                try:
                    sink(each)
                except Exception as raised:  # noqa: BLE001 - a decision stands, whatever its telemetry does
                    logs.error(LogEvent.INTERNAL_ERROR, raised)
