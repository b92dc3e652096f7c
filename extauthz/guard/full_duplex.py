"""One message in ext_proc's body mode FULL_DUPLEX_STREAMED, as a state machine without I/O.

In that mode the proxy gives the message away, part by part, and sends on only what the guard sends
back. So nothing leaves before it is judged, whatever the size, and no buffer of the proxy limits
it. `mesh.exchange.body_forms` says where a body may be cut.

    what comes     form is live (gRPC, events)     any other form
    -------------  ------------------------------  ---------------------------------------------
    headers        judged alone, released          held
    body           whole elements are judged and   held; whole elements are judged and released
                   released                        once they make a piece
    end, trailers  the rest is judged and released, with all that is held

The first piece is judged together with the headers. Each piece is a message of its own to the
policy, with its own record. What was found in the pieces before counts together with it, as a name
in one line belongs to the diagnosis in the next.

A denial before the first release is an answer to the caller. After it, the proxy cuts the message
off: the receiver sees that it is not whole.

A body that cannot be cut, and is longer than the largest body that is scanned, is judged there, as
cut off. A policy that lets it pass lets all of it pass: the rest goes on as it comes. The same
holds where nothing is enforced and the message could not be judged.

INVARIANT (nothing undecided): bytes leave only beside a judgement that does not stop them, or after
a judgement that says that the policy lets them pass unread.

INVARIANT (verdict or abort): `owes` is true until the end of the message was seen and judged. The
proxy takes a clean end of the stream for "nothing to say": it sends the rest on, unread, and loses
what it has given away (seen with Envoy 1.38).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from extauthz.guard.admission import Reservation
from extauthz.guard.inspection import Call, InspectionContext
from extauthz.guard.stream_event import MessagePart, StreamAnswer, StreamEvent, stops
from extauthz.records.judgement import Judgement, forwarded
from mesh.exchange import http_rules
from mesh.exchange.body_forms import PIECE, cutter
from mesh.exchange.events import Body, Event, Head, Trailers
from mesh.exchange.pieces import Piece
from mesh.message.body_digests import UNCHANGED
from mesh.message.facts import Facts, Protocol
from mesh.message.headers import Headers
from mesh.policy.decision import Reason
from phiscan.finding import ScanReport
from phiscan.finding_kinds import each_kind

_CHUNK: Final = 256 * 1024
"""Bytes of one answer. The proxy passes each on while the next one is on its way."""
_OF_EACH_PIECE: Final = frozenset(("content-type", "content-encoding"))
"""The headers that say how a piece is read. All others were judged with the first piece."""

Answers = tuple[StreamAnswer, ...]


class FullDuplexMessage:
    """One message, from its headers to its end.

    Args:
        inspections: what every inspection needs.
        reservation: of the bytes that are held.
        call: the RPC.
        head: the headers.
        facts: of the message.
    """

    def __init__(
        self,
        inspections: InspectionContext,
        reservation: Reservation,
        call: Call,
        head: StreamEvent,
        facts: Facts,
    ) -> None:
        self._inspections = inspections
        self._reservation = reservation
        self._call = call
        self._facts = facts
        self._head = head
        self._cutter = cutter(Head(facts, head.headers))
        self._is_open = False
        self._is_head_held = True
        self._received = 0
        self._in_work = b""  # taken from the cutter, and not judged yet
        self._found: ScanReport | None = None  # in all pieces that were released
        self._passes = False
        self._has_ended = False

    @property
    def owes(self) -> bool:
        """Whether a verdict is still owed on some part of the message."""
        return not self._has_ended

    @property
    def holds(self) -> bool:
        """Whether something of the message waits for its verdict here."""
        return self.owes and (self._is_head_held or self._cutter.held > 0)

    async def receive(self, event: StreamEvent) -> Answers:
        """Take one part of the message. Return what the proxy is told, which may be nothing yet."""
        if self._has_ended:
            return () if _is_empty_end(event) else self.refuse(Reason.INTERNAL_ERROR, event)
        if event.part is MessagePart.HEADERS:
            if self._is_open:
                return self.refuse(Reason.INTERNAL_ERROR, event)
            self._is_open = True
            return await self._on_head(event)
        if self._passes:
            return tuple(self._released(event.body, event))
        if event.part is MessagePart.TRAILERS:
            return await self._judged(self._cutter.rest(), event)
        return await self._on_body(event)

    def refuse(self, reason: Reason, event: StreamEvent) -> Answers:
        """Judge the message as one that the guard cannot inspect.

        Where nothing is enforced, everything that is held is released, and the rest passes.
        """
        judgement = self._inspections.open(self._call).refuse(
            reason, self._facts, self._head.headers
        )
        if stops(judgement):
            return self._stopped(judgement, event)
        self._passes = True
        held, self._in_work = self._in_work + self._cutter.rest().body, b""
        return tuple(self._released(held, event, judgement))

    def settle(self) -> None:
        """Give the reserved bytes back, unless something is held. All answers have been sent.

        Not before: a proxy whose receiver reads slowly takes an answer late, and until then its
        bytes are here.
        """
        if not self.holds:
            self._reservation.release()

    async def _on_head(self, event: StreamEvent) -> Answers:
        head = Head(self._facts, event.headers, end=event.end)
        is_http = http_rules.decided_facts(head).protocol is Protocol.HTTP
        if is_http and not event.end:
            if not self._reservation.cover(min(event.headers.content_length or PIECE, PIECE)):
                return self.refuse(Reason.OVERLOADED, event)
            if not self._cutter.is_live:
                return ()
            head = replace(head, headers=_without_length(event.headers), end=True)
        judgement = await self._inspect((head,))
        if stops(judgement):
            return self._stopped(judgement, event)
        self._passes = not is_http
        return tuple(self._released(b"", event, judgement))

    async def _on_body(self, event: StreamEvent) -> Answers:
        self._received += len(event.body)
        self._cutter.feed(event.body)
        if not self._reservation.cover(self._cutter.held):
            return self.refuse(Reason.OVERLOADED, event)
        if event.end:
            return await self._judged(self._cutter.rest(), event)
        piece = self._cutter.take()
        if piece is None and self._cutter.held > self._inspections.limits.body_bytes:
            return await self._judged(replace(self._cutter.rest(), is_whole=False), event)
        return () if piece is None else await self._judged(piece, event)

    async def _judged(self, piece: Piece, event: StreamEvent) -> Answers:
        """Judge a piece. With the end of the message in `event`, it is the last one."""
        self._in_work = piece.body
        is_last = _is_last(event)
        if is_last and not piece.body and self._is_judged and event.part is MessagePart.BODY:
            if self._is_cut_off:
                return self.refuse(Reason.TRUNCATED, event)
            return tuple(self._released(b"", event))
        judgement = await self._inspect(self._events(piece, event))
        body = piece.body if judgement.body is None else piece.body_of(judgement.body)
        if stops(judgement, MessagePart.BODY):
            return self._stopped(judgement, event)
        if body is None:
            return self.refuse(Reason.REDACTION_FAILED, event)
        self._in_work = b""
        self._cutter.released(body)
        self._passes = not piece.is_whole and not is_last
        self._found = _together(self._found, forwarded(judgement))
        return tuple(self._released(body, event, judgement))

    @property
    def _is_judged(self) -> bool:
        """Whether a part of the message was judged, and released."""
        return not self._is_head_held

    @property
    def _is_cut_off(self) -> bool:
        return http_rules.is_cut_off(Head(self._facts, self._head.headers), self._received)

    def _events(self, piece: Piece, event: StreamEvent) -> Iterable[Event]:
        is_last, headers = _is_last(event), self._head.headers
        if self._is_judged:
            headers = Headers(tuple(p for p in headers.pairs if p[0] in _OF_EACH_PIECE))
        elif not is_last:
            headers = _without_length(headers)
        ends = event.part is not MessagePart.TRAILERS
        truncated = not piece.is_whole or (is_last and self._is_cut_off)
        yield Head(self._facts, headers)
        yield Body(piece.document, end=ends, truncated=truncated)
        if not ends:
            yield Trailers(event.headers)

    async def _inspect(self, events: Iterable[Event]) -> Judgement:
        inspection = self._inspections.open(self._call, self._found)
        for event in events:
            judgement = await inspection.receive(event)
            if judgement is not None:
                return judgement
        return inspection.refuse(Reason.INTERNAL_ERROR, self._facts)

    def _stopped(self, judgement: Judgement, event: StreamEvent) -> Answers:
        self._has_ended = True
        self._reservation.release()
        return (StreamAnswer(event, judgement),)

    def _released(
        self, body: bytes, event: StreamEvent, judgement: Judgement | None = None
    ) -> Iterator[StreamAnswer]:
        """Yield what the proxy sends on: the held headers, a part of the body, the trailers."""
        is_last = _is_last(event)
        if self._is_head_held:
            self._is_head_held = False
            yield StreamAnswer(self._head, judgement, is_streamed=True)
        ends = is_last and event.part is MessagePart.BODY
        for chunk, is_end in _chunks(body, ends=ends):
            part = StreamEvent(event.direction, MessagePart.BODY, body=chunk, end=is_end)
            yield StreamAnswer(part, None, is_streamed=True)
        if event.part is MessagePart.TRAILERS:
            yield StreamAnswer(event, _of_trailers(judgement, event.headers), is_streamed=True)
        self._has_ended = is_last


def _is_last(event: StreamEvent) -> bool:
    return event.end or event.part is MessagePart.TRAILERS


def _is_empty_end(event: StreamEvent) -> bool:
    """Whether the event says the end of a body once more, as the proxy sometimes does."""
    return event.part is MessagePart.BODY and event.end and not event.body


def _without_length(headers: Headers) -> Headers:
    return Headers(tuple(p for p in headers.pairs if p[0] != "content-length"))


def _chunks(body: bytes, *, ends: bool) -> Iterator[tuple[bytes, bool]]:
    """Yield the chunks of a body, each with whether it ends the message."""
    last = max(0, len(body) - 1) // _CHUNK
    if not body and not ends:
        return
    for number in range(last + 1):
        yield body[number * _CHUNK : (number + 1) * _CHUNK], ends and number == last


def _of_trailers(judgement: Judgement | None, headers: Headers) -> Judgement | None:
    """The judgement with what becomes of the trailers, and not of the headers."""
    if judgement is None:
        return None
    replaced = judgement.replaced
    return replace(
        judgement, fields=UNCHANGED if replaced is None else replaced.changes(headers), body=None
    )


def _together(before: ScanReport | None, now: ScanReport) -> ScanReport:
    """What was found in all pieces so far, each kind of finding once.

    A verdict needs no more, and so it stays small however long the stream is.
    """
    findings = (*(before.findings if before else ()), *now.findings)
    return replace(now, findings=each_kind(findings))
