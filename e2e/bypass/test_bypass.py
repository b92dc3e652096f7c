"""Each technique at each gate of the guard, on real Envoy.

The value arrives nowhere, and the clean twin arrives.
"""

import re
from collections.abc import Iterator

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
from e2e.bypass.attempts import ask, attempt
from e2e.bypass.laboratory import Field
from e2e.bypass.technique import CLEAN, DELIVERED, DIRTY, MARKS, Technique

ABOUT_HTTP = (framing, frames, fields, targets, methods, sizes, identity)
ABOUT_CONTENT = (codings, letters, containers, documents, binary)
"""Two sidecars in a row read a body's content no differently than each does alone."""
_AS_ELSEWHERE = (letters, documents, containers, binary)
TECHNIQUES = tuple(
    technique for family in (*ABOUT_HTTP, *ABOUT_CONTENT) for technique in family.TECHNIQUES
)
_TOKEN = re.compile(rb"x-case: ?(\w+)")
_DENIED: list[bytes] = []
"""The tokens of attempts that must not arrive, also not later."""


def _cases() -> Iterator[object]:
    """Each technique at its gates. What no second gate reads differently is a slow test there."""
    for family in (*ABOUT_HTTP, *ABOUT_CONTENT):
        is_quick = {"both": family in (framing, frames), "ext_proc": family not in _AS_ELSEWHERE}
        for technique in family.TECHNIQUES:
            for gate in technique.gates if family in ABOUT_HTTP else technique.gates[:2]:
                yield _param(
                    f"{gate} {technique.name}",
                    gate,
                    technique,
                    known_open=technique.known_open.get(gate),
                    is_slow=not is_quick.get(gate, True),
                )


def _param(name: str, *values: object, known_open: str | None, is_slow: bool = False) -> object:
    """A case with its name as its id. A way that is open is expected to fail."""
    marks = [pytest.mark.xfail(strict=True, reason=known_open)] if known_open else []
    marks += [pytest.mark.slow] if is_slow else []
    return pytest.param(*values, marks=marks, id=name.replace(" ", "-"))


@pytest.mark.parametrize(("gate", "technique"), list(_cases()))
def test_the_value_does_not_arrive_and_its_clean_twin_does(
    field: Field, gate: str, technique: Technique
) -> None:
    dirty, clean = technique.ends(gate)
    ended, arrived, _ = attempt(field, gate, technique, DIRTY, _DENIED)
    assert [mark for mark in MARKS if mark in arrived] == []
    assert (ended, bool(arrived)) == (dirty, dirty == DELIVERED)

    ended, arrived, carried = attempt(field, gate, technique, CLEAN, _DENIED)
    assert (ended, bool(arrived)) == (clean, clean == DELIVERED)
    assert clean != DELIVERED or dirty == DELIVERED or carried in arrived


def test_what_was_denied_has_not_arrived_later_either(field: Field) -> None:
    arrived = set(_TOKEN.findall(field.backend.since()))
    assert arrived & set(_DENIED) == set()
    assert len(arrived) > len(TECHNIQUES)


def test_there_are_many_techniques_each_with_a_name_of_its_own() -> None:
    assert len({technique.name for technique in TECHNIQUES}) == len(TECHNIQUES) >= 60


@pytest.mark.parametrize(
    "way", [_param(way.name, way, known_open=way.known_open) for way in ANSWERS]
)
def test_the_value_is_not_answered_and_its_clean_twin_is(field: Field, way: Answered) -> None:
    ended, heard, token = ask(field, way, DIRTY)
    assert [mark for mark in MARKS if mark in heard] == []
    is_answer = way.dirty == DELIVERED or way.dirty.endswith("via_upstream")
    assert (ended, token in heard) == (way.dirty, is_answer)

    ended, heard, token = ask(field, way, CLEAN)
    is_answer = way.clean == DELIVERED or way.clean.endswith("via_upstream")
    assert (ended, token in heard) == (way.clean, is_answer)
