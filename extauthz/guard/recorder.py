"""Writes decisions to the ledger, and before them the policy that makes them.

INVARIANT (what decided): in a chain, a record of kind `policy` stands before the first decision
that names its digest.
"""

from collections.abc import Sequence
from datetime import date

from extauthz.policies.store import PolicySnapshot
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.keeper import Ledger
from extauthz.records.policy_record import policy_record, refusal_record
from phiscan.patterns.compiled import digest
from phiscan.patterns.matcher import plans

_InForce = tuple[str, date]
"""Digest of a policy, and the day for which it holds. The store sets another day when an exception
ends."""


class Recorder:
    """Writes the records of one worker. Not thread-safe, like the ledger.

    Args:
        ledger: the worker's chain.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._newest: PolicySnapshot | None = None
        self._known: set[_InForce] = set()

    def keep(self, judgement: Judgement, snapshot: PolicySnapshot) -> None:
        """Keep the record of a decision. Raises LedgerError when it may be lost.

        Args:
            judgement: the decision.
            snapshot: what decided. A stream that began earlier may have an older one than others.
        """
        if snapshot is not self._newest and _in_force(snapshot) not in self._known:
            self.come_into_force(snapshot)
        self._ledger.append(ledger_record(judgement))

    async def kept(self) -> None:
        """Wait until all records are as safe as `--fsync` asks. Raises LedgerError."""
        await self._ledger.kept()

    def come_into_force(self, snapshot: PolicySnapshot) -> None:
        """Keep the record of a policy, unless it is the newest one already.

        Raises:
            LedgerError: the record may be lost. The next call tries again.
        """
        before = self._newest
        if before is not None and _in_force(before) == _in_force(snapshot):
            self._newest = snapshot
            return
        self._ledger.append(
            policy_record(
                snapshot.policy,
                snapshot.texts.policies,
                {
                    "version": digest(plans(snapshot.engine.matcher.detectors)).hex(),
                    "sets": dict(snapshot.sets),
                },
                snapshot.problems,
                snapshot.today,
            )
        )
        self._newest = snapshot
        self._known.add(_in_force(snapshot))

    def refused(self, problems: Sequence[str]) -> None:
        """Keep that a newer revision was refused, and the old one stays. Raises LedgerError."""
        now = None if self._newest is None else self._newest.policy
        self._ledger.append(refusal_record(now, problems))


def _in_force(snapshot: PolicySnapshot) -> _InForce:
    return "" if snapshot.policy is None else snapshot.policy.digest, snapshot.today
