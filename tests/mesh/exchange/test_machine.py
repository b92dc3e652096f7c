"""Every pair of state and event, truncated bodies, late trailers, failures."""

from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_messages import (
    BILLING,
    FACTS,
    MARKER,
    MESSAGE,
    REDACT,
    SSN,
    UPGRADE,
    MarkerScanner,
    exchange,
    length,
    outcome_of,
    policy,
    reason_of,
)

from mesh.exchange.machine import Body, Exchange, Failure, Head, State, Trailers
from mesh.message.facts import Operation, Protocol
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Mode, Reason
from phiscan.fault import is_place
from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES

REACH = {State.HEAD: (), State.BODY: (Head(FACTS),), State.DONE: (Head(FACTS, end=True),)}
EVENTS = {
    "head": Head(FACTS),
    "head, end": Head(FACTS, end=True),
    "head, upgrade": Head(FACTS, UPGRADE),
    "body": Body(b"x", end=False),
    "body, end": Body(b"x", end=True),
    "trailers": Trailers(),
    "failure": Failure(Reason.OVERLOADED),
}


TABLE = {
    (State.HEAD, "head"): None,
    (State.HEAD, "head, end"): Reason.NO_PHI,
    (State.HEAD, "head, upgrade"): Reason.PROTOCOL_NOT_ALLOWED,
    (State.HEAD, "failure"): Reason.OVERLOADED,
    (State.BODY, "body"): None,
    (State.BODY, "body, end"): Reason.NO_PHI,
    (State.BODY, "trailers"): Reason.NO_PHI,
    (State.BODY, "failure"): Reason.OVERLOADED,
}


@pytest.mark.parametrize(("state", "event"), list(product(State, EVENTS)))
def test_every_event_in_every_state(state, event):
    machine = exchange(policy())
    for earlier in REACH[state]:
        machine.receive(earlier)
    assert machine.state is state
    outcome = machine.receive(EVENTS[event])
    # every pair that the table does not name is an error
    expected = TABLE.get((state, event), Reason.INTERNAL_ERROR)
    if expected is None:
        assert outcome is None
        assert machine.state is State.BODY
    else:
        assert outcome is not None
        assert outcome.decision.reason is expected
        assert (outcome.decision.action is Action.ALLOW) is (expected is Reason.NO_PHI)
        assert machine.state is State.DONE


@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=8))
def test_no_sequence_raises_and_only_a_whole_message_passes(names):
    machine = exchange(policy())
    outcomes = [machine.receive(EVENTS[name]) for name in names]
    passed = [
        n
        for n, outcome in enumerate(outcomes)
        if outcome and outcome.decision.action is Action.ALLOW
    ]
    assert len(passed) <= 1
    for n in passed:
        assert names[0].startswith("head")
        assert names[n] in {"head, end", "body, end", "trailers"}


@given(st.binary(max_size=40), st.lists(st.integers(0, 50), max_size=5))
def test_any_chunking_gives_the_same_outcome(padding, cuts):
    body = padding + MARKER + padding
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[a:b] for a, b in pairwise(places)]
    whole = outcome_of(exchange(policy(**REDACT)), Head(FACTS), Body(body, end=True))
    split = outcome_of(
        exchange(policy(**REDACT)),
        Head(FACTS),
        *(Body(chunk, end=False) for chunk in chunks),
        Trailers(),
    )
    assert (whole.decision, whole.body) == (split.decision, split.body)


def test_the_head_and_the_trailers_are_scanned():
    ssn = MARKER.decode()
    in_query = Head(replace(FACTS, operation=Operation("GET", f"/?ssn={ssn}")), end=True)
    assert reason_of(in_query) is Reason.MINIMUM_NECESSARY
    assert reason_of(Head(FACTS, Headers((("x-ssn", ssn),)), end=True)) is Reason.MINIMUM_NECESSARY
    assert reason_of(Head(FACTS), Trailers(Headers((("x-ssn", ssn),)))) is Reason.MINIMUM_NECESSARY


@pytest.mark.parametrize(
    ("head", "bodies", "reason"),
    [
        (Head(FACTS, length(1)), [Body(b"x", end=True)], Reason.NO_PHI),
        (Head(FACTS, length(2)), [Body(b"x", end=True)], Reason.TRUNCATED),
        (Head(FACTS, length(0)), [Body(b"x", end=True)], Reason.TRUNCATED),
        (Head(FACTS), [Body(b"x", end=True)], Reason.NO_PHI),
        (
            Head(FACTS),
            [Body(b"x", end=False, truncated=True), Body(b"", end=True)],
            Reason.TRUNCATED,
        ),
        # a shell that was not sent the body
        (Head(FACTS, length(5), end=True), [], Reason.TRUNCATED),
        (Head(FACTS, length(2)), [Body(b"x", end=False), Trailers()], Reason.TRUNCATED),
    ],
)
def test_a_body_of_another_length_than_announced_is_truncated(head, bodies, reason):
    assert reason_of(head, *bodies) is reason


def test_a_part_of_a_document_is_truncated():
    head = Head(FACTS, Headers((("content-range", "bytes 0-9/1000"),)))
    assert reason_of(head, Body(b"x", end=True)) is Reason.TRUNCATED


def test_an_upgrade_is_decided_without_waiting_for_a_body():
    assert reason_of(Head(FACTS, UPGRADE)) is Reason.PROTOCOL_NOT_ALLOWED
    assert reason_of(Head(FACTS, UPGRADE), rules=policy((Protocol.UPGRADE,))) is Reason.NO_PHI


def test_an_upgrade_with_a_body_that_nobody_waits_for_is_truncated():
    head = Head(FACTS, Headers((*UPGRADE.pairs, *length(9).pairs)))
    assert reason_of(head, rules=policy((Protocol.UPGRADE,))) is Reason.TRUNCATED


@pytest.mark.parametrize("rules", [policy(), policy((Protocol.UPGRADE,)), None])
def test_the_outcome_of_an_upgrade_has_the_facts_that_were_decided_on(rules):
    outcome = outcome_of(exchange(rules), Head(FACTS, UPGRADE))
    assert outcome.facts == replace(FACTS, protocol=Protocol.UPGRADE)


def test_an_outcome_has_the_facts_of_the_head():
    assert outcome_of(exchange(policy()), Head(FACTS, end=True)).facts == FACTS
    assert outcome_of(exchange(policy()), Head(FACTS), Failure(Reason.DRAINING)).facts == FACTS


def test_a_failure_before_the_head_brings_the_facts_or_has_none():
    assert outcome_of(exchange(policy()), Failure(Reason.DRAINING, FACTS)).facts == FACTS
    assert outcome_of(exchange(policy()), Failure(Reason.DRAINING)).facts is None


def test_a_failure_after_the_head_changes_no_facts():
    other = Failure(Reason.OUT_OF_TIME, replace(FACTS, source=BILLING))
    assert outcome_of(exchange(policy()), Head(FACTS), other).facts == FACTS


def test_a_tcp_connection_is_decided_at_its_head():
    head = Head(replace(FACTS, protocol=Protocol.TCP, operation=Operation(port=5432)))
    assert reason_of(head) is Reason.PROTOCOL_NOT_ALLOWED
    assert reason_of(head, rules=policy((Protocol.TCP,))) is Reason.NO_PHI


HL7 = replace(FACTS, protocol=Protocol.MLLP, operation=Operation(message_type="ADT^A01"))


def test_an_hl7_message_is_read_to_its_end():
    rules = policy((Protocol.MLLP,), allow=frozenset({"*"}))
    machine = exchange(rules)
    outcome = outcome_of(machine, Head(HL7), Body(b"ssn " + MARKER, end=True))
    assert (outcome.decision.reason, outcome.report.size) == (Reason.ALLOWED_BY_RULE, 15)
    assert reason_of(Head(HL7), Body(b"x", end=True)) is Reason.EDGE_NOT_ALLOWED


@pytest.mark.parametrize(
    ("truncated", "coverage"), [(False, Coverage.UNSCANNABLE), (True, Coverage.TRUNCATED)]
)
def test_no_scan_completes_a_message_that_is_not_of_its_protocols_form(truncated, coverage):
    rules = policy((Protocol.MLLP,))
    head = Head(HL7, gap=Gap.MALFORMED)
    outcome = outcome_of(exchange(rules), head, Body(b"x", end=True, truncated=truncated))
    assert (outcome.report.coverage, outcome.report.gap) == (coverage, Gap.MALFORMED)
    assert outcome.decision.action is Action.DENY


def test_several_content_headers_are_one_list():
    head = Head(
        FACTS,
        Headers(
            (("content-type", "a/b"), ("content-encoding", "gzip"), ("content-encoding", "br"))
        ),
    )
    assert (head.content_type, head.content_encoding) == ("a/b", "gzip, br")
    assert Head(FACTS).content_encoding == ""


DIAGNOSIS = Finding.of(
    INFO_TYPES["DIAGNOSIS"], Likelihood.LIKELY, "marker", Location("d", 0, 3), Subject.PATIENT
)


EARLIER = ScanReport((DIAGNOSIS,), verdict=Verdict.HEALTH)
NAMING = (Head(FACTS), Trailers(Headers((("x-ssn", MARKER.decode()),))))


class Unnamed(MarkerScanner):
    """Finds a patient's number without anything about their health."""

    def finish(self, *, truncated: bool) -> ScanReport:
        seen = super().finish(truncated=truncated)
        return replace(seen, verdict=Verdict.IDENTIFIERS if seen.findings else Verdict.NONE)


def test_trailers_are_judged_beside_what_has_gone_on():
    rules = policy(allow=frozenset({"PERSON_NAME"}))
    alone = outcome_of(Exchange(rules, Unnamed), *NAMING)
    beside = outcome_of(Exchange(rules, Unnamed, EARLIER), *NAMING)

    assert alone.decision.reason is Reason.NO_PHI
    assert (beside.decision.reason, beside.decision.verdict) == (
        Reason.MINIMUM_NECESSARY,
        Verdict.PHI,
    )
    # the record counts no finding twice
    assert [f.info_type for f in beside.report.findings] == [SSN]


def test_what_has_gone_on_cannot_be_masked_any_more():
    gone = ScanReport(
        (
            Finding.of(
                INFO_TYPES[SSN],
                Likelihood.LIKELY,
                "marker",
                Location("s", 0, 3),
                Subject.PATIENT,
            ),
        ),
        verdict=Verdict.IDENTIFIERS,
    )

    class Diagnosing(MarkerScanner):
        def finish(self, *, truncated: bool) -> ScanReport:
            return replace(
                super().finish(truncated=truncated), findings=(DIAGNOSIS,), verdict=Verdict.HEALTH
            )

    outcome = outcome_of(
        Exchange(policy(**REDACT), Diagnosing, gone),
        Head(FACTS),
        Trailers(Headers((("x-note", "E11.9"),))),
    )
    assert outcome.decision.reason is Reason.REDACTION_UNAVAILABLE


def test_trailers_without_a_finding_are_no_second_verdict_on_the_body():
    rules = policy(allow=frozenset())
    number = Finding.of(
        INFO_TYPES[SSN], Likelihood.LIKELY, "body", Location("ssn", 0, 11), Subject.PATIENT
    )
    earlier = ScanReport((DIAGNOSIS, number), verdict=Verdict.PHI)
    outcome = outcome_of(Exchange(rules, Unnamed, earlier), Head(FACTS), Trailers())
    assert outcome.decision.reason is Reason.NO_PHI


def test_without_a_policy_the_head_is_refused():
    outcome = outcome_of(exchange(None), Head(FACTS))
    assert (outcome.decision.action, outcome.decision.reason) == (Action.DENY, Reason.NO_POLICY)
    assert outcome.decision.enforced


def test_an_exception_denies_and_its_text_stays_inside():
    outcome = outcome_of(exchange(policy(), MarkerScanner(failing=True)), *MESSAGE[:2])
    assert (outcome.decision.action, outcome.decision.reason) == (
        Action.DENY,
        Reason.INTERNAL_ERROR,
    )
    report = outcome.report
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, Gap.INTERNAL_ERROR)
    assert is_place(report.fault)
    assert MARKER.decode() not in repr(outcome)


def test_a_scanner_that_cannot_be_opened_denies():
    assert (
        outcome_of(Exchange(policy(), iter(()).__next__), Head(FACTS)).decision.reason
        is Reason.INTERNAL_ERROR
    )


def test_a_failure_after_the_head_is_enforced_as_the_edge_is():
    monitored = policy(mode=Mode.MONITOR)
    assert not outcome_of(
        exchange(monitored), Head(FACTS), Failure(Reason.OUT_OF_TIME)
    ).decision.enforced
    assert outcome_of(
        exchange(policy()), Head(FACTS), Failure(Reason.OUT_OF_TIME)
    ).decision.enforced


def test_no_repr_shows_what_a_message_holds():
    ssn = MARKER.decode()
    facts = replace(FACTS, operation=Operation("POST", f"/?ssn={ssn}"))
    events = [
        Head(facts, Headers((("x-ssn", ssn),))),
        Body(MARKER, end=False),
        Trailers(Headers((("x-ssn", ssn),))),
    ]
    machine = exchange(policy(redact=frozenset({"*"})))
    shown = [repr(machine.receive(event)) + repr(machine) + repr(event) for event in events]
    redacted = outcome_of(exchange(policy(**REDACT)), *MESSAGE)
    assert ssn not in "".join([*shown, repr(facts), repr(redacted), repr(MESSAGE)])
    assert "body" not in repr(redacted)
