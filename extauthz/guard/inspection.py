"""From events to judgements: one inspection runs one `Exchange` under one policy snapshot.

An inspection ends with a ledger record, a span and metrics. Both servicers use it. It knows neither
gRPC nor Envoy. A judgement exists only after its ledger record: when the record cannot be kept, the
judgement is a denial with LEDGER_UNAVAILABLE.

Time: a scan has a budget of seconds. A sender who is slow to send its body must not use it up. So
the scanner's clock (`Stopwatch`) runs only while the guard works on an event.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from extauthz.policies.store import PolicySnapshot
from extauthz.records.allow_list import SpanName
from extauthz.records.edges.observation_store import EdgeCounter
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.file import Ledger, LedgerError
from extauthz.records.telemetry import Clock, Telemetry, Trace
from extauthz.settings import Limits
from mesh.exchange.events import Event, Failure, Head, Outcome
from mesh.exchange.machine import Exchange, Scanner
from mesh.message.body_digests import Replaced
from mesh.message.facts import Facts
from mesh.policy.decide import refuse
from mesh.policy.decision import Reason
from phiscan.finding import ScanReport
from phiscan.scanner import Limits as ScanLimits


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
    """

    kind: SpanName
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    caller: str = ""
    seconds: float | None = None
    observed: bool = False


@dataclass(frozen=True, slots=True)
class InspectionContext:
    """What every inspection needs.

    Args:
        snapshot: returns the policy snapshot in force.
        ledger: where decisions are recorded.
        edges: where messages are counted by edge.
        telemetry: where spans and metrics go.
        limits: of the worker.
        new_id: returns a unique decision id.
        mask_key: the secret of tokens and shifted dates, or None for none.
    """

    snapshot: Callable[[], PolicySnapshot]
    ledger: Ledger
    edges: EdgeCounter
    telemetry: Telemetry
    limits: Limits
    new_id: Callable[[], str]
    mask_key: bytes | None = field(default=None, repr=False)

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

    def budget(self, call: Call) -> tuple[float, float]:
        """Return the seconds for one scan of this call, and those for each MiB after the first.

        Half of the caller's remaining time is kept for the answer and its way back. A caller with a
        deadline waits for a long body no longer than for a short one.
        """
        if call.seconds is None:
            return self.limits.scan_seconds, self.limits.scan_seconds
        return min(self.limits.scan_seconds, max(call.seconds / 2, 0.0)), 0.0


class Stopwatch:
    """Counts seconds of work. It runs between `start` and `stop` only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._worked = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """Return the seconds worked so far. A scanner takes this object as its clock."""
        return self._worked + (0.0 if self._since is None else self._clock() - self._since)

    def start(self) -> None:
        """Begin to count."""
        self._since = self._clock()

    def stop(self) -> None:
        """Pause."""
        self._worked, self._since = self(), None


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
        self._engine, self._policy = (now := inspections.snapshot()).engine, now.policy
        self._trace = inspections.telemetry.begin(call.kind, call.metadata)
        self._watch = Stopwatch()
        self._steps = _Steps(self._trace, inspections.telemetry.clock)
        self._begun: list[float] = []  # start of each scan, in seconds of work
        self._exchange = Exchange(
            self._policy, self._open_scanner, earlier, inspections.mask_key, replaced
        )

    def receive(self, event: Event) -> Judgement | None:
        """Take one event of the message. Return the judgement once it is known, else None."""
        self._watch.start()
        outcome = self._exchange.receive(event)
        self._watch.stop()
        if outcome is None:
            return None
        self._steps.decided()
        return self._judged(outcome)

    def refuse(self, reason: Reason, facts: Facts | None) -> Judgement:
        """Judge a message that the guard cannot inspect.

        Args:
            reason: why.
            facts: of the message, when this inspection has not received its head. None when the
                facts are not known: then the denial holds if the policy enforces anywhere.
        """
        outcome = self._exchange.receive(Failure(reason, facts))
        if outcome is None:
            raise AssertionError("a failure gave no outcome")
        return self._judged(outcome)

    def _open_scanner(self, head: Head) -> Scanner:
        self._steps.decided()  # a second scanner proves a redaction, so the decision is made
        scanner = self._engine.scanner(
            content_type=head.content_type,
            content_encoding=head.content_encoding,
            rpc=head.facts.rpc,
            limits=self._limits(),
            clock=self._watch,
        )
        return _TimedScanner(scanner, self._steps)

    def _limits(self) -> ScanLimits:
        """Return the limits of the next scan.

        All scans that prove one redaction share a budget. When a long body has used up more than
        the time of a short one, what is left is negative, and the time by size makes it up.
        """
        self._begun.append(self._watch())
        spent = self._begun[-1] - self._begun[min(1, len(self._begun) - 1)]
        seconds, per_mib = self._inspections.budget(self._call)
        return ScanLimits(
            body=self._inspections.limits.body_bytes,
            seconds=seconds - spent,
            seconds_per_mib=per_mib,
        )

    def _judged(self, outcome: Outcome) -> Judgement:
        judgement = self._judgement(outcome)
        try:
            self._inspections.ledger.append(ledger_record(judgement))
        except LedgerError:
            self._inspections.telemetry.ledger_failed()
            decision = refuse(Reason.LEDGER_UNAVAILABLE, self._policy, outcome.facts)
            judgement = self._judgement(replace(outcome, decision=decision, body=None))
        else:
            self._inspections.telemetry.ledger_kept()
        if outcome.facts is not None:
            self._inspections.edges.count(
                outcome.facts, judgement.decision, judgement.report, self._policy
            )
        self._trace.end(judgement, self._watch())
        return judgement

    def _judgement(self, outcome: Outcome) -> Judgement:
        return Judgement(
            id=self._inspections.new_id(),
            facts=outcome.facts or Facts(),
            decision=replace(outcome.decision, enforced=False)
            if self._call.observed
            else outcome.decision,
            report=outcome.report,
            policy="" if self._policy is None else self._policy.name,
            trace=self._trace.id,
            observed=self._call.observed,
            body=outcome.body,
            fields=outcome.fields,
            replaced=outcome.replaced,
        )


class _Steps:
    """Writes the child spans of a message: one for each scan, and one for the decision."""

    def __init__(self, trace: Trace, clock: Clock) -> None:
        self._trace = trace
        self._clock = clock
        self._scan_began = 0
        self._deciding_since: int | None = None
        self._is_decided = False

    def scan_begins(self) -> None:
        self._scan_began = self._clock()

    def scan_ends(self) -> None:
        self._deciding_since = self._clock()
        self._trace.step(SpanName.SCAN, self._scan_began, self._deciding_since)

    def decided(self) -> None:
        if self._deciding_since is not None and not self._is_decided:
            self._is_decided = True
            self._trace.step(SpanName.DECIDE, self._deciding_since, self._clock())


class _TimedScanner:
    """A scanner whose work shows in the trace. `feed` only collects; `finish` does the work."""

    def __init__(self, scanner: Scanner, steps: _Steps) -> None:
        self._scanner = scanner
        self._steps = steps

    def feed(self, chunk: bytes) -> None:
        self._scanner.feed(chunk)

    def feed_field(self, label: str, value: str) -> None:
        self._scanner.feed_field(label, value)

    def finish(self, *, truncated: bool) -> ScanReport:
        self._steps.scan_begins()
        report = self._scanner.finish(truncated=truncated)
        self._steps.scan_ends()
        return report
