"""Which edges decisions show, and how they were encrypted."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.posture.seen_edges import SeenEdge, edge_of, merged

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
RECORD: Final[dict[str, Any]] = {
    "kind": "decision", "time": "2026-11-30T10:00:00Z", "vantage": "inbound", "source": EHR,
    "destination": BILLING, "caller": BILLING, "mtls": True, "verdict": "none", "reason": "NO_PHI",
}  # fmt: skip
AT: Final = 1_796_032_800.0


@pytest.mark.parametrize(
    ("change", "edge"),
    [
        ({}, SeenEdge(EHR, BILLING, True, 1, 0, AT)),
        ({"verdict": "phi"}, SeenEdge(EHR, BILLING, True, 1, 1, AT)),
        ({"mtls": False, "source": None}, SeenEdge("", BILLING, False, 1, 0, AT)),
        ({"kind": "summary", "count": 40, "to": "2026-11-30T10:00:00Z"},
         SeenEdge(EHR, BILLING, True, 40, 0, AT)),
        ({"vantage": "outbound"}, None),  # a sender asks before the handshake
        ({"mtls": None}, None),
        ({"caller": EHR}, None),  # its own certificate does not say that it is the receiver
        ({"caller": None}, None),
        ({"reason": "CALLER_MISMATCH"}, None),
        ({"reason": "CANARY"}, None),
        ({"asked": "http"}, None),  # a client spoke of a connection; no proxy saw one
        ({"destination": "billing"}, None),
        ({"time": "yesterday"}, None),
        ({"kind": "start"}, None),
        ({"kind": "summary", "count": True, "to": "2026-11-30T10:00:00Z"}, None),
    ],
)  # fmt: skip
def test_what_a_record_shows(change: dict[str, Any], edge: SeenEdge | None) -> None:
    assert edge_of({**RECORD, **change}) == edge


_EDGES = st.lists(
    st.builds(
        SeenEdge, st.sampled_from(["", EHR]), st.just(BILLING), st.booleans(),
        st.integers(1, 9), st.integers(0, 9), st.floats(0, 9),
    ),
    max_size=9,
)  # fmt: skip


@given(_EDGES, st.integers(0, 9))
def test_the_order_and_the_batches_say_nothing(found: list[SeenEdge], place: int) -> None:
    halves = (*merged(found[:place]), *merged(found[place:]))
    assert merged(halves) == merged(found[::-1])


@given(st.dictionaries(st.sampled_from(list(RECORD)), st.none() | st.integers() | st.text()))
def test_any_record_is_taken(change: dict[str, Any]) -> None:
    edge_of({**RECORD, **change})
