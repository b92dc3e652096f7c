"""Writes decisions to the ledger, or counts them, and before them the policy that makes them.

INVARIANT (what decided): in a chain, a record of kind `policy` stands before the first decision
that names its digest.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

from extauthz.policies.store import PolicySnapshot
from extauthz.records.judgement import Judgement, ledger_record
from extauthz.records.ledger.chain import Record
from extauthz.records.ledger.keeper import Ledger, LedgerError
from extauthz.records.policy_record import policy_record, refusal_record, set_aside
from extauthz.records.summaries import Summaries, edge_of
from phiscan.patterns.compiled import digest
from phiscan.patterns.matcher import plans

_InForce = tuple[str, date, tuple[tuple[str, bool], ...]]
"""Digest of a policy, the day for which it holds, and what is set aside. The store sets another day
when an exception ends."""


class Recorder:
    """Writes the records of one worker. Not thread-safe, like the ledger.

    Where the policy sums up uneventful decisions, these are counted, and `sum_up` writes the
    counts. The caller calls it each second, and at the end.

    Args:
        ledger: the worker's chain.
        clock: nanoseconds since 1970.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], int] = time.time_ns) -> None:
        self._ledger = ledger
        self._newest: PolicySnapshot | None = None
        self._known: set[_InForce] = set()
        self._summaries = Summaries(clock)
        self._is_overdue = False

    @property
    def uncounted(self) -> int:
        """The number of decisions that were counted and are not in the ledger yet."""
        return self._summaries.pending

    def keep(self, judgement: Judgement, snapshot: PolicySnapshot) -> bool:
        """Keep the record of a decision, or count it.

        Args:
            judgement: the decision.
            snapshot: what decided. A stream that began earlier may have an older one than others.

        Returns:
            Whether the decision has a record of its own.

        Raises:
            LedgerError: it may be lost. So it is while earlier counts cannot be written.
        """
        if snapshot is not self._newest and _in_force(snapshot) not in self._known:
            self.come_into_force(snapshot)
        edge = edge_of(judgement, snapshot.policy)
        if edge is not None and self._summaries.knows(edge):
            self._check()
            self._summaries.count(edge, judgement.report.size)
            return False
        self._append(ledger_record(judgement))
        if edge is not None:
            self._summaries.meet(edge)
        return True

    def sum_up(self) -> None:
        """Write what was counted.

        Raises:
            LedgerError: some of it may be lost. It stays counted, and the next call tries again.
        """
        self._sum_up()

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
        self.sum_up()  # under the policy before
        self._append(
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
            | set_aside(snapshot.aside)
        )
        self._newest = snapshot
        self._known.add(_in_force(snapshot))
        self._summaries.forget()

    def refused(self, problems: Sequence[str]) -> None:
        """Keep why a newer revision, or a namespace's part, is not in force. Raises LedgerError."""
        now = None if self._newest is None else self._newest.policy
        self._append(refusal_record(now, problems))

    def _check(self) -> None:
        """Check that the ledger can be written, earlier counts too. Raises LedgerError."""
        self._ledger.check()
        if self._is_overdue:
            self._sum_up()

    def _append(self, record: Record) -> None:
        """Keep one record. Raises LedgerError."""
        self._ledger.append(record)
        if self._ledger.is_full:  # what was decided while a segment was open is counted in it
            with suppress(LedgerError):  # this record is kept; the next decision tries again
                self._sum_up(in_place=True)

    def _sum_up(self, *, in_place: bool = False) -> None:
        if not self._summaries.pending:
            self._is_overdue = False
            return
        self._is_overdue = True
        self._ledger.append_all(self._summaries.entries(), in_place=in_place)
        self._is_overdue = False


def _in_force(snapshot: PolicySnapshot) -> _InForce:
    aside = tuple((each.namespace, each.closed) for each in snapshot.aside)
    return "" if snapshot.policy is None else snapshot.policy.digest, snapshot.today, aside
