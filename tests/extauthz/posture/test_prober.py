"""A probe sends each target its canary at its moment, and never more than one in five minutes."""

from dataclasses import replace

import pytest
from canary_samples import CELL, EHR, KEYS, PROBE

from extauthz.posture import prober
from extauthz.posture.canary_client import Way
from extauthz.posture.canary_files import OutcomeFile
from extauthz.posture.prober import Prober
from mesh.message.facts import Vantage
from mesh.posture.canary.nonce import HEADER, read
from mesh.posture.canary.outcome import Answer, Result
from mesh.posture.canary.plan import Target
from mesh.posture.canary.proof import Seen, State, prove
from phiscan.finding import Coverage, Verdict

ID = "ab" * 16
SEEN = Seen(State.EXACT, Vantage.INBOUND, True, Verdict.PHI, Coverage.COMPLETE)
TARGETS = tuple(
    Target(f"clinic/Deployment/{name}/inbound/8080/mesh", f"{name}.clinic.svc", 80, EHR, 8080)
    for name in ("ehr", "lab", "ward")
)


class Clock:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now = 1_764_513_337.0

    def wait(self, seconds):
        assert seconds >= 0
        self.now += seconds
        return self.now > self.end

    end = float("inf")


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(prober.time, "time", lambda: made.now)
    monkeypatch.setattr(prober.time, "monotonic", lambda: made.now)
    return made


@pytest.fixture
def sent(monkeypatch, clock):
    """Each canary that was sent: its target and its time. Each is refused by the guard."""
    found = []

    def refuse(target, signed, _way):
        assert read(signed.text, KEYS, clock.now) == signed
        found.append((target, clock.now, signed.nonce.random))
        headers = {"x-phiguard-decision": ID, "x-phiguard-reason": "CANARY"}
        return Answer(403, {**headers, HEADER: prove(signed, KEYS, ID, SEEN)}, b"")

    monkeypatch.setattr(prober, "send", refuse)
    return found


@pytest.fixture
def probe(tmp_path):
    return Prober(KEYS, PROBE, Way(), OutcomeFile(tmp_path / "canaries.jsonl"), lambda _: True)


def test_once_sends_one_to_each_and_writes_what_became_of_it(probe, sent, tmp_path):
    outcomes = list(probe.once(TARGETS))
    assert [target for target, *_ in sent] == list(TARGETS)
    assert {(each.result, each.decision, each.seen) for each in outcomes} == {
        (Result.REFUSED, ID, SEEN)
    }
    assert len({random for *_, random in sent}) == len(TARGETS)
    assert len((tmp_path / "canaries.jsonl").read_text().splitlines()) == len(TARGETS)


@pytest.mark.usefixtures("sent")
def test_a_refusal_that_no_ledger_has_is_none(tmp_path):
    file = OutcomeFile(tmp_path / "canaries.jsonl")
    asked = []
    probe = Prober(KEYS, PROBE, Way(), file, lambda decision: bool(asked.append(decision)))
    (outcome,) = probe.once(TARGETS[:1])
    assert (outcome.result, asked) == (Result.UNRECORDED, [ID])
    assert "unrecorded" in (tmp_path / "canaries.jsonl").read_text()


def test_a_second_probe_waits_for_the_five_minutes_of_the_first(probe, sent, tmp_path, clock):
    list(probe.once(TARGETS))
    again = Prober(KEYS, PROBE, Way(), OutcomeFile(tmp_path / "canaries.jsonl"), lambda _: True)
    assert list(again.once(TARGETS)) == []
    clock.now += 300
    assert len(list(again.once(TARGETS))) == len(TARGETS)
    assert len(sent) == 2 * len(TARGETS)


def test_in_each_period_each_target_has_its_turn_and_targets_are_read_anew(probe, sent, clock):
    begun, turns = clock.now, iter([TARGETS, TARGETS[:2]])
    clock.end = begun + 2 * 3600 - 1
    list(probe.forever(lambda: next(turns), 3600, clock.wait))
    at = [(target, time - begun) for target, time, _ in sent]
    assert sum(when < 3600 for _, when in at) == 3
    assert sum(when >= 3600 for _, when in at) == 2
    assert [when for _, when in at] == sorted(when for _, when in at)


def test_it_ends_when_it_is_told_to(probe, sent, clock):
    clock.end = clock.now - 1
    assert list(probe.forever(lambda: TARGETS, 3600, clock.wait)) == []
    assert sent == []


def test_a_target_in_clear_names_no_sender(probe, monkeypatch):
    nonces = []
    monkeypatch.setattr(
        prober, "send", lambda _t, signed, _w: nonces.append(signed.nonce) or Answer(404, {}, b"")
    )
    clear = replace(TARGETS[0], cell=CELL.replace("/mesh", "/plaintext"))
    (outcome,) = probe.once([clear])
    assert (nonces[0].source, outcome.result, outcome.status) == ("", Result.REACHED, 404)
