"""A judgement for tests of what is made of judgements."""

from extauthz.records.judgement import Judgement
from mesh.message.facts import Facts, Operation
from mesh.policy.decision import Action, Decision, Reason
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES, Identifier

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
FOUND = Finding.of(
    INFO_TYPES["PERSON_NAME"],
    Likelihood.LIKELY,
    "d",
    Location("Patient.name"),
    Subject.PATIENT,
)
JUDGEMENT = Judgement(
    "decision-1",
    Facts(
        source="cluster.local/ns/a/sa/b", operation=Operation("GET", "/patients/536-22-8790", "h")
    ),
    Decision(
        Action.DENY, Reason.MINIMUM_NECESSARY, identifiers=(Identifier.NAME,), verdict=Verdict.PHI
    ),
    ScanReport((FOUND,), media="json", size=12),
    "clinic",
    TRACE,
)
