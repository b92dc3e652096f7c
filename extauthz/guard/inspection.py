"""From events to judgements: one inspection runs one `Exchange` under one policy snapshot.

An inspection ends with a ledger record, a span and metrics. Both servicers use it. It knows neither
gRPC nor Envoy. A judgement exists only after its ledger record: when the record cannot be kept, the
judgement is a denial with LEDGER_UNAVAILABLE.

A dear message is judged in a scanner process (`extauthz.scanning`), all others on the event loop.
It is the same code in both places. When the process fails, the judgement is a denial.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from extauthz.guard.canaries import Handled, handle, headers_of, is_traffic
from extauthz.guard.recorder import Recorder
from extauthz.policies.store import PolicySnapshot
from extauthz.records import logs
from extauthz.records.allow_list import SpanName
from extauthz.records.edges.observation_store import EdgeCounter
from extauthz.records.judgement import Judgement
from extauthz.records.ledger.keeper import LedgerError
from extauthz.records.telemetry import Telemetry
from extauthz.scanning.estimate import is_dear, is_whole
from extauthz.scanning.frames import Answer
from extauthz.scanning.pool import LostError, NoRoomError, ScannerPool, Work
from extauthz.scanning.timed_exchange import Before, Budget, TimedExchange
from extauthz.settings import Limits
from mesh.exchange.events import Event, Failure, Outcome
from mesh.message.body_digests import Replaced
from mesh.message.facts import Direction, Facts
from mesh.message.headers import NO_HEADERS, Headers
from mesh.policy.decide import refuse
from mesh.policy.decision import Reason
from mesh.posture.canary.nonce import Keys
from phiscan.finding import ScanReport


@dataclass(slots=True)
class Numbering:
    """Numbers the judgements of one RPC, so that a reader of the ledger can put them together.

    Only what is in the ledger has a number. So a number that is missing there is a record that is
    missing, or a decision that was counted in a summary.

    Args:
        first: id of the first judgement; empty before it.
        pieces: of each direction so far.
    """

    first: str = ""
    pieces: Counter[Direction] = field(default_factory=Counter)

    def count(self, judgement: Judgement) -> None:
        """Take in a judgement that is in the ledger, or counted for it."""
        self.first = self.first or judgement.id
        self.pieces[judgement.facts.direction] += 1


@dataclass(frozen=True, slots=True)
class Call:
    """One RPC.

    Args:
        kind: AUTHORIZE for Check, INSPECT for Process.
        metadata: gRPC metadata, names in lower case.
        caller: principal of the calling proxy, proven by its certificate; empty on a plain
            listener.
        seconds: time until the caller gives up; None when it sets no deadline.
        observed: Envoy only lets the guard look on and takes no answer. Nothing is enforced then,
            whatever the policy says.
        asked_over_http: no proxy asks but a client of the HTTP interface.
        numbering: of its judgements.
    """

    kind: SpanName
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    caller: str = ""
    seconds: float | None = None
    observed: bool = False
    asked_over_http: bool = False
    numbering: Numbering = field(default_factory=Numbering)


@dataclass(frozen=True, slots=True)
class InspectionContext:
    """What every inspection needs.

    Args:
        snapshot: returns the policy snapshot in force.
        recorder: writes decisions to the ledger.
        edges: where messages are counted by edge.
        telemetry: where spans and metrics go.
        limits: of the worker.
        new_id: returns a unique decision id.
        scanners: the scanner processes.
        mask_key: the secret of tokens and shifted dates, or None for none.
        canary_keys: the keys of canaries, or None for none.
    """

    snapshot: Callable[[], PolicySnapshot]
    recorder: Recorder
    edges: EdgeCounter
    telemetry: Telemetry
    limits: Limits
    new_id: Callable[[], str]
    scanners: ScannerPool
    mask_key: bytes | None = field(default=None, repr=False)
    canary_keys: Keys | None = None

    def pinned(self) -> "InspectionContext":
        """Return this context with the current snapshot, for all messages of one stream."""
        now = self.snapshot()
        return replace(self, snapshot=lambda: now)

    def open(
        self, call: Call, earlier: ScanReport | None = None, replaced: Replaced | None = None
    ) -> "Inspection":
        """Begin the inspection of one message.

        Args:
            call: the RPC.
            earlier: what was found in the part of the message that was already forwarded, or None.
            replaced: the body of that part, where it was masked, or None.
        """
        return Inspection(self, call, earlier, replaced)

    def is_for_a_process(self, events: Sequence[Event], snapshot: PolicySnapshot) -> bool:
        """Whether the message is whole now, and a scanner process judges it."""
        if not self.scanners.is_open or snapshot.policy is None:
            return False
        return is_whole(events) and is_dear(events, snapshot.engine)

    async def kept(self) -> bool:
        """Wait until the records of all judgements so far are as safe as `--fsync` asks.

        Returns:
            Whether they are. If not, no answer that one of them speaks of may leave.
        """
        try:
            await self.recorder.kept()
        except LedgerError:
            self.telemetry.counts.ledger_failed()
            return False
        return True

    def budget(self, call: Call, waited: float = 0.0) -> Budget:
        """Return what one scan of this call may cost after so many seconds of waiting.

        Half of the caller's remaining time is kept for the answer and its way back. A caller with a
        deadline waits for a long body no longer than for a short one.
        """
        size, seconds = self.limits.body_bytes, self.limits.scan_seconds
        if call.seconds is None:
            return Budget(size, seconds, seconds)
        return Budget(size, min(seconds, max((call.seconds - waited) / 2, 0.0)))


class Inspection:
    """One message of one call. It gives exactly one judgement."""

    def __init__(
        self,
        inspections: InspectionContext,
        call: Call,
        earlier: ScanReport | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        self._inspections = inspections
        self._call = call
        self._snapshot = inspections.snapshot()
        self._trace = inspections.telemetry.begin(call.kind, call.metadata)
        self._before = Before(earlier, replaced, inspections.mask_key)
        self._events: list[Event] = []
        self._headers = NO_HEADERS
        self._exchange = TimedExchange(
            self._snapshot, inspections.budget(call), self._before, inspections.telemetry.clock
        )

    async def receive(self, event: Event) -> Judgement | None:
        """Take one event of the message. Return the judgement once it is known, else None."""
        self._events.append(event)
        if not self._inspections.is_for_a_process(self._events, self._snapshot):
            outcome = self._exchange.receive(event)
            return None if outcome is None else self._judged(outcome, self._exchange)
        try:
            answer = await self._inspections.scanners.judge(
                Work(
                    tuple(self._events),
                    self._before,
                    self._budget_after,
                    with_places=self._call.asked_over_http,
                ),
                self._snapshot,
                self._call.caller,
            )
        except asyncio.CancelledError:
            self.refuse(Reason.ABORTED, None)  # for its record: nobody waits for the answer
            raise
        except NoRoomError:
            return self.refuse(Reason.OVERLOADED, None)
        except LostError:
            return self.refuse(Reason.SCANNER_LOST, None)
        return self._judged(answer.outcome, answer)

    def refuse(
        self, reason: Reason, facts: Facts | None, headers: Headers = NO_HEADERS
    ) -> Judgement:
        """Judge a message that the guard cannot inspect.

        Args:
            reason: why.
            facts: of the message, when this inspection has not received its head. None when the
                facts are not known: then the denial holds if the policy enforces anywhere.
            headers: of the message, when this inspection has not received its head.
        """
        self._headers = headers
        outcome = self._exchange.receive(Failure(reason, facts))
        if outcome is None:
            raise AssertionError("a failure gave no outcome")
        return self._judged(outcome, self._exchange)

    def _budget_after(self, waited: float) -> Budget:
        """Return what a scan may cost that begins so many seconds from now."""
        return self._inspections.budget(self._call, waited)

    def _judged(self, outcome: Outcome, work: TimedExchange | Answer) -> Judgement:
        if outcome.report.fault:
            logs.fault(outcome.report.fault)
        keys, now = self._inspections.canary_keys, self._inspections.telemetry.clock()
        headers = headers_of(self._events, self._headers)
        canary = handle(keys, headers, self._events, outcome, now)
        if canary is not None:
            outcome = canary.outcome
        judgement = self._judgement(outcome, canary)
        try:
            is_alone = self._inspections.recorder.keep(judgement, self._snapshot)
        except LedgerError:
            self._inspections.telemetry.counts.ledger_failed()
            decision = refuse(Reason.LEDGER_UNAVAILABLE, self._snapshot.policy, outcome.facts)
            if canary is not None:
                decision = canary.decided(decision)
            judgement = self._judgement(replace(outcome, decision=decision, body=None), canary)
        else:
            self._inspections.telemetry.counts.ledger_kept(is_alone=is_alone)
            self._call.numbering.count(judgement)
        if outcome.facts is not None and is_traffic(keys, headers, canary, outcome, now):
            self._inspections.edges.count(
                outcome.facts, judgement.decision, judgement.report, self._snapshot.policy
            )
        self._trace.end(judgement, work.seconds, work.steps)
        return judgement

    def _judgement(self, outcome: Outcome, canary: Handled | None) -> Judgement:
        facts, numbering = outcome.facts or Facts(), self._call.numbering
        number = self._inspections.new_id()
        return Judgement(
            id=number,
            facts=facts,
            decision=replace(outcome.decision, enforced=False)
            if self._call.observed
            else outcome.decision,
            report=outcome.report,
            policy="" if self._snapshot.policy is None else self._snapshot.policy.name,
            trace=self._trace.id,
            observed=self._call.observed,
            asked_over_http=self._call.asked_over_http,
            body=outcome.body,
            fields=outcome.fields,
            replaced=outcome.replaced,
            exchange=numbering.first,
            piece=numbering.pieces[facts.direction] + 1,
            canary=() if canary is None else canary.headers(number),
        )
