"""Walks JSON text and keeps byte offsets, which no parser gives: redaction and locations need them.

It accepts what it can of broken JSON too, so that a cut-off bundle still shows whose record it is; `orjson` decides elsewhere
whether the text is valid. Cost: one regular expression match for each key with its scalar value, about 0.5 us.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import orjson

# "key": "value" | "key": scalar | "key": (a container follows) | "string in an array" | bracket | bare scalar
# The blanks in front belong to the match: searching for the next token byte by byte takes three times as long.
_TOKEN = re.compile(
    rb'[\s,]*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?:\s*+:\s*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|([-+\w.]++)|))?|([{}\[\]])|([-+\w.]++))',
    re.DOTALL,
)
MAX_DEPTH = 512
"""Containers within containers; deeper documents are reported as not seen whole."""


Wanted = bool | tuple[tuple[str, ...], ...]
"""Whether a key's values are wanted; a tuple of path ends, all of one length, wants them in frames whose path ends so."""


class TooDeepError(Exception):
    """More than MAX_DEPTH containers within each other."""


class Frame:
    """An open object or array.

    Args:
        key: the object key that it is the value of, also through arrays; empty at the top.
        start: where its bracket stands.
        parent: the frame around it, None at the top.
        path: the keys that lead to it. An array names its key once, the objects and arrays in it add none.
        wanted: whether scalars in it are wanted, when it is an array.
        resource: its `resourceType`, as far as it has been met.
    """

    __slots__ = ("is_object", "key", "parent", "path", "resource", "start", "wanted")

    def __init__(
        self, key: str, start: int, parent: "Frame | None", *, is_object: bool, wanted: Wanted = False
    ) -> None:
        self.key = key
        self.start = start
        self.parent = parent
        self.is_object: bool = is_object
        self.path: tuple[str, ...] = parent.path if parent is not None else ()
        if key and (parent is None or parent.is_object):
            self.path = (*self.path, key)
        self.wanted = wanted
        self.resource = ""


class Leaf(NamedTuple):
    """A scalar: its key, byte range (without quotes), and the frame around it."""

    key: str
    start: int
    end: int
    frame: Frame

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to it from the top."""
        return (*self.frame.path, self.key) if self.frame.is_object else self.frame.path


class Keys(dict[bytes, tuple[str, Wanted]]):
    """What each key is as text, and where it is wanted. Remembers the answers: a process sees the same keys all day.

    Args:
        wanted: says of a key's text whether its values are wanted: always, never, or only where a frame's path ends so.
    """

    _MOST: Final = 20_000
    _LONGEST: Final = 128  # bytes; without a bound a sender fills the memory with keys

    def __init__(self, wanted: Callable[[str], Wanted]) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, raw: bytes) -> tuple[str, Wanted]:
        text = decode(raw)
        found = (text, self._wanted(text))
        if len(raw) <= self._LONGEST:
            if len(self) >= self._MOST:
                self.clear()  # else a sender of made-up keys slows down everybody after him
            self[raw] = found
        return found


def decode(raw: bytes) -> str:
    """The text of a JSON string's content; escapes that cannot be read stay as they are."""
    if b"\\" in raw:
        try:
            return str(orjson.loads(b'"' + raw + b'"'))
        except orjson.JSONDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def leaves(data: bytes, keys: Keys) -> Iterator[Leaf | Frame]:  # noqa: C901 - a call for each token would double its cost
    """Leaves that are wanted, and each object's frame when it closes, in document order; the root closes last.

    Raises:
        TooDeepError: see MAX_DEPTH.
    """
    top = Frame("", 0, None, is_object=True, wanted=keys[b""][1])
    depth = 0
    pending: tuple[str, Wanted] | None = None
    for match in _TOKEN.finditer(data):
        kind = match.lastindex
        if kind == 4:
            start = match.start(4)
            bracket = data[start]
            if bracket in b"{[":
                depth += 1
                if depth > MAX_DEPTH:
                    raise TooDeepError
                key, wanted = (top.key, top.wanted) if pending is None else pending
                top = Frame(key, start, top, is_object=bracket == 0x7B, wanted=wanted)
            elif top.parent is not None:
                closed, top = top, top.parent
                depth -= 1
                if closed.is_object:
                    yield closed
            pending = None
        elif kind == 1 and match.end() > match.end(1) + 1:
            pending = keys[match[1]]
        else:
            pending = None
            group = kind or 1
            key, wanted = keys[match[1]] if group in (2, 3) else (top.key, top.wanted)
            if wanted is True or (wanted and top.path[-len(wanted[0]) :] in wanted):
                yield Leaf(key, match.start(group), match.end(group), top)
            elif key == "resourceType":
                top.resource = decode(match[group])
    while top.parent is not None:
        closed, top = top, top.parent
        if closed.is_object:
            yield closed
    yield top
