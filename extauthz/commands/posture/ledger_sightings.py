"""The ledgers of all replicas, and which proxies they show.

A chain that does not hold shows nothing: neither what it says, nor what it leaves out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.posture.collection import Ledgers
from extauthz.records.ledger.chain import Record
from mesh.posture.observed import Sighting, merged, sighting_of

_BATCH: Final = 10_000


@dataclass(slots=True)
class _Watch:
    """Takes the records of one chain that holds so far.

    Args:
        replica: host name of the guard; the folder's name until a record says it.
    """

    replica: str
    hosts: set[str] = field(default_factory=set)
    sightings: list[Sighting] = field(default_factory=list)

    def record(self, record: Record, _line: bytes) -> None:
        """Take one record."""
        if record.get("kind") in ("start", "recovery") and isinstance(record.get("host"), str):
            self.replica = str(record["host"])
            self.hosts.add(self.replica)
        found = sighting_of(record, self.replica)
        if found is not None:
            self.sightings.append(found)
            if len(self.sightings) >= _BATCH:
                self.sightings = list(merged(self.sightings))


def read(folders: Sequence[Path], heads: Collection[str], at: float) -> Ledgers:
    """Return what the ledgers of these folders show.

    Args:
        folders: one for each replica.
        heads: that were kept elsewhere, as `phiguard audit verify` takes them.
        at: the time as of which they are read, in Unix seconds.

    Raises:
        UsageError: a folder holds no ledger, or a file cannot be read.
    """
    watches: list[_Watch] = []
    problems, broken = list[str](), set[str]()
    for chain in ledgers.chains_in(folders):
        watch, problem = _watched(chain, heads)
        if problem:
            problems.append(problem)
            broken |= {watch.replica, *watch.hosts}
        else:
            watches.append(watch)
    whole = {host for each in watches for host in (each.hosts or {each.replica})} - broken
    seen = merged(each for watch in watches for each in watch.sightings)
    return Ledgers(seen, frozenset(whole), tuple(problems), at)


def _watched(chain: Chain, heads: Collection[str]) -> tuple[_Watch, str]:
    watch = _Watch(chain.folder.name)
    problem = ledgers.verify(chain, heads, watch.record).problem
    if problem is None:
        return watch, ""
    said = ledgers.said(chain, problem)
    return watch, f"{said}; so nothing was seen by it (`phiguard audit verify`)"
