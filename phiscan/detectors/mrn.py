"""Medical record numbers. They have no format of their own, so only a label finds them."""

import re

from phiscan.detectors.labelled_number import GAP, numbered, value
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector

_NUMBER = r"number|num|no\.?|nbr|id"
_RECORD = r"med(?:ical)?[ ._-]?rec(?:ord)?s?"
_LABEL = (
    "(?:"
    + "|".join(
        (
            rf"(?:mrn|m\.r\.n\.|expediente|{_RECORD}){GAP}",
            numbered(r"mrn|mr\.?", r"number|num|nbr|no\."),
            rf"unit[ ._-](?:number|no\.?){GAP}",  # "Unit #201" is an apartment
            numbered(_RECORD, _NUMBER),
            numbered("patient|pt|chart|hospital|hosp", rf"identifier|{_NUMBER}"),
        )
    )
    + ")"
)
_VALUE = value(2)

DETECTORS = (
    Detector(
        name="mrn_labelled",
        info_type="MEDICAL_RECORD_NUMBER",
        # matches "MRN: 00123456", "MR #719435" and "Patient ID #A-4471"; not "patient id card"
        pattern=rf"\b{_LABEL}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.VERY_LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)
