"""How an inspection deals with a canary: `mesh.posture.canary.gate` with a guard's keys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mesh.exchange.events import Event, Head, Outcome
from mesh.message.body_digests import UNCHANGED
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Decision, Reason
from mesh.posture.canary import gate
from mesh.posture.canary.gate import Recognised
from mesh.posture.canary.nonce import HEADER, REFUSED_HEADER, Keys
from mesh.posture.canary.proof import State, prove

_TO_NANOSECONDS: Final = 1e9


@dataclass(frozen=True, slots=True)
class Handled:
    """A message with a valid nonce, and what was decided on it.

    Args:
        found: the nonce, and what came with it.
        outcome: what happens to the message.
        keys: of the guard.
    """

    found: Recognised
    outcome: Outcome
    keys: Keys

    def decided(self, decision: Decision) -> Decision:
        """Return another decision on the message as this one has it: refused in every mode."""
        return gate.decided(self.found, decision, masked=False)

    def headers(self, decision: str) -> tuple[tuple[str, str], ...]:
        """Return the headers for its sender: the proof, and the nonce that it is of.

        Args:
            decision: id of the decision.
        """
        said = gate.seen(self.found, self.outcome.facts, self.outcome.report)
        signed = self.found.signed
        proof = prove(signed, self.keys, decision, said)
        return ((HEADER, proof), (REFUSED_HEADER, signed.text))


def handle(
    keys: Keys | None, headers: Headers, events: Sequence[Event], outcome: Outcome, now: int
) -> Handled | None:
    """Return what happens to a message with a valid nonce; None for any other message.

    Args:
        keys: of the guard; None when it has none.
        headers: of the message, as far as they are known.
        events: of the message so far.
        outcome: what the policy has decided.
        now: nanoseconds since 1970.
    """
    if keys is None:
        return None
    signed = gate.signed_of(headers, keys, now / _TO_NANOSECONDS)
    if signed is None:
        return None
    found = gate.recognise(signed, outcome.facts, events, outcome.report)
    decision = gate.decided(found, outcome.decision, masked=outcome.body is not None)
    if decision.action is Action.DENY:
        outcome = replace(outcome, body=None, fields=UNCHANGED, replaced=None)
    return Handled(found, replace(outcome, decision=decision), keys)


def is_traffic(
    keys: Keys | None, headers: Headers, handled: Handled | None, outcome: Outcome, now: int
) -> bool:
    """Return whether a message counts as traffic, from which a policy can be learned.

    What a probe has sent is none, and neither is a refusal on its way back to the probe, in which
    nothing was found.

    Args:
        handled: as `handle` returned it.
        now: nanoseconds since 1970.
    """
    if keys is None or outcome.facts is None:
        return True
    if handled is not None:
        # without a certificate anybody may have taken the nonce from the wire
        is_anybodys = handled.found.state is State.ALTERED and not outcome.facts.source
        return is_anybodys or not handled.found.is_ours
    if outcome.decision.reason is not Reason.NO_PHI:
        return True
    return not gate.is_refusal(headers, outcome.facts, keys, now / _TO_NANOSECONDS)


def headers_of(events: Sequence[Event], others: Headers) -> Headers:
    """Return the headers of a message: of its head, or else others."""
    return next((event.headers for event in events if isinstance(event, Head)), others)
