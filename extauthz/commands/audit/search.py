"""Finds records in the ledgers of many workers and replicas, without an index.

Theory of operation. A ledger is large, and most of its lines do not matter to a question. A line is
canonical JSON, so `reason: UNENCRYPTED` stands in it as the bytes `"reason":"UNENCRYPTED"`, its
needle. One needle is searched in the bytes of a whole segment at memory speed; only the lines that
hold it, and the needles of all other conditions, are looked at. A needle may also stand elsewhere
in a line, so the record is parsed and asked exactly. Only where a condition is that a key has a
value, and the line has that key once, the bytes tell it already. `python -m bench.audit` measures
it.

A record counts only if its own hash fits. Whether its chain holds is the question of
`phiguard audit verify`.
"""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
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
_EMPTY: Final = b'""'


@dataclass(frozen=True, slots=True)
class Condition:
    """What a record must fulfil.

    Args:
        needles: one of them is in the line of each record that fulfils it. None where nearly each
            line has one.
        holds: whether a record does.
        key: as it stands in a line, with its colon, if the condition is that this key of the record
            is a text that begins in one of some ways. Every record that fulfils it has the key.
        pairs: this key with each of these beginnings; a whole text ends with its quote.
    """

    needles: tuple[bytes, ...]
    holds: Callable[[Record], bool]
    key: bytes = b""
    pairs: tuple[bytes, ...] = ()

    def told(self, line: bytes) -> bool | None:
        """Whether the record of a line fulfils it. None: only the parsed record can tell."""
        if not self.key:
            return None
        at = line.find(self.key)
        # a key that is there twice is also one of a name that somebody chose, as of a rule
        if at >= 0 and line.find(self.key, at + 1) >= 0:
            return None if any(pair in line for pair in self.pairs) else False
        if at < 0 or not line.startswith(self.pairs, at):
            return False
        # `*` names every text but the empty one, which it begins too
        return None if line.startswith(_EMPTY, at + len(self.key)) else True


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

    def told(self, line: bytes) -> bool | None:
        """Whether the record of a line in the period fulfils all conditions. None as there."""
        found = True
        for condition in self.conditions:
            told = condition.told(line)
            if told is False:
                return False
            found = found and told is True
        return True if found else None

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


@dataclass(slots=True)
class Hit:
    """A record that was found, with its place."""

    time: str
    chain: Chain
    name: str
    line: bytes
    _record: Record | None = None

    @property
    def record(self) -> Record:
        """The record. It is parsed when somebody asks for it; most readers want the line."""
        if self._record is None:
            self._record = _parsed(self.line) or {}
        return self._record

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
        return heapq.merge(*map(self.of, chains), key=attrgetter("time"))

    def of(self, chain: Chain) -> Iterator[Hit]:
        """Yield the records of one chain in its order. Holds the lines of one segment in memory."""
        for name in chain.names:
            yield from self._in_segment(chain, name)

    def _in_segment(self, chain: Chain, name: str) -> Iterator[Hit]:
        # lines, because parsed records in such numbers keep the garbage collector busy
        for line in self._in_time(lines(chain.lines(name), self.wanted.needles)):
            if not _is_sealed(line):
                self._leave_out(chain.folder / name, line)
                continue
            time, told = _time_of(line), self.wanted.told(line)
            if told and time:
                yield Hit(time, chain, name, line)
            elif told is not False:
                record = _parsed(line)
                if record is not None and self.wanted.fits(record):
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
    """Return the record of a line, or None when it is torn or its own hash does not fit."""
    return _parsed(line) if _is_sealed(line) else None


def _is_sealed(line: bytes) -> bool:
    """Whether the own hash of a line fits.

    It takes a fraction of the time of `unseal`: what was hashed is the line itself without its
    hash. Whether a line that fits is canonical too is left to `phiguard audit verify`.
    """
    before, _, rest = line.partition(_HASH)
    if rest[_HASH_CHARS : _HASH_CHARS + 2] != b'",':
        return unseal(line) is not None
    digest = hashlib.sha256(before + rest[_HASH_CHARS + 2 :]).hexdigest()
    return digest.encode() == rest[:_HASH_CHARS] or unseal(line) is not None


def _parsed(line: bytes) -> Record | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def _time_of(line: bytes) -> str:
    """Return the time of a line, or empty text when only the parsed record can tell it."""
    # of nested keys, none is named `time` and sorts after the record's own
    at = line.rfind(_TIME) + len(_TIME)
    found = line[at : at + _TIME_CHARS + 1]
    is_plain = found[-2:] == b'Z"' and b"\\" not in found and len(found) > _TIME_CHARS
    is_object = line[:1] == b"{" and line[-1:] == b"}"
    return found[:-1].decode("ascii", "replace") if is_plain and is_object else ""


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
