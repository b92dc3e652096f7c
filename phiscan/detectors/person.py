"""Names in free text, by label, title or salutation."""

import re

from phiscan.detector import Detector
from phiscan.finding import Likelihood, Subject

# Hyperscan matches without case; the value's expression below asks for capitals.
_WORD = r"[a-z][a-z'-]{1,20}"
_CAPITAL = r"[A-Z][A-Za-z'\-]{1,20}"
_NAME = rf"{_CAPITAL}(?:,? (?:[A-Z]\.?|{_CAPITAL})){{0,3}}"
_LABEL = r"(?:patient(?:'s)?(?: full)?(?: name)?|pt(?: name)?|(?:full|first|last|member|subscriber|insured|guarantor|maiden) name|name of patient|name|next of kin|emergency contact|re)"
_NOT_NAMES = re.compile(
    r"\b(?:the|this|that|was|is|has|had|reports|denies|presents|presented|states|with|care|portal|safety|rights|record|records|history"
    r"|information|information|id|number|first|last|date|name|medical|health|hospital|clinic|center|department|services|education|medication"
    r"|medications|allergies|diagnosis|status|education|experience|population|group|data|summary|instructions|consent|access|satisfaction)\b",
    re.IGNORECASE,
)


def _name(text: str) -> bool:
    return not _NOT_NAMES.search(text)


DETECTORS = (
    Detector(
        name="name_labelled",
        info_type="PERSON_NAME",
        # "Patient: Maria Delgado", "Name: Delgado, Maria R."; not "Patient: stable"
        pattern=rf"\b{_LABEL} ?[:#] ?{_WORD}(?:,? {_WORD}){{0,2}}",
        value=re.compile(rf"(?i:{_LABEL}) ?[:#] ?((?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?{_NAME})".encode()),
        validate=_name,
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="name_after_patient",
        info_type="PERSON_NAME",
        # "Patient Maria Delgado was seen"; not "patient care team"
        pattern=rf"\bpatient,? {_WORD} {_WORD}",
        value=re.compile(rf"[Pp]atient,? ({_CAPITAL} (?:[A-Z]\. )?{_CAPITAL})".encode()),
        validate=_name,
        bare=Likelihood.POSSIBLE,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
    Detector(
        name="name_titled",
        info_type="PERSON_NAME",
        # "Mrs. Delgado", "Mr. John Q. Public"; not "Dr. Chen", who is a provider
        pattern=rf"\b(?:mr|mrs|ms|miss)\.? {_WORD}(?: {_WORD}){{0,1}}",
        value=re.compile(rf"(?:Mr|Mrs|Ms|Miss)\.? ({_NAME})".encode()),
        validate=_name,
        bare=Likelihood.LIKELY,
    ),
)
