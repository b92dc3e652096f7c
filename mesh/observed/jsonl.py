"""The observation store's format: JSON lines, a head and then one observation per line.

    {"format":"phiguard.dev/edges","version":1,"limit":10000,"leftOut":0,"edges":2}
    {"source":"cluster.local/ns/clinic/sa/ehr","destination":...,"route":"/claims/{id}",...}

The head says how many lines follow, so a truncated file is detected. Every value is checked against
its form. So a file from another author brings no text of its own into a policy, a report or a
terminal.

The module is pure: text in, values out, and back.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

import orjson

from mesh.message import identity, paths
from mesh.message.facts import Direction, Protocol, Vantage
from mesh.message.message_types import is_recorded
from mesh.observed.observation import (
    INFO_TYPE,
    MEDIA,
    METHODS,
    OTHER_METHOD,
    Content,
    Counts,
    Encryption,
    Observation,
    Sighting,
)
from mesh.observed.route_template import is_template
from phiscan.finding import Coverage, Verdict

FORMAT: Final = "phiguard.dev/edges"
VERSION: Final = 1

_CONTENT: Final[Mapping[str, re.Pattern[str]]] = {
    "identifiers": INFO_TYPE,
    "health": INFO_TYPE,
    "masked": INFO_TYPE,
    "media": MEDIA,
}
"""The fields of `Content`, each with the form of its names."""
_LATER: Final = frozenset(("media",))
"""Keys that files of earlier guards lack."""
_KEYS: Final = frozenset((*Sighting._fields, "count", "first", "last", *_CONTENT))
_HEAD_KEYS: Final = frozenset(("format", "version", "limit", "leftOut", "edges"))
_LARGEST: Final = 1 << 53

_WordT = TypeVar("_WordT", bound=StrEnum)


class EdgesError(Exception):
    """A file cannot be used.

    The text is one line that names the file, the line and the fix. It quotes nothing from the file.
    """


@dataclass(frozen=True, slots=True)
class CountedEdges:
    """The content of an observation store.

    Args:
        left_out: messages that were not counted because the store already held `limit`
            observations.
        limit: the number of observations that the store holds at most.
    """

    observations: tuple[Observation, ...] = ()
    left_out: int = 0
    limit: int = 0


def head_line(edges: int, *, left_out: int, limit: int) -> bytes:
    """The first line of a file with this many observations."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "limit": limit,
        "leftOut": left_out,
        "edges": edges,
    }
    return orjson.dumps(head) + b"\n"


def line_of(observation: Observation) -> bytes:
    """The line of one observation."""
    sighting, content = observation.sighting, observation.content
    fields = {
        **sighting._asdict(),
        "count": observation.count,
        "first": observation.first,
        "last": observation.last,
        **{name: dict(getattr(content, name)) for name in _CONTENT},
    }
    return orjson.dumps(fields) + b"\n"


def load(data: bytes, *, file: str) -> CountedEdges:
    """Parse the bytes of a store's file. Raises EdgesError."""
    lines = data.splitlines()
    head = _head(_json(lines[0] if lines else b"", f"{file}:1"), f"{file}:1")
    if len(lines) - 1 != head["edges"] or not data.endswith(b"\n"):
        raise EdgesError(
            f"{file}:{len(lines)}: the head announces another number of lines; "
            "copy the file from the guard again"
        )
    found = [
        _observation(_json(line, f"{file}:{n}"), f"{file}:{n}")
        for n, line in enumerate(lines[1:], start=2)
    ]
    return CountedEdges(tuple(found), head["leftOut"], head["limit"])


def _json(line: bytes, where: str) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise EdgesError(
            f"{where}: not a line of an observation store; give files that `serve --edges` wrote"
        )
    return found


def _head(found: Mapping[str, Any], where: str) -> dict[str, int]:
    if found.get("format") != FORMAT:
        raise EdgesError(
            f"{where}: not an observation store; give files that `serve --edges` wrote"
        )
    if found.get("version") != VERSION:
        raise EdgesError(
            f"{where}: this phiguard cannot read its version; use the phiguard that wrote it"
        )
    if found.keys() != _HEAD_KEYS:
        raise _broken(where, "head")
    return {name: _number(found[name], 0, where, name) for name in ("limit", "leftOut", "edges")}


def _observation(found: Mapping[str, Any], where: str) -> Observation:
    if not _KEYS - _LATER <= found.keys() <= _KEYS:
        raise _broken(where, "keys")
    count = _number(found["count"], 1, where, "count")
    first, last = (_day(found[name], where, name) for name in ("first", "last"))
    if first > last:
        raise _broken(where, "last")
    content = Content(
        **{name: _counts(found.get(name, {}), count, where, name) for name in _CONTENT}
    )
    return Observation(_sighting(found, where), count, first, last, content)


def _sighting(found: Mapping[str, Any], where: str) -> Sighting:
    def text(name: str, is_valid: Callable[[str], bool]) -> str:
        value = found[name]
        if not isinstance(value, str) or not is_valid(value):
            raise _broken(where, name)
        return value

    def word(name: str, kind: type[_WordT]) -> _WordT:
        try:
            return kind(text(name, bool))
        except ValueError:
            raise _broken(where, name) from None

    if not isinstance(found["stopped"], bool):
        raise _broken(where, "stopped")
    return Sighting(
        source=text("source", _is_principal),
        destination=text("destination", _is_principal),
        service=text("service", lambda host: not host or paths.is_host_pattern(host)),
        method=text("method", lambda method: method in {"", OTHER_METHOD} or method in METHODS),
        route=text(
            "route", is_recorded if found["protocol"] == Protocol.MLLP.value else is_template
        ),
        direction=word("direction", Direction),
        vantage=word("vantage", Vantage),
        protocol=word("protocol", Protocol),
        encryption=word("encryption", Encryption),
        verdict=word("verdict", Verdict),
        coverage=word("coverage", Coverage),
        stopped=found["stopped"],
    )


def _is_principal(text: str) -> bool:
    return not text or identity.is_principal(text)


def _counts(found: object, most: int, where: str, name: str) -> Counts:
    if not isinstance(found, dict) or not all(map(_CONTENT[name].fullmatch, found)):
        raise _broken(where, name)
    counts = {kind: _number(found[kind], 1, where, name) for kind in sorted(found)}
    if any(count > most for count in counts.values()):
        raise _broken(where, name)
    return MappingProxyType(counts)


def _number(found: object, least: int, where: str, name: str) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= _LARGEST:
        raise _broken(where, name)
    return found


def _day(found: object, where: str, name: str) -> date:
    try:
        return date.fromisoformat(
            found if isinstance(found, str) and len(found) == len("2026-12-31") else ""
        )
    except ValueError:
        raise _broken(where, name) from None


def _broken(where: str, name: str) -> EdgesError:
    return EdgesError(f"{where}: `{name}` is not valid; copy the file from the guard again")
