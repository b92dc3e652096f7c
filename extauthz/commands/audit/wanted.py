"""What a question wants of records, and what the bytes of a line already tell of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import contains
from typing import Final

from extauthz.commands.audit.sealed_lines import TIME, TIME_CHARS, Record

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

    def told_of_all(self, found: Sequence[bytes]) -> bool:
        """Whether `told` is true of all lines, because each has the first pair and the key once."""
        if not self.key or len(self.pairs[0]) <= len(self.key) + len(_EMPTY):
            return False
        return all(map(contains, found, repeat(self.pairs[0]))) and len(found) == sum(
            map(bytes.count, found, repeat(self.key))
        )


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

    def told_of(self, found: Sequence[bytes]) -> list[bool | None]:
        """Return `told` of each line."""
        if all(condition.told_of_all(found) for condition in self.conditions):
            return [True] * len(found)
        return list(map(self.told, found))

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
        while same < TIME_CHARS and self.since[same] == self.until[same]:
            same += 1
        return (TIME + self.since[:same].encode(),) if same else ()
