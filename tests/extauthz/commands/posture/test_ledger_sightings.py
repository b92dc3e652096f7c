"""Which proxies the ledgers of all replicas show."""

import pytest
from ledgers_in_folders import BILLING, EHR, written

from extauthz.commands.errors import UsageError
from extauthz.commands.posture import ledger_sightings
from mesh.message.facts import Vantage

START = {"kind": "start", "version": "0.1.0", "worker": 0, "nonce": "0" * 32, "settings": None}


@pytest.fixture
def replicas(tmp_path):
    """Two replicas; the second has two workers."""
    for host, worker, records in (
        ("phiguard-0", 0, [{}, {"mtls": False}]),
        ("phiguard-1", 0, [{"caller": EHR, "vantage": "outbound", "mtls": None}]),
        ("phiguard-1", 1, [{}, {"caller": None}]),
    ):
        written(tmp_path / host, {**START, "host": host}, *records, worker=worker)
    return [tmp_path / "phiguard-0", tmp_path / "phiguard-1"]


def test_each_replica_says_what_it_saw(replicas):
    found = ledger_sightings.read(replicas, [], 5.0)
    assert (found.problems, found.at) == ((), 5.0)
    assert found.replicas == {"phiguard-0", "phiguard-1"}
    assert [(s.principal, s.vantage, s.replica, s.count) for s in found.sightings] == [
        (EHR, Vantage.OUTBOUND, "phiguard-1", 1),
        (BILLING, Vantage.INBOUND, "phiguard-0", 2),
        (BILLING, Vantage.INBOUND, "phiguard-1", 1),
    ]
    assert found.sightings[1].plain > found.sightings[1].mutual


def test_a_ledger_that_does_not_verify_shows_nothing_and_is_named(replicas):
    segment = next(replicas[1].glob("ledger-1-*"))
    segment.write_bytes(
        segment.read_bytes().replace(b'"NO_PHI"', b'"XX_PHI"').replace(b'"DENY"', b'"ALLW"')
    )
    found = ledger_sightings.read(replicas, [], 5.0)
    (problem,) = found.problems
    assert problem.startswith(f"{segment}:3: changed or torn")
    assert found.replicas == {"phiguard-0"}
    assert [(s.replica, s.count) for s in found.sightings if s.principal == BILLING] == [
        ("phiguard-0", 2)
    ]


def test_segments_that_are_gone_are_a_break_unless_their_head_is_known(tmp_path):
    folder = tmp_path / "phiguard-0"
    head = written(folder, {**START, "host": "phiguard-0"}, {})
    written(folder, {}, day=2)
    min(folder.glob("ledger-0-*.jsonl")).unlink()
    assert ledger_sightings.read([folder], [], 5.0).problems
    found = ledger_sightings.read([folder], [head], 5.0)
    assert (found.problems, found.replicas) == ((), {"phiguard-0"})


def test_a_folder_without_a_ledger_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="no ledger segments"):
        ledger_sightings.read([tmp_path], [], 5.0)
