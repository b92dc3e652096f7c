"""Rules of action AUDIT: they decide nothing, and say what they would do."""

from dataclasses import replace
from typing import Any

from mesh_strategies import (
    BILLING,
    EHR,
    found,
)
from one_edge import FACTS, policy, report, rule, spoke

from mesh.message.facts import Operation
from mesh.policy.decide import decide
from mesh.policy.decision import Action, Reason
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Rule, Target
from phiscan.finding import ScanReport


def audit(name: str, **changes: Any) -> Rule:
    return rule(name, audit=True, **changes)


def test_what_audit_rules_would_have_done_is_recorded_by_name():
    open_rule = rule(request=Disclosure(allow=frozenset({"*"})))
    seen = report(found("PERSON_NAME"), found("URL"))
    audits = (
        audit("denies", request=Disclosure(allow=frozenset({"A"}))),
        audit("allows", request=Disclosure(allow=frozenset({"*"}))),
        audit("masks", request=Disclosure(allow=frozenset({"A"}), otherwise=Action.REDACT)),
        audit("alerts", request=Disclosure(otherwise=Action.ALERT)),
        audit("of another edge", targets=(Target(Peer((EHR,))),)),
    )
    decision = decide(FACTS, seen, policy(open_rule, *audits))
    assert (*spoke(decision), decision.rules) == (Action.ALLOW, Reason.ALLOWED_BY_RULE, ("r",))
    assert decision.audits == (
        ("alerts", Action.ALERT),
        ("denies", Action.DENY),
        ("masks", Action.REDACT),
    )


def test_an_audit_rule_opens_no_edge_and_lists_no_protocol():
    decision = decide(FACTS, ScanReport(), policy(audit("a")))
    assert (*spoke(decision), decision.rules, decision.audits) == (
        Action.DENY,
        Reason.EDGE_NOT_ALLOWED,
        (),
        (),
    )


def test_an_audit_rule_that_cannot_be_evaluated_would_deny():
    facts = replace(FACTS, operation=Operation("POST", "/x/../claims"))
    listing = audit("a", targets=(Target(Peer((BILLING,)), OperationMatch(paths=("/claims",))),))
    decision = decide(facts, ScanReport(), policy(rule(), listing))
    assert (decision.action, decision.audits) == (Action.ALLOW, (("a", Action.DENY),))
