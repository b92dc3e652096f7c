"""Sightings as lines of JSON: `sightings.jsonl` of a posture folder.

The first line says whose ledgers were read, and when. Each other line is one sighting.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from extauthz.posture.collection import Ledgers
from extauthz.posture.times import time_of, written
from mesh.message.facts import Vantage
from mesh.message.identity import is_principal
from mesh.posture.observed import NO_TIME, Sighting

_TIMES: Final = ("mutual", "plain", "looked_on", "blind")


class SightingError(ValueError):
    """The lines cannot be read. The text is one clause."""


def packed(ledgers: Ledgers) -> bytes:
    """Return the lines."""
    head = {
        "schema": 1,
        "lines": len(ledgers.sightings),
        "at": None if ledgers.at is None else written(ledgers.at),
        "replicas": sorted(ledgers.replicas),
        "problems": list(ledgers.problems),
    }
    lines = [head, *map(_line, ledgers.sightings)]
    return b"".join(orjson.dumps(each) + b"\n" for each in lines)


def unpacked(data: bytes) -> Ledgers:
    """Return what `packed` packed.

    Raises:
        SightingError: a line is torn, or has another form. Then none of them speaks.
    """
    try:
        head, *rest = map(orjson.loads, data.splitlines())
        if head["schema"] == 1 and head["lines"] == len(rest):
            return Ledgers(
                tuple(map(_sighting, rest)),
                frozenset(map(str, head["replicas"])),
                tuple(map(str, head["problems"])),
                time_of(head["at"]),
            )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SightingError("is not what `phiguard posture collect` writes") from None
    raise SightingError("was cut off, or is of a schema that this release does not know")


def _line(each: Sighting) -> dict[str, Any]:
    times = {key: written(getattr(each, key)) for key in _TIMES if getattr(each, key) != NO_TIME}
    return {
        "principal": each.principal,
        "direction": each.vantage.value,
        "replica": each.replica,
        "count": each.count,
        "last": written(each.last),
        **times,
        "policy": each.policy,
    }


def _sighting(value: Mapping[str, Any]) -> Sighting:
    times = {key: _time(value[key]) for key in _TIMES if key in value}
    principal, count = value["principal"], value["count"]
    if not is_principal(principal) or type(count) is not int or count < 1:
        raise ValueError(principal)
    return Sighting(
        principal,
        Vantage(value["direction"]),
        str(value["replica"]),
        count,
        _time(value["last"]),
        policy=str(value["policy"]),
        **times,
    )


def _time(value: object) -> float:
    found = time_of(value)
    if found is None:
        raise ValueError(value)
    return found
