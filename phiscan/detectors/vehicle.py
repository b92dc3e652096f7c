"""Vehicle identification numbers (49 CFR 565.15)."""

from phiscan import checks
from phiscan.detector import Detector, words
from phiscan.finding import Likelihood

DETECTORS = (
    Detector(
        name="vin",
        info_type="VEHICLE_IDENTIFICATION_NUMBER",
        pattern=r"\b[0-9A-HJ-NPR-Z]{17}\b",
        validate=checks.vin,
        bare=Likelihood.UNLIKELY,  # one random code of 17 in thirty passes its check digit
        context=words("vin", "vehicle", "chassis", "automobile"),
    ),
)
