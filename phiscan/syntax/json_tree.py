r"""The objects and arrays of a JSON text as a tree with byte ranges, for tables and pairs.

`phiscan.syntax.json_walk` gives single scalars. Here it matters what stands beside what.

Theory. Most objects and arrays of a document hold only scalars: the rows of a table, the cells of a
row, records. One token of the expression below is such a whole object or array, so it costs one
step whatever it holds. Its scalars are split off only when somebody asks for them.

Cost: one step for each scalar, object or array that is not within such a token, and 200 bytes for
each object or array.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from phiscan.finding import quick
from phiscan.syntax.json_lexer import BLANKS, COLON, STRING, TEXT, WORD
from phiscan.text.possessive import by_atomic_group, repeated

MAX_DEPTH: Final = 512
"""The most levels. What is deeper is not in the tree; the walk reports it as a gap."""
_SCALAR: Final = rf"(?:{STRING}|{WORD})"
_OTHER: Final = r'[^-+\w.,"{}\[\] \t\r\n]++'
# matches `{"a": 1, "b": "c"}`; not `{"a": [1]}`
_FLAT_OBJECT: Final = (
    r"\{" + repeated(f"{BLANKS}*+{STRING}{COLON}{_SCALAR}", "*") + rf"{BLANKS}*+\}}"
)
# matches `["a", 1]`; not `[["a"]]`
_FLAT_ARRAY: Final = r"\[" + repeated(f"{BLANKS}*+{_SCALAR}", "*") + rf"{BLANKS}*+\]"
_KEY: Final = by_atomic_group(f'"(?P<key>{TEXT})"{COLON}', "?")
# INVARIANT (linear time): after any blanks, one of the alternatives always matches. An object or
# array that turns out not to be flat is read twice, up to the first bracket in it.
_TOKEN: Final = re.compile(
    rf"{BLANKS}*+(?:{_KEY}"
    rf"(?:(?P<flat>{_FLAT_OBJECT}|{_FLAT_ARRAY})|(?P<opens>[{{\[])"
    rf'|"(?P<string>{TEXT})"|(?P<word>{WORD}))'
    rf'|(?P<closes>[}}\]])|"{TEXT}\\?\Z|"{TEXT}"{COLON}|{_OTHER}|\Z)'.encode(),
    re.DOTALL,
)
_KEYED, _FLAT, _OPENS, _STRING, _WORD, _CLOSES = (
    _TOKEN.groupindex[name] for name in ("key", "flat", "opens", "string", "word", "closes")
)
# matches `"a": "b"` and `"a": 1`; groups: key, string, word
_MEMBER: Final = re.compile(f'"({TEXT})"{COLON}(?:"({TEXT})"|({WORD}))'.encode(), re.DOTALL)
# matches `"b"` and `1`; groups: string, word
_ITEM: Final = re.compile(f'"({TEXT})"|({WORD})'.encode(), re.DOTALL)


class Scalar(NamedTuple):
    """A string (without its quotes), a number, `true`, `false` or `null`.

    Args:
        key: the raw key of a member of an object; empty for an item of an array.
        start: its first byte.
        end: the byte after its last one.
    """

    key: bytes
    start: int
    end: int


class Box:
    """An object or array.

    Args:
        key: the raw key whose value it is; empty for an item of an array.
        start: the offset of its opening bracket; -1 for the whole text.
        parent: what it stands in; None for the whole text, which counts as an array.
        is_object: whether it is an object.

    Attributes:
        end: the byte after its closing bracket.
        flat: whether its scalars are not split off yet.
    """

    __slots__ = ("_items", "end", "flat", "is_object", "key", "parent", "start")

    def __init__(self, key: bytes, start: int, parent: "Box | None", *, is_object: bool) -> None:
        self.key = key
        self.start = start
        self.end = start
        self.parent = parent
        self.is_object = is_object
        self.flat = False
        self._items: list[Scalar | Box] = []

    def __repr__(self) -> str:
        """Show no key, because a key may hold a value."""
        return f"Box({self.start}, {self.end})"

    def add(self, item: "Scalar | Box") -> None:
        """Append a member or an item."""
        self._items.append(item)

    def items(self, data: bytes) -> "Sequence[Scalar | Box]":
        """Its members or items, in order. They are split off anew each time if it is flat."""
        if not self.flat:
            return self._items
        start, end = self.start + 1, self.end - 1
        if self.is_object:
            members = _MEMBER.finditer(data, start, end)
            return [quick(Scalar, (m[1], *m.span(m.lastindex or 0))) for m in members]
        items = _ITEM.finditer(data, start, end)
        return [quick(Scalar, (b"", *m.span(m.lastindex or 0))) for m in items]

    def count(self, data: bytes) -> int:
        """The number of its members or items."""
        if not self.flat:
            return len(self._items)
        expression = _MEMBER if self.is_object else _ITEM
        return sum(1 for _ in expression.finditer(data, self.start + 1, self.end - 1))

    def boxes(self) -> "Iterator[Box]":
        """The objects and arrays in it, in order."""
        return (item for item in self._items if isinstance(item, Box))

    def has_scalars(self) -> bool:
        """Whether one of its members or items is no object or array."""
        return self.flat or any(isinstance(item, Scalar) for item in self._items)


def tokens(data: bytes) -> Iterable[re.Match[bytes]]:
    """The tokens of a text, for `grow`."""
    return _TOKEN.finditer(data)


def grow(data: bytes, matches: Iterable[re.Match[bytes]]) -> list[Box]:
    """Build the tree of a text.

    Args:
        data: the text. It may hold several documents, and it may be broken.
        matches: `tokens(data)`.

    Returns:
        All objects and arrays in the order in which they open. The first one is the whole text.
    """
    here = Box(b"", -1, None, is_object=False)
    here.end = len(data)
    boxes, depth = [here], 0
    for match in matches:
        kind = match.lastindex
        if kind in (_STRING, _WORD):
            here.add(Scalar(match[_KEYED] or b"", *match.span(kind)))
        elif kind == _CLOSES and here.parent is not None:
            here.end = match.end()
            here, depth = here.parent, depth - 1
        elif kind == _FLAT:
            _add(match, kind, here, boxes, data).flat = True
        elif kind == _OPENS:
            if depth == MAX_DEPTH:
                break
            here, depth = _add(match, kind, here, boxes, data), depth + 1
    while here.parent is not None:
        here.end = len(data)
        here = here.parent
    return boxes


def _add(match: re.Match[bytes], kind: int, parent: Box, boxes: list[Box], data: bytes) -> Box:
    """Add the object or array of a token. Its end is that of the token."""
    start, end = match.span(kind)
    box = Box(match[_KEYED] or b"", start, parent, is_object=data[start] == 0x7B)
    box.end = end
    parent.add(box)
    boxes.append(box)
    return box
