"""The scenarios as data: who sends what to whom, by which way, and the expected outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from extauthz.demo import payloads
from extauthz.demo.topology import ANALYTICS, BILLING, EHR, LEGACY, Workload
from mesh.istio.installation import MAX_BODY_BYTES
from mesh.policy.decision import Action, Reason
from phiscan.finding import Verdict

_FHIR: Final = MappingProxyType({"content-type": "application/fhir+json"})
_JSON: Final = MappingProxyType({"content-type": "application/json"})
_HL7: Final = MappingProxyType({"content-type": "application/hl7-v2"})
_UPGRADE: Final = MappingProxyType(
    {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "cGhpZ3VhcmQgZGVtbyBrZXk=",
    }
)


CONTROL_ID: Final = "CONTROL-ID"
"""Stands where each message over MLLP gets its own id."""


class Way(StrEnum):
    """How the message reaches the receiver."""

    SIDECAR = "through its own sidecar"
    BYPASS = "past its own sidecar"
    PLAINTEXT = "in the clear"
    FORGED = "asks the guard itself"
    MLLP = "through its own sidecar, as HL7 over MLLP"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    method: str = "POST"
    path: str = "/claims"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """The expected outcome.

    Args:
        status: HTTP status that the sender gets; 0 over MLLP.
        action: the strictest action of the exchange; None when Envoy refuses before it asks the
            guard.
        reason: of that decision.
        verdict: of that decision.
        decisions: how often the guard is asked: for the sender's request, the receiver's request,
            and the response.
        delivered: whether the application gets the request. A denied request reaches no
            application.
        sees: what the receiver of the PHI must see: the callee of a request, the caller of a
            response.
        never_sees: what that receiver must not see.
        acknowledgement: over MLLP, the code in the answer (MSA-1).
    """

    status: int
    action: Action | None
    reason: Reason | None
    verdict: Verdict | None
    decisions: int
    delivered: bool = False
    sees: tuple[str, ...] = ()
    never_sees: tuple[str, ...] = ()
    acknowledgement: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the table."""

    name: str
    caller: Workload
    callee: Workload
    payload: str
    message: Message
    expected: ExpectedAnswer
    way: Way = Way.SIDECAR


def _denied(
    reason: Reason, verdict: Verdict, decisions: int, *, delivered: bool = False
) -> ExpectedAnswer:
    return ExpectedAnswer(
        403,
        Action.DENY,
        reason,
        verdict,
        decisions,
        delivered=delivered,
        never_sees=payloads.CANARIES,
    )


def _allowed(reason: Reason, verdict: Verdict, *sees: str) -> ExpectedAnswer:
    return ExpectedAnswer(
        200, Action.ALLOW, reason, verdict, decisions=3, delivered=True, sees=sees
    )


SCENARIOS: Final = (
    Scenario(
        "a claim without the number reaches billing",
        EHR,
        BILLING,
        "FHIR bundle with SSN",
        Message(headers=_FHIR, body=payloads.patient_bundle(with_ssn=True)),
        ExpectedAnswer(
            200,
            Action.REDACT,
            Reason.REDACTED_BY_RULE,
            Verdict.PHI,
            decisions=3,
            delivered=True,
            sees=(payloads.PATIENT_NAME, payloads.MEMBER_NUMBER),
            never_sees=(payloads.SSN,),
        ),
    ),
    Scenario(
        "the same bundle never leaves for analytics",
        EHR,
        ANALYTICS,
        "FHIR bundle with SSN",
        Message(path="/reports", headers=_FHIR, body=payloads.patient_bundle(with_ssn=True)),
        _denied(Reason.MINIMUM_NECESSARY, Verdict.PHI, 1),
    ),
    Scenario(
        "an admission reaches billing",
        EHR,
        BILLING,
        "HL7 v2 ADT^A01",
        Message(headers=_HL7, body=payloads.hl7_admission()),
        _allowed(Reason.ALLOWED_BY_RULE, Verdict.PHI, payloads.PATIENT_NAME, payloads.MRN),
    ),
    Scenario(
        "a compressed claim is read and reaches billing",
        EHR,
        BILLING,
        "FHIR bundle, gzip",
        Message(headers={**_FHIR, "content-encoding": "gzip"}, body=payloads.gzipped_bundle()),
        _allowed(Reason.ALLOWED_BY_RULE, Verdict.PHI, payloads.PATIENT_NAME),
    ),
    Scenario(
        "PHI without encryption is refused",
        LEGACY,
        BILLING,
        "FHIR bundle",
        Message(headers=_FHIR, body=payloads.patient_bundle()),
        _denied(Reason.UNENCRYPTED, Verdict.PHI, 2),
        Way.PLAINTEXT,
    ),
    Scenario(
        "plaintext without PHI passes and is alerted",
        LEGACY,
        BILLING,
        "bed occupancy",
        Message(headers=_JSON, body=payloads.CLEAN),
        ExpectedAnswer(
            200,
            Action.ALERT,
            Reason.UNENCRYPTED,
            Verdict.NONE,
            decisions=2,
            delivered=True,
            sees=("bed-occupancy",),
        ),
        Way.PLAINTEXT,
    ),
    Scenario(
        "a report without PHI reaches analytics",
        EHR,
        ANALYTICS,
        "bed occupancy",
        Message(path="/reports", headers=_JSON, body=payloads.CLEAN),
        _allowed(Reason.NO_PHI, Verdict.NONE, "bed-occupancy"),
    ),
    Scenario(
        "a body that is too large to be looked at is refused",
        EHR,
        BILLING,
        "FHIR bundle, 1.1 MiB",
        Message(headers=_FHIR, body=payloads.patient_bundle_of(MAX_BODY_BYTES * 11 // 10)),
        ExpectedAnswer(413, None, None, None, decisions=0, never_sees=payloads.CANARIES),
    ),
    Scenario(
        "a record is not shown to analytics",
        ANALYTICS,
        EHR,
        "answer: FHIR bundle",
        Message(method="GET", path="/patients/7731"),
        _denied(Reason.MINIMUM_NECESSARY, Verdict.PHI, 3, delivered=True),
    ),
    Scenario(
        "a record is shown to billing",
        BILLING,
        EHR,
        "answer: FHIR bundle",
        Message(method="GET", path="/patients/7731"),
        _allowed(Reason.ALLOWED_BY_RULE, Verdict.PHI, payloads.PATIENT_NAME),
    ),
    Scenario(
        "broken JSON could hide anything",
        EHR,
        BILLING,
        "cut FHIR JSON",
        Message(headers=_FHIR, body=payloads.BROKEN),
        _denied(Reason.UNSCANNABLE, Verdict.PHI, 1),
    ),
    Scenario(
        "a WebSocket cannot be read",
        EHR,
        BILLING,
        "WebSocket upgrade",
        Message(method="GET", headers=_UPGRADE),
        _denied(Reason.PROTOCOL_NOT_ALLOWED, Verdict.NONE, 1),
    ),
    Scenario(
        "an unknown content encoding cannot be read",
        EHR,
        BILLING,
        "content-encoding: vault",
        Message(headers={**_FHIR, "content-encoding": "vault"}, body=bytes(range(256))),
        _denied(Reason.UNSCANNABLE, Verdict.NONE, 1),
    ),
    Scenario(
        "PHI in a query string cannot be masked",
        EHR,
        BILLING,
        "SSN in the query",
        Message(path=f"/claims?{payloads.patient_query()}", headers=_JSON, body=payloads.CLEAN),
        _denied(Reason.REDACTION_UNAVAILABLE, Verdict.PHI, 1),
    ),
    Scenario(
        "who passes by its own sidecar meets the receiver's",
        EHR,
        BILLING,
        "FHIR bundle with SSN",
        Message(headers=_FHIR, body=payloads.patient_bundle(with_ssn=True)),
        _denied(Reason.REDACTION_UNAVAILABLE, Verdict.PHI, 2),
        Way.BYPASS,
    ),
    Scenario(
        "a forged check is known by its caller's certificate",
        ANALYTICS,
        BILLING,
        "Check in ehr's name",
        Message(headers=_JSON, body=payloads.CLEAN),
        _denied(Reason.CALLER_MISMATCH, Verdict.NONE, 1),
        Way.FORGED,
    ),
    Scenario(
        "an admission over MLLP reaches billing without the number",
        EHR,
        BILLING,
        "HL7 v2 ADT^A01 with SSN",
        Message(body=payloads.hl7_admission(with_ssn=True, control_id=CONTROL_ID)),
        ExpectedAnswer(
            0,
            Action.REDACT,
            Reason.REDACTED_BY_RULE,
            Verdict.PHI,
            decisions=4,
            delivered=True,
            sees=(payloads.PATIENT_NAME, payloads.MRN),
            never_sees=(payloads.SSN,),
            acknowledgement="AA",
        ),
        Way.MLLP,
    ),
    Scenario(
        "a result over MLLP never leaves for analytics, and its sender is told",
        EHR,
        ANALYTICS,
        "HL7 v2 ORU^R01",
        Message(body=payloads.hl7_result(control_id=CONTROL_ID)),
        ExpectedAnswer(
            0,
            Action.DENY,
            Reason.MINIMUM_NECESSARY,
            Verdict.PHI,
            decisions=1,
            never_sees=payloads.CANARIES,
            acknowledgement="AR",
        ),
        Way.MLLP,
    ),
)
"""In the order of the table."""
