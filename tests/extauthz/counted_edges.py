"""Helpers for tests: scan reports, and messages that an observation store counts."""

from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from mesh.policy.decision import Mode
from mesh.policy.policy import Policy
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES

EHR, BILLING = "cluster.local/ns/clinic/sa/ehr", "cluster.local/ns/finance/sa/billing"
WATCHING = Policy("w", "0" * 64, mode=Mode.DISCOVER)


def report(*names):
    findings = tuple(
        Finding.of(
            INFO_TYPES[name],
            Likelihood.LIKELY,
            "t",
            Location("x", 0, 1),
            Subject.PATIENT,
        )
        for name in names
    )
    return ScanReport(findings, verdict=Verdict.PHI if findings else Verdict.NONE)


def count(store, path="/claims/7731", *names, policy=WATCHING, **more):
    facts = Facts(
        source=EHR,
        destination=BILLING,
        mtls=True,
        redactable=True,
        operation=Operation("POST", path),
        **more,
    )
    scanned = report(*names)
    store.count(facts, decide(facts, scanned, policy), scanned, policy)
