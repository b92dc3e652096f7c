"""Health plan beneficiary numbers, found by their label."""

from typing import Final

from phiscan.detectors.labelled_number import Numbered, numbered
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector

_NUMBER: Final = r"id|number|num|no\.?|nbr|identifier"
_WORDS: Final = (
    r"member|subscriber|insured|insurance|policy|health[ _-]?plan|enrollee|medicaid|medicare"
    r"|(?:health[ _-]?plan[ _-])?beneficiary"
)
_EXPRESSIONS: Final = Numbered(
    labels="|".join(
        (
            numbered(_WORDS, _NUMBER),
            numbered("group", r"number|num|no\.?|nbr"),
            "hicn|medicaid|medicare",
        )
    ),
    before_hash=rf"{_WORDS}|group",
    shortest=4,
)

DETECTORS = (
    Detector(
        name="member_id_labelled",
        info_type="HEALTH_PLAN_BENEFICIARY_NUMBER",
        # matches "Member ID: XYZ123456789" and "Medicaid #98765432A"; not "policy number 3"
        pattern=_EXPRESSIONS.pattern,
        value=_EXPRESSIONS.value,
        bare=Likelihood.LIKELY,
        subject=Subject.PERSON,
    ),
)
