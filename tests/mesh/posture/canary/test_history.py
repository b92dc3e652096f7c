from dataclasses import replace

import pytest
from canary_samples import CELL, NOW
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Vantage
from mesh.posture.canary.history import (
    ALARM_SECONDS,
    History,
    HistoryError,
    line_of,
    outcome_of,
)
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Outcome, Result
from mesh.posture.canary.proof import Seen, State
from mesh.posture.cell import Cell, PeerClass, WorkloadName
from mesh.posture.evidence import Stance
from phiscan.finding import Coverage, Verdict

EHR = Cell(WorkloadName("clinic", "Deployment", "ehr"), Vantage.INBOUND, 8080, PeerClass.MESH)
CLEAR = replace(EHR, peers=PeerClass.PLAINTEXT)
SEEN = Seen(State.EXACT, Vantage.INBOUND, True, Verdict.PHI, Coverage.COMPLETE)


def outcome(result=Result.REFUSED, at=NOW, *, pod="", cell=EHR, **more):
    return Outcome(str(cell), at, "ehr.clinic:8080", pod, Purpose.REQUEST, result, **more)


def stance(*outcomes, cell=EHR, opted_in=True, problem=""):
    return History(outcomes, NOW, problem=problem).evidence(cell, opted_in).stance


STANCES = {
    Result.REFUSED: Stance.JUDGED,
    Result.MASKED: Stance.JUDGED,
    Result.REACHED: Stance.DOWN,
    Result.REDIRECTED: Stance.DOWN,
    Result.BLIND: Stance.DOWN,
}


@pytest.mark.parametrize("result", Result)
def test_an_outcome_is_evidence_of_its_cell(result):
    assert str(EHR) == CELL
    assert stance(outcome(result)) is STANCES.get(result, Stance.UNKNOWN)
    said = History([outcome(result)], NOW).evidence(EHR, opted_in=True)
    assert (said.at, said.code) == (NOW, f"canary-{result}") or result is Result.CLOSED
    assert result.is_alarm is (STANCES.get(result) is Stance.DOWN)


def test_in_clear_a_closed_connection_is_what_is_wanted_and_a_refusal_is_not():
    assert stance(outcome(Result.CLOSED, cell=CLEAR), cell=CLEAR) is Stance.CLOSED
    assert stance(outcome(Result.REFUSED, cell=CLEAR), cell=CLEAR) is Stance.DOWN
    assert stance(outcome(Result.NO_ANSWER, cell=CLEAR), cell=CLEAR) is Stance.UNKNOWN


def test_a_canary_says_nothing_of_another_cell():
    outbound = replace(EHR, direction=Vantage.OUTBOUND)
    assert stance(outcome(), cell=replace(EHR, port=8081)) is Stance.IDLE
    assert stance(outcome(), cell=outbound) is Stance.IDLE
    assert stance(outcome(), opted_in=False) is Stance.IDLE
    assert stance() is Stance.IDLE


def test_at_a_pod_the_newest_canary_counts():
    reached, refused = outcome(Result.REACHED, pod="a"), outcome(at=NOW + 1, pod="a")
    assert stance(refused, reached) is Stance.JUDGED
    assert stance(replace(reached, at=NOW + 2), refused) is Stance.DOWN
    assert stance(reached, replace(refused, pod="b")) is Stance.DOWN


def test_at_a_service_an_alarm_holds_for_an_hour_of_canaries():
    reached = outcome(Result.REACHED)
    assert stance(reached, outcome(at=NOW + ALARM_SECONDS)) is Stance.DOWN
    assert stance(reached, outcome(at=NOW + ALARM_SECONDS + 1)) is Stance.JUDGED


def test_an_alarm_is_heard_where_nobody_has_opted_in_and_where_lines_are_broken():
    assert stance(outcome(Result.REACHED), opted_in=False) is Stance.DOWN
    assert stance(outcome(Result.REACHED), problem="line 3: no JSON") is Stance.DOWN
    assert stance(outcome(), problem="line 3: no JSON") is Stance.UNKNOWN
    assert stance(opted_in=False, problem="line 3: no JSON") is Stance.UNKNOWN


OUTCOMES = st.lists(
    st.builds(
        outcome,
        st.sampled_from(Result),
        st.sampled_from([NOW, NOW + 300, NOW + 7200]),
        pod=st.sampled_from(["", "a", "b"]),
    ),
    max_size=6,
)


@given(OUTCOMES, st.randoms(use_true_random=False))
def test_order_does_not_matter(found, random):
    shuffled = random.sample(found, len(found))
    assert History(found, NOW).evidence(EHR, True) == History(shuffled, NOW).evidence(EHR, True)


@given(OUTCOMES)
def test_what_is_kept_of_a_history_says_the_same(found):
    history = History(found, NOW)
    kept = History(history.standing(), NOW)
    assert kept.evidence(EHR, opted_in=True) == history.evidence(EHR, opted_in=True)
    assert kept.newest() == history.newest()


@given(
    st.builds(
        outcome,
        st.sampled_from(Result),
        st.floats(0, 1e10),
        decision=st.sampled_from(["", "ab" * 16]),
        status=st.integers(0, 599),
        seen=st.sampled_from([None, SEEN]),
    )
)
def test_a_line_is_read_as_it_was_written(made):
    assert outcome_of(line_of(made)) == made
    assert "\n" not in line_of(made)


BROKEN = ["", "{", "[]", "1", '{"kind":"decision"}', '{"kind":"canary"}', "[" * 100_000]


@pytest.mark.parametrize("line", BROKEN)
def test_a_broken_line_is_an_error_without_its_text(line):
    with pytest.raises(HistoryError):
        outcome_of(line)


@pytest.mark.parametrize(
    "change",
    [
        ('"refused"', '"Ana Ruiz"'),
        ('"at":', '"at":"x","y":'),
        ('"at":', '"at":true,"y":'),
        ('"seen":null', '"seen":[1]'),
        ('"seen":null', '"seen":{"state":"Ana"}'),
        ('"status":0', '"status":1e999'),
        ('"cell":', '"cell":3,"y":'),
    ],
)
def test_an_unknown_word_is_an_error_without_that_word(change):
    line = line_of(outcome())
    assert change[0] in line
    with pytest.raises(HistoryError) as error:
        outcome_of(line.replace(*change))
    assert "Ana" not in str(error.value)
