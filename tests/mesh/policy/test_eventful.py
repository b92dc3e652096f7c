from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from mesh_strategies import ALL_FACTS, BILLING, EHR, POLICIES, found, reports

from mesh.message.facts import Direction, Facts, Protocol
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Decision, Mode, Reason
from mesh.policy.eventful import is_eventful
from mesh.policy.policy import Disclosure, Peer, Policy, Rule, Target, Terms
from phiscan.finding import Coverage, Gap, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import Identifier

FACTS = Facts(source=EHR, destination=BILLING, mtls=True)
RULE = Rule("r", (Peer((EHR,)),), (Target(Peer((BILLING,))),))
POLICY = Policy("p", "d", rules=(RULE,))
DAY = date(2026, 6, 1)
NAME = found("PERSON_NAME", Subject.PROVIDER)


def eventful(facts=FACTS, report=ScanReport(media="json"), policy=POLICY):  # noqa: B008 - frozen
    return is_eventful(facts, decide(facts, report, policy), report, policy)


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("mode", Mode)
def test_a_message_in_which_nothing_was_found_is_uneventful(direction, mode):
    assert not eventful(replace(FACTS, direction=direction), policy=replace(POLICY, mode=mode))


def test_so_it_is_where_the_default_action_opens_the_edge():
    assert not eventful(policy=Policy("p", "d", default_action=Action.ALLOW))


@pytest.mark.parametrize(
    "changed",
    [
        {"mtls": None},
        {"mtls": False},
        {"source": ""},
        {"destination": ""},
        {"protocol": Protocol.TCP},
        {"caller": EHR},
    ],
)
def test_what_is_not_known_of_the_connection_is_eventful(changed):
    rule = replace(RULE, targets=(Target(Peer((BILLING,))),), mtls=False)
    assert eventful(replace(FACTS, **changed), policy=replace(POLICY, rules=(rule,)))


@pytest.mark.parametrize(
    "changed",
    [
        {"findings": (NAME,)},
        {"providers": (NAME,)},
        {"unlisted": 1},
        {"verdict": Verdict.HEALTH},
        {"coverage": Coverage.TRUNCATED},
        {"gap": Gap.PIXELS},
        {"opaque": (Location("", 0, 1),)},
        {"fault": "ValueError at phiscan/x.py:1"},
    ],
)
def test_what_was_found_or_not_read_is_eventful(changed):
    policy = replace(POLICY, on_unscannable=Action.ALERT, on_opaque=Action.ALLOW)
    report = replace(ScanReport(media="json"), **changed)
    assert eventful(report=report, policy=policy)
    allowed = decide(FACTS, ScanReport(), POLICY)
    assert is_eventful(FACTS, allowed, report, policy)  # whatever the decision says of it


@pytest.mark.parametrize(
    "changed",
    [
        {"action": Action.ALERT},
        {"reason": Reason.ALLOWED_BY_DEFAULT},
        {"coverage": Coverage.TRUNCATED},
        {"gap": Gap.PIXELS},
        {"verdict": Verdict.HEALTH},
        {"identifiers": (Identifier.NAME,)},
        {"tipped": ("PERSON_NAME",)},
        {"redact": ("PERSON_NAME",)},
        {"audits": (("tighter", Action.ALERT),)},
    ],
)
def test_a_decision_that_says_anything_is_eventful(changed):
    plain = Decision(Action.ALLOW, Reason.NO_PHI, rules=("r",), policy="d")
    assert not is_eventful(FACTS, plain, ScanReport(), POLICY)
    assert is_eventful(FACTS, replace(plain, **changed), ScanReport(), POLICY)


def test_a_message_that_an_exception_lets_through_is_eventful():
    exception = replace(RULE, name="until", terms=Terms("o", "r", DAY))
    assert eventful(policy=Policy("p", "d", rules=(exception,), today=DAY))
    assert eventful(policy=Policy("p", "d", rules=(RULE, exception), today=DAY))
    # one that has ended lets nothing through
    ended = replace(exception, terms=Terms("o", "r", date(2026, 1, 1)))
    assert not eventful(policy=Policy("p", "d", rules=(RULE, ended), today=DAY))


def test_a_message_that_an_audit_rule_would_not_have_allowed_is_eventful():
    audit = replace(RULE, name="tighter", audit=True, request=Disclosure(media=frozenset({"csv"})))
    assert eventful(policy=Policy("p", "d", rules=(RULE, audit)))


@given(ALL_FACTS, reports(), POLICIES)
def test_nothing_eventful_is_uneventful(facts, report, policy):
    decision = decide(facts, report, policy)
    if is_eventful(facts, decision, report, policy):
        return
    ending = {rule.name for rule in policy.rules if rule.terms}
    assert (decision.action, decision.reason) == (Action.ALLOW, Reason.NO_PHI)
    assert (report.findings, report.opaque, report.coverage) == ((), (), Coverage.COMPLETE)
    assert (facts.mtls, facts.protocol, bool(facts.source and facts.destination)) == (
        True,
        Protocol.HTTP,
        True,
    )
    assert not ending & set(decision.rules)
    assert decision.audits == ()
