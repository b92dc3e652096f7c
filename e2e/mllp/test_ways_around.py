"""Each way at each gate, on real Envoy: the value arrives nowhere, and the clean twin arrives."""

from collections.abc import Iterator

import pytest

from e2e.mllp import content, framing
from e2e.mllp.attempts import try_both
from e2e.mllp.laboratory import Hospital
from e2e.mllp.way import Way

WAYS = (*framing.WAYS, *content.WAYS)
_DENIED: list[bytes] = []
"""The tokens of messages that must not arrive, also not later."""


def _cases() -> Iterator[object]:
    """Each way at its gates. What a message holds is read alike at both."""
    for family, gates in ((framing.WAYS, ("sender", "receiver")), (content.WAYS, ("receiver",))):
        for way in family:
            for gate in gates:
                marks = [pytest.mark.slow] if way.is_slow else []
                name = f"{gate} {way.name}".replace(" ", "-")
                yield pytest.param(gate, way, id=name, marks=marks)


@pytest.mark.parametrize(("gate", "way"), list(_cases()))
def test_the_value_does_not_arrive_and_its_clean_twin_does(
    hospital: Hospital, gate: str, way: Way
) -> None:
    _DENIED.append(try_both(hospital, gate, way))


def test_what_was_denied_has_not_arrived_later_either(hospital: Hospital) -> None:
    arrived = hospital.recorder.since(0)
    assert [token for token in _DENIED if token in arrived] == []
    assert _DENIED


def test_there_are_many_ways_each_with_a_name_of_its_own() -> None:
    assert len({way.name for way in WAYS}) == len(WAYS) >= 40
