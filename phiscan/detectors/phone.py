"""North American phone and fax numbers."""

from phiscan import checks
from phiscan.detector import Detector, words
from phiscan.finding import Likelihood

_SEPARATED = r"(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}\b"
_FAX = words("fax", "facsimile", "f")

PHONE = Detector(
    name="phone",
    info_type="PHONE_NUMBER",
    # (555) 234-5678, 555-234-5678, +1 555.234.5678; not 123-456-7890
    pattern=_SEPARATED,
    validate=checks.phone,
    bare=Likelihood.POSSIBLE,
    context=words("phone", "tel", "telephone", "call", "cell", "mobile", "home", "work", "contact", "ph"),
    supported=Likelihood.LIKELY,
)
FAX = Detector(
    name="fax",
    info_type="FAX_NUMBER",
    pattern=_SEPARATED,
    validate=checks.phone,
    bare=Likelihood.VERY_UNLIKELY,
    context=_FAX,
    supported=Likelihood.LIKELY,
)
DETECTORS = (PHONE, FAX)
