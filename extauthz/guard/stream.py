"""One ext_proc stream as a machine without I/O: an event in, an answer out. Knows no policy and no PHI.

Theory of operation. Each direction of the stream is one message and gives at most one judgement, then another if
trailers follow its body:

    state of a direction   headers            body                 trailers
    --------------------   ----------------   ------------------   ------------------------
    nothing yet            open               refuse               refuse
    open                   refuse             judge                judge
    judged, seen whole     refuse             refuse               judge beside the body
    judged, cut off        refuse             as judged            judge beside the body

`response_headers` may be the first event of a stream: the filter may skip requests, or ext_authz has denied the
request. A stream whose filter only looks on (`observability_mode`) is judged as one whose bodies are not held back, is never
enforced, and gets no answer.

"Beside the body": the body has gone on, and cannot be masked or held back any more. What was found in it counts for its
trailers, so that nobody's name follows in a trailer what the body says of their health.

"As judged" is for body modes that release chunks: the first event already counted as cut off, and the policy
has spoken on that.

Cut off. Only a body that the proxy holds back is judged whole. In every other body mode, and when the mode is not told,
a message that does not end with its headers counts as cut off there, before any of it is released. A body that is held back
comes in one event; trailers may follow it (seen with Envoy 1.38), and the proxy forwards the body on our answer, before
it sends the trailers. So the body is judged at its event, and the trailers after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from extauthz.guard.admission import Admission
from extauthz.guard.envoy.stream_context import StreamContext
from extauthz.guard.inspection import Call, Inspection, InspectionContext
from extauthz.guard.stream_event import MessagePart, StreamAnswer, StreamEvent
from extauthz.records import logs
from extauthz.records.judgement import Judgement
from extauthz.records.logs import LogEvent
from mesh.exchange.events import Body, Event, Head, Trailers
from mesh.message.facts import Direction, Facts
from mesh.policy.decision import Action, Reason
from phiscan.finding import Coverage, ScanReport


@dataclass(slots=True)
class _Side:
    """One direction: what is open, what was judged, what of it has gone on, and how many bytes are
    reserved for it."""

    facts: Facts | None = None
    inspection: Inspection | None = None
    judgement: Judgement | None = None
    gone: ScanReport | None = None
    reserved: int | None = None


class Stream:
    """One HTTP exchange. `close` must follow, however the stream ends.

    Args:
        inspections: where messages are inspected.
        admission: what says whether one more fits.
        call: the RPC.
        context: what is known before the first event.
        refused: why no message of this stream is taken on, or None.
    """

    def __init__(
        self,
        inspections: InspectionContext,
        admission: Admission,
        call: Call,
        context: StreamContext,
        refused: Reason | None = None,
    ) -> None:
        # a response is judged as its request was, whatever is put in force between them
        self._inspections = inspections.pinned()
        self._admission = admission
        self._call = call
        self._context = context
        self._refused = refused
        self._sides = {direction: _Side() for direction in Direction}
        self._begun = False

    @property
    def waiting(self) -> bool:
        """Whether a verdict is owed: before the first one, and while a message is open."""
        sides = self._sides.values()
        return any(side.inspection for side in sides) or not any(side.judgement for side in sides)

    def answer(self, event: StreamEvent) -> StreamAnswer:
        """Answer one event. Whatever goes wrong inside is a denial with INTERNAL_ERROR."""
        try:
            judgement = self._receive(event)
        except Exception as raised:  # noqa: BLE001 - fail closed, and its text never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            judgement = self._refuse(self._sides[event.direction], Reason.INTERNAL_ERROR)
        return StreamAnswer(event, judgement)

    def give_up(self) -> Judgement:
        """Judge what is open as out of time: the rest of it has not come."""
        for side in self._sides.values():
            if side.inspection is not None:
                return self._refuse(side, Reason.OUT_OF_TIME)
        return self._refuse(self._sides[Direction.REQUEST], Reason.OUT_OF_TIME)

    def close(self) -> None:
        """Give back what is reserved."""
        for side in self._sides.values():
            self._release(side)

    def _receive(self, event: StreamEvent) -> Judgement | None:
        side = self._sides[event.direction]
        if not self._is_of_one_mode(event):
            return self._refuse(side, Reason.INTERNAL_ERROR)
        self._context = self._context.after(event)
        if event.part is MessagePart.HEADERS:
            return self._on_headers(side, event)
        if side.inspection is not None:
            return self._feed(side, side.inspection, (self._rest_of(event),))
        return self._after(side, event)

    def _is_of_one_mode(self, event: StreamEvent) -> bool:
        """Whether Envoy lets us look on, or waits for us, as it did from the first event. Else it
        waits: fail closed."""
        if not self._begun:
            self._begun, self._call = True, replace(self._call, observed=event.observed)
        if self._call.observed == event.observed:
            return True
        self._call = replace(self._call, observed=False)
        return False

    def _is_held_back(self, event: StreamEvent) -> bool:
        return event.direction in self._context.buffered

    def _rest_of(self, event: StreamEvent) -> Event:
        """A body or trailers as an event of the exchange."""
        if event.part is MessagePart.TRAILERS:
            return Trailers(event.headers)
        return Body(event.body, end=True, truncated=not self._is_held_back(event))

    def _after(self, side: _Side, event: StreamEvent) -> Judgement:
        """What comes when nothing is open: trailers, or more of a body."""
        if side.judgement is None or side.facts is None:
            return self._refuse(side, Reason.INTERNAL_ERROR)
        if event.part is MessagePart.TRAILERS:
            side.gone = side.gone or _gone(side.judgement)
            rest = (Head(side.facts), self._rest_of(event))
            judged = self._feed(side, self._inspections.open(self._call, side.gone), rest)
            return judged or self._refuse(side, Reason.INTERNAL_ERROR)
        if side.judgement.decision.coverage is not Coverage.COMPLETE:
            return side.judgement
        # another chunk: what was judged was not the whole body
        return self._refuse(side, Reason.TRUNCATED)

    def _on_headers(self, side: _Side, event: StreamEvent) -> Judgement | None:
        if side.facts is not None:
            return self._refuse(side, Reason.INTERNAL_ERROR)
        side.facts = self._context.facts(event.direction)
        if self._refused is not None:
            return self._refuse(side, self._refused)
        if not event.end and not self._reserve(side, event):
            return self._refuse(side, Reason.OVERLOADED)
        events: tuple[Event, ...] = (Head(side.facts, event.headers, end=event.end),)
        if not event.end and not self._is_held_back(event):
            events = (*events, Body(b"", end=True, truncated=True))
        return self._feed(side, self._inspections.open(self._call), events)

    def _feed(
        self, side: _Side, inspection: Inspection, events: Iterable[Event]
    ) -> Judgement | None:
        side.inspection = inspection
        for event in events:
            judgement = inspection.receive(event)
            if judgement is not None:
                return self._judged(side, judgement)
        return None

    def _refuse(self, side: _Side, reason: Reason) -> Judgement:
        return self._judged(
            side, (side.inspection or self._inspections.open(self._call)).refuse(reason, side.facts)
        )

    def _judged(self, side: _Side, judgement: Judgement) -> Judgement:
        side.inspection, side.judgement = None, judgement
        if side.facts is not None:
            side.facts = judgement.facts  # what was decided on, which the head can have changed
        self._release(side)
        return judgement

    def _reserve(self, side: _Side, event: StreamEvent) -> bool:
        limits, announced = self._inspections.limits, event.headers.content_length
        size = limits.max_request_bytes if announced is None else announced
        if not self._admission.enter(min(size, limits.message_bytes), self._call.caller):
            return False
        side.reserved = min(size, limits.message_bytes)
        return True

    def _release(self, side: _Side) -> None:
        if side.reserved is not None:
            self._admission.leave(side.reserved, self._call.caller)
            side.reserved = None


def _gone(judgement: Judgement) -> ScanReport:
    """What was found in a message that was answered for, without what the answer masked."""
    decision, report = judgement.decision, judgement.report
    masked = decision.redact if decision.effect is Action.REDACT else ()
    return replace(report, findings=tuple(f for f in report.findings if f.info_type not in masked))
