"""Parts that nobody can read: what `onOpaque` of a policy and of its rules decides."""

from dataclasses import replace

import pytest
from hypothesis import given
from mesh_strategies import ALL_FACTS, BILLING, EHR, POLICIES, found, reports

from mesh.analysis.diff import MoveKind, diff
from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import Location, ScanReport, Verdict

FACTS = Facts(source=EHR, destination=BILLING, mtls=True, operation=Operation("POST", "/claims"))
HIDDEN = ScanReport(media="json", opaque=(Location("encoded", 3, 200),))
RULE = Rule("r", (Peer((EHR,)),), (Target(Peer((BILLING,))),), Disclosure(frozenset({"*"})))
OTHER = replace(RULE, name="s")
ALLOW, ALERT, DENY = Action.ALLOW, Action.ALERT, Action.DENY


def outcome(*rules, report=HIDDEN, facts=FACTS, **changes):
    decision = decide(facts, report, Policy("p", "d", rules=rules, **changes))
    return decision.action, decision.reason


@pytest.mark.parametrize(
    ("policy", "rules", "action"),
    [
        (ALERT, (None,), ALERT),
        (ALLOW, (None,), ALLOW),
        (DENY, (None,), DENY),
        # a rule loosens or tightens where it alone names the edge
        (DENY, (ALLOW,), ALLOW),
        (ALERT, (DENY,), DENY),
        # of several, the strictest holds, and one that says nothing says what the policy does
        (DENY, (ALLOW, None), DENY),
        (ALLOW, (ALERT, DENY), DENY),
        (ALERT, (ALLOW, ALLOW), ALLOW),
    ],
)
def test_the_strictest_that_the_rules_of_the_edge_say_holds(policy, rules, action):
    named = [
        replace(RULE, name=name, on_opaque=said) for name, said in zip("ab", rules, strict=False)
    ]
    reason = Reason.NO_PHI if action is ALLOW else Reason.OPAQUE
    assert outcome(*named, on_opaque=policy) == (action, reason)
    assert outcome(*named[::-1], on_opaque=policy) == (action, reason)


def test_by_default_it_is_an_alert():
    assert outcome(RULE) == (ALERT, Reason.OPAQUE)


def test_what_is_readable_is_not_concerned():
    assert outcome(RULE, report=ScanReport(media="json"), on_opaque=DENY) == (ALLOW, Reason.NO_PHI)


def test_a_denial_for_what_was_found_keeps_its_reason():
    report = replace(HIDDEN, findings=(found("PERSON_NAME"),), verdict=Verdict.PHI)
    rule = replace(RULE, request=Disclosure(deny=frozenset({"A"})))
    assert outcome(rule, report=report, on_opaque=DENY) == (DENY, Reason.MINIMUM_NECESSARY)


def test_a_rule_that_could_not_be_evaluated_can_only_be_stricter():
    paths = (Target(Peer((BILLING,)), OperationMatch(paths=("/claims",))),)
    ambiguous = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    for said, action in ((DENY, DENY), (ALLOW, ALERT)):
        unsure = replace(OTHER, targets=paths, on_opaque=said)
        assert outcome(RULE, unsure, facts=ambiguous)[0] is action


def test_an_audit_rule_only_says_so():
    rules = RULE, replace(OTHER, audit=True, on_opaque=DENY)
    decision = decide(FACTS, HIDDEN, Policy("p", "d", rules=rules, on_opaque=ALLOW))
    assert (decision.action, decision.audits) == (ALLOW, (("s", DENY),))


def test_a_change_of_a_rule_and_of_the_policy_is_a_difference():
    old, new = (Policy("p", "d", rules=(replace(RULE, on_opaque=a),)) for a in (DENY, ALERT))
    moves = {m for d in diff(old, new).differences for m in d.moves}
    assert {(m.what, m.before, m.after, m.opens) for m in moves} == {
        (MoveKind.OPAQUE, "DENY", "ALERT", True)
    }
    settings = diff(Policy("p", "d", on_opaque=DENY), Policy("p", "d")).settings
    assert [(s.name, s.opens) for s in settings] == [("onOpaque", True)]


@given(ALL_FACTS, reports(), POLICIES)
def test_an_opaque_part_never_loosens(facts, seen, policy):
    clear, hidden = replace(seen, opaque=()), replace(seen, opaque=(Location("", 0, 1),))
    assert decide(facts, clear, policy).action.rank <= decide(facts, hidden, policy).action.rank
