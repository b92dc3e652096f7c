"""Medical record numbers: no format of their own, so the label is the detector."""

import re

from phiscan.detector import Detector
from phiscan.finding import Likelihood, Subject

_LABEL = (
    r"(?:mrn|m\.r\.n\.|expediente|mr[ ._-]?(?:number|num|nbr|no\.|\x23)|unit[ ._-](?:number|no\.?)|med(?:ical)?[ ._-]?rec(?:ord)?s?[ ._-]?(?:number|num|no\.?|nbr|id|\x23)?"
    r"|(?:patient|pt|chart|hospital|hosp)[ ._-]?(?:id|number|num|no\.?|nbr|identifier|\x23))"
)
_GAP = r"[\"' ]{0,3}(?:is|was|of)?[ :=\x23\"'.(]{1,6}"
_VALUE = r"[A-Z]{0,4}[-]?\d[0-9A-Z-]{2,17}"

DETECTORS = (
    Detector(
        name="mrn_labelled",
        info_type="MEDICAL_RECORD_NUMBER",
        # "MRN: 00123456", "Patient ID #A-4471"; not "patient id card"
        pattern=rf"\b{_LABEL}{_GAP}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}{_GAP}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.VERY_LIKELY,
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)
