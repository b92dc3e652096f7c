"""One ext_proc stream as a state machine without I/O: an event in, an answer out.

It knows no policy and no PHI.

Theory of operation. Each direction of the stream is one message. It gives at most one judgement,
and one more if trailers follow its body:

    state of a direction   headers            body                 trailers
    --------------------   ----------------   ------------------   ------------------------
    nothing yet            open               refuse               refuse
    open                   refuse             judge                judge
    judged, seen whole     refuse             refuse               judge beside the body
    judged, cut off        refuse             as judged            judge beside the body

`response_headers` may be the first event of a stream: the filter may skip requests, or ext_authz
may have denied the request. A stream whose filter only looks on (`observability_mode`) is judged
like one whose bodies are not buffered. It is never enforced and gets no answer.

"Beside the body": the proxy has forwarded the body, so it can no longer be masked or held back. The
findings of the body count for its trailers. Otherwise a name could follow in a trailer after a body
that speaks of that person's health.

"As judged" is for body modes that release chunks. The first event already counted as cut off, and
the policy has decided on that.

A message in the mode FULL_DUPLEX_STREAMED has rules of its own (`extauthz.guard.full_duplex`).

Cut off: of the other modes, only BUFFERED lets a body be judged whole. In every other one, and when
the mode is unknown, a message that does not end with its headers counts as cut off there, before
any of it is released. A buffered body comes in one event. Trailers may follow it (seen with Envoy
1.38), and the proxy forwards the body on the guard's answer, before it sends the trailers. So the
body is judged at its own event, and the trailers after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from extauthz.guard.admission import Admission, Reservation
from extauthz.guard.envoy.stream_context import StreamContext
from extauthz.guard.full_duplex import FullDuplexMessage
from extauthz.guard.inspection import Call, Inspection, InspectionContext
from extauthz.guard.stream_event import MessagePart, StreamAnswer, StreamEvent, stops
from extauthz.records import logs
from extauthz.records.judgement import Judgement, forwarded
from extauthz.records.logs import LogEvent
from mesh.exchange.events import Body, Event, Head, Trailers
from mesh.message.body_digests import Replaced
from mesh.message.facts import Direction, Facts
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decision import Reason
from phiscan.finding import Coverage, ScanReport


@dataclass(slots=True)
class _Side:
    """One direction of a stream.

    Args:
        facts: of the message, once its head has come.
        headers: of the message, once they have come.
        inspection: the one that is open, or None.
        judgement: the latest one, or None.
        forwarded: what was found in the part of the message that the proxy has forwarded, or None.
        replaced: the body of that part, where it was masked, or None.
        reservation: of the bytes of the message.
        message: the one in the mode FULL_DUPLEX_STREAMED, or None.
        is_whole: whether its last part has come.
    """

    reservation: Reservation
    facts: Facts | None = None
    headers: Headers = NO_HEADERS
    inspection: Inspection | None = None
    judgement: Judgement | None = None
    forwarded: ScanReport | None = None
    replaced: Replaced | None = None
    message: FullDuplexMessage | None = None
    is_whole: bool = False


class Stream:
    """One exchange. `close` must follow, however the stream ends.

    Args:
        inspections: what every inspection needs.
        admission: says whether one more exchange fits.
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
        # request and response are judged by one snapshot, even if a new policy comes between them
        self._inspections = inspections.pinned()
        self._call = call
        self._context = context
        self._refused = refused
        self._sides = {
            direction: _Side(Reservation(admission, call.caller)) for direction in Direction
        }
        self._begun = False

    @property
    def owes(self) -> bool:
        """Whether a verdict is owed: before the first judgement, and while a message is open."""
        sides = self._sides.values()
        if any(side.inspection or (side.message and side.message.owes) for side in sides):
            return True
        return not any(side.judgement or side.message for side in sides)

    @property
    def goes_on(self) -> bool:
        """Whether the stream can go on after `give_up`, as in the mode FULL_DUPLEX_STREAMED."""
        return any(side.message for side in self._sides.values())

    @property
    def waits(self) -> bool:
        """Whether the next event must come soon: a part of a message is held until then."""
        if any(side.message and side.message.holds for side in self._sides.values()):
            return True
        return self.owes and not self.goes_on

    @property
    def is_over(self) -> bool:
        """Whether no event can follow: the response has come whole, and no request is still coming.

        A filter may skip the request, so a stream may have none. One that only looks on is never
        over, because its filter waits for nothing.
        """
        request, response = self._sides[Direction.REQUEST], self._sides[Direction.RESPONSE]
        return (
            response.is_whole
            and (request.is_whole or (request.facts is None and request.judgement is None))
            and not self._call.observed
            and not self.owes
        )

    async def answer(self, event: StreamEvent) -> tuple[StreamAnswer, ...]:
        """Answer one event. Any failure inside is a denial with INTERNAL_ERROR.

        There is exactly one answer, except in the mode FULL_DUPLEX_STREAMED.
        """
        side = self._sides[event.direction]
        side.is_whole = side.is_whole or event.end
        try:
            if self._is_full_duplex(event):
                return await self._stream(side, event)
            judgement = await self._receive(event)
        except Exception as raised:  # noqa: BLE001 - fail closed; the text of the exception never leaves
            logs.error(LogEvent.INTERNAL_ERROR, raised)
            if side.message is not None:
                return side.message.refuse(Reason.INTERNAL_ERROR, event)
            judgement = self._refuse(side, Reason.INTERNAL_ERROR)
        return (StreamAnswer(event, judgement),)

    def give_up(self) -> tuple[StreamAnswer, ...]:
        """Judge the open message as out of time: the rest of it has not come."""
        for direction, side in self._sides.items():
            nothing = StreamEvent(direction, MessagePart.BODY)
            if side.message is not None and side.message.holds:
                return side.message.refuse(Reason.OUT_OF_TIME, nothing)
            if side.inspection is not None:
                return (StreamAnswer(nothing, self._refuse(side, Reason.OUT_OF_TIME)),)
        judgement = self._refuse(self._sides[Direction.REQUEST], Reason.OUT_OF_TIME)
        return (StreamAnswer(StreamEvent(Direction.REQUEST, MessagePart.HEADERS), judgement),)

    def unkept(
        self, event: StreamEvent, answers: tuple[StreamAnswer, ...]
    ) -> tuple[StreamAnswer, ...]:
        """Return what to answer when the records that these answers speak of may be lost.

        It is a denial with LEDGER_UNAVAILABLE. Where the policy does not enforce, it is what was
        to be answered.
        """
        facts = self._sides[event.direction].facts
        judgement = self._inspections.open(self._call).refuse(Reason.LEDGER_UNAVAILABLE, facts)
        return (StreamAnswer(event, judgement),) if stops(judgement) else answers

    def settle(self) -> None:
        """Give back what was reserved for bytes that have left. All answers have been sent."""
        for side in self._sides.values():
            if side.message is not None:
                side.message.settle()

    def close(self) -> None:
        """Give the reserved bytes back."""
        for side in self._sides.values():
            side.reservation.release()

    def _is_full_duplex(self, event: StreamEvent) -> bool:
        """Whether the event belongs to a message in the mode FULL_DUPLEX_STREAMED."""
        message = self._sides[event.direction].message
        is_first = event.part is MessagePart.HEADERS and event.buffered is not None
        modes = event.full_duplex if is_first else self._context.full_duplex
        return message is not None or (event.direction in modes and not event.observed)

    async def _stream(self, side: _Side, event: StreamEvent) -> tuple[StreamAnswer, ...]:
        if not self._is_of_one_mode(event):
            if side.message is not None:
                return side.message.refuse(Reason.INTERNAL_ERROR, event)
            return (StreamAnswer(event, self._refuse(side, Reason.INTERNAL_ERROR)),)
        self._context = self._context.after(event)
        if side.message is not None:
            return await side.message.receive(event)
        if event.part is not MessagePart.HEADERS or side.facts is not None:
            return (StreamAnswer(event, self._refuse(side, Reason.INTERNAL_ERROR)),)
        side.facts = self._context.facts(event.direction)
        side.message = FullDuplexMessage(
            self._inspections, side.reservation, self._call, event, side.facts
        )
        if self._refused is not None:
            return side.message.refuse(self._refused, event)
        return await side.message.receive(event)

    async def _receive(self, event: StreamEvent) -> Judgement | None:
        side = self._sides[event.direction]
        if not self._is_of_one_mode(event):
            return self._refuse(side, Reason.INTERNAL_ERROR)
        self._context = self._context.after(event)
        if event.part is MessagePart.HEADERS:
            return await self._on_headers(side, event)
        if side.inspection is not None:
            judgement = await self._feed(side, side.inspection, (self._rest_of(event),))
            if judgement is not None and not event.end:
                side.replaced = judgement.replaced  # trailers may follow
            return judgement
        return await self._after(side, event)

    def _is_of_one_mode(self, event: StreamEvent) -> bool:
        """Whether the event has the `observed` flag of the first event.

        If not, the stream is treated as one that waits for answers: fail closed.
        """
        if not self._begun:
            self._begun, self._call = True, replace(self._call, observed=event.observed)
        if self._call.observed == event.observed:
            return True
        self._call = replace(self._call, observed=False)
        return False

    def _is_held_back(self, event: StreamEvent) -> bool:
        return event.direction in self._context.buffered

    def _rest_of(self, event: StreamEvent) -> Event:
        """Return a body or trailers as an event of the exchange."""
        if event.part is MessagePart.TRAILERS:
            return Trailers(event.headers)
        return Body(event.body, end=True, truncated=not self._is_held_back(event))

    async def _after(self, side: _Side, event: StreamEvent) -> Judgement:
        """Judge an event that comes when nothing is open: trailers, or more of a body."""
        if side.judgement is None or side.facts is None:
            return self._refuse(side, Reason.INTERNAL_ERROR)
        if event.part is MessagePart.TRAILERS:
            side.forwarded = side.forwarded or forwarded(side.judgement)
            rest = (Head(side.facts), self._rest_of(event))
            opened = self._inspections.open(self._call, side.forwarded, side.replaced)
            judged = await self._feed(side, opened, rest)
            return judged or self._refuse(side, Reason.INTERNAL_ERROR)
        if side.judgement.decision.coverage is not Coverage.COMPLETE:
            return side.judgement
        # another chunk: the judged body was not the whole body
        return self._refuse(side, Reason.TRUNCATED)

    async def _on_headers(self, side: _Side, event: StreamEvent) -> Judgement | None:
        if side.facts is not None:
            return self._refuse(side, Reason.INTERNAL_ERROR)
        side.facts, side.headers = self._context.facts(event.direction), event.headers
        if self._refused is not None:
            return self._refuse(side, self._refused)
        if not event.end and not self._reserve(side, event):
            return self._refuse(side, Reason.OVERLOADED)
        events: tuple[Event, ...] = (Head(side.facts, event.headers, end=event.end),)
        if not event.end and not self._is_held_back(event):
            events = (*events, Body(b"", end=True, truncated=True))
        return await self._feed(side, self._inspections.open(self._call), events)

    async def _feed(
        self, side: _Side, inspection: Inspection, events: Iterable[Event]
    ) -> Judgement | None:
        side.inspection = inspection
        for event in events:
            judgement = await inspection.receive(event)
            if judgement is not None:
                return self._judged(side, judgement)
        return None

    def _refuse(self, side: _Side, reason: Reason) -> Judgement:
        inspection = side.inspection or self._inspections.open(self._call)
        return self._judged(side, inspection.refuse(reason, side.facts, side.headers))

    def _judged(self, side: _Side, judgement: Judgement) -> Judgement:
        # a replaced body is kept only where trailers may follow it
        side.inspection, side.judgement = None, replace(judgement, replaced=None)
        if side.facts is not None:
            # the facts of the decision; the head can have changed them
            side.facts = judgement.facts
        side.reservation.release()
        return judgement

    def _reserve(self, side: _Side, event: StreamEvent) -> bool:
        limits, announced = self._inspections.limits, event.headers.content_length
        size = limits.max_request_bytes if announced is None else announced
        return side.reservation.cover(min(size, limits.message_bytes))
