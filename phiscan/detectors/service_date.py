"""Dates of admission, discharge and service by label; ages over 89.

45 CFR 164.514(b)(2)(i)(C).
"""

import re

from phiscan.detectors.birth_date import DATE
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

_OCCASION = (
    r"(?:service|admi(?:t|ssion)|discharge|visit|surgery|procedure|operation|appointment|encounter"
    r"|exam(?:ination)?|consult(?:ation)?|biopsy|vaccination|immunization|onset|injury)"
)
_LABEL = (
    rf"(?:(?:date|day) of {_OCCASION}|{_OCCASION}(?:[ _-]?dat[e]?)?"
    r"|(?:specimen )?collection dat[e]?"
    r"|(?:admitted|discharged|seen|saw|evaluated|examined|hospitali[sz]ed|operated|transferred"
    r"|vaccinated|immuni[sz]ed|collected)"
    r"(?: (?:in|at|by|from|to|for)(?: [a-z]{2,12}){1,4})?(?: on)?|dos)"
)
_GAP = r"[\"' )]{0,3}(?:is|was|on|of)?[ :=\x23\"'.(,]{1,6}"
# matches "90" to "125"; not "89"
_AGE = r"(?:9\d|1[01]\d|12[0-5])"

DETECTORS = (
    Detector(
        name="service_date_labelled",
        info_type="SERVICE_DATE",
        # matches "Date of service: 03/14/2024", "admitted on 2024-03-14" and
        # "saw in clinic on Mar 14, 2024"; not "released 2024-03-14"
        pattern=rf"\b{_LABEL}{_GAP}{DATE}(?:\b|T\d)",
        value=re.compile(rf"{_LABEL}{_GAP}({DATE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="age_over_89",
        info_type="AGE_OVER_89",
        # matches "93-year-old", "94 y/o" and "aged 97"; not "89 years old"
        pattern=(
            rf"\b(?:{_AGE}[ -]?(?:years?[ -]old|y\.?/?o\b|yr[ -]old|yrs[ -]old)"
            rf"|aged? ?:? ?{_AGE}\b)"
        ),
        value=re.compile(rf"({_AGE})".encode()),
        bare=Likelihood.LIKELY,
    ),
)
