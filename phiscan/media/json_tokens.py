"""Walks JSON text and keeps byte offsets, which no parser gives: redaction and locations need them.

It accepts what it can of broken JSON too, so that a cut-off bundle still shows whose record it is; `orjson` decides elsewhere
whether the text is valid. Cost: one regular expression match for each key with its scalar value, about 0.5 us.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import orjson

_TEXT: Final = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
SCALAR: Final = rf'(?:"{_TEXT}"|[-+\w.]++)'
"""A string with its quotes, a number, or a word. All expressions here are possessive: a token is never read twice."""


def token(skipped: str = "") -> re.Pattern[bytes]:
    """The expression of one token.

    Groups: 1 a key, or a string in an array; 2 and 3 the key's value when it is a string or another scalar; 4 the bracket that
    opens its value; 5 a bracket that opens in an array; 6 brackets that close; 7 a scalar in an array that is no string.

    Args:
        skipped: an expression of members of objects that are passed over with the blanks in front of a token, without a match.
    """
    # the blanks belong to the match: searching for the next token byte by byte takes three times as long
    passed = rf"(?:[\s,]++|{skipped})*+" if skipped else r"[\s,]*+"
    member = rf'"({_TEXT})"(?:\s*+:\s*+(?:"({_TEXT})"|([-+\w.]++)|([{{\[]))?+)?+'
    return re.compile(rf"{passed}(?:{member}|([{{\[])|([}}\]](?:[\s,]*+[}}\]])*+)|([-+\w.]++))".encode(), re.DOTALL)


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
        self.is_object = is_object
        self.path: tuple[str, ...] = () if parent is None else parent.path
        if key and (parent is None or parent.is_object):
            self.path += (key,)
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
        skipped: as of `token`; it holds no value that is wanted.
    """

    _MOST: Final = 20_000
    _LONGEST: Final = 128  # bytes; without a bound a sender fills the memory with keys

    def __init__(self, wanted: Callable[[str], Wanted], skipped: str = "") -> None:
        super().__init__()
        self._wanted = wanted
        self.tokens: Final[Callable[[bytes], Iterator[re.Match[bytes]]]] = token(skipped).finditer

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


def leaves(tokens: Iterable[re.Match[bytes]], keys: Keys) -> Iterator[Leaf | Frame]:  # noqa: C901 - a call for each token would double its cost
    """Leaves that are wanted, and the frame of each object with a `resourceType` when it closes, in document order.

    Args:
        tokens: as `keys.tokens` gives them for a document.
        keys: says what is wanted.

    Raises:
        TooDeepError: see MAX_DEPTH.
    """
    top = Frame("", 0, None, is_object=True, wanted=keys[b""][1])
    depth = 0
    for match in tokens:
        kind = match.lastindex
        if kind in (2, 3):
            key, wanted = keys[match[1]]
            if wanted is True or (wanted and top.path[-len(wanted[0]) :] in wanted):
                yield Leaf(key, match.start(kind), match.end(kind), top)
            elif key == "resourceType":
                top.resource = decode(match[kind])
        elif kind in (4, 5):
            depth += 1
            if depth > MAX_DEPTH:
                raise TooDeepError
            key, wanted = keys[match[1]] if kind == 4 else (top.key, top.wanted)
            top = Frame(key, match.start(kind), top, is_object=match[kind] == b"{", wanted=wanted)
        elif kind == 6:
            run = match[6]
            for _ in run if len(run) == 1 else range(run.count(b"}") + run.count(b"]")):
                if top.parent is not None:
                    closed, top = top, top.parent
                    depth -= 1
                    if closed.resource:
                        yield closed
        elif kind == 7 or match.end() == match.end(1) + 1:  # else a key whose value is missing
            wanted = top.wanted
            if wanted is True or (wanted and top.path[-len(wanted[0]) :] in wanted):
                yield Leaf(top.key, *match.span(kind or 1), top)
    yield from _left_open(top)


def _left_open(top: Frame) -> Iterator[Frame]:
    """The frames of a document that is cut off."""
    frame: Frame | None = top
    while frame is not None:
        if frame.resource:
            yield frame
        frame = frame.parent
