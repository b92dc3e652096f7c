"""The same techniques where the sidecars stream messages to the guard (FULL_DUPLEX_STREAMED).

What a body holds is read by the same code as elsewhere. So only the techniques about HTTP and the
answers are tried. How each ends can differ: a body beyond Envoy's buffer is judged here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.bypass import frames, framing, sizes
from e2e.bypass.answers import ANSWERS, Answered
from e2e.bypass.attempts import ask, attempt
from e2e.bypass.laboratory import Field, open_field
from e2e.bypass.technique import CLEAN, DELIVERED, DIRTY, MARKS, Technique
from e2e.bypass.test_bypass import ABOUT_HTTP
from extauthz.demo.gates import Gates
from extauthz.demo.lab import Sidecar
from extauthz.demo.topology import ANALYTICS, BILLING, EHR

_QUICK = (framing, frames, sizes)
"""What this mode changes most. The other families are slow tests."""
TECHNIQUES = tuple(
    pytest.param(
        technique,
        marks=() if family in _QUICK else pytest.mark.slow,
        id=technique.name.replace(" ", "-"),
    )
    for family in ABOUT_HTTP
    for technique in family.TECHNIQUES
)
_SIDECARS = (
    Sidecar(EHR, gates=Gates.STREAMS),
    Sidecar(BILLING, gates=Gates.RECEIVED_STREAMS),
    Sidecar(ANALYTICS, gates=Gates.NONE),
)
_GATES = {"receiver": "ext_authz", "sender": "ext_proc"}
"""The gates, with the names of the buffering ones at the same places."""
_DENIED: list[bytes] = []


@pytest.fixture(scope="module")
def streams(envoy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with open_field(envoy, tmp_path_factory.mktemp("streams"), _SIDECARS) as running:
        yield running


@pytest.mark.parametrize("technique", TECHNIQUES)
@pytest.mark.parametrize("gate", _GATES)
def test_the_value_does_not_arrive_and_its_clean_twin_does(
    streams: Field, gate: str, technique: Technique
) -> None:
    dirty, clean = technique.ends(gate if gate in technique.at else _GATES[gate])
    ended, arrived, _ = attempt(streams, _GATES[gate], technique, DIRTY, _DENIED)
    assert [mark for mark in MARKS if mark in arrived] == []
    assert (ended == DELIVERED) == (dirty == DELIVERED)

    ended, arrived, carried = attempt(streams, _GATES[gate], technique, CLEAN, _DENIED)
    assert clean != DELIVERED or ended == DELIVERED
    assert ended != DELIVERED or dirty == DELIVERED or carried in arrived


def test_what_was_denied_has_not_arrived_later_either(streams: Field) -> None:
    arrived = streams.backend.since()
    assert _DENIED
    assert [token for token in _DENIED if token in arrived] == []


@pytest.mark.parametrize(
    "way", [w for w in ANSWERS if not w.known_open], ids=lambda w: w.name.replace(" ", "-")
)
def test_the_value_is_not_answered_and_its_clean_twin_is(streams: Field, way: Answered) -> None:
    ended, heard, _ = ask(streams, way, DIRTY)
    assert [mark for mark in MARKS if mark in heard] == []
    assert (ended == DELIVERED) == (way.dirty == DELIVERED)

    ended, heard, token = ask(streams, way, CLEAN)
    assert way.clean != DELIVERED or (ended == DELIVERED and token in heard)
