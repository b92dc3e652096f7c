"""Every pair of state and event, truncated bodies, and proven redaction."""

import gzip
import hashlib
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.exchange.machine import Body, Exchange, Failure, Head, State, Trailers
from mesh.message.body_digests import FieldChanges
from mesh.message.facts import Facts, Operation, Protocol
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Mode, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
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

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
MARKER = b"943-11-2222"
FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)
SSN = "US_SOCIAL_SECURITY_NUMBER"
UPGRADE = Headers((("upgrade", "websocket"),))


def length(size: int) -> Headers:
    return Headers((("content-length", str(size)),))


@dataclass
class MarkerScanner:
    """Finds one marker.

    Args:
        failing: whether it raises an exception whose text holds the marker.
        remains: whether it finds the marker in everything it reads.
        unsure: whether its coverage is not complete.
    """

    failing: bool = False
    remains: bool = False
    unsure: bool = False
    chunks: list[bytes] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)

    def feed(self, chunk: bytes, /) -> None:
        if self.failing:
            raise ValueError(f"cannot read {chunk!r}")
        self.chunks.append(chunk)

    def feed_field(self, label: str, value: str, /) -> None:
        self.fields.append((label, value))

    def finish(self, *, truncated: bool) -> ScanReport:
        body = b"".join(self.chunks)
        at = 0 if self.remains else body.find(MARKER)
        found = [Location("ssn", at, at + len(MARKER))] if at >= 0 else []
        found += [Location(label) for label, value in self.fields if MARKER.decode() in value]
        findings = tuple(
            Finding.of(INFO_TYPES[SSN], Likelihood.LIKELY, "marker", location, Subject.PATIENT)
            for location in found
        )
        cut = truncated or self.unsure
        return ScanReport(
            findings=findings,
            coverage=Coverage.TRUNCATED if cut else Coverage.COMPLETE,
            gap=Gap.CUT_OFF if cut else Gap.NONE,
            verdict=Verdict.PHI if findings else Verdict.NONE,
            media="text",
            size=len(body),
        )


def policy(
    protocols: tuple[Protocol, ...] = (Protocol.HTTP,), mode: Mode = Mode.ENFORCE, **phi
) -> Policy:
    target = Target(Peer((BILLING,)), OperationMatch(protocols=protocols))
    disclosure = Disclosure(**phi)
    return Policy(
        "p", "d", mode=mode, rules=(Rule("r", (Peer((EHR,)),), (target,), disclosure, disclosure),)
    )


REDACT = {"redact": frozenset({SSN})}


def exchange(rules: Policy | None, *scanners: MarkerScanner) -> Exchange:
    supply = iter(scanners or (MarkerScanner(), MarkerScanner()))
    return Exchange(rules, lambda _: next(supply))


def outcome_of(machine: Exchange, *events):
    *early, last = [machine.receive(event) for event in events]
    assert early == [None] * len(early)
    assert machine.state is State.DONE
    return last


def reason_of(*events, rules: Policy | None = None) -> Reason:
    return outcome_of(exchange(rules or policy()), *events).decision.reason


# --- the state table

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


# --- coverage


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


def test_several_content_headers_are_one_list():
    head = Head(
        FACTS,
        Headers(
            (("content-type", "a/b"), ("content-encoding", "gzip"), ("content-encoding", "br"))
        ),
    )
    assert (head.content_type, head.content_encoding) == ("a/b", "gzip, br")
    assert Head(FACTS).content_encoding == ""


# --- redaction

MESSAGE = (Head(FACTS), Body(b"ssn " + MARKER, end=False), Body(b" end", end=True))


def test_a_redacted_body_replaces_the_message():
    outcome = outcome_of(exchange(policy(**REDACT)), *MESSAGE)
    assert (outcome.decision.effect, outcome.decision.reason) == (
        Action.REDACT,
        Reason.REDACTED_BY_RULE,
    )
    assert outcome.body is not None
    assert MARKER not in outcome.body
    assert outcome.body.startswith(b"ssn ")
    assert outcome.body.endswith(b" end")


def _sha256(body):
    return hashlib.sha256(body).hexdigest()


def test_a_digest_of_the_body_goes_on_anew_and_one_of_a_masked_value_does_not():
    digests = Headers(
        (
            ("x-body", _sha256(b"ssn " + MARKER + b" end")),
            ("x-key", _sha256(MARKER)),
            ("x-other", _sha256(b"other")),
        )
    )
    outcome = outcome_of(
        exchange(policy(**REDACT)), replace(MESSAGE[0], headers=digests), *MESSAGE[1:]
    )
    assert outcome.fields.renewed == (("x-body", _sha256(outcome.body)),)
    assert outcome.fields.removed == ("x-key",)


def test_so_do_digests_in_trailers_behind_a_body_that_was_masked():
    outcome = outcome_of(exchange(policy(**REDACT)), *MESSAGE)
    behind = Exchange(
        policy(**REDACT), lambda _: MarkerScanner(), ScanReport(), replaced=outcome.replaced
    )
    digests = (("x-body", _sha256(b"ssn " + MARKER + b" end")), ("x-key", _sha256(MARKER)))
    trailers = outcome_of(behind, Head(FACTS), Trailers(Headers((*digests, ("x-a", "b")))))
    assert trailers.fields.renewed == (("x-body", _sha256(outcome.body)),)
    assert trailers.fields.removed == ("x-key",)
    # behind a body that was not masked they stay
    plain = Exchange(policy(**REDACT), lambda _: MarkerScanner(), ScanReport())
    left = outcome_of(plain, Head(FACTS), Trailers(Headers(digests)))
    assert left.fields == FieldChanges()


def test_the_second_scan_reads_the_body_that_leaves():
    proof = MarkerScanner()
    outcome = outcome_of(exchange(policy(**REDACT), MarkerScanner(), proof), *MESSAGE)
    assert b"".join(proof.chunks) == outcome.body


@pytest.mark.parametrize("proof", [MarkerScanner(remains=True), MarkerScanner(unsure=True)])
def test_a_redaction_that_a_second_scan_does_not_prove_is_denied(proof):
    outcome = outcome_of(exchange(policy(**REDACT), MarkerScanner(), *[proof] * 4), *MESSAGE)
    assert (outcome.decision.action, outcome.decision.reason) == (
        Action.DENY,
        Reason.REDACTION_FAILED,
    )
    assert (outcome.decision.redact, outcome.body) == ((), None)


def test_a_proof_that_could_not_read_the_masked_body_is_none_where_unread_messages_pass():
    """`onUnscannable: ALERT` speaks of what a sender sent, not of what the guard would send on."""
    lenient = replace(policy(**REDACT), on_unscannable=Action.ALERT)
    machine = exchange(lenient, MarkerScanner(), MarkerScanner(unsure=True))
    decision = outcome_of(machine, *MESSAGE).decision
    assert (decision.action, decision.reason) == (Action.DENY, Reason.REDACTION_FAILED)


@pytest.mark.parametrize(
    ("more", "reason"), [(0, Reason.REDACTED_BY_RULE), (1, Reason.REDACTION_FAILED)]
)
def test_a_body_of_the_largest_size_can_be_masked_and_a_larger_one_cannot(
    monkeypatch, more, reason
):
    monkeypatch.setattr("mesh.exchange.machine._MAX_KEPT", 20)
    body = Body(MARKER + b" " * (20 - len(MARKER) + more), end=True)
    machine = exchange(policy(**REDACT), MarkerScanner(), MarkerScanner())
    assert outcome_of(machine, Head(FACTS), body).decision.reason is reason


class Uncovering(MarkerScanner):
    """Finds a phone number once the marker is gone."""

    def finish(self, *, truncated: bool) -> ScanReport:
        seen = super().finish(truncated=truncated)
        at = b"".join(self.chunks).find(b"end")
        if seen.findings or at < 0:
            return seen
        phone = Finding.of(
            INFO_TYPES["PHONE_NUMBER"],
            Likelihood.LIKELY,
            "tail",
            Location("", at, at + 3),
            Subject.PATIENT,
        )
        return replace(seen, findings=(phone,), verdict=Verdict.PHI)


def test_what_a_mask_uncovers_is_masked_too():
    rules = policy(redact=frozenset({SSN, "PHONE_NUMBER"}))
    outcome = outcome_of(exchange(rules, MarkerScanner(), Uncovering(), Uncovering()), *MESSAGE)
    assert (outcome.decision.action, outcome.body) == (Action.REDACT, b"ssn XXX XXX")


def test_what_a_mask_uncovers_and_the_policy_denies_is_denied():
    rules = policy(redact=frozenset({SSN}), deny=frozenset({"PHONE_NUMBER"}))
    outcome = outcome_of(exchange(rules, MarkerScanner(), Uncovering()), *MESSAGE)
    assert outcome.decision.reason is Reason.REDACTION_FAILED


def test_a_body_that_cannot_be_masked_is_denied():
    class Mislocating(MarkerScanner):
        def finish(self, *, truncated: bool) -> ScanReport:
            seen = super().finish(truncated=truncated)
            return replace(seen, encodings=("gzip",))  # the bytes are not gzip: masking them fails

    outcome = outcome_of(exchange(policy(**REDACT), Mislocating(), MarkerScanner()), *MESSAGE)
    assert (outcome.decision.action, outcome.decision.reason) == (
        Action.DENY,
        Reason.REDACTION_FAILED,
    )


def test_a_body_too_long_to_keep_is_denied_rather_than_passed():
    huge = [Body(b"x" * (1 << 20), end=False)] * 8
    outcome = outcome_of(exchange(policy(**REDACT)), *MESSAGE[:2], *huge, Body(b"", end=True))
    assert outcome.decision.reason is Reason.REDACTION_FAILED


def test_nothing_is_replaced_where_the_policy_only_monitors():
    outcome = outcome_of(exchange(policy(mode=Mode.MONITOR, **REDACT)), *MESSAGE)
    assert (outcome.decision.action, outcome.decision.effect, outcome.body) == (
        Action.REDACT,
        Action.ALLOW,
        None,
    )


def test_a_redaction_that_would_fail_is_reported_where_the_policy_only_monitors():
    """In `monitor` the record says what `enforce` would do: deny, not redact."""
    proofs = [MarkerScanner(remains=True)] * 4
    decisions = [
        outcome_of(
            exchange(policy(mode=mode, **REDACT), MarkerScanner(), *proofs), *MESSAGE
        ).decision
        for mode in Mode
    ]
    assert {(d.action, d.reason) for d in decisions} == {(Action.DENY, Reason.REDACTION_FAILED)}
    assert [d.enforced for d in decisions] == [mode is Mode.ENFORCE for mode in Mode]


def test_the_proof_of_a_redaction_knows_whom_the_head_names():
    class BesideAName(Uncovering):
        """What it finds is PHI only together with a name in the head."""

        def finish(self, *, truncated: bool) -> ScanReport:
            seen = super().finish(truncated=truncated)
            return replace(
                seen,
                verdict=Verdict.PHI
                if ("header.x-name", "Ana Ruiz") in self.fields
                else Verdict.NONE,
            )

    naming = Head(FACTS, Headers((("x-name", "Ana Ruiz"),)))
    bodies = [
        outcome_of(
            exchange(policy(**REDACT), MarkerScanner(), BesideAName()), head, *MESSAGE[1:]
        ).body
        for head in (naming, Head(FACTS))
    ]
    assert bodies == [None, b"ssn XXX end"]


def test_a_digest_of_the_body_without_its_content_coding_goes_on_anew():
    class Decoding(MarkerScanner):
        def finish(self, *, truncated: bool) -> ScanReport:
            self.chunks = [gzip.decompress(b"".join(self.chunks))]
            return replace(super().finish(truncated=truncated), encodings=("gzip",))

    text = b"ssn " + MARKER
    digests = Headers((("x-text", _sha256(text)),))
    outcome = outcome_of(
        exchange(policy(**REDACT), Decoding(), Decoding()),
        Head(FACTS, digests),
        Body(gzip.compress(text), end=True),
    )
    assert gzip.decompress(outcome.body) == b"ssn XXX"
    assert outcome.fields == FieldChanges(renewed=(("x-text", _sha256(b"ssn XXX")),))


def test_a_plain_mask_that_a_gate_cannot_write_costs_no_further_scan():
    only = MarkerScanner()
    head = Head(replace(FACTS, redactable=False))
    outcome = outcome_of(exchange(policy(**REDACT), only), head, *MESSAGE[1:])
    assert outcome.decision.reason is Reason.REDACTION_UNAVAILABLE


# --- trailers after the answer on their body

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


# --- failures


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
