"""Medical record numbers. They have no format of their own, so only a label finds them."""

from typing import Final

from phiscan.detectors.labelled_number import Numbered, numbered
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector
from phiscan.words.program_text import is_fixture_number

_NUMBER: Final = r"number|num|no\.?|nbr|id"
_RECORD: Final = r"med(?:ical)?[ ._-]?rec(?:ord)?s?"
_OWNERS: Final = "patient|pt|chart|hospital|hosp"
_EXPRESSIONS: Final = Numbered(
    labels="|".join(
        (
            rf"mrn|m\.r\.n\.|expediente|{_RECORD}",
            numbered(r"mrn|mr\.?", r"number|num|nbr|no\."),
            numbered(_RECORD, _NUMBER),
            numbered(_OWNERS, rf"identifier|{_NUMBER}"),
        )
    ),
    before_hash=rf"mrn|mr\.?|{_RECORD}|{_OWNERS}",
    shortest=2,
)


def _is_issued(text: str) -> bool:
    return not is_fixture_number(text)


DETECTORS = (
    Detector(
        name="mrn_labelled",
        info_type="MEDICAL_RECORD_NUMBER",
        # matches "MRN: 00123456", "MRN at sending: BCM-220198", "MR #719435", "| MRN | 7730145 |"
        # and "Patient ID #A-4471"; not "patient id card"
        pattern=_EXPRESSIONS.pattern,
        value=_EXPRESSIONS.value,
        validate=_is_issued,
        bare=Likelihood.VERY_LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)
