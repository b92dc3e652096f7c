"""Health plan beneficiary numbers by their label."""

import re

from phiscan.detector import Detector
from phiscan.finding import Likelihood, Subject

_NUMBER = r"[ ._-]?(?:id|number|num|no\.?|nbr|identifier|\x23)"
_LABEL = (
    rf"(?:(?:member|subscriber|insured|insurance|policy|beneficiary|health[ _-]?plan|enrollee|medicaid|medicare){_NUMBER}|group[ ._-]?(?:number|num|no\.?|nbr|\x23)"
    r"|hicn|medicaid|medicare)"
)
_GAP = r"[\"' ]{0,3}(?:is|was)?[ :=\x23\"'.(]{1,6}"
_VALUE = r"[A-Z]{0,5}[-]?\d[0-9A-Z-]{4,19}"

DETECTORS = (
    Detector(
        name="member_id_labelled",
        info_type="HEALTH_PLAN_BENEFICIARY_NUMBER",
        # "Member ID: XYZ123456789", "Medicaid # 98765432A"; not "policy number 3"
        pattern=rf"\b{_LABEL}{_GAP}{_VALUE}\b",
        value=re.compile(rf"{_LABEL}{_GAP}({_VALUE})".encode(), re.IGNORECASE),
        bare=Likelihood.LIKELY,
        subject=Subject.PERSON,
    ),
)
