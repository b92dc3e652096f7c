"""Finds records in the ledgers of many workers and replicas, without an index.

Theory of operation. A ledger is large, and most of its lines do not matter to a question. A line is
canonical JSON, so `reason: UNENCRYPTED` stands in it as the bytes `"reason":"UNENCRYPTED"`, its
needle. One needle is searched in the bytes of a whole segment at memory speed; only the lines that
hold it, and the needles of all other conditions, are looked at. A needle may also stand elsewhere
in a line, so the record is parsed and asked exactly. Only where a condition is that a key has a
value, and the line has that key once, the bytes tell it already. Where that is so for all lines of
a part, they are told together. `python -m bench.audit` measures it.

A record counts only if its own hash fits. Whether its chain holds is the question of
`phiguard audit verify`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Final

from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.audit.merging import Timed, merged, timed
from extauthz.commands.audit.sealed_lines import (
    Record,
    are_sealed,
    is_json,
    is_sealed,
    lines,
    parsed,
    time_at,
    time_of,
    times_of,
)
from extauthz.commands.audit.wanted import Wanted

_NEVER: Final = b"~"  # after every time
_LINE: Final = 2


@dataclass(slots=True)
class Hit:
    """A record that was found, with its place."""

    chain: Chain
    name: str
    line: bytes
    _record: Record | None = None

    @property
    def time(self) -> str:
        """The time of the record."""
        return time_of(self.line) or str(self.record.get("time"))

    @property
    def record(self) -> Record:
        """The record. It is parsed when somebody asks for it; most readers want the line."""
        if self._record is None:
            self._record = parsed(self.line) or {}
        return self._record

    @property
    def place(self) -> Path:
        """The file that holds it."""
        return self.chain.folder / self.name


_Found = tuple[Chain, str, bytes, Record | None]
"""What a `Hit` is made of. A million of them are made in a fraction of the time."""


@dataclass(slots=True)
class Search:
    """One search. After it, `odd` says what was left out.

    Args:
        wanted: which records.
        odd: number of lines in a file that looked wanted, and do not fit their own hash.
    """

    wanted: Wanted
    odd: dict[Path, int] = field(default_factory=dict)

    def over(self, chains: Iterable[Chain]) -> Iterator[Hit]:
        """Yield the records of all chains, merged by time. Each chain keeps its own order.

        Raises:
            UsageError: a file cannot be read.
        """
        for run in merged([self._parts(chain) for chain in chains]):
            for _, found in run:
                yield Hit(*found)

    def of(self, chain: Chain) -> Iterator[Hit]:
        """Yield the records of one chain in its order. Holds about a MiB of lines in memory."""
        return self.over([chain])

    def lines_over(self, chains: Iterable[Chain]) -> Iterator[list[bytes]]:
        """Yield the lines of what `over` yields, many at once. Raises UsageError."""
        for run in merged([self._parts(chain) for chain in chains]):
            yield [found[_LINE] for _, found in run]

    def _parts(self, chain: Chain) -> Iterator[list[Timed[_Found]]]:
        latest = ""
        for name in chain.names:
            for data in chain.parts(name):
                times, found = self._in_part(chain, name, data)
                if found:
                    part = timed(times, found, latest)
                    latest = part[-1][0]
                    yield part

    def _in_part(self, chain: Chain, name: str, data: bytes) -> tuple[list[str], list[_Found]]:
        """Return times and lines of what is wanted in a part of a segment."""
        # lines, because parsed records in such numbers keep the garbage collector busy
        found = self._in_time(lines(data, self.wanted.needles))
        if not are_sealed(found):
            found = [line for line in found if self._is_whole(chain.folder / name, line)]
        told, times = self.wanted.told_of(found), times_of(found)
        if all(told) and all(times):
            return times, list(zip(repeat(chain), repeat(name), found, repeat(None)))
        kept = [
            each
            for line, is_told, time in zip(found, told, times, strict=True)
            if (each := self._exactly(line, is_told, time))
        ]
        return [time for time, _, _ in kept], [
            (chain, name, line, record) for _, line, record in kept
        ]

    def _exactly(
        self, line: bytes, is_told: bool | None, time: str
    ) -> tuple[str, bytes, Record | None] | None:
        """Return time, line and record, if the record is wanted."""
        if is_told and time:
            return time, line, None
        record = parsed(line) if is_told is not False else None
        if record is None or not self.wanted.fits(record):
            return None
        return str(record.get("time")), line, record

    def _is_whole(self, place: Path, line: bytes) -> bool:
        """Whether the hash of a line fits. If not, it is counted, unless a crash has torn it."""
        if is_sealed(line):
            return True
        if is_json(line):
            self.odd[place] = self.odd.get(place, 0) + 1
        return False

    def _in_time(self, found: list[bytes]) -> list[bytes]:
        since, until = self.wanted.since, self.wanted.until
        if not (since or until):
            return found
        first, end = since.encode(), until.encode() or _NEVER
        return [line for line in found if first <= time_at(line) < end]
