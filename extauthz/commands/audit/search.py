"""Finds records in the ledgers of many workers and replicas, without an index.

Theory of operation. A ledger is large, and most of its lines do not matter to a question. A line is
canonical JSON, so `reason: UNENCRYPTED` stands in it as the bytes `"reason":"UNENCRYPTED"`, its
needle. One needle is searched in the bytes of a whole segment at memory speed; only the lines that
hold it, and the needles of all other conditions, are parsed. What is parsed is asked again exactly,
because a needle may also stand elsewhere in a line. `python -m bench.audit` measures it.

A record counts only if its own hash fits. Whether its chain holds is the question of
`phiguard audit verify`.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from extauthz.commands.audit.ledgers import Chain
from extauthz.records.ledger.chain import unseal

Record = dict[str, Any]

_TIME: Final = b'"time":"'
_TIME_CHARS: Final = len("2026-11-30T08:00:00.123456Z")
_NEVER: Final = b"~"  # after every time
_HASH: Final = b'"hash":"'
_HASH_CHARS: Final = 64


@dataclass(frozen=True, slots=True)
class Condition:
    """What a record must fulfil.

    Args:
        needles: one of them is in the line of each record that fulfils it. None where nearly each
            line has one.
        holds: whether a record does.
    """

    needles: tuple[bytes, ...]
    holds: Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are wanted: those of a period that fulfil all conditions.

    Args:
        conditions: the one that fewest lines fulfil comes first, because its needles are searched.
        since: first time that is included, in the ledger's format; empty for none.
        until: first time that is not; empty for none.
    """

    conditions: tuple[Condition, ...] = ()
    since: str = ""
    until: str = ""

    def fits(self, record: Record) -> bool:
        """Whether a record is in the period and fulfils all conditions."""
        time = str(record.get("time"))
        is_in_time = self.since <= time and (not self.until or time < self.until)
        return is_in_time and all(condition.holds(record) for condition in self.conditions)

    @property
    def needles(self) -> tuple[tuple[bytes, ...], ...]:
        """The needles of each condition, and of the period."""
        groups = (*(each.needles for each in self.conditions), self._same_beginning())
        return tuple(filter(None, groups))

    def _same_beginning(self) -> tuple[bytes, ...]:
        """What all times of the period begin with: a day or an hour, if it is short."""
        if not (self.since and self.until):
            return ()
        same = 0
        while same < _TIME_CHARS and self.since[same] == self.until[same]:
            same += 1
        return (_TIME + self.since[:same].encode(),) if same else ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, with its place."""

    time: str
    chain: Chain
    name: str
    line: bytes
    record: Record

    @property
    def place(self) -> Path:
        """The file that holds it."""
        return self.chain.folder / self.name


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
        return heapq.merge(*map(self.of, chains), key=lambda hit: hit.time)

    def of(self, chain: Chain) -> Iterator[Hit]:
        """Yield the records of one chain in its order. Holds the lines of one segment in memory."""
        for name in chain.names:
            yield from self._in_segment(chain, name)

    def _in_segment(self, chain: Chain, name: str) -> Iterator[Hit]:
        # lines, because parsed records in such numbers keep the garbage collector busy
        for line in self._in_time(lines(chain.lines(name), self.wanted.needles)):
            record = opened(line)
            if record is None:
                self._leave_out(chain.folder / name, line)
            elif self.wanted.fits(record):
                yield Hit(str(record.get("time")), chain, name, line, record)

    def _leave_out(self, place: Path, line: bytes) -> None:
        """Count a line that somebody changed. One that a crash has torn is no JSON."""
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError:
            return
        self.odd[place] = self.odd.get(place, 0) + 1

    def _in_time(self, found: list[bytes]) -> list[bytes]:
        since, until = self.wanted.since, self.wanted.until
        if not (since or until):
            return found
        first, end = since.encode(), until.encode() or _NEVER
        # of nested keys, none is named `time` and sorts after the record's own
        return [line for line in found if first <= line[line.rfind(_TIME) + len(_TIME) :] < end]


def lines(data: bytes, needles: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Return the whole lines that hold a needle of each group, in order.

    Args:
        data: a segment. What no newline ends is being written, and is left out.
        needles: groups; the first is searched, and the others are looked for in its lines. Without
            any, each line is returned.
    """
    last = data.rfind(b"\n") + 1
    if not needles:
        return data[:last].split(b"\n")[:-1]
    first, *others = needles
    return [
        data[start:end]
        for start, end in _lines_with(data, first, last)
        if all(any(data.find(each, start, end) >= 0 for each in group) for group in others)
    ]


def opened(line: bytes) -> Record | None:
    """Return the record of a line, or None when it is torn or its own hash does not fit.

    It takes a third of the time of `unseal`: what was hashed is the line itself without its hash.
    Whether a line that fits is canonical too is left to `phiguard audit verify`.
    """
    at = line.find(_HASH)
    end = at + len(_HASH) + _HASH_CHARS
    if at < 0 or line[end : end + 2] != b'",':
        return unseal(line)
    digest = hashlib.sha256(line[:at])
    digest.update(line[end + 2 :])
    if digest.hexdigest().encode() != line[end - _HASH_CHARS : end]:
        return unseal(line)
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _lines_with(data: bytes, needles: Sequence[bytes], last: int) -> Iterable[tuple[int, int]]:
    if len(needles) == 1:
        return _lines_of(data, needles[0], last)
    return sorted({span for needle in needles for span in _lines_of(data, needle, last)})


def _lines_of(data: bytes, needle: bytes, last: int) -> Iterator[tuple[int, int]]:
    at = data.find(needle, 0, last)
    while at >= 0:
        end = data.find(b"\n", at)
        yield data.rfind(b"\n", 0, at) + 1, end
        at = data.find(needle, end, last)
