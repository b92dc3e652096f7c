"""Walks JSON text and keeps byte offsets, which no parser gives: redaction and locations need them.

It accepts what it can of broken JSON too, so that a cut-off bundle still shows whose record it is; `orjson` decides elsewhere
whether the text is valid. Cost: one regular expression match for each key with its scalar value, about 0.5 us.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import orjson

# "key": "value" | "key": scalar | "key": (a container follows) | "string in an array" | bare scalar | bracket
_TOKEN = re.compile(
    rb'"([^"\\]*(?:\\.[^"\\]*)*)"(?:\s*:\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([-+\w.]+)|))?|([{}\[\]])|([-+\w.]+)',
    re.DOTALL,
)
MAX_DEPTH = 512
"""Containers within containers; deeper documents are reported as not seen whole."""


class TooDeepError(Exception):
    """More than MAX_DEPTH containers within each other."""


@dataclass(slots=True, eq=False)
class Frame:
    """An open object or array. `key` is the object key that it is the value of, also through arrays."""

    key: str
    start: int
    is_object: bool
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar: its key, byte range (without quotes), and the frames that enclose it, outermost first."""

    key: str
    start: int
    end: int
    frames: tuple[Frame, ...]
    quoted: bool

    def keys(self, depth: int) -> tuple[str, ...]:
        """Keys from the frame at `depth` (exclusive) down to this leaf, without the repeats that arrays add."""
        found: list[str] = []
        for i, frame in enumerate(self.frames[depth + 1 :], depth + 1):
            if frame.is_object and not self.frames[i - 1].is_object:
                continue  # the object in an array: the array has given the key
            if frame.key:  # the document itself has none
                found.append(frame.key)
        if not found or self.frames[-1].is_object:
            found.append(self.key)
        return tuple(found)


@lru_cache(maxsize=16384)
def _text(raw: bytes) -> str:
    return decode(raw)


def decode(raw: bytes) -> str:
    """The text of a JSON string's content; escapes that cannot be read stay as they are."""
    if b"\\" in raw:
        try:
            return str(orjson.loads(b'"' + raw + b'"'))
        except orjson.JSONDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def leaves(data: bytes, wanted: Callable[[str], bool]) -> Iterator[Leaf | Frame]:  # noqa: C901 - a call for each token would double its cost
    """Leaves whose key is wanted, and each object's frame when it closes, in document order; the root closes last.

    Raises:
        TooDeepError: see MAX_DEPTH.
    """
    stack = [Frame("", 0, is_object=True)]
    pending: str | None = None
    for match in _TOKEN.finditer(data):
        kind = match.lastindex
        if kind == 4:
            bracket = data[match.start()]
            if bracket in b"{[":
                if len(stack) > MAX_DEPTH:
                    raise TooDeepError
                stack.append(Frame(stack[-1].key if pending is None else pending, match.start(), bracket == 0x7B))
            elif len(stack) > 1:
                closed = stack.pop()
                if closed.is_object:
                    yield closed
            pending = None
        elif kind == 1 and match.end() > match.end(1) + 1:
            pending = _text(match[1])
        else:
            pending = None
            group = kind or 1
            key = _text(match[1]) if group in (2, 3) else stack[-1].key
            if key == "resourceType":
                stack[-1].resource = _text(match[group])
            elif wanted(key):
                yield Leaf(key, match.start(group), match.end(group), tuple(stack), group in (1, 2))
    yield from (frame for frame in reversed(stack) if frame.is_object)
