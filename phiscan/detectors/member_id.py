"""Health plan beneficiary numbers, found by their label."""

import re

from phiscan.detectors.labelled_number import GAP, numbered, value
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector

_NUMBER = r"id|number|num|no\.?|nbr|identifier"
_WORDS = (
    r"member|subscriber|insured|insurance|policy|health[ _-]?plan|enrollee|medicaid|medicare"
    r"|(?:health[ _-]?plan[ _-])?beneficiary"
)
_LABEL = (
    "(?:"
    + "|".join(
        (
            numbered(_WORDS, _NUMBER),
            numbered("group", r"number|num|no\.?|nbr"),
            rf"(?:hicn|medicaid|medicare){GAP}",
        )
    )
    + ")"
)
_VALUE = value(4)

DETECTORS = (
    Detector(
        name="member_id_labelled",
        info_type="HEALTH_PLAN_BENEFICIARY_NUMBER",
        # matches "Member ID: XYZ123456789" and "Medicaid #98765432A"; not "policy number 3"
        pattern=rf"\b{_LABEL}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
        subject=Subject.PERSON,
    ),
)
