"""The verdict rule: PHI is an individual's identifier with health information about them.

Neither an identifier alone nor a code in a catalogue is PHI. (A tool that only matches patterns
flags most ordinary documents.)

    a patient's identifier   + any health information                  -> phi
    a person's SSN           + any health information                  -> phi
    a person's identifier    + health information about an individual  -> phi
    an individual's identifier alone                                   -> identifiers
    health information alone                                           -> health

Some identifiers say little about a person who is not known to be a patient:

- A phone number or an e-mail address is as often a help desk's. It counts only beside a label
  (likelihood VERY_LIKELY).
- Many people share a town, a postal code or a network address. A serial number belongs to a device,
  an age to everybody born in a year. A table of cases by county, of airports or of machines is no
  record of anyone, and holds nobody's identifiers.

A provider's own identifiers do not count, and neither do credentials.
"""

from collections.abc import Iterable
from typing import Final

from phiscan.finding import Finding, Likelihood, Subject, Verdict
from phiscan.identifiers import InfoTypeKind, Trait, having

# A member of an enum takes longer to look up than a name of this module, and a batch has thousands
# of findings.
_HEALTH, _IDENTIFIER = InfoTypeKind.HEALTH, InfoTypeKind.IDENTIFIER
_PATIENT, _PERSON, _PROVIDER = Subject.PATIENT, Subject.PERSON, Subject.PROVIDER
_PROVIDERS_NUMBERS: Final = having(Trait.PROVIDERS_NUMBER)
_GIVEN_TO_PATIENTS: Final = having(Trait.GIVEN_TO_PATIENTS)
_OF_ONE_PERSON: Final = having(Trait.OF_ONE_PERSON)
_SHARED: Final = having(Trait.SHARED)
_OF_NOBODY_ALONE: Final = having(Trait.OF_NOBODY_ALONE)
_NEEDS_LABEL: Final = having(Trait.NEEDS_LABEL)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """The verdict of a document with these findings.

    Monotone: a further finding never makes the verdict better.
    """
    person = patient = contact = health = stated = known = False
    for finding in findings:
        if finding.kind is _HEALTH:
            health = True
            stated |= finding.subject is _PATIENT
        elif finding.kind is not _IDENTIFIER:
            continue
        elif finding.subject is _PATIENT:
            patient = True
            health |= finding.info_type in _GIVEN_TO_PATIENTS
        elif finding.subject is _PERSON:
            contact |= finding.info_type not in _OF_NOBODY_ALONE
            person |= _singles_out(finding)
            known |= finding.info_type in _OF_ONE_PERSON
        if ((patient or known) and health) or (person and stated):
            return Verdict.PHI  # the worst verdict, so the rest does not matter
    if patient or contact:
        return Verdict.IDENTIFIERS
    return Verdict.HEALTH if health else Verdict.NONE


def _singles_out(finding: Finding) -> bool:
    """Whether this identifier of a person tells which person it is."""
    if finding.info_type in _NEEDS_LABEL:
        return finding.likelihood is Likelihood.VERY_LIKELY
    return finding.info_type not in _SHARED


def is_providers_contact(finding: Finding) -> bool:
    """Whether a finding is a provider's own name, address or other contact detail.

    It is nobody's identifier in a patient's record.
    """
    return finding.subject is _PROVIDER and finding.info_type not in _PROVIDERS_NUMBERS
