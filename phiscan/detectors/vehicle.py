"""Vehicle identification numbers (49 CFR 565.15)."""

import re

from phiscan import checks
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

# I, O and Q are no letters of a VIN. matches "1M8GDM9AXKP042788"; not "IM8GDM9AXKP042788"
_CODE = "[0-9A-HJ-NPR-Z]{17}"
_GAP = r"(?: (?:number|no\.?|\x23))?[ :=\x23\"']{1,4}"


def _has_letters_and_digits(text: str) -> bool:
    # the last four characters are digits on every car
    return not text.isdigit() and sum(c.isdigit() for c in text) >= 4


DETECTORS = (
    Detector(
        name="vin",
        info_type="VEHICLE_IDENTIFICATION_NUMBER",
        pattern=rf"\b{_CODE}\b",
        validate=checks.vin,
        bare=Likelihood.UNLIKELY,  # one random code of 17 in thirty passes its check digit
        context=words("vin", "vehicle", "chassis", "automobile"),
    ),
    Detector(
        name="vin_labelled",
        info_type="VEHICLE_IDENTIFICATION_NUMBER",
        # matches "VIN: 1M8GDM9A0KP042788"; not "vin 12". The check digit in it is wrong, which is
        # allowed here: cars that were made for other countries have none (49 CFR 565.1).
        pattern=rf"\bvin{_GAP}{_CODE}\b",
        value=re.compile(rf"vin{_GAP}({_CODE})".encode(), re.IGNORECASE),
        validate=_has_letters_and_digits,
        bare=Likelihood.LIKELY,
    ),
)
