"""Whether a guard's ledger has the refusal of a canary."""

import pytest
from ledgers_in_folders import written

from extauthz.commands.errors import UsageError
from extauthz.commands.posture.canary_ledger import LedgerLook

OURS, POLICYS, ALLOWED = ("ab" * 16, "cd" * 16, "ef" * 16)


@pytest.fixture
def look(tmp_path):
    written(
        tmp_path / "phiguard-0",
        {"id": OURS, "reason": "CANARY", "decision": "DENY"},
        {"id": POLICYS, "reason": "EDGE_NOT_ALLOWED", "decision": "DENY"},
    )
    written(tmp_path / "phiguard-1", {"id": ALLOWED, "reason": "CANARY", "decision": "ALLOW"})
    return LedgerLook([tmp_path / "phiguard-1", tmp_path / "phiguard-0"], 0.0)


def test_the_refusal_of_a_canary_is_found_in_any_replica(look):
    assert look.holds(OURS)


@pytest.mark.parametrize("decision", [POLICYS, ALLOWED, "0" * 32])
def test_another_decision_is_none(look, decision):
    assert not look.holds(decision)


def test_a_record_that_was_changed_is_none(look, tmp_path):
    segment = next((tmp_path / "phiguard-0").glob("ledger-*.jsonl"))
    segment.write_bytes(segment.read_bytes().replace(POLICYS.encode(), b"12" * 16))
    assert look.holds(OURS)
    assert not look.holds("12" * 16)


def test_a_record_that_comes_late_is_waited_for(tmp_path, monkeypatch):
    written(tmp_path, {"id": POLICYS})
    look = LedgerLook([tmp_path], 60.0)
    late = {"id": OURS, "reason": "CANARY", "decision": "DENY"}
    monkeypatch.setattr("time.sleep", lambda _: written(tmp_path, late, worker=1))
    assert look.holds(OURS)


def test_a_folder_without_a_ledger_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="no ledger segments"):
        LedgerLook([tmp_path], 0.0)
