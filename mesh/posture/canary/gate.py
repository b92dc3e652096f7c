"""What a guard does with a message that has a canary's nonce.

    the header's value                  the message
    ----------------------------------  -----------------------------------------------------------
    no nonce, forged, or too old        as any other: the header changes nothing
    valid, and all is as it was sent    refused in every mode, reason CANARY
    valid, and anything is different    refused in every mode; where the policy denies it too, with
                                        the policy's reason, else CANARY_ALTERED

INVARIANT (never looser): the action's rank is that of the policy or higher, and a message with a
valid nonce passes in one case only: a redaction canary that the policy itself masks.

INVARIANT (nothing hides): CANARY is said only of a message in which no value of a person can
travel. Its body is the record of its nonce to the last byte, its path is the canary's, and nothing
was found outside of its body but in the nonce. So a captured nonce takes no denial of a disclosure
out of the counts. Source, destination and port must be those of the nonce too: who has captured it
cannot make it prove another guard.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mesh.exchange.events import Body, Event, Trailers
from mesh.message.facts import Direction, Facts, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.policy.decision import GUARD_FAILURES, Action, Decision, Reason
from mesh.posture.canary.nonce import (
    HEADER,
    PATH,
    REFUSED_HEADER,
    Keys,
    Purpose,
    Signed,
    read,
)
from mesh.posture.canary.proof import DECISION_HEADER, Seen, State, verify
from mesh.posture.canary.record import record_of
from phiscan.finding import ScanReport

_LABEL: Final = f"header.{HEADER}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A message with a valid nonce.

    Args:
        signed: the nonce.
        state: what came with it.
        is_ours: whether its sender is the nonce's, by the proxy's own words.
    """

    signed: Signed
    state: State
    is_ours: bool


def signed_of(headers: Headers, keys: Keys, now: float) -> Signed | None:
    """Return the valid nonce of a message, or None. Two values of the header are no nonce."""
    values = headers.all(HEADER)
    return read(values[0], keys, now) if len(values) == 1 else None


def recognise(
    signed: Signed, facts: Facts | None, events: Sequence[Event], report: ScanReport
) -> Recognised:
    """Say what came with a valid nonce.

    Args:
        facts: of the message; None when they are unknown.
        events: of the message so far.
        report: of its scan.
    """
    if facts is None:
        return Recognised(signed, State.ALTERED, is_ours=False)
    is_ours = _is_from_source(signed, facts)
    if not _is_record(signed, facts, events, report):
        return Recognised(signed, State.ALTERED, is_ours)
    is_there = is_ours and _is_at_target(signed, facts)
    return Recognised(signed, State.EXACT if is_there else State.ELSEWHERE, is_ours)


def decided(found: Recognised, decision: Decision, *, masked: bool) -> Decision:
    """Return what happens to a message with a valid nonce.

    Args:
        decision: of the policy.
        masked: whether the policy's decision comes with a masked body.
    """
    if decision.reason in GUARD_FAILURES:
        return _denied(decision, decision.reason)
    if found.state is State.EXACT:
        redacts = decision.effect is Action.REDACT and masked
        if redacts and found.signed.nonce.purpose is Purpose.REDACTION:
            return replace(decision, reason=Reason.CANARY, audits=())
        return replace(_denied(decision, Reason.CANARY), audits=())
    denies = decision.action is Action.DENY
    return _denied(decision, decision.reason if denies else Reason.CANARY_ALTERED)


def is_refusal(headers: Headers, facts: Facts, keys: Keys, now: float) -> bool:
    """Whether an answer is a guard's own refusal of a canary, on its way back to the probe.

    The gate of responses sees it too.
    """
    signed = read(headers.get(REFUSED_HEADER), keys, now)
    if signed is None or facts.direction is not Direction.RESPONSE:
        return False
    proof = verify(signed, keys, headers.get(DECISION_HEADER), headers.get(HEADER))
    return proof is not None and _is_from_source(signed, facts)


def seen(found: Recognised, facts: Facts | None, report: ScanReport) -> Seen:
    """Return what the probe is told."""
    known = facts or Facts()
    is_mutual = bool(known.mtls) and bool(known.source)
    return Seen(found.state, known.vantage, is_mutual, report.verdict, report.coverage)


def _denied(decision: Decision, reason: Reason) -> Decision:
    return replace(decision, action=Action.DENY, reason=reason, enforced=True, redact=(), masks=())


def _is_from_source(signed: Signed, facts: Facts) -> bool:
    """Whether the proxy that asks says that the nonce's source has sent the request."""
    speaks_for = facts.source if facts.vantage is Vantage.OUTBOUND else facts.destination
    is_forged = bool(facts.caller) and facts.caller != speaks_for
    return facts.source == signed.nonce.source and not is_forged


def _is_at_target(signed: Signed, facts: Facts) -> bool:
    """Whether it is the nonce's receiver. A sender's proxy knows no receiver."""
    nonce = signed.nonce
    if facts.vantage is Vantage.OUTBOUND:
        return True
    return (facts.destination, facts.operation.port) == (nonce.destination, nonce.port)


def _is_record(signed: Signed, facts: Facts, events: Sequence[Event], report: ScanReport) -> bool:
    """Whether the message is the canary of its nonce, and nothing else."""
    is_request = signed.nonce.purpose is Purpose.REQUEST
    if facts.protocol is not Protocol.HTTP or facts.operation.path != PATH:
        return False
    if is_request is not (facts.direction is Direction.REQUEST):
        return False
    # a message that was refused before its head has no events
    if not events or any(isinstance(event, Trailers) for event in events):
        return False
    body = b"".join(event.data for event in events if isinstance(event, Body))
    is_exact = hmac.compare_digest(body, record_of(signed.text))
    outside = [f for f in report.findings if f.location.start < 0 and f.location.field != _LABEL]
    return is_exact and not outside
