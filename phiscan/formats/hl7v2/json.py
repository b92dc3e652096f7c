"""HL7 v2 as JSON. No standard defines it, and libraries and services write one of two forms.

    {"PID": [{"PID.5": [{"XPN.1": [{"FN.1": ["RUIZ"]}], "XPN.2": ["ANA"]}]}]}
    {"PID.5": {"PID.5.1": "RUIZ"}}
    {"PID-5": "RUIZ^ANA"}

    {"segmentId": "PID", "fields": {"5.1": "RUIZ", "3[0].1": "77120"}}

The first is the XML encoding (`hl7v2.xml`) in JSON, with as many levels as its writer chose. The
second is that of cloud stores. Values are gathered by segment, and each segment is read as a whole.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.formats.hl7v2.lines import FieldPlace, Placed, read_segment
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import is_masked

SIGN: Final = r'"(?:PID[._-]\d{1,2}(?:[._-]\d{1,2}){0,2}"|segmentId"\s*:\s*"PID")'
"""Hyperscan expression for a field of PID, which such a document has.

matches `"PID.5"`, `"PID-5.1"`, `"segmentId": "PID"`; not `"PID"`, `"PIDX"`.
"""
_SIGN: Final = re.compile(SIGN.encode())
_TEXTS: Final = frozenset(("#text", "_", "$t"))
"""Keys under which converters from XML write an element's text."""
# matches "PID.5", "PID-5.1"; not "PID"
_FIELD: Final = re.compile(
    r"([A-Z][A-Z0-9]{2})[._-](\d{1,2})(?:[._-](\d{1,2}))?(?:[._-](\d{1,2}))?"
)
_COMPONENT: Final = re.compile(r"[A-Z]{2,3}[._-](\d{1,2})")  # matches "XPN.1", "FN.1"; not "XPN"
# field, repetition, component, subcomponent. matches "5.1", "3[0].1"; not "PID.5"
_NUMBERED: Final = re.compile(r"(\d{1,2})(?:\[(\d{1,4})\])?(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?")


_NAME: Final = 5
"""The field PID-5, the patient's name."""


class _Home(NamedTuple):
    """The object that holds the fields of one segment, and the segment's name."""

    frame: Frame
    name: str


def sniff(data: bytes) -> bool:
    """Whether a JSON document has a field of PID."""
    return (b'"PID' in data or b'"segmentId"' in data) and _SIGN.search(data) is not None


def wanted(key: str) -> bool:
    """Whether the values of a key are read in such a document."""
    return (
        key in _TEXTS
        or key == "segmentId"
        or any(p.fullmatch(key) for p in (_FIELD, _COMPONENT, _NUMBERED))
    )


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Add what the segments among `leaves` say, and return the other leaves."""
    rest: list[Leaf] = []
    names = {
        id(leaf.frame): decode(data[leaf.start : leaf.end])
        for leaf in leaves
        if leaf.key == "segmentId"
    }
    segments: dict[tuple[int, str], tuple[_Home, list[Placed]]] = {}
    for leaf in leaves:
        found = _by_name(leaf) or _by_number(leaf, names)
        if found is None:
            rest.append(leaf)
            continue
        home, place, whole_field = found
        text = decode(data[leaf.start : leaf.end])
        if text.strip() and text != "null" and not is_masked(text):
            value = Placed(place, text, leaf.start, leaf.end, written=whole_field)
            segments.setdefault((id(home.frame), home.name), (home, []))[1].append(value)
    if not any(map(_is_messages, segments.values())):
        return list(leaves)
    for home, values in evidence.context.timed(segments.values()):
        read_segment(home.name, values, (home.frame.start, home.frame.start + 1), evidence)
    return rest


def _is_messages(segment: tuple[_Home, list[Placed]]) -> bool:
    """Whether a segment is a header, or a PID with a name.

    Process controllers have parameters `PID_1` to `PID_9` too.
    """
    home, values = segment
    return home.name == "MSH" or (
        home.name == "PID"
        and any(v.place[0] == _NAME and any(c.isalpha() for c in v.text) for v in values)
    )


def _by_name(leaf: Leaf) -> tuple[_Home, FieldPlace, bool] | None:
    """The place of a value under `PID.5 > XPN.1 > FN.1`, `PID.5 > PID.5.1` or `PID.5.1`.

    The outermost field's key names the segment and the field. The last item is whether the value is
    a whole field. None if no key is a field's.
    """
    path = leaf.path
    fields = ((at, field) for at, key in enumerate(path) if (field := _FIELD.fullmatch(key)))
    at, field = next(fields, (0, None))
    numbers = _numbers(field, path[at + 1 :]) if field is not None else None
    if field is None or numbers is None:
        return None
    frame, repetition = leaf.frame, 0
    while frame.parent is not None and len(frame.place.path) > at:
        if len(frame.place.path) == at + 1 and frame.is_object:
            repetition = frame.start  # the items of `"PID.3": [{...}, {...}]`
        frame = frame.parent
    whole = len(numbers) == 1
    component, sub = ([*numbers[1:], 1, 1])[:2]
    place = (numbers[0], leaf.start if whole else repetition, max(component, 1), max(sub, 1))
    return _Home(frame, field[1]), place, whole


def _numbers(field: re.Match[str], below: Sequence[str]) -> list[int] | None:
    """Field, component and subcomponent, from the keys from a field's down to a value.

    None if a key is none of these.
    """
    numbers = [int(n) for n in field.groups()[1:] if n]
    for key in below:
        own, component = _FIELD.fullmatch(key), _COMPONENT.fullmatch(key)
        if own is not None and own[1] == field[1]:
            numbers = [int(n) for n in own.groups()[1:] if n]
        elif component is not None:
            numbers.append(int(component[1]))
        elif key not in _TEXTS:
            return None
    return numbers


def _by_number(leaf: Leaf, names: dict[int, str]) -> tuple[_Home, FieldPlace, bool] | None:
    """The place of a value under `fields > 3[0].1` beside `segmentId`, like `_by_name`."""
    parts, holder = _NUMBERED.fullmatch(leaf.key), leaf.frame.parent
    if parts is None or holder is None or id(holder) not in names or len(names[id(holder)]) != 3:
        return None
    field, repetition, component, sub = (int(n or 0) for n in parts.groups())
    if field == 0:
        return None
    place = (field, repetition, max(component, 1), max(sub, 1))
    return _Home(leaf.frame, names[id(holder)]), place, component == 0
