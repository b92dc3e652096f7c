"""Lines of a ledger as bytes: those that hold a word, whether their own hash fits, their time.

A question about a million records asks these things a million times, so each has a form for many
lines at once that says the same. Where it cannot tell, the form for one line does.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any, Final

import orjson

from extauthz.records.ledger.chain import unseal

Record = dict[str, Any]

TIME: Final = b'"time":"'
TIME_CHARS: Final = len("2026-11-30T08:00:00.123456Z")
_TIME_SIZE: Final = TIME_CHARS + 1
_HASH: Final = b'"hash":"'
_DIGITS_AT: Final = len(_HASH)
_HASH_END: Final = b'",'
# the key with its digits, its closing quote and the comma: what is not hashed
_HASH_CHARS: Final = _DIGITS_AT + 64 + len(_HASH_END)
_ENDS: Final = itemgetter(0, -1)
_OBJECT: Final = {tuple(b"{}")}


def lines(data: bytes, needles: Sequence[Sequence[bytes]]) -> list[bytes]:
    """Return the whole lines that hold a needle of each group, in order.

    Args:
        data: a part of a segment. What no newline ends is being written, and is left out.
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
    return parsed(line) if is_sealed(line) else None


def parsed(line: bytes) -> Record | None:
    """Return the record of a line, or None when it is torn. Its hash is not looked at."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None


def is_json(line: bytes) -> bool:
    """Whether a line is JSON: what a crash has torn is none."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def is_sealed(line: bytes) -> bool:
    """Whether the own hash of a line fits.

    It takes a fraction of the time of `unseal`: what was hashed is the line itself without its
    hash. Whether a line that fits is canonical too is left to `phiguard audit verify`.
    """
    return are_sealed([line]) or unseal(line) is not None


def are_sealed(found: Sequence[bytes]) -> bool:
    """Whether the own hash of each line fits. False may also mean that bytes cannot tell it."""
    places = list(map(bytes.find, found, repeat(_HASH)))
    if not found or min(places) < 0:
        return not found
    sha256 = hashlib.sha256
    fits = [
        sha256(line[:at] + line[at + _HASH_CHARS :]).hexdigest()
        for line, at in zip(found, places, strict=True)
    ]
    said = [
        line[at + _DIGITS_AT : at + _HASH_CHARS] for line, at in zip(found, places, strict=True)
    ]
    return b"".join(said) == '",'.join([*fits, ""]).encode()


def time_at(line: bytes) -> bytes:
    """Return what stands in the place of the time, with the quote that ends it.

    Of nested keys, none is named `time` and sorts after the record's own.
    """
    at = line.rfind(TIME) + len(TIME)
    return line[at : at + _TIME_SIZE]


def time_of(line: bytes) -> str:
    """Return the time of a line, or empty text when only the parsed record can tell it."""
    found = time_at(line)
    is_plain = found[-2:] == b'Z"' and b"\\" not in found and len(found) > TIME_CHARS
    is_object = line[:1] == b"{" and line[-1:] == b"}"
    return found[:-1].decode("ascii", "replace") if is_plain and is_object else ""


def times_of(found: Sequence[bytes]) -> list[str]:
    """Return `time_of` of each line."""
    size, count = _TIME_SIZE, len(found)
    # `time_at` of each line: a call costs as much as all it does
    times = b"".join([line[(at := line.rfind(TIME) + 8) : at + size] for line in found])
    is_plain = (
        len(times) == size * count  # no line gives more, so each gives as much
        and times[size - 2 :: size] == b"Z" * count
        and times[size - 1 :: size] == b'"' * count == b'"' * times.count(b'"')
        and b"\\" not in times
        and times.isascii()
        and all(found)
        and set(map(_ENDS, found)) == _OBJECT
    )
    return times.decode().split('"')[:-1] if is_plain else list(map(time_of, found))


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
