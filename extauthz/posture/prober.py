"""Sends canaries to targets, each at its moment, and writes what became of them."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from extauthz.posture.canary_client import Way, send
from extauthz.posture.canary_files import OutcomeFile
from mesh.posture.canary.nonce import RANDOM_BYTES, Keys, letters, sign
from mesh.posture.canary.outcome import Answer, Outcome, Result, result_of
from mesh.posture.canary.plan import Target, due, moment

Wait = Callable[[float], bool]
"""Waits for so many seconds. Returns whether the probe must end."""
Recorded = Callable[[str], bool]
"""Whether the ledgers of the guards have the refusal of a canary, by the decision's id."""


@dataclass(frozen=True, slots=True)
class Prober:
    """One probe.

    Args:
        keys: the first one signs.
        principal: its own, as the mesh's certificate names it.
        way: how canaries leave.
        file: where outcomes are written.
        recorded: asked about each canary that the guard refused.
    """

    keys: Keys
    principal: str
    way: Way
    file: OutcomeFile
    recorded: Recorded

    def once(self, targets: Iterable[Target]) -> Iterator[Outcome]:
        """Send a canary to each target that is due, at once. Yield what became of them.

        Raises:
            CanaryFileError: an outcome cannot be written.
        """
        for target in due(targets, self.file.newest, time.time()):
            yield self.probe(target)

    def forever(
        self, read: Callable[[], tuple[Target, ...]], period: float, wait: Wait
    ) -> Iterator[Outcome]:
        """Send a canary to each target once in each period, until `wait` says that it must end.

        Args:
            read: returns the targets; asked anew in each period.
            period: seconds.
        """
        while True:
            begun = time.monotonic()
            for target in sorted(read(), key=lambda each: moment(each, period)):
                if wait(max(0.0, begun + moment(target, period) - time.monotonic())):
                    return
                yield from self.once((target,))
            if wait(max(0.0, begun + period - time.monotonic())):
                return

    def probe(self, target: Target) -> Outcome:
        """Send one canary, and write what became of it. Raises CanaryFileError."""
        at = time.time()
        nonce = target.nonce(self.principal, at, letters(os.urandom(RANDOM_BYTES)))
        signed = sign(nonce, self.keys)
        answer = send(target, signed, self.way)
        result, decision, seen = result_of(signed, self.keys, answer)
        status = answer.status if isinstance(answer, Answer) else 0
        outcome = Outcome(
            cell=target.cell,
            at=at,
            address=target.address,
            pod=target.pod,
            purpose=target.purpose,
            result=result,
            decision=decision,
            status=status,
            seen=seen,
        )
        if outcome.result is Result.REFUSED and not self.recorded(outcome.decision):
            outcome = replace(outcome, result=Result.UNRECORDED)
        self.file.add((outcome,))
        return outcome
