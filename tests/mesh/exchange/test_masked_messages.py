"""Messages that are masked: proven by a second scan, and what cannot be masked."""

import gzip
import hashlib
from dataclasses import replace

import pytest
from marked_messages import (
    FACTS,
    MARKER,
    MESSAGE,
    REDACT,
    SSN,
    MarkerScanner,
    exchange,
    outcome_of,
    policy,
)

from mesh.exchange.machine import Body, Exchange, Head, Trailers
from mesh.message.body_digests import FieldChanges
from mesh.message.facts import Operation, Protocol
from mesh.message.headers import Headers
from mesh.policy.decision import Action, Mode, Reason
from phiscan.finding import (
    Finding,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES


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


@pytest.mark.parametrize("mark", [b"\x0b", b"\x1c"])
def test_a_masked_hl7_message_that_no_frame_can_hold_is_refused(mark):
    hl7 = replace(FACTS, protocol=Protocol.MLLP, operation=Operation(message_type="ADT^A01"))
    body = Body(b"ssn " + MARKER + mark, end=True)
    rules = policy((Protocol.MLLP,), **REDACT)
    outcome = outcome_of(exchange(rules), Head(hl7), body)
    assert (outcome.decision.effect, outcome.decision.reason) == (
        Action.DENY,
        Reason.REDACTION_FAILED,
    )
    assert outcome.body is None
    assert outcome_of(exchange(policy(**REDACT)), Head(FACTS), body).body is not None
