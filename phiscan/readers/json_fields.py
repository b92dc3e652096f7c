"""The keys above a place in a JSON document: which field holds it.

Theory. Only brackets change which keys stand above a place. So the text between two brackets is
passed in one step of the expression, strings and all, and its keys are read only where a place is
asked for. A line that begins a document after another one (NDJSON) begins anew, so lines in which
nothing is asked for cost a search for bytes.

Cost: linear; one step for each bracket and each place.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from phiscan.evidence import shown_path
from phiscan.formats.fhir.tables import ELEMENTS
from phiscan.syntax.json_lexer import BLANK, COLON, TEXT
from phiscan.syntax.json_places import decode
from phiscan.text.possessive import repeated

_PASSED: Final = repeated(
    rf'[^"{{}}\[\]]++|"{TEXT}"(?!{COLON}[{{\[])' + repeated(COLON, "?"), "{0,1000}"
)
"""Strings and other scalars, their keys and what stands between them. Bounded for the memory."""
# What stands before the next brackets, then opening brackets with their key, or closing brackets,
# or the end, also of a string that is cut off. Something always matches, so no byte is tried twice.
# matches rb'"a": 1, "b": [{', rb'"c"]}'; of rb'{"a": "b"}' first "{"
_BRACKETS: Final = re.compile(
    (
        _PASSED
        + rf'(?:(?:"({TEXT})"{COLON})?([{{\[]'
        + repeated(rf"{BLANK}*+[{{\[]", "*")
        + r")|([}\]]"
        + repeated(rf"{BLANK}*+[}}\]]", "*")
        + rf')|("{TEXT}\\?\Z|\Z)|)'
    ).encode(),
    re.DOTALL,
)
_KEY, _OPENED, _CLOSED, _END = range(1, 5)
"""Regex group numbers. None of them matches where `_PASSED` reached its bound."""
# A string, and what makes it a key. matches rb'"a":', rb'"a"'; not rb'"a'
_STRING: Final = re.compile(f'"({TEXT})"({COLON})?'.encode(), re.DOTALL)
# matches rb'{"resourceType": "Patient"'; not rb'{"id": "1"'
_RESOURCE: Final = re.compile(rf'\{{{BLANK}*+"resourceType"{COLON}"([A-Za-z]{{2,40}})"'.encode())
_RESOURCE_TYPE: Final = b'"resourceType"'
_LINE: Final = b"}\n{"
"""What stands before a document on a line of its own."""
_INDENT: Final = 128
"""The most blanks between a bracket and `resourceType`, and one."""
_MOST_KEYS: Final = 16
"""The most keys of a path that are shown: the last ones."""


_Frame = re.Match[bytes] | int
"""An open object or array: the match of the brackets that it is the first of, or the offset of the
last of several, or -1 for one between them."""


def fields(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
    """Yield the path of the field that holds each offset, as it may be shown.

    Args:
        offsets: in ascending order.
    """
    known: dict[tuple[bytes, ...], str] = {}
    for keys in _Holders(data).of(offsets):
        if keys not in known:
            known[keys] = shown_path([decode(key) for key in keys], ELEMENTS)
        yield known[keys]


class _Holders:
    """Follows the brackets of a document up to each place.

    Attributes:
        _keys: the keys of the open objects and arrays, where they are worked out.
    """

    _keys: tuple[bytes, ...] | None

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._has_resources = _RESOURCE_TYPE in data
        self._begin(0)

    def of(self, offsets: Sequence[int]) -> Iterator[tuple[bytes, ...]]:
        """Yield the keys above each offset, outermost first; empty keys are left out."""
        reached = 0
        for offset in offsets:
            begin = self._nearest(reached, offset)
            if begin >= 0:
                self._begin(begin)
            reached = offset
            self._advance(offset)
            own = self._own(offset)
            above = self._keys
            if above is None:
                above = self._keys = self._path()
            yield (*above, own) if own else above

    def _nearest(self, reached: int, offset: int) -> int:
        """The nearest object before the offset at which a path begins anew, or -1."""
        data = self._data
        named = data.rfind(_RESOURCE_TYPE, reached, offset) if self._has_resources else -1
        line = data.rfind(_LINE, max(reached, named), offset)
        if line < 0 <= named:
            before = data[max(0, named - _INDENT) : named]
            opened = before.rstrip()
            if opened.endswith(b"{"):
                return named - (len(before) - len(opened)) - 1
            line = data.rfind(_LINE, reached, named)
        return line + 2 if line >= 0 else -1

    def _begin(self, at: int) -> None:
        """Begin a document at this offset."""
        self._open: list[_Frame] = []
        self._brackets = _BRACKETS.finditer(self._data, at)
        self._next = next(self._brackets)
        self._flat(at)

    def _flat(self, at: int) -> None:
        """Begin to look for keys behind a bracket."""
        self._key = b""
        self._scanned = at
        self._end = -1
        self._keys = None

    def _advance(self, offset: int) -> None:
        """Pass all brackets before the offset."""
        match, opened, flat = self._next, self._open, -1
        while match.end() <= offset and (group := match.lastindex) != _END:
            if group == _OPENED:
                first, flat = match.span(_OPENED)
                opened.append(match)
                if flat - first > 1 and (more := _count(match[_OPENED])):
                    opened += [-1] * (more - 1)
                    opened.append(flat - 1)
            elif group == _CLOSED:
                first, flat = match.span(_CLOSED)
                if flat - first == 1:
                    del opened[-1:]  # a surplus bracket closes nothing
                else:
                    del opened[max(0, len(opened) - _count(match[_CLOSED]) - 1) :]
            match = next(self._brackets)
        self._next = match
        if flat >= 0:
            self._flat(flat)

    def _own(self, offset: int) -> bytes:
        """The key of the scalar at the offset; empty in an array, or in a key."""
        if self._next.end() != self._end:
            self._end = self._next.end()
            self._strings = _STRING.finditer(self._data, self._scanned, self._end)
            self._string = next(self._strings, None)
        while (string := self._string) is not None and string.start() <= offset:
            if string[2] is not None:
                if offset < string.end(1):
                    return b""
                self._key = string[1]
            self._scanned = string.end()
            self._string = next(self._strings, None)
        return self._key

    def _path(self) -> tuple[bytes, ...]:
        """The keys of the open objects and arrays, from the innermost FHIR resource on."""
        keys: list[bytes] = []
        for frame in reversed(self._open[-_MOST_KEYS:]):
            start = frame if isinstance(frame, int) else frame.start(_OPENED)
            resource = (
                _RESOURCE.match(self._data, start) if self._has_resources and start >= 0 else None
            )
            if resource is not None:
                keys.append(resource[1])
                break
            if not isinstance(frame, int) and frame[_KEY]:
                keys.append(frame[_KEY])
        return tuple(reversed(keys))


def _count(brackets: bytes) -> int:
    """How many brackets follow the first one."""
    return len(brackets.translate(None, b" \t\r\n")) - 1
