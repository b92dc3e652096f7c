"""One message as a state machine without I/O: events in, an outcome out.

Theory of operation. The shells (ext_authz, ext_proc, simulate) turn what they receive into events.
So does `mesh.exchange.mllp_messages` with HL7 over MLLP, whose messages have no trailers.
The machine scans as events arrive and says once what to do:

    state  Head                    Body            Body(end)   Trailers    Failure
    -----  ----------------------  --------------  ----------  ----------  -----------------
    HEAD   -> BODY, or decide      protocol error  error       error       refuse(reason)
    BODY   protocol error          -> BODY         decide      decide      refuse(reason)
    DONE   error                   error           error       error       error

`decide` and `refuse` give an `Outcome` and lead to DONE. So does a protocol error, whose outcome is
a denial with INTERNAL_ERROR: an unexpected event is a fault of the shell, and its meaning is
unknown. `receive` returns None while it needs more events, and never raises. The machine decides on
the head alone in three cases: the message ends there, it asks for an upgrade (Envoy would not
buffer a body, and the frames that follow cannot be read), or the connection is TCP.

Coverage. A body counts as truncated when an event says so, and when HTTP's rules say so
(`mesh.exchange.http_rules`): the Content-Length differs from the bytes received, or the sender sent
only a part of a document. The first holds whatever the partial-body header says: Envoy was seen to
send `false` with a partial body. A shell that knows Envoy's buffer limit sets `truncated` for a
body that reaches it.

Facts. The head can change them: a WebSocket handshake arrives as HTTP and is decided as UPGRADE.
The outcome carries the facts that were decided on, and every record is made of those.

Trailers that arrive after the answer on their body are a message of their own, without a body. The
findings of the part that was already sent on (`earlier`) count together with those of the trailers:
a name in a trailer belongs to the diagnosis in the body.

Cost: one scan of the body. A redaction adds a second scan, the proof, and a few more where a proof
finds something. The chunks of the body are kept beside the scanner's, which are the same objects.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Final, Protocol

from mesh.exchange import http_rules, mllp_events
from mesh.exchange.events import Body, Event, Failure, Head, Outcome, Trailers
from mesh.message import head_fields
from mesh.message.body_digests import Replaced
from mesh.message.facts import Facts
from mesh.message.facts import Protocol as WireProtocol
from mesh.policy.decide import decide, refuse
from mesh.policy.decision import Action, Decision, Reason
from mesh.policy.policy import Policy
from phiscan.fault import place_of
from phiscan.finding import Coverage, Gap, Location, ScanReport, worse
from phiscan.redaction.digests import digests_of
from phiscan.redaction.edits import Masked, RedactionError
from phiscan.redaction.masks import (
    OLDEST_SHOWN,
    MaskForm,
    Masks,
    MissingKeyError,
    strictest,
)
from phiscan.redaction.proof import mask_until
from phiscan.redaction.redact import MAX_DECODED, masked
from phiscan.text import content_coding
from phiscan.verdict import verdict

__all__ = [
    "Body",
    "Event",
    "Exchange",
    "Failure",
    "Head",
    "OpenScanner",
    "Outcome",
    "Scanner",
    "State",
    "Trailers",
]

# bytes; the scanner's default body limit: a larger body is never scanned completely
_MAX_KEPT: Final = 8 << 20


class Scanner(Protocol):
    """What the machine needs of `phiscan.scanner.Scanner`."""

    def feed(self, chunk: bytes, /) -> None:
        """Take the next bytes of the body."""

    def feed_field(self, label: str, value: str, /) -> None:
        """Take a labelled value from outside the body."""

    def finish(self, *, truncated: bool) -> ScanReport:
        """End the scan and return its report."""


OpenScanner = Callable[[Head], Scanner]
"""Opens a new scanner for the message with this head."""


class State(Enum):
    """The state of the machine."""

    HEAD = "head"
    BODY = "body"
    DONE = "done"


_EXPECTED: Final[dict[State, tuple[type[Event], ...]]] = {
    State.HEAD: (Head, Failure),
    State.BODY: (Body, Trailers, Failure),
    State.DONE: (),
}


class Exchange:
    """One direction of an exchange: one message, from its head to its outcome.

    Args:
        policy: the policy for the whole message; None refuses it.
        open_scanner: called once, and once more for each proof when the message is redacted.
        earlier: the report on the part of the message that was already answered; None when there is
            no such part.
        replaced: the body of that part, where it was masked; None where it was not.
        mask_key: the secret of tokens and shifted dates; None without. Then a message whose masks
            need it is denied.
    """

    def __init__(
        self,
        policy: Policy | None,
        open_scanner: OpenScanner,
        earlier: ScanReport | None = None,
        mask_key: bytes | None = None,
        replaced: Replaced | None = None,
    ) -> None:
        self._policy = policy
        self._open_scanner = open_scanner
        self._earlier = earlier
        self._mask_key = mask_key
        self._replaced = replaced
        self._state = State.HEAD
        self._facts: Facts | None = None
        self._message: _Message | None = None

    def __repr__(self) -> str:
        return f"Exchange(state={self._state.name})"

    @property
    def state(self) -> State:
        """The current state."""
        return self._state

    def receive(self, event: Event) -> Outcome | None:
        """Take one event. Returns the outcome once it is known. Never raises."""
        try:
            outcome = (
                self._step(event) if isinstance(event, _EXPECTED[self._state]) else self._refused()
            )
        except Exception as raised:  # noqa: BLE001  # fail closed; its text could quote the message
            outcome = self._refused()
            outcome = replace(outcome, report=replace(outcome.report, fault=place_of(raised)))
        if outcome is not None:
            self._state, self._message = State.DONE, None
        return outcome

    def _step(self, event: Event) -> Outcome | None:
        if isinstance(event, Head):
            return self._on_head(event)
        if isinstance(event, Failure):
            self._facts = self._facts or event.facts
            return self._refused(event.reason)
        if self._message is None:
            return self._refused()
        if isinstance(event, Trailers):
            self._message.feed_fields(head_fields.of_headers("trailer", event.headers))
            outcome = self._message.outcome()
            if self._replaced is None:
                return outcome
            return replace(outcome, fields=self._replaced.changes(event.headers))
        self._message.feed(event)
        return self._message.outcome() if event.end else None

    def _on_head(self, head: Head) -> Outcome | None:
        self._facts = facts = http_rules.decided_facts(head)
        if self._policy is None:
            return self._refused(Reason.NO_POLICY)
        decided = head if facts is head.facts else replace(head, facts=facts)
        message = _Message(decided, self._policy, self._open_scanner, self._earlier, self._mask_key)
        message.feed_fields(head_fields.of_head(facts, head.headers))
        if head.end or not facts.protocol.is_read:
            return message.outcome()
        self._message, self._state = message, State.BODY
        return None

    def _refused(self, reason: Reason = Reason.INTERNAL_ERROR) -> Outcome:
        decision = refuse(reason, self._policy, self._facts)
        report = ScanReport(coverage=decision.coverage, gap=decision.gap)
        return Outcome(self._facts, decision, report)


class _Message:
    """What was received of a message, from its head on."""

    def __init__(
        self,
        head: Head,
        policy: Policy,
        open_scanner: OpenScanner,
        earlier: ScanReport | None,
        mask_key: bytes | None,
    ) -> None:
        self._head = head
        self._policy = policy
        self._open_scanner = open_scanner
        self._earlier = earlier
        self._mask_key = mask_key
        self._scanner = open_scanner(head)
        self._fields: list[tuple[str, str]] = []
        self._received = 0
        self._truncated = http_rules.is_part(head)
        self._kept: list[bytes] | None = []

    def feed(self, body: Body) -> None:
        self._scanner.feed(body.data)
        self._received += len(body.data)
        self._truncated |= body.truncated
        if self._received > _MAX_KEPT:
            self._kept = None
        if self._kept is not None:
            self._kept.append(body.data)

    def feed_fields(self, labelled: Iterable[tuple[str, str]]) -> None:
        for label, value in labelled:
            self._fields.append((label, value))
            self._scanner.feed_field(label, value)

    def outcome(self) -> Outcome:
        facts = self._head.facts
        truncated = self._truncated or http_rules.is_cut_off(self._head, self._received)
        report = self._unread(self._scanner.finish(truncated=truncated))
        decision = decide(facts, _beside(self._earlier, report), self._policy)
        if decision.reason is Reason.REDACTION_UNAVAILABLE:
            left = self._left_by_masks(report)
            if left is not None:
                return Outcome(facts, self._masked_already(decision, left), report)
        if decision.action is not Action.REDACT:
            return Outcome(facts, decision, report)
        # redact in every mode: where nothing is enforced, the record says what would happen
        redacted = self._redacted(decision, report)
        if redacted is None:
            failed = replace(
                decision, action=Action.DENY, reason=Reason.REDACTION_FAILED, redact=()
            )
            return Outcome(facts, failed, report)
        if not decision.enforced:
            return Outcome(facts, decision, report)
        replaced = self._replaced_by(redacted[0], report)
        changes = replaced.changes(self._head.headers)
        return Outcome(facts, decision, report, redacted[0], changes, replaced)

    def _unread(self, report: ScanReport) -> ScanReport:
        """The report of a message that may be unreadable as its protocol says."""
        gap = self._head.gap
        if gap is Gap.NONE:
            return report
        is_whole = report.coverage is Coverage.COMPLETE
        coverage = Coverage.UNSCANNABLE if is_whole else report.coverage
        return replace(report, coverage=coverage, gap=worse(gap, report.gap))

    def _body(self) -> bytes:
        """What was received. Only a body that was kept can be asked for."""
        return b"".join(self._kept or ())

    def _replaced_by(self, body: bytes, report: ScanReport) -> Replaced:
        """What the masked body replaces, as far as digests tell of it."""
        was = self._body()
        ranges = [f.location[1:] for f in report.findings]  # empty for one outside of the body
        decoded, now = (
            content_coding.undo(each, report.encodings, MAX_DECODED).data for each in (was, body)
        )
        return Replaced(digests_of(was, decoded, ranges), ((was, body), (decoded, now)))

    def _left_by_masks(self, report: ScanReport) -> ScanReport | None:
        """The report without what is masked already; None where masking would change the body.

        The sender's gate has masked a date to its year, `1961-01-01`. The receiver's gate finds a
        date there and cannot replace the body, but there is nothing left to replace.
        """
        facts = replace(self._head.facts, redactable=True)
        decision = decide(facts, _beside(self._earlier, report), self._policy)
        if not decision.masks:
            return None  # a plain mask is no finding, so masking would change the body
        redacted = self._redacted(decision, report)
        if redacted is None or redacted[0] != self._body():
            return None
        return redacted[1]

    def _masked_already(self, decision: Decision, left: ScanReport) -> Decision:
        """The decision about what is left. An alert about it stays."""
        rest = decide(self._head.facts, left, self._policy)
        reason = Reason.MASKED_ALREADY if rest.action is Action.ALLOW else rest.reason
        return replace(decision, action=rest.action, reason=reason, tipped=rest.tipped)

    def _redacted(self, decision: Decision, report: ScanReport) -> tuple[bytes, ScanReport] | None:
        """The masked body and the report of its proof; None when no proof succeeds.

        A proof is a scan of the masked body: no targeted value is left, and the policy lets the
        rest pass. Masking one value can expose another (`phiscan.redaction.proof`), also one of a
        kind that the policy redacts and that the first scan did not find. Findings of the proof are
        therefore decided on and masked again, a few times at most.
        """
        if self._kept is None:
            return None
        forms = _forms(decision)

        def mask(body: bytes, found: ScanReport) -> Masked:
            targets = [f for f in found.findings if f.info_type in forms]
            return self._framable(masked(body, found, targets, self._masks(forms)))

        def passes(found: ScanReport) -> bool:
            then = decide(self._head.facts, found, self._policy)
            if any(f.info_type in forms and f.location.start >= 0 for f in found.findings) or (
                then.effect is Action.REDACT
            ):
                for name, form in _forms(then).items():
                    forms[name] = strictest(forms.get(name, form), form)
                return False
            if then.effect is Action.DENY:
                raise RedactionError("cannot redact: the policy denies what is left")
            return True

        try:
            return mask_until(self._body(), report, mask, self._scanned_whole, passes)
        except (RedactionError, MissingKeyError):
            return None

    def _framable(self, made: Masked) -> Masked:
        """The masked body. Raises RedactionError when no frame of its protocol can hold it."""
        if self._head.facts.protocol is WireProtocol.MLLP and mllp_events.holds_frame_bytes(
            made.data
        ):
            raise RedactionError("cannot redact: a mask holds a byte of MLLP's frame")
        return made

    def _masks(self, forms: Mapping[str, MaskForm]) -> Masks:
        today = self._policy.today
        first_year = None if today is None else today.year - OLDEST_SHOWN
        return Masks(forms, key=self._mask_key, first_year=first_year)

    def _scanned_whole(self, body: bytes) -> ScanReport:
        """As `_scanned`. Raises RedactionError when the scan is not complete."""
        report = self._scanned(body)
        if report.coverage is not Coverage.COMPLETE:
            raise RedactionError("cannot redact: the masked body could not be read completely")
        return report

    def _scanned(self, body: bytes) -> ScanReport:
        """The report on the masked body together with the head.

        The head counts: a person named there makes PHI of what the body holds.
        """
        scanner = self._open_scanner(self._head)
        for label, value in self._fields:
            scanner.feed_field(label, value)
        scanner.feed(body)
        return scanner.finish(truncated=False)


def _forms(decision: Decision) -> dict[str, MaskForm]:
    """The infoTypes to mask, each with the form of its mask."""
    return dict.fromkeys(decision.redact, MaskForm.PLAIN) | dict(decision.masks)


def _beside(earlier: ScanReport | None, report: ScanReport) -> ScanReport:
    """The report, with the earlier findings added.

    They lose their byte range: that part was sent on and can no longer be masked.
    """
    if earlier is None or not report.findings:
        return report
    found = (
        *report.findings,
        *(f._replace(location=Location(f.location.field)) for f in earlier.findings),
    )
    return replace(report, findings=found, verdict=verdict(found))
