"""A body that is redacted on its way, in the forms that the policy names."""

from dataclasses import replace
from datetime import date

import pytest

from mesh.exchange.machine import Body, Exchange, Head
from mesh.message.facts import Facts, Operation
from mesh.policy.decision import Action, Reason
from mesh.policy.policy import Disclosure, Peer, Policy, Rule, Target
from phiscan.redaction.masks import MaskForm

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)
CLAIM = b'{"patientName":"Ana Ruiz","mrn":"8812031","dob":"1961-11-23","diagnosis":"E11.9"}'
KEY = bytes(range(32))


def outcome(scanner_of, form, *, key=None, today=date(2026, 1, 1), body=CLAIM, facts=FACTS):
    part = Disclosure(allow=frozenset("AH"), redact=frozenset("C"), forms=frozenset({("C", form)}))
    rules = (Rule("claims", (Peer((EHR,)),), (Target(Peer((BILLING,))),), part),)
    policy = Policy("p", "d", rules=rules, today=today)
    machine = Exchange(policy, lambda _: scanner_of(), mask_key=key)
    assert machine.receive(Head(facts)) is None
    return machine.receive(Body(body, end=True))


def test_the_body_that_leaves_has_the_year_alone(scanner_of):
    found = outcome(scanner_of, MaskForm.YEAR)
    assert (found.decision.action, found.decision.reason) == (
        Action.REDACT,
        Reason.REDACTED_BY_RULE,
    )
    assert found.decision.masks == (("DATE_OF_BIRTH", MaskForm.YEAR),)
    assert found.body == CLAIM.replace(b"1961-11-23", b"1961-01-01")


@pytest.mark.parametrize(
    ("today", "shown"),
    [(date(2050, 1, 1), b"1961-01-01"), (date(2051, 1, 1), b"1900-01-01"), (None, b"1900-01-01")],
)
def test_no_age_over_89_is_shown(scanner_of, today, shown):
    found = outcome(scanner_of, MaskForm.YEAR, today=today)
    assert found.body == CLAIM.replace(b"1961-11-23", shown)


def test_a_shifted_date_needs_the_guard_s_key(scanner_of):
    assert outcome(scanner_of, MaskForm.SHIFTED).decision.reason is Reason.REDACTION_FAILED
    shifted = outcome(scanner_of, MaskForm.SHIFTED, key=KEY).body
    assert shifted is not None
    assert len(shifted) == len(CLAIM)
    assert b"1961-11-23" not in shifted
    assert b"XXX" not in shifted


AT_A_GATE_THAT_CANNOT_REWRITE = replace(FACTS, redactable=False)


def test_what_the_sender_s_gate_masked_passes_a_gate_that_cannot_rewrite(scanner_of):
    masked = outcome(scanner_of, MaskForm.YEAR).body
    found = outcome(scanner_of, MaskForm.YEAR, body=masked, facts=AT_A_GATE_THAT_CANNOT_REWRITE)
    assert (found.decision.action, found.decision.reason) == (Action.ALLOW, Reason.MASKED_ALREADY)
    assert found.body is None


def test_a_gate_that_can_rewrite_says_that_it_masks(scanner_of):
    masked = outcome(scanner_of, MaskForm.YEAR).body
    found = outcome(scanner_of, MaskForm.YEAR, body=masked)
    assert (found.decision.reason, found.body) == (Reason.REDACTED_BY_RULE, masked)


def test_a_gate_that_cannot_rewrite_denies_what_it_has_no_key_to_compare(scanner_of):
    found = outcome(scanner_of, MaskForm.SHIFTED, facts=AT_A_GATE_THAT_CANNOT_REWRITE)
    assert found.decision.reason is Reason.REDACTION_UNAVAILABLE


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (CLAIM, "a whole date"),
        (CLAIM.replace(b"1961-11-23", b"1961-01-01T10:30:00Z"), "a time of day"),
        (CLAIM.replace(b"1961-11-23", b"1931-01-01"), "a year that shows an age over 89"),
        (CLAIM.replace(b"E11.9", b"E11.9 since 2024-05-17"), "another date"),
    ],
)
def test_a_gate_that_cannot_rewrite_denies_what_is_not_masked(scanner_of, body, why):
    found = outcome(scanner_of, MaskForm.YEAR, body=body, facts=AT_A_GATE_THAT_CANNOT_REWRITE)
    assert found.decision.reason is Reason.REDACTION_UNAVAILABLE, why


def test_a_plain_mask_is_asked_for_as_before(scanner_of):
    found = outcome(scanner_of, MaskForm.PLAIN, facts=AT_A_GATE_THAT_CANNOT_REWRITE)
    assert found.decision.reason is Reason.REDACTION_UNAVAILABLE


def test_an_alert_stays_where_the_masks_are_already_there(scanner_of):
    part = Disclosure(
        allow=frozenset("H"),
        redact=frozenset("C"),
        otherwise=Action.ALERT,
        forms=frozenset({("C", MaskForm.YEAR)}),
    )
    rules = (Rule("claims", (Peer((EHR,)),), (Target(Peer((BILLING,))),), part),)
    policy = Policy("p", "d", rules=rules, today=date(2026, 1, 1))
    machine = Exchange(policy, lambda _: scanner_of())
    assert machine.receive(Head(AT_A_GATE_THAT_CANNOT_REWRITE)) is None
    found = machine.receive(Body(CLAIM.replace(b"1961-11-23", b"1961-01-01"), end=True))
    assert (found.decision.action, found.decision.reason) == (
        Action.ALERT,
        Reason.ALERTED_BY_RULE,
    )
