"""What a ledger's records show of a cell."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Vantage
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Evidence, Stance
from mesh.posture.observed import NO_TIME, Sighting, Sightings, merged, sighting_of, time_of

EHR: Final = "cluster.local/ns/clinic/sa/ehr"
AT: Final = 1_800_000_000.0
NAME: Final = WorkloadName("clinic", "Deployment", "ehr")
RECORD: Final[dict[str, Any]] = {
    "kind": "decision", "time": "2027-01-15T08:00:00.000000Z", "caller": EHR, "mtls": True,
    "vantage": "inbound", "observed": False, "reason": "NO_PHI", "policy": "a" * 64,
}  # fmt: skip
SUMMARY: Final = {
    **RECORD, "kind": "summary", "count": 40, "to": "2027-01-15T07:59:59.000000Z"
}  # fmt: skip
SEEN: Final = Sighting(EHR, Vantage.INBOUND, "phiguard-0", 3, AT - 60, mutual=AT - 60)
OUT: Final = Sighting(EHR, Vantage.OUTBOUND, "phiguard-0", 3, AT - 60)


def cell(peers: PeerClass = PeerClass.MESH, direction: Vantage = Vantage.INBOUND) -> Cell:
    return Cell(NAME, direction, 8080, peers)


def said(
    *sightings: Sighting,
    of: Cell | None = None,
    shared: bool = False,
    lacking: tuple[str, ...] = (),
    read_at: float | None = AT,
) -> Evidence:
    heartbeats = Sightings(sightings, read_at, 3600.0, lacking)
    return heartbeats.evidence(of or cell(), EHR, shared)


def test_a_decision_shows_its_proxy() -> None:
    found = sighting_of(RECORD, "phiguard-0")
    assert found == Sighting(
        EHR, Vantage.INBOUND, "phiguard-0", 1, AT, mutual=AT, policy="a" * 64
    )  # fmt: skip


def test_a_summary_shows_as_many_as_it_counts_at_the_time_of_the_last() -> None:
    found = sighting_of(SUMMARY, "phiguard-0")
    assert found is not None
    assert (found.count, found.last) == (40, AT - 1)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "policy"}, {"caller": None}, {"caller": "ehr"}, {"caller": 5},
        {"vantage": "sideways"}, {"vantage": ["inbound"]}, {"time": "yesterday"}, {"time": None},
        {"time": "2027-01-15T08:00:00"}, {"reason": "CALLER_MISMATCH"}, {"reason": "CANARY"},
        {"asked": "http"},  # a client with a certificate of this principal
    ],
)  # fmt: skip
def test_a_record_that_shows_no_proxy_shows_nothing(change: dict[str, Any]) -> None:
    assert sighting_of({**RECORD, **change}, "phiguard-0") is None


@pytest.mark.parametrize("count", [0, -1, True, "40", None, 1.5])
def test_a_forged_count_is_none(count: object) -> None:
    assert sighting_of({**SUMMARY, "count": count}, "phiguard-0") is None


def test_a_sender_does_not_know_the_connection() -> None:
    """Before they said null, the records of senders said false."""
    found = sighting_of({**RECORD, "vantage": "outbound", "mtls": False}, "phiguard-0")
    assert found is not None
    assert found.plain == NO_TIME


@given(
    st.dictionaries(
        st.sampled_from([*RECORD, "count", "to"]), st.none() | st.integers() | st.text()
    )
)
def test_any_record_is_read(change: dict[str, Any]) -> None:
    sighting_of({**RECORD, **change}, "phiguard-0")


@given(st.permutations([SEEN, OUT, Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, AT, plain=AT)]))
def test_the_order_of_records_does_not_matter(sightings: list[Sighting]) -> None:
    inbound, outbound = merged(sightings)
    assert (inbound.count, inbound.last, inbound.plain, inbound.mutual) == (4, AT, AT, AT - 60)
    assert outbound == OUT


def test_what_was_judged_within_the_time_is_judged() -> None:
    found = said(SEEN)
    assert (found.stance, found.at) == (Stance.JUDGED, AT - 60)
    assert "3 messages judged, by phiguard-0" in found.text


@pytest.mark.parametrize(
    "found",
    [
        said(),
        said(OUT),
        said(SEEN, shared=True),
        said(Sighting(EHR, Vantage.INBOUND, "phiguard-0", 3, AT - 3601)),
        said(SEEN, of=cell(PeerClass.PLAINTEXT)),
    ],
)
def test_what_shows_nothing_is_idle(found: Evidence) -> None:
    assert (found.stance, found.at) == (Stance.IDLE, AT)


def test_a_ledger_that_is_missing_could_say_the_opposite() -> None:
    found = said(SEEN, lacking=("the ledger of phiguard-1 was not given",))
    assert (found.stance, found.code) == (Stance.UNKNOWN, "ledger-missing")


def test_a_peer_in_plain_text_contradicts_that_none_comes_in() -> None:
    plain = Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, AT - 5, plain=AT - 5)
    found = said(plain, SEEN, of=cell(PeerClass.PLAINTEXT))
    assert (found.stance, found.code) == (Stance.DOWN, "plaintext-seen")
    assert said(plain, SEEN).stance is Stance.JUDGED


def test_a_proxy_that_does_not_wait_is_down_for_its_direction() -> None:
    looking = Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, AT - 5, looked_on=AT - 5)
    assert said(looking, SEEN).code == "observability-mode"
    assert said(looking, OUT, of=cell(direction=Vantage.OUTBOUND)).stance is Stance.JUDGED


def test_a_guard_without_a_policy_is_down_until_it_has_one() -> None:
    blind = Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, AT - 50, blind=AT - 50)
    assert said(blind, SEEN).code == "no-policy"
    later = Sighting(EHR, Vantage.INBOUND, "phiguard-0", 1, AT - 5)
    assert said(blind, SEEN, later).stance is Stance.JUDGED


def test_without_a_time_of_reading_the_decision_has_its_own() -> None:
    assert said(SEEN, read_at=None).at == AT - 60
    assert said(read_at=None).at is None


@pytest.mark.parametrize(
    "text", ["", "9999-99-99T00:00:00Z", "2027-01-15", 5, None, "0001-01-01T00:00:00+23:59"]
)
def test_what_is_no_time_is_none(text: object) -> None:
    assert time_of(text) is None
