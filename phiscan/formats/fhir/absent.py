"""Says in place of a value that it is masked: the extension `data-absent-reason` of FHIR.

    "birthDate": "1961-11-23"   ->  "_birthDate": {"extension": [{... "valueCode": "masked"}]}
    "given": ["Ana", "Q"]       ->  "given": [null, null], "_given": [{...}, {...}]
    <birthDate value="1961"/>   ->  <birthDate><extension ...><valueCode value="masked"/>...

Source: https://hl7.org/fhir/extensions/StructureDefinition-data-absent-reason.html, and
https://hl7.org/fhir/json.html#primitive for the members that begin with `_`.

A value gets no edit where this is not possible: it is a part of a string, the id of a resource, a
text of the narrative, or an item of an array that has extensions already.

Cost: one walk over the tokens of the document.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from phiscan.media_kind import Edit
from phiscan.syntax.json_lexer import COLON, STRING
from phiscan.text.possessive import repeated

_URL: Final = b"http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_REASON: Final = b'{"url":"%b","valueCode":"masked"}' % _URL
_EXTENSION: Final = b'"extension":[%b]' % _REASON
_XML_REASON: Final = b'<%%bextension url="%b"><%%bvalueCode value="masked"/></%%bextension>' % _URL
"""It takes the namespace prefix three times."""
# matches `"a": ` with group 1, `"a"` and `1.5` with group 2, and each sign of structure
_TOKEN: Final = re.compile(
    rf"({STRING}){COLON}|({STRING}|[-+\w.]++)|[{{}}\[\],]".encode(), re.DOTALL
)
_NO_EXTENSION: Final = frozenset((b'"id"', b'"resourceType"', b'"div"'))
"""Keys whose value cannot have an extension."""
# the start tag of an element up to its value
# matches b'<birthDate id="a" value="'; not b'<a>text value="'
_START: Final = re.compile(
    rb"<([\w:.-]{1,80})(?:\s++[\w:.-]{1,80}+\s?+=\s?+(?:\"[^\"<]*+\"|'[^'<]*+'))*?"
    rb"(\s++value\s?+=\s?+)[\"']\Z"
)
# the rest of that tag; matches b'" id="a"/>'; not b'" id="a'
_REST: Final = re.compile(
    rb"[\"'](" + repeated(rb"[^<>\"'/]++|\"[^\"<]*+\"|'[^'<]*+'", "*") + rb")(/?)>"
)
_LONGEST_TAG: Final = 2048


@dataclass(slots=True, eq=False, repr=False)
class _Frame:
    """An object or an array.

    Args:
        start: its first byte.
        end: the byte after its last one.
        values: of its members or items, in order.
    """

    is_object: bool
    start: int
    end: int = 0
    values: list["_Value"] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class _Value:
    """A member or an item: the ranges of its key and of its value, and the commas around it."""

    key: bytes
    key_start: int
    start: int
    end: int
    frame: _Frame | None
    comma_before: int = -1
    comma_after: int = -1

    @property
    def content(self) -> tuple[int, int]:
        """The range within the quotes."""
        return self.start + 1, self.end - 1


def in_json(data: bytes, ranges: Collection[tuple[int, int]]) -> list[Edit]:
    """Return the edits that say of these whole strings that they are masked."""
    wanted = frozenset(ranges)
    edits: list[Edit] = []
    for frame in _objects(data):
        beside = {value.key: value for value in frame.values}
        for value in frame.values:
            if value.key in _NO_EXTENSION or value.key.startswith(b'"_'):
                continue
            other = beside.get(b'"_' + value.key[1:])
            if other is not None and (other.frame is None or not other.frame.is_object):
                continue
            taken = None if other is None else other.frame
            if value.frame is None:
                if value.content in wanted:
                    edits += _of_member(value, taken)
            elif not value.frame.is_object and taken is None:
                edits += _of_items(value, value.frame, wanted)
    return sorted(edits)


def _objects(data: bytes) -> Iterator[_Frame]:
    """Yield each object when it ends."""
    walk = _Walk()
    for token in _TOKEN.finditer(data):
        ended = walk.take(token)
        if ended is not None and ended.is_object:
            yield ended


class _Walk:
    """The frames that are open while the tokens pass by."""

    def __init__(self) -> None:
        self._open: list[_Frame] = []
        self._key, self._key_start, self._comma = b"", -1, -1

    def take(self, token: re.Match[bytes]) -> _Frame | None:
        """Take one token. Return the object or array that ends with it."""
        sign, (start, end) = token[0], token.span()
        if token[1]:
            self._key, self._key_start = token[1], start
        elif sign in (b"{", b"["):
            frame = _Frame(sign == b"{", start)
            self._note(start, -1, frame)
            self._open.append(frame)
            self._comma = -1
        elif sign in (b"}", b"]"):
            if self._open:
                self._open[-1].end = end
                return self._open.pop()
        elif sign == b",":
            self._comma = start
            if self._open and self._open[-1].values:
                self._open[-1].values[-1].comma_after = start
        else:
            self._note(start, end, None)
        return None

    def _note(self, start: int, end: int, frame: _Frame | None) -> None:
        if self._open:
            value = _Value(self._key, self._key_start, start, end, frame, self._comma)
            self._open[-1].values.append(value)
        self._key = b""


def _of_member(value: _Value, taken: _Frame | None) -> Iterator[Edit]:
    name = value.key[1:-1]
    if taken is None:
        yield Edit(value.key_start, value.end, b'"_%b":{%b}' % (name, _EXTENSION))
        return
    listed = next((v for v in taken.values if v.key == b'"extension"'), None)
    if listed is not None and (listed.frame is None or listed.frame.is_object):
        return  # no list, so this is no FHIR
    if value.comma_after >= 0:
        yield Edit(value.key_start, value.comma_after + 1, b"")
    else:
        yield Edit(value.comma_before, value.end, b"")
    if listed is None or listed.frame is None:
        yield Edit(taken.start + 1, taken.start + 1, _EXTENSION + _comma_for(taken))
    else:
        at = listed.frame.start + 1
        yield Edit(at, at, _REASON + _comma_for(listed.frame))


def _comma_for(frame: _Frame) -> bytes:
    return b"," if frame.values else b""


def _of_items(member: _Value, array: _Frame, wanted: Collection[tuple[int, int]]) -> Iterator[Edit]:
    if any(item.frame is not None for item in array.values):
        return
    absent = [item.content in wanted for item in array.values]
    if not any(absent):
        return
    for item, is_absent in zip(array.values, absent, strict=True):
        if is_absent:
            yield Edit(item.start, item.end, b"null")
    reasons = (b"{%b}" % _EXTENSION if is_absent else b"null" for is_absent in absent)
    yield Edit(array.end, array.end, b',"_%b":[%b]' % (member.key[1:-1], b",".join(reasons)))


def in_xml(data: bytes, ranges: Collection[tuple[int, int]]) -> list[Edit]:
    """Return the edits that say of these whole `value` attributes that they are masked."""
    edits: list[Edit] = []
    for start, end in sorted(ranges):
        opened = data.rfind(b"<", max(0, start - _LONGEST_TAG), start)
        tag = _START.match(data, opened, start) if opened >= 0 else None
        rest = _REST.match(data, end)
        if tag is None or rest is None or tag.end() != start or data[start - 1] != data[end]:
            continue
        name = tag[1]
        if name.rpartition(b":")[2] == b"id":
            continue  # as in JSON
        prefix = name[: name.find(b":") + 1]
        text = b"%b>%b" % (rest[1].rstrip(), _XML_REASON % (prefix, prefix, prefix))
        closing = b"</%b>" % name if rest[2] else b""
        edits.append(Edit(tag.start(2), rest.end(), text + closing))
    return edits
