"""One edge with its rule, for tests of what is decided on it."""

from dataclasses import replace
from typing import Any

from mesh_strategies import (
    BILLING,
    EHR,
)

from mesh.message.facts import Facts, Operation
from mesh.policy.decision import Action, Decision, Reason
from mesh.policy.policy import Peer, Policy, Rule, Target
from phiscan.finding import Finding, ScanReport, Verdict

FACTS = Facts(
    source=EHR,
    destination=BILLING,
    mtls=True,
    redactable=True,
    operation=Operation("POST", "/claims"),
)


def report(*findings: Finding, **changes: Any) -> ScanReport:
    return replace(ScanReport(findings, verdict=Verdict.PHI), **changes)


def rule(name: str = "r", **changes: Any) -> Rule:
    return replace(Rule(name, (Peer((EHR,)),), (Target(Peer((BILLING,))),)), **changes)


def policy(*rules: Rule, **changes: Any) -> Policy:
    return replace(Policy("p", "d", rules=rules), **changes)


def spoke(decision: Decision) -> tuple[Action, Reason]:
    return decision.action, decision.reason
