"""What a guard decides on a message with a nonce: never looser, and nothing hides behind it."""

from dataclasses import replace

import pytest
from canary_samples import EHR, KEYS, NOW, PROBE, signed
from hypothesis import assume, given
from hypothesis import strategies as st
from mesh_strategies import ALL_FACTS, POLICIES, reports

import phiscan
from mesh.exchange.events import Body, Head, Trailers
from mesh.message.facts import Direction, Facts, Operation, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.policy.decide import decide
from mesh.policy.decision import GUARD_FAILURES, Action, Decision, Reason
from mesh.posture.canary.gate import Recognised, decided, is_refusal, recognise, seen, signed_of
from mesh.posture.canary.nonce import HEADER, PATH, REFUSED_HEADER, Purpose
from mesh.posture.canary.proof import DECISION_HEADER, State, prove
from mesh.posture.canary.record import record_of
from phiscan.finding import Location

BILLING = "cluster.local/ns/finance/sa/billing"
FACTS = Facts(
    source=PROBE,
    destination=EHR,
    mtls=True,
    caller=EHR,
    operation=Operation("POST", PATH, "ehr", 8080),
)
BODY = record_of(signed().text)


def found(facts=FACTS, body=BODY, nonce=None, *, more=(), outside=()):
    nonce = nonce or signed()
    report = phiscan.scan(body, content_type="application/json")
    report = replace(report, findings=(*report.findings, *outside))
    events = (Head(facts, Headers(((HEADER, nonce.text),))), Body(body, end=not more), *more)
    return recognise(nonce, facts, events, report)


def finding(field, start=-1):
    usual = phiscan.scan(BODY, content_type="application/json").findings[0]
    return usual._replace(location=Location(field, start, start))


def test_a_canary_at_its_target_is_exact_and_not_traffic():
    assert found() == Recognised(signed(), State.EXACT, is_ours=True)


def test_a_nonce_without_an_event_or_facts_is_no_canary():
    report = phiscan.scan(BODY, content_type="application/json")
    assert recognise(signed(), FACTS, (), report).state is State.ALTERED
    assert recognise(signed(), None, (Body(BODY, end=True),), report).state is State.ALTERED


def test_a_canary_may_come_in_many_pieces():
    events = (
        Head(FACTS),
        *(Body(BODY[at : at + 7], end=False) for at in range(0, len(BODY), 7)),
        Body(b"", end=True),
    )
    report = phiscan.scan(BODY, content_type="application/json")
    assert recognise(signed(), FACTS, events, report).state is State.EXACT


ALTERED = {
    "another body": {"body": BODY + b" "},
    "the record of another nonce": {"body": record_of(signed(random="a" * 32).text)},
    "no body": {"body": b""},
    "a value in its query": {
        "facts": replace(FACTS, operation=Operation("POST", f"{PATH}?ssn=536-22-8790", "ehr", 8080))
    },
    "another path": {"facts": replace(FACTS, operation=Operation("POST", "/claims", "ehr", 8080))},
    "a value in a header": {"outside": (finding("header.x-patient"),)},
    "a value that has no place": {"outside": (finding(""),)},
    "trailers": {"more": (Trailers(Headers((("x-patient", "Ana"),))),)},
    "an upgrade": {"facts": replace(FACTS, protocol=Protocol.UPGRADE)},
    "a response": {"facts": replace(FACTS, direction=Direction.RESPONSE)},
    "a request with the nonce of a response": {
        "nonce": signed(purpose=Purpose.RESPONSE),
        "body": record_of(signed(purpose=Purpose.RESPONSE).text),
    },
}


@pytest.mark.parametrize("name", ALTERED)
def test_whatever_else_comes_with_a_nonce_is_no_canary(name):
    assert found(**ALTERED[name]).state is State.ALTERED


def test_what_was_found_in_the_nonce_itself_does_not_count():
    assert found(outside=(finding(f"header.{HEADER}"),)).state is State.EXACT


ELSEWHERE = {
    "another sender": {"source": BILLING},
    "no certificate": {"source": "", "mtls": False},
    "another receiver": {"destination": BILLING, "caller": BILLING},
    "another port": {"operation": Operation("POST", PATH, "ehr", 8081)},
    "an unknown port": {"operation": Operation("POST", PATH, "ehr", 0)},
    "a proxy that speaks for another": {"caller": BILLING},
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_captured_canary_is_one_nowhere_else(name):
    assert found(replace(FACTS, **ELSEWHERE[name])).state is State.ELSEWHERE


def test_only_the_probes_own_messages_are_no_traffic():
    assert not found(replace(FACTS, source=BILLING)).is_ours
    assert not found(replace(FACTS, caller=BILLING)).is_ours
    assert found(body=b"other").is_ours


def test_the_probes_own_gate_knows_no_receiver():
    facts = Facts(
        vantage=Vantage.OUTBOUND, source=PROBE, caller=PROBE, operation=Operation("POST", PATH)
    )
    assert found(facts).state is State.EXACT
    assert seen(found(facts), facts, phiscan.scan(BODY)).gate is Vantage.OUTBOUND


def test_an_answer_is_recognised_at_the_workload_that_gives_it():
    nonce = signed(purpose=Purpose.RESPONSE)
    facts = replace(FACTS, direction=Direction.RESPONSE)
    assert found(facts, record_of(nonce.text), nonce).state is State.EXACT
    assert found(facts, BODY).state is State.ALTERED


ANSWER = replace(FACTS, direction=Direction.RESPONSE)


def refusal(**changed):
    said = seen(found(), FACTS, phiscan.scan(BODY, content_type="application/json"))
    proof = prove(signed(), KEYS, "id", said)
    usual = {HEADER: proof, REFUSED_HEADER: signed().text, DECISION_HEADER: "id"}
    return Headers(tuple((usual | changed).items()))


def test_a_refusal_on_its_way_back_is_known():
    assert is_refusal(refusal(), ANSWER, KEYS, NOW)
    assert not is_refusal(refusal(), FACTS, KEYS, NOW)
    assert not is_refusal(refusal(), replace(ANSWER, source=BILLING), KEYS, NOW)
    assert not is_refusal(refusal(), ANSWER, KEYS, NOW + 301)
    assert not is_refusal(Headers(), ANSWER, KEYS, NOW)


@pytest.mark.parametrize("name", [HEADER, REFUSED_HEADER, DECISION_HEADER])
def test_a_refusal_needs_all_that_it_was_given(name):
    assert not is_refusal(refusal(**{name: "other"}), ANSWER, KEYS, NOW)


STATES = st.sampled_from(State)
RECOGNISED = st.builds(
    Recognised,
    st.sampled_from(Purpose).map(lambda purpose: signed(purpose=purpose)),
    STATES,
    st.booleans(),
)


@given(ALL_FACTS, reports(), POLICIES, RECOGNISED, st.booleans())
def test_a_nonce_never_loosens(facts, report, policy, recognised, masked):
    decision = decide(facts, report, policy)
    with_nonce = decided(recognised, decision, masked=masked)
    assert with_nonce.action.rank >= decision.action.rank
    assert with_nonce.effect.rank >= decision.effect.rank
    passes_masked = with_nonce == replace(decision, reason=Reason.CANARY, audits=())
    assert with_nonce.effect is Action.DENY or (
        passes_masked and decision.effect is Action.REDACT and masked
    )


@given(ALL_FACTS, reports(), POLICIES, STATES)
def test_a_denial_keeps_its_reason_but_that_of_a_canary(facts, report, policy, state):
    decision = decide(facts, report, policy)
    assume(decision.action is Action.DENY and decision.reason not in GUARD_FAILURES)
    now = decided(Recognised(signed(), state, is_ours=True), decision, masked=False)
    assert now.reason is (Reason.CANARY if state is State.EXACT else decision.reason)
    assert (now.verdict, now.coverage, now.enforced) == (decision.verdict, decision.coverage, True)


@pytest.mark.parametrize("reason", sorted(GUARD_FAILURES))
@pytest.mark.parametrize("state", State)
def test_a_failure_of_the_guard_keeps_its_reason_and_is_enforced_too(reason, state):
    failed = Decision(Action.DENY, reason, enforced=False)
    now = decided(Recognised(signed(), state, is_ours=True), failed, masked=False)
    assert (now.reason, now.effect) == (reason, Action.DENY)


@pytest.mark.parametrize("action", [Action.ALLOW, Action.ALERT, Action.REDACT])
def test_what_the_policy_lets_pass_is_refused_as_altered(action):
    decision = Decision(action, Reason.ALLOWED_BY_RULE, enforced=False)
    now = decided(Recognised(signed(), State.ALTERED, is_ours=True), decision, masked=True)
    assert (now.reason, now.effect) == (Reason.CANARY_ALTERED, Action.DENY)


def test_two_values_of_the_header_are_no_nonce():
    one = (HEADER, signed().text)
    assert signed_of(Headers((one,)), KEYS, NOW) == signed()
    assert signed_of(Headers((one, one)), KEYS, NOW) is None
    assert signed_of(Headers(((HEADER, f"{signed().text}, {signed().text}"),)), KEYS, NOW) is None
    assert signed_of(Headers(), KEYS, NOW) is None
