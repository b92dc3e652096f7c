"""One way at one gate: the message with the value, and its clean twin."""

from dataclasses import replace
from secrets import token_hex

from e2e.mllp.laboratory import Hospital
from e2e.mllp.way import CLEAN, DIRTY, MARKS, Value, Way


def try_both(hospital: Hospital, gate: str, way: Way) -> bytes:
    """Send both. Check how each ends. Returns the token of the one that must not arrive."""
    ended, arrived, denied = _try(hospital, gate, way, DIRTY)
    assert [mark for mark in MARKS if mark in arrived] == [], way.name
    assert denied not in arrived, way.name
    assert way.dirty in (ended, "*"), way.name

    ended, arrived, token = _try(hospital, gate, way, CLEAN)
    assert way.clean in (ended, "*"), way.name
    assert way.arrives is None or (token in arrived) == way.arrives, way.name
    return denied


def _try(hospital: Hospital, gate: str, way: Way, twin: Value) -> tuple[str, bytes, bytes]:
    value = replace(twin, token=token_hex(8).upper())
    ended, _, arrived = hospital.attempt(gate, way.make(value))
    return ended, arrived, value.token.encode()
