from dataclasses import replace

import pytest
from canary_samples import KEYS, signed
from hypothesis import given
from hypothesis import strategies as st

from mesh.message.facts import Vantage
from mesh.policy.decision import GUARD_FAILURES
from mesh.posture.canary.nonce import HEADER, Keys, Purpose
from mesh.posture.canary.outcome import Answer, Result, Silence, result_of
from mesh.posture.canary.proof import Seen, State, prove
from mesh.posture.canary.record import record_of
from phiscan.finding import Coverage, Verdict

ID = "0123456789abcdef" * 2
SEEN = Seen(State.EXACT, Vantage.INBOUND, True, Verdict.PHI, Coverage.COMPLETE)


def refusal(seen=SEEN, *, reason="CANARY", status=403, number=ID, nonce=None):
    proof = prove(nonce or signed(), KEYS, number, seen)
    headers = {"x-phiguard-reason": reason, "x-phiguard-decision": number, HEADER: proof}
    return Answer(status, headers, b"")


def words(reason="EDGE_NOT_ALLOWED", status=403):
    return Answer(status, {"x-phiguard-reason": reason, "x-phiguard-decision": ID}, b"")


ANSWERS = {
    "our refusal": (refusal(), Result.REFUSED),
    "nothing found": (refusal(replace(SEEN, verdict=Verdict.NONE)), Result.BLIND),
    "cut off": (refusal(replace(SEEN, coverage=Coverage.TRUNCATED)), Result.BLIND),
    "another workload's guard": (
        refusal(replace(SEEN, state=State.ELSEWHERE), reason="EDGE_NOT_ALLOWED"),
        Result.WRONG_PEER,
    ),
    "changed on its way": (
        refusal(replace(SEEN, state=State.ALTERED), reason="CANARY_ALTERED"),
        Result.ALTERED,
    ),
    "the probe's own sidecar": (refusal(replace(SEEN, gate=Vantage.OUTBOUND)), Result.OWN_GATE),
    "a guard that fails": (refusal(reason="NO_POLICY", status=503), Result.GUARD_FAILED),
    "a guard that fails, without a proof": (words("OVERLOADED", 503), Result.GUARD_FAILED),
    "a guard without the key": (words(), Result.UNPROVED),
    "a proof of another reason": (refusal(reason="EDGE_NOT_ALLOWED"), Result.UNPROVED),
    "the proof of another canary": (
        refusal(nonce=signed(random="a" * 32)),
        Result.UNPROVED,
    ),
    "a proof with status 200": (refusal(status=200), Result.REACHED),
    "Istio's own refusal": (Answer(403, {}, b"RBAC: access denied"), Result.REFUSED_BY_OTHER),
    "no guard answers, closed on failure": (Answer(503, {}, b""), Result.REFUSED_BY_OTHER),
    "a refusal in forged words": (
        Answer(403, {"x-phiguard-decision": ID, "x-phiguard-reason": "YES"}, b""),
        Result.REFUSED_BY_OTHER,
    ),
    "the application": (Answer(200, {}, b"{}"), Result.REACHED),
    "the application, without that path": (Answer(404, {}, b""), Result.REACHED),
    "the application, with our words": (words(status=404), Result.REACHED),
    "a redirect": (Answer(302, {"location": "/login"}, b""), Result.REDIRECTED),
    "a closed connection": (Silence.CLOSED, Result.CLOSED),
    "nobody": (Silence.NOTHING, Result.NO_ANSWER),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_says_what_became_of_a_canary(name):
    answer, expected = ANSWERS[name]
    assert result_of(signed(), KEYS, answer)[0] is expected


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from([HEADER, "x-phiguard-reason", "x-phiguard-decision"]),
        st.sampled_from(["CANARY", ID, refusal().headers[HEADER], "", *GUARD_FAILURES]),
    ),
)
def test_no_words_without_the_proof_of_that_decision_are_a_success(status, headers):
    result, decision, seen = result_of(signed(), KEYS, Answer(status, headers, b""))
    proved = headers == refusal().headers and status >= 400
    assert result.is_success is proved
    assert decision in ("", ID)
    if proved:
        assert seen == SEEN


def test_the_proof_of_another_key_is_none():
    other = Keys(b"x" * 32)
    assert result_of(signed(other), other, refusal())[0] is Result.UNPROVED


MASKED = signed(purpose=Purpose.REDACTION)


def test_a_masked_answer_is_a_success_and_one_with_a_value_has_reached():
    record = record_of(MASKED.text)
    about, _, _ = record.partition(b'"patient"')
    masked = about + b'"patient": {"name": "******"}}'
    assert result_of(MASKED, KEYS, Answer(200, {}, masked))[0] is Result.MASKED
    assert result_of(MASKED, KEYS, Answer(200, {}, record))[0] is Result.REACHED
    assert result_of(MASKED, KEYS, Answer(200, {}, masked + b"219-09-9999"))[0] is Result.REACHED
    assert result_of(MASKED, KEYS, Answer(200, {}, b"{}"))[0] is Result.REACHED
    assert result_of(signed(), KEYS, Answer(200, {}, masked))[0] is Result.REACHED


def test_no_repr_shows_an_answers_body():
    assert repr(Answer(200, {"a": "Ana"}, b"Ana")) == "Answer(200)"
