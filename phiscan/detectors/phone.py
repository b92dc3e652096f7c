"""North American phone and fax numbers."""

import re

from phiscan import checks
from phiscan.detectors.ssn import SPOKEN
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

_LABEL = (
    r"(?:tele)?(?:phone|fone|mobile|cell|tel|callback|contact)"
    r"(?:[ _-]?(?:number|num|no\.?|nbr|\x23))?"
)
_GAP = r"[\"' ]{0,3}(?:is|at)?[ :=\x23\"'.(]{1,5}"
_DIGITS = r"(?:\+?1)?[2-9]\d{2}[2-9]\d{6}"
_SEPARATED = r"(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}\b"
# The country code before a number. matches "+1 "; not "+44 "
_COUNTRY = re.compile(rb"(?:\+?1[-. ]?)?\Z")
_FAX = words("fax", "facsimile")


def _number(text: str) -> bool:
    """Whether a person may have the number.

    252.227-7013 is a clause of a contract: a phone number with a full stop behind its area code has
    no hyphen. 800 numbers belong to companies.
    """
    return checks.phone(text) and not _CLAUSE.fullmatch(text) and not _TOLL_FREE.match(text)


# Area codes of toll-free numbers (NANPA), as companies write them. No household has one.
# matches "1-800" and "(800"; not "1-801"
_TOLL_FREE = re.compile(r"1?[-. (]{0,2}800\b|1[-. (]{1,2}8(?:33|44|55|66|77|88)\b")


def _spelled(text: str) -> bool:
    return checks.phone("".join(c for c in text if c.isdigit()))


# matches "252.227-7013"; not "252.227.7013"
_CLAUSE = re.compile(r"\d{3}\.\d{3}-\d{4}")

PHONE = Detector(
    name="phone",
    info_type="PHONE_NUMBER",
    # matches (555) 234-5678 and 555-234-5678, with the lead +1 555.234.5678; not 123-456-7890
    pattern=_SEPARATED,
    lead=_COUNTRY,
    validate=_number,
    bare=Likelihood.POSSIBLE,
    context=words(
        "phone", "tel", "telephone", "call", "cell", "mobile", "home", "work", "contact", "ph"
    ),
    supported=Likelihood.LIKELY,
)
FAX = Detector(
    name="fax",
    info_type="FAX_NUMBER",
    pattern=_SEPARATED,
    lead=_COUNTRY,
    validate=_number,
    bare=Likelihood.VERY_UNLIKELY,
    context=_FAX,
    supported=Likelihood.LIKELY,
)
DIALLED = Detector(
    name="phone_e164",
    info_type="PHONE_NUMBER",
    # matches +13125550182 (ITU-T E.164); not 13125550182
    pattern=r"\+1[2-9]\d{2}[2-9]\d{6}\b",
    validate=checks.phone,
    bare=Likelihood.POSSIBLE,
)
LABELLED = Detector(
    name="phone_labelled",
    info_type="PHONE_NUMBER",
    # matches "Phone: 3125550182" and tel:3125550182; not "contact 31255501"
    pattern=rf"\b{_LABEL}{_GAP}{_DIGITS}\b",
    value=re.compile(rf"{_LABEL}{_GAP}({_DIGITS})".encode(), re.IGNORECASE),
    validate=checks.phone,
    bare=Likelihood.LIKELY,
)
SPELLED = Detector(
    name="phone_spelled",
    info_type="PHONE_NUMBER",
    # matches "515 dash 234 dash 8890"; not "version 515 dot 2"
    pattern=rf"\b[2-9]\d{{2}} ?{SPOKEN} ?[2-9]\d{{2}} ?{SPOKEN} ?\d{{4}}\b",
    validate=_spelled,
    bare=Likelihood.POSSIBLE,
)
DETECTORS = (PHONE, SPELLED, LABELLED, DIALLED, FAX)
