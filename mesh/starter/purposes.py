"""What PHI may flow for a purpose: a first proposal, to be narrowed by whoever knows the edge.

Sources: 45 CFR 164.502(b) (the minimum necessary, which 164.502(b)(2)(i) does not ask of
treatment), 164.506(c) (treatment, payment, operations), 164.514(e) (the limited data set).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mesh.policy.decision import Action, Reason


class Purpose(StrEnum):
    """Why PHI flows on an edge, in the words of 45 CFR 164.506 and 164.514(e)."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up message of an edge, and what the policy does with it.

    Args:
        name: the fact that the case states; it follows the names of the edge.
        body: the message, as the flow form of YAML.
    """

    name: str
    body: str
    decision: Action
    reason: Reason


@dataclass(frozen=True, slots=True)
class Need:
    """What a purpose needs.

    Args:
        why: the comment beside the rule.
        allow, redact: entries of `phi`.
        samples: messages that show it.
    """

    why: str
    allow: tuple[str, ...]
    redact: tuple[str, ...]
    samples: tuple[Sample, ...]


PATIENT: Final = 'patientName: Ana Ruiz, dateOfBirth: "1980-02-03", mrn: MRN00123, diagnosis: E11.9'
"""A made-up patient: classes A, C and H beside a diagnosis."""
_SSN: Final = f"{{{PATIENT}, ssn: 536-22-8671}}"
_MEMBER: Final = f"{{{PATIENT}, memberId: W1234567}}"
_EMAIL: Final = f"{{{PATIENT}, email: ana@example.com}}"

_ALLOWED: Final = (Action.ALLOW, Reason.ALLOWED_BY_RULE)
_MASKED: Final = (Action.REDACT, Reason.REDACTED_BY_RULE)
_TOO_MUCH: Final = (Action.DENY, Reason.MINIMUM_NECESSARY)

NEEDS: Final[Mapping[Purpose, Need]] = {
    Purpose.TREATMENT: Need(
        "Treatment: the minimum necessary is not asked for (45 CFR 164.502(b)(2)(i)).",
        ("*",),
        (),
        (Sample("a patient's record passes", _EMAIL, *_ALLOWED),),
    ),
    Purpose.PAYMENT: Need(
        "Payment. The social security number is masked; a telephone or an e-mail is denied.",
        ("A", "B", "C", "H", "I", "J", "R"),
        ("US_SOCIAL_SECURITY_NUMBER",),
        (
            Sample("a claim passes", _MEMBER, *_ALLOWED),
            Sample("the social security number is masked", _SSN, *_MASKED),
            Sample("an e-mail address is too much", _EMAIL, *_TOO_MUCH),
        ),
    ),
    Purpose.OPERATIONS: Need(
        "Operations. The social security number is masked; a plan's number is denied.",
        ("A", "C", "H", "R"),
        ("US_SOCIAL_SECURITY_NUMBER",),
        (
            Sample("a patient passes", f"{{{PATIENT}}}", *_ALLOWED),
            Sample("the social security number is masked", _SSN, *_MASKED),
            Sample("a plan's number is too much", _MEMBER, *_TOO_MUCH),
        ),
    ),
    Purpose.RESEARCH: Need(
        "Research: a limited data set (45 CFR 164.514(e)). Direct identifiers are masked.",
        ("limited-data-set",),
        ("direct-identifiers",),
        (
            Sample(
                "dates and a diagnosis pass",
                '{dateOfBirth: "1980-02-03", diagnosis: E11.9}',
                *_ALLOWED,
            ),
            Sample("names and record numbers are masked", f"{{{PATIENT}}}", *_MASKED),
        ),
    ),
}
