"""The verdict rule: PHI is an individual's identifier together with health information about that individual.

One identifier is not a verdict (a pattern tool flags most ordinary documents), and neither is a code in a catalogue:

    a patient's identifier   + any health information                  -> phi
    a person's identifier    + health information about an individual  -> phi
    an individual's identifier alone                                   -> identifiers
    health information alone                                           -> health

A person's phone number, e-mail or web address is a way to reach somebody, as often a help desk: it makes PHI only beside
a label that says so (likelihood VERY_LIKELY). A provider's own identifiers make nothing.
"""

from collections.abc import Iterable
from typing import Final

from phiscan.finding import Finding, Likelihood, Subject, Verdict

_CONTACTS: Final = frozenset(
    "PHONE_NUMBER FAX_NUMBER EMAIL_ADDRESS URL IP_ADDRESS MAC_ADDRESS US_ZIP_CODE CITY STREET_ADDRESS SERVICE_DATE UNIQUE_CODE"
    " DEVICE_IDENTIFIER ACCOUNT_NUMBER GEO_COORDINATE AGE_OVER_89".split()
)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """The verdict of a document with these findings. Monotone: a further finding never makes it better."""
    person = patient = contact = health = stated = False
    for finding in findings:
        if finding.identifier is None:
            health = True
            stated |= finding.subject is Subject.PATIENT
        elif finding.subject is Subject.PATIENT:
            patient = True
        elif finding.subject is Subject.PERSON:
            contact = True
            person |= finding.info_type not in _CONTACTS or finding.likelihood is Likelihood.VERY_LIKELY
    if (patient and health) or (person and stated):
        return Verdict.PHI
    if patient or contact:
        return Verdict.IDENTIFIERS
    return Verdict.HEALTH if health else Verdict.NONE
