"""The members of a JSON object, each key once, and one of them as it is written.

A parser keeps the last of two equal keys, and rounds long numbers. What it makes of a document is
then not the document that its sender sends on.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import orjson

_SPACE: Final = re.compile(r"[ \t\n\r]*")


class TwiceError(ValueError):
    """A key stands twice in one object."""


@dataclass(frozen=True, slots=True)
class Written:
    """A JSON value as it is written, in UTF-8."""

    text: bytes = field(repr=False)


def read(data: bytes, written: str) -> dict[str, Any] | None:
    """Return the members of an object; None for another value.

    Args:
        data: the JSON text, in UTF-8.
        written: the key whose value is given as `Written`, but for a text, which is given as it is.

    Raises:
        TwiceError: a key stands twice, in the object or within a member other than `written`.
        ValueError: it is not JSON.
    """
    if not isinstance(orjson.loads(data), dict):  # it is stricter than `json`
        return None
    try:
        return _members(data.decode(), written)
    except RecursionError:
        raise ValueError("it nests too deep") from None


def _members(text: str, written: str) -> dict[str, Any]:
    """The members of an object that is known to be one."""
    found: list[tuple[str, Any]] = []
    place = _next(text, _next(text, 0) + 1)
    while text[place] != "}":
        key, place = _KEPT.raw_decode(text, place)
        start = _next(text, _next(text, place) + 1)
        value, place = (_SKIPPED if key == written else _KEPT).raw_decode(text, start)
        if key == written and not isinstance(value, str):
            value = Written(text[start:place].encode())
        found.append((key, value))
        place = _next(text, place)
        if text[place] == ",":
            place = _next(text, place + 1)
    return _once(found)


def _next(text: str, place: int) -> int:
    """Where the next mark is that is no white space."""
    found = _SPACE.match(text, place)
    return place if found is None else found.end()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise TwiceError("a key stands twice")
    return members


def _refuse(_: str) -> NoReturn:
    raise ValueError("it is no number")


_KEPT: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
_SKIPPED: Final = json.JSONDecoder(parse_constant=_refuse)
