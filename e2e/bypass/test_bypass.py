"""Each technique at each gate of the guard, on real Envoy.

The value arrives nowhere, and the clean twin arrives.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from secrets import token_hex

import pytest

from e2e.bypass import (
    binary,
    codings,
    containers,
    documents,
    fields,
    frames,
    framing,
    identity,
    letters,
    methods,
    sizes,
    targets,
)
from e2e.bypass.answers import ANSWERS, Answered
from e2e.bypass.backend import ANSWERS as PREFIX
from e2e.bypass.laboratory import Field
from e2e.bypass.technique import (
    CLEAN,
    DELIVERED,
    DIRTY,
    MARKS,
    Sent,
    Technique,
    Value,
    head,
    http2,
)
from e2e.bypass.wire import send

ABOUT_HTTP = (framing, frames, fields, targets, methods, sizes, identity)
ABOUT_CONTENT = (codings, letters, containers, documents, binary)
"""Two sidecars in a row read a body's content no differently than each does alone."""
TECHNIQUES = tuple(
    technique for family in (*ABOUT_HTTP, *ABOUT_CONTENT) for technique in family.TECHNIQUES
)
_QUESTION = "question"  # the token of requests for an answer
_TOKEN = re.compile(rb"x-case: ?(\w+)")
_DENIED: list[bytes] = []
"""The tokens of attempts that must not arrive, also not later."""


def _cases() -> Iterator[object]:
    in_a_row = {technique.name for family in ABOUT_HTTP for technique in family.TECHNIQUES}
    for technique in TECHNIQUES:
        for gate in technique.gates if technique.name in in_a_row else technique.gates[:2]:
            yield _param(
                f"{gate} {technique.name}",
                gate,
                technique,
                known_open=technique.known_open.get(gate),
            )


def _param(name: str, *values: object, known_open: str | None) -> object:
    """A case with its name as its id. A way that is open is expected to fail."""
    marks = [pytest.mark.xfail(strict=True, reason=known_open)] if known_open else []
    return pytest.param(*values, marks=marks, id=name.replace(" ", "-"))


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


@pytest.mark.parametrize(
    "way", [_param(way.name, way, known_open=way.known_open) for way in ANSWERS]
)
def test_the_value_is_not_answered_and_its_clean_twin_is(field: Field, way: Answered) -> None:
    ended, heard, token = _asked(field, way, DIRTY)
    assert [mark for mark in MARKS if mark in heard] == []
    is_answer = way.dirty == DELIVERED or way.dirty.endswith("via_upstream")
    assert (ended, token in heard) == (way.dirty, is_answer)

    ended, heard, token = _asked(field, way, CLEAN)
    is_answer = way.clean == DELIVERED or way.clean.endswith("via_upstream")
    assert (ended, token in heard) == (way.clean, is_answer)


def _asked(field: Field, way: Answered, twin: Value) -> tuple[str, bytes, bytes]:
    """Ask for one answer. Returns how it ended, what was heard, and the token in the answer."""
    door, callee = field.door("responses")
    value = replace(twin, token=token_hex(8), host=callee.host)
    answer = field.backend.answers[value.token] = way.make(value)
    path = f"{PREFIX}{value.token}"
    asked = replace(value, token=_QUESTION)
    if isinstance(answer, bytes):
        parts = (head(asked, "connection: close", line=f"{way.method} {path} HTTP/1.1"),)
    else:
        parts = http2(asked, more=[(":method", way.method), (":path", path)])
    logged = field.logged()
    heard = send(door, Sent(parts, b""))
    return field.end(heard.answers[0], logged), heard.raw, value.token.encode()
