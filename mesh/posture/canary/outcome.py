"""What became of one canary, by the answer that its probe got.

    the answer                                                    result
    ------------------------------------------------------------  --------------------
    our refusal, with a proof for this canary and PHI found       REFUSED
    the same, but the record was not read whole or nothing found  BLIND
    our refusal, at another place, of another message             WRONG_PEER, ALTERED
    our refusal, by the guard of the probe's own sidecar          OWN_GATE
    our words, the guard could not do its work                    GUARD_FAILED
    our words without a proof                                     UNPROVED
    a refusal that others give too (401, 403, 407, 421, 429, 5xx) REFUSED_BY_OTHER
    a redirect; it is never followed                              REDIRECTED
    any other answer                                              REACHED
    none; the connection was closed or reset before it            CLOSED
    none; no connection, no answer in time, no HTTP               NO_ANSWER

A canary that was REFUSED and whose decision no ledger has is UNRECORDED: the prober says so.

Of an answer that must come back masked: MASKED, or REACHED when a value of a person is in it.

INVARIANT (no proof by words): REFUSED and BLIND need the proof. What nobody is known to have
refused has reached somebody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mesh.message.facts import Vantage
from mesh.policy.decision import GUARD_FAILURES, Reason
from mesh.posture.canary.nonce import HEADER, Keys, Purpose, Signed
from mesh.posture.canary.proof import DECISION_HEADER, Seen, State, verify
from mesh.posture.canary.record import record_of, values_of

_REASON: Final = "x-phiguard-reason"
_REFUSALS: Final = frozenset({401, 403, 407, 421, 429})
_ID_LETTERS: Final = frozenset("0123456789abcdef")
_OK: Final = 200


class Result(StrEnum):
    """What became of a canary. The module's table says when."""

    REFUSED = "refused"
    MASKED = "masked"
    BLIND = "blind"
    WRONG_PEER = "wrong-peer"
    ALTERED = "altered"
    OWN_GATE = "own-gate"
    GUARD_FAILED = "guard-failed"
    UNPROVED = "unproved"
    UNRECORDED = "unrecorded"
    REFUSED_BY_OTHER = "refused-by-other"
    REDIRECTED = "redirected"
    REACHED = "reached"
    CLOSED = "closed"
    NO_ANSWER = "no-answer"

    @property
    def is_alarm(self) -> bool:
        """Whether a canary that ended so may have been PHI that nobody judged."""
        return self in _ALARMS

    @property
    def is_success(self) -> bool:
        """Whether the guard did what it is for."""
        return self in _SUCCESSES


_ALARMS: Final = frozenset({Result.REACHED, Result.REDIRECTED, Result.BLIND})
_SUCCESSES: Final = frozenset({Result.REFUSED, Result.MASKED})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of HTTP.

    Args:
        headers: names in lower case.
        body: as received, for the masked record only.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """The status only."""
        return f"Answer({self.status})"


class Silence(StrEnum):
    """Why there was no answer.

    CLOSED: the peer took the connection, and closed or reset it without an answer. NOTHING: no
    connection, no answer in time, or no HTTP.
    """

    CLOSED = "closed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one canary. It holds nothing of its record.

    Args:
        cell: name of the cell that it tried.
        at: when it was sent, in Unix seconds.
        address: where it was sent to, `ehr.clinic:8080`.
        pod: name of the pod, where the address is of one pod; else empty.
        decision: id of the guard's decision; empty without one.
        status: of the answer; 0 without one.
        seen: what the guard has proved to have seen, or None.
    """

    cell: str
    at: float
    address: str
    pod: str
    purpose: Purpose
    result: Result
    decision: str = ""
    status: int = 0
    seen: Seen | None = None


def result_of(
    signed: Signed, keys: Keys, answer: Answer | Silence
) -> tuple[Result, str, Seen | None]:
    """Return what an answer means, the decision's id, and what the guard has proved to have seen.

    Args:
        signed: the nonce that was sent.
        keys: of the probe.
        answer: to it.
    """
    if isinstance(answer, Silence):
        return (Result.CLOSED if answer is Silence.CLOSED else Result.NO_ANSWER), "", None
    decision = _decision_of(answer)
    proof = verify(signed, keys, decision, answer.headers.get(HEADER, ""))
    if proof is not None and not _is_success(answer.status):
        return _proved(proof, answer), decision, proof
    if signed.nonce.purpose is Purpose.REDACTION and answer.status == _OK:
        return (Result.MASKED if _is_masked(signed, answer.body) else Result.REACHED), "", None
    return _unproved(answer, decision), decision, None


def _proved(proof: Seen, answer: Answer) -> Result:
    reason = answer.headers.get(_REASON, "")
    if proof.gate is Vantage.OUTBOUND:
        return Result.OWN_GATE
    if reason in GUARD_FAILURES:
        return Result.GUARD_FAILED
    if proof.state is not State.EXACT:
        return Result.WRONG_PEER if proof.state is State.ELSEWHERE else Result.ALTERED
    if reason != Reason.CANARY:
        return Result.UNPROVED
    return Result.REFUSED if proof.is_found else Result.BLIND


def _unproved(answer: Answer, decision: str) -> Result:
    status = answer.status
    if 300 <= status < 400:
        return Result.REDIRECTED
    if status not in _REFUSALS and not 500 <= status < 600:
        return Result.REACHED
    if decision and answer.headers.get(_REASON) in set(Reason):
        is_failure = answer.headers[_REASON] in GUARD_FAILURES
        return Result.GUARD_FAILED if is_failure else Result.UNPROVED
    return Result.REFUSED_BY_OTHER


def _is_masked(signed: Signed, body: bytes) -> bool:
    """Whether the body is the record with every value of a person masked."""
    record = record_of(signed.text)
    about = record.partition(b'"patient"')[0]
    return body.startswith(about) and not any(each in body for each in values_of(signed.text))


def _is_success(status: int) -> bool:
    return status < 400


def _decision_of(answer: Answer) -> str:
    """The decision's id; empty when it has not the form of one."""
    text = answer.headers.get(DECISION_HEADER, "")
    return text if len(text) == 32 and set(text) <= _ID_LETTERS else ""
