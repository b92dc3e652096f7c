"""The form of the audit ledger: one JSON line a record, each sealed to the one before it.

    line = canonical(record with "prev" and "hash") + newline
    hash = SHA-256(canonical(record with "prev"))

Canonical means JSON in UTF-8 with sorted keys and no spaces. A chain belongs to one worker. It runs
through its segment files in the order of their names; the number in a name is the `seq` of the
segment's first record. `prev` of the very first record is sixty-four zeros. A chain alone cannot
show that its end was cut off, or that the whole chain was rewritten. To detect that, keep heads
elsewhere and give them to `verify`.

A torn line comes from a crash or a full disk in the middle of a write. It stays where it is. A
recovery record that counts it and holds the digest of its bytes must follow; otherwise it is a
break. Records of releases without the digest only count. This module opens no file.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

GENESIS: Final = "0" * 64
# matches "ledger-0-000000000001.jsonl" and "ledger-0-000000000001.jsonl.zst"; not
# "ledger-0-1.jsonl", and not "ledger-0-000000000001.jsonl.part"
SEGMENT_NAME: Final = re.compile(
    r"(?P<plain>ledger-(?P<worker>\d+)-(?P<start>\d{12})\.jsonl)(?P<packed>\.zst)?"
)

Record = Mapping[str, Any]
Watch = Callable[[Record, bytes], None]
"""Takes a record and its line."""

_PLACE: Final = f'"hash":"{GENESIS}",'.encode()


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The head of a chain: number and hash of its last record."""

    seq: int = 0
    hash: str = GENESIS


GENESIS_HEAD: Final = ChainHead()
"""The head of an empty chain."""


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    problem: str


def segment_name(worker: int, start: int) -> str:
    """Return the name of the segment whose first record is number `start`."""
    return f"ledger-{worker}-{start:012}.jsonl"


def seal(record: Record, head: ChainHead) -> tuple[bytes, ChainHead]:
    """Return the line of a record that follows `head`, and the new head.

    The record is written once, with zeros in the place of its hash. What is hashed is the line
    without that place.

    Args:
        record: without "seq", "prev" and "hash".
        head: of the chain so far.
    """
    seq = head.seq + 1
    whole = {**record, "seq": seq, "prev": head.hash, "hash": GENESIS}
    line = _canonical(whole)
    at = line.find(_PLACE)
    end = at + len(_PLACE)  # "prev" and "seq" are sorted behind "hash", so a comma follows it
    if line.find(_PLACE, end) >= 0:  # something deeper in the record looks like the place
        body = {key: value for key, value in whole.items() if key != "hash"}
        digest = hashlib.sha256(_canonical(body)).hexdigest()
        return _canonical({**body, "hash": digest}) + b"\n", ChainHead(seq, digest)
    hashed = hashlib.sha256(line[:at])
    hashed.update(line[end:])
    digest = hashed.hexdigest()
    return line.replace(_PLACE, f'"hash":"{digest}",'.encode(), 1) + b"\n", ChainHead(seq, digest)


def unseal(line: bytes) -> dict[str, Any] | None:
    """Return the record of a line without its newline.

    It is None when the line is torn, or when its own hash does not fit.
    """
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(record, dict) or not _has_place(record):
        return None
    body = {k: v for k, v in record.items() if k != "hash"}
    try:
        is_whole = (
            hashlib.sha256(_canonical(body)).hexdigest() == record.get("hash")
            and _canonical(record) == line
        )
    # orjson reads deeper nesting than it writes, so `seal` cannot have written this line
    except orjson.JSONEncodeError:
        return None
    return record if is_whole else None


def _has_place(record: Record) -> bool:
    """Whether a record says its place in a chain. A truth value is no number."""
    return type(record.get("seq")) is int and isinstance(record.get("prev"), str)


def last_head(data: bytes) -> tuple[ChainHead | None, int, bool]:
    """Return the head of a segment, the number of bad lines after it, and whether the end is torn.

    The head is None when no line of the segment holds.

    Args:
        data: the whole segment. Its last line is torn when no newline ends it.
    """
    lines = data.split(b"\n")
    torn = lines.pop() != b""
    for bad, line in enumerate(reversed(lines)):
        record = unseal(line)
        if record is not None:
            return ChainHead(record["seq"], record["hash"]), bad, torn
    return None, len(lines), torn


def torn_digest(lines: Iterable[bytes]) -> str:
    """Return the digest of torn lines, in their order and without newlines."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line + b"\n")
    return digest.hexdigest()


def _unwatched(_record: Record, _line: bytes) -> None:
    """Take no notice of a record."""


class Verifier:
    """Follows one chain through its segments, in order. It holds one segment in memory.

    Args:
        start: the head at which the removed segments ended.
        watch: is called with each record that holds, and its line without the newline.
    """

    def __init__(self, start: ChainHead = GENESIS_HEAD, watch: Watch = _unwatched) -> None:
        self.head = start
        self._watch = watch
        self.hashes: set[str] = {start.hash}
        self._bad: list[bytes] = []
        self._bad_at = ("", 0)

    def segment(self, file: str, data: bytes) -> Break | None:
        """Check one more segment. Return its first break, or None."""
        lines = data.split(b"\n")
        torn = lines.pop()
        for number, line in enumerate(lines, 1):
            record = unseal(line)
            if record is None:
                self._bad_line(file, number, line)
                continue
            if self._bad and not self._is_recovered(record):
                return self.end()
            if problem := self._follow(record):
                return Break(file, number, problem)
            self._watch(record, line)
        if torn:
            return self.end() or Break(
                file, len(lines) + 1, "the last line is torn and no recovery record closes it"
            )
        return None

    def end(self) -> Break | None:
        """Return the break of bad lines that no recovery record follows, or None."""
        if not self._bad:
            return None
        more = f", with {len(self._bad) - 1} more behind it" if len(self._bad) > 1 else ""
        return Break(*self._bad_at, f"changed or torn{more}; no recovery record closes it")

    def _bad_line(self, file: str, number: int, line: bytes) -> None:
        self._bad_at = self._bad_at if self._bad else (file, number)
        self._bad.append(line)

    def _follow(self, record: Record) -> str:
        if record["seq"] != self.head.seq + 1:
            return f"record {record['seq']} follows record {self.head.seq}"
        if record["prev"] != self.head.hash:
            return f"record {record['seq']} does not follow from the hash of record {self.head.seq}"
        self._bad = []
        self.head = ChainHead(record["seq"], record["hash"])
        self.hashes.add(self.head.hash)
        return ""

    def _is_recovered(self, record: Record) -> bool:
        """Whether a record speaks of the bad lines before it."""
        digest = torn_digest(self._bad)
        return record.get("torn") == len(self._bad) and record.get("tornHash", digest) == digest


def chains(names: Iterable[str]) -> dict[int, list[str]]:
    """Return the segment names among `names` by worker, in the order of each chain.

    A segment that is there both plain and compressed is the plain one: somebody was stopped between
    the two steps of compressing it.
    """
    found: dict[int, dict[str, str]] = {}
    for name in sorted(names):
        match = SEGMENT_NAME.fullmatch(name)
        if match:
            found.setdefault(int(match["worker"]), {}).setdefault(match["plain"], name)
    return {worker: list(segments.values()) for worker, segments in found.items()}


def _canonical(record: Record) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
