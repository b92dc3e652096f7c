"""Medicare beneficiary identifier (CMS, "Understanding the MBI format")."""

from phiscan import checks
from phiscan.finding import Likelihood, Subject
from phiscan.patterns.detector import Detector, words

_LETTER = "[AC-HJKMNP-RT-Y]"
_EITHER = "[0-9AC-HJKMNP-RT-Y]"

DETECTORS = (
    Detector(
        name="mbi",
        info_type="US_MEDICARE_BENEFICIARY_ID_NUMBER",
        # matches 1EG4-TE5-MK73 and 1EG4TE5MK73; not 0EG4-TE5-MK73
        pattern=rf"\b[1-9]{_LETTER}{_EITHER}\d-?{_LETTER}{_EITHER}\d-?{_LETTER}{{2}}\d{{2}}\b",
        validate=checks.mbi,
        bare=Likelihood.POSSIBLE,
        context=words(
            "mbi", "medicare", "beneficiary", "hic", "hicn", "member", "subscriber", "insur[a-z]*"
        ),
        subject=Subject.PATIENT,
        neighbours=False,
    ),
)
