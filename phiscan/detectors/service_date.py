"""Admission, discharge and service dates by their labels, and ages over 89 (45 CFR 164.514(b)(2)(i)(C))."""

import re

from phiscan.detector import Detector
from phiscan.detectors.birth_date import DATE
from phiscan.finding import Likelihood

_LABEL = (
    r"(?:(?:date|day) of (?:service|admission|discharge|visit|surgery|procedure|onset|injury)"
    r"|(?:service|admi(?:t|ssion)|discharge|visit|surgery|appointment|encounter)[ _-]?dat[e]?"
    r"|(?:admitted|discharged|seen|hospitalized|operated|transferred)(?: on)?|dos)"
)
_GAP = r"[\"' )]{0,3}(?:is|was|on|of)?[ :=\x23\"'.(,]{1,6}"
_AGE = r"(?:9\d|1[01]\d|12[0-5])"

DETECTORS = (
    Detector(
        name="service_date_labelled",
        info_type="SERVICE_DATE",
        # "Date of service: 03/14/2024", "admitted on 2024-03-14"
        pattern=rf"\b{_LABEL}{_GAP}{DATE}\b",
        value=re.compile(rf"{_LABEL}{_GAP}({DATE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="age_over_89",
        info_type="AGE_OVER_89",
        # "93-year-old", "94 y/o", "aged 97"; not "89 years old"
        pattern=rf"\b(?:{_AGE}[ -]?(?:years?[ -]old|y\.?/?o\b|yr[ -]old|yrs[ -]old)|aged? ?:? ?{_AGE}\b)",
        value=re.compile(rf"({_AGE})".encode()),
        bare=Likelihood.LIKELY,
    ),
)
