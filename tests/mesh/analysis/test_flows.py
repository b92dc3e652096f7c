from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesh_strategies import ALL_FACTS, BILLING, EHR, NAMES, POLICIES, found

from mesh.analysis.flows import PROVIDERS_OWN, flows, standing
from mesh.message.facts import Facts, Operation, Protocol
from mesh.policy.decide import decide
from mesh.policy.decision import Action
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import ScanReport, Subject, Verdict

OPEN = Disclosure(allow=frozenset({"PERSON_NAME"}))


def policy(*rules):
    return Policy(name="p", digest="", rules=rules)


def rule(request):
    return Rule("r", (Peer((EHR,)),), (Target(Peer((BILLING,))),), request)


FIELDS = st.sampled_from(
    ["mtls", "protocol", "source", "operation", "claims", "headers", "source_address"]
)


@given(ALL_FACTS, ALL_FACTS, POLICIES, st.sampled_from(NAMES[:3]), FIELDS)
@settings(max_examples=5 * settings.default.max_examples)
def test_messages_of_one_standing_are_decided_alike(one, other, rules, name, field):
    one = replace(one, caller="", redactable=True, operation=replace(one.operation, path="/claims"))
    other = replace(one, **{field: getattr(other, field)})
    other = replace(other, operation=replace(other.operation, path="/claims"))
    if standing(one, rules) == standing(other, rules):
        report = ScanReport((found(name),), verdict=Verdict.PHI)
        assert decide(one, report, rules).action is decide(other, report, rules).action


CLAIMED = replace(rule(OPEN), name="c", claims=(("role", ("doctor",)),))


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ((rule(OPEN),), {"destination": EHR}),
        ((rule(OPEN),), {"mtls": False}),
        ((rule(OPEN), CLAIMED), {"claims": ()}),
        ((rule(OPEN),), {"protocol": Protocol.UPGRADE}),
        (
            (
                replace(
                    rule(Disclosure()),
                    name="w",
                    mtls=False,
                    targets=(Target(operation=OperationMatch(("GET",))),),
                ),
            ),
            {"operation": Operation("GET", "/"), "mtls": False},
        ),
    ],
)
def test_what_decides_makes_a_standing_of_its_own(rules, change):
    facts = Facts(source=EHR, destination=BILLING, mtls=True, operation=Operation("POST", "/"))
    assert standing(facts, policy(*rules)) != standing(replace(facts, **change), policy(*rules))


def test_a_waiver_makes_a_standing_of_its_own():
    facts = Facts(source=EHR, destination=BILLING)
    deny = Disclosure(deny=frozenset({"A"}))
    waived = replace(rule(deny), mtls=False)
    assert standing(facts, policy(rule(deny))) != standing(facts, policy(waived))


def test_flows_say_what_becomes_of_each_kind():
    facts = Facts(source=EHR, destination=BILLING, mtls=True, redactable=True)
    named = policy(rule(replace(OPEN, redact=frozenset({"K"}))))
    said = flows(facts, named)
    assert (said["PERSON_NAME"], said["EMAIL_ADDRESS"]) == (Action.ALLOW, Action.DENY)
    assert (said["DIAGNOSIS"], said[f"{PROVIDERS_OWN}US_HEALTHCARE_NPI"]) == (
        Action.ALLOW,
        Action.REDACT,
    )
    assert "DIAGNOSIS" not in flows(facts, policy())
    assert found("DIAGNOSIS", Subject.NOBODY).identifier is None
