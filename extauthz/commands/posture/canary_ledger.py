"""Looks up a canary's decision in the ledgers of the guards: was the refusal really theirs?

The guard writes a decision before it answers. What reads a copy of its ledger may be a little late.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extauthz.commands.audit import filters, ledgers
from extauthz.commands.audit.search import Search
from extauthz.commands.audit.wanted import Wanted
from mesh.policy.decision import Action, Reason

_PAUSE: Final = 0.2


class LedgerLook:
    """The ledgers of all replicas, read anew for each canary.

    Args:
        folders: one for each replica.
        seconds: how long a record is waited for.

    Raises:
        UsageError: a folder holds no ledger.
    """

    def __init__(self, folders: Sequence[Path], seconds: float) -> None:
        self._folders = folders
        self._seconds = seconds
        ledgers.chains_in(folders)

    def holds(self, decision: str) -> bool:
        """Whether a ledger has the refusal of a canary with this id. Raises UsageError."""
        until = time.monotonic() + self._seconds
        while not self._has(decision):
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE)
        return True

    def _has(self, decision: str) -> bool:
        search = Search(Wanted((filters.exactly("id", decision),)))
        return any(
            (hit.record.get("reason"), hit.record.get("decision")) == (Reason.CANARY, Action.DENY)
            for hit in search.over(ledgers.chains_in(self._folders))
        )
