"""Each technique at each gate of the guard, on real Envoy.

The value arrives nowhere, and the clean twin arrives.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from secrets import token_hex

import pytest

from e2e.bypass import (
    codings,
    containers,
    fields,
    framing,
    identity,
    letters,
    methods,
    sizes,
    targets,
)
from e2e.bypass.laboratory import Field
from e2e.bypass.technique import CLEAN, DELIVERED, DIRTY, MARKS, Technique, Value
from e2e.bypass.wire import send

ABOUT_HTTP = (framing, fields, targets, methods, sizes, identity)
ABOUT_CONTENT = (codings, letters, containers)
"""Two sidecars in a row read a body's content no differently than each does alone."""
TECHNIQUES = tuple(
    technique for family in (*ABOUT_HTTP, *ABOUT_CONTENT) for technique in family.TECHNIQUES
)
_TOKEN = re.compile(rb"x-case: ?(\w+)")
_DENIED: list[bytes] = []
"""The tokens of attempts that must not arrive, also not later."""


def _cases() -> Iterator[object]:
    in_a_row = {technique.name for family in ABOUT_HTTP for technique in family.TECHNIQUES}
    for technique in TECHNIQUES:
        for gate in technique.gates if technique.name in in_a_row else technique.gates[:2]:
            open_ = technique.known_open.get(gate, "")
            marks = [pytest.mark.xfail(strict=True, reason=open_)] if open_ else []
            name = f"{gate}-{technique.name.replace(' ', '-')}"
            yield pytest.param(gate, technique, marks=marks, id=name)


@pytest.mark.parametrize(("gate", "technique"), list(_cases()))
def test_the_value_does_not_arrive_and_its_clean_twin_does(
    field: Field, gate: str, technique: Technique
) -> None:
    dirty, clean = technique.ends(gate)
    ended, arrived, _ = _attempt(field, gate, technique, DIRTY)
    assert [mark for mark in MARKS if mark in arrived] == []
    assert (ended, bool(arrived)) == (dirty, dirty == DELIVERED)

    ended, arrived, carried = _attempt(field, gate, technique, CLEAN)
    assert (ended, bool(arrived)) == (clean, clean == DELIVERED)
    assert clean != DELIVERED or dirty == DELIVERED or carried in arrived


def test_what_was_denied_has_not_arrived_later_either(field: Field) -> None:
    arrived = set(_TOKEN.findall(field.backend.since()))
    assert arrived & set(_DENIED) == set()
    assert len(arrived) > len(TECHNIQUES)


def test_there_are_many_techniques_each_with_a_name_of_its_own() -> None:
    assert len({technique.name for technique in TECHNIQUES}) == len(TECHNIQUES) >= 60


def _attempt(
    field: Field, gate: str, technique: Technique, twin: Value
) -> tuple[str, bytes, bytes]:
    """Send one message. Returns how it ended, what arrived, and what should have."""
    door, callee = field.door(gate)
    value = replace(twin, token=token_hex(8), host=callee.host)
    sent = technique.make(value)
    mark, logged = field.backend.mark(), field.logged()
    heard = send(door, sent)
    ended = next(filter(None, (field.end(answer, logged) for answer in heard.answers)), DELIVERED)
    if ended != DELIVERED:
        _DENIED.append(value.token.encode())
    received = field.backend.since(mark)
    return ended, received if value.token.encode() in received else b"", sent.carried
