"""What a guard says when it refuses a canary, under the same key as the nonce.

An application can write our words into its answer. It cannot write this: it holds no key, and the
MAC covers the nonce and the decision's id.

    v1;STATE;GATE;MTLS;VERDICT;COVERAGE;MAC
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mesh.message.facts import Vantage
from mesh.posture.canary.nonce import Keys, Signed
from phiscan.finding import Coverage, Verdict

DECISION_HEADER: Final = "x-phiguard-decision"
"""Of a refusal: the decision's id."""
_VERSION: Final = "v1"
_LONGEST: Final = 512


class State(StrEnum):
    """What the guard got with a valid nonce.

    EXACT: the canary of that nonce, where it was sent to. ELSEWHERE: that canary, from another
    source or at another workload or port. ALTERED: another message.
    """

    EXACT = "exact"
    ELSEWHERE = "elsewhere"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the guard saw of a canary.

    Args:
        gate: INBOUND where it guards the receiver, OUTBOUND where it guards the sender.
        mtls: whether the canary came with a peer's certificate.
        verdict: of the scan.
        coverage: of the scan.
    """

    state: State
    gate: Vantage
    mtls: bool
    verdict: Verdict
    coverage: Coverage

    @property
    def is_found(self) -> bool:
        """Whether the record was read whole, and its PHI found."""
        return self.verdict is Verdict.PHI and self.coverage is Coverage.COMPLETE


def prove(signed: Signed, keys: Keys, decision: str, seen: Seen) -> str:
    """Return the proof of one decision.

    Args:
        decision: its id.
    """
    words = _words(seen)
    return f"{words};{keys.mac(signed.key, 'proof', _covered(signed, decision, words))}"


def verify(signed: Signed, keys: Keys, decision: str, proof: str) -> Seen | None:
    """Return what the guard saw, or None when the proof is none. Never raises.

    Args:
        decision: the id in the answer.
        proof: the value of the answer's header.
    """
    if len(proof) > _LONGEST or not proof.isascii() or not decision:
        return None
    words, _, mac = proof.rpartition(";")
    expected = keys.mac(signed.key, "proof", _covered(signed, decision, words))
    if not expected or not hmac.compare_digest(expected.encode(), mac.encode()):
        return None
    parts = words.split(";")
    if len(parts) != 6 or parts[0] != _VERSION:
        return None
    _, state, gate, mtls, verdict, coverage = parts
    try:
        return Seen(
            State(state), Vantage(gate), mtls == "mtls", Verdict(verdict), Coverage(coverage)
        )
    except ValueError:
        return None


def _words(seen: Seen) -> str:
    mtls = "mtls" if seen.mtls else "clear"
    return ";".join((_VERSION, seen.state, seen.gate, mtls, seen.verdict, seen.coverage))


def _covered(signed: Signed, decision: str, words: str) -> str:
    return f"{signed.text}\n{decision}\n{words}"
