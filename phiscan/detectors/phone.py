"""Phone and fax numbers: of North America by their form, of other countries by `+` or a label."""

import re
from dataclasses import replace
from typing import Final

from phiscan import checks
from phiscan.detectors.ssn import SPOKEN
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

_AREA: Final = r"(?:\([2-9]\d{2}\)[-. ]{0,2}|\b[2-9]\d{2}(?:[-./ ]| - ))"
# matches "x204", " ext. 12", " extension 4410"; not " 204"
_EXTENSION: Final = r"(?:,? {0,2}(?:x|ext\.?|extension|\x23) ?:? ?\d{1,6})?"
_SEPARATED: Final = rf"{_AREA}[2-9]\d{{2}}(?:[-. ]| - )\d{{4}}{_EXTENSION}\b"
_UNSEPARATED: Final = (
    r"(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. /_]?)[2-9]\d{2}[-. /_]?\d{4}"
)
# The country code before a number, as dialled from here, from abroad or by a switchboard.
# matches "+1 ", "001-", "011-1-"; not "+44 "
_COUNTRY: Final = re.compile(rb"(?:(?:\+|\b00|\b011[-. ]?)?1[-. ]{0,2})?\Z")
_NOUN: Final = (
    r"(?:(?:tele)?(?:phone|fone)|mobile|cell(?:ular)?|tel|ph|landline|call ?back|cb|contact|pager"
    r"|beeper|whatsapp|best)(?:[ _-]?(?:number|num|no\.?|nbr|\x23))?"
)
_WHOM: Final = "(?: (?:him|her|them|me|us|back|pt|patient|directly|now|today)){0,2}"
# matches "reachable at", "call her back at", "text"; not "reached", "texted"
_VERB: Final = (
    rf"(?:reach(?:able|ed)?{_WHOM} (?:at|on|via)"
    rf"|(?:call(?:ed|ing)?|text|txt|ring|dial|page){_WHOM}(?: (?:at|on|via))?)"
)
_GAP: Final = r"[\"' )]{0,3}(?:is|at|on|was)?[ :=\x23\"'.(|\t]{1,16}"
# Where a number of another country may begin: behind a label with a sign.
_GAP_WITH_SIGN: Final = r"[\"' )a-z]{0,10}[:=\x23|][ :=\x23\"'.|\t]{0,15}"
# matches "020 7946 0958", "(02) 9374 4000", "98765 43210"; not "2024"
_NATIONAL: Final = rf"\(?\d{{2,5}}\)?(?:[-. /]{{1,2}}\d{{2,6}}){{1,4}}{_EXTENSION}"
_ABROAD: Final = r"[2-9](?:[-. ()/]{0,2}\d){6,14}"
_FAX: Final = words("fax", "facsimile")
# matches "252.227-7013"; not "252.227.7013"
_CLAUSE: Final = re.compile(r"\d{3}\.\d{3}-\d{4}")
# Area codes of toll-free numbers (NANPA), as companies write them. No household has one.
# matches "1-800" and "(800"; not "1-801"
_TOLL_FREE: Final = re.compile(r"1?[-. (]{0,2}800\b|1[-. (]{1,2}8(?:33|44|55|66|77|88)\b")
_PREFIX: Final = re.compile(r"\+?(?:00|011[-. ]?)?(?=1)")  # matches "+", "001", "011-"
_TAIL: Final = re.compile(r"[^\d)]*(?:x|ext|#).*", re.IGNORECASE)  # matches "x204", " ext. 12"


def _bare(text: str) -> str:
    """The number without its extension and without a prefix of international calls."""
    return _PREFIX.sub("", _TAIL.sub("", text), count=1)


def _number(text: str) -> bool:
    """Whether a person may have the number.

    252.227-7013 is a clause of a contract: a phone number with a full stop behind its area code has
    no hyphen. 800 numbers belong to companies.
    """
    own = _bare(text)
    return checks.phone(own) and not _CLAUSE.fullmatch(own) and not _TOLL_FREE.match(own)


def _spelled(text: str) -> bool:
    return checks.phone("".join(c for c in text if c.isdigit()))


def _national(text: str) -> bool:
    """Whether a number behind a label can be a country's own. A date is none."""
    own = _TAIL.sub("", text)
    digits = "".join(c for c in own if c.isdigit())
    return 8 <= len(digits) <= 12 and len(set(digits)) > 2 and not checks.calendar_date(own)


# Latitude and longitude of ISO 6709, as gazetteers and files of time zones write them.
# matches "+513030-0000731", "+4612-05957", "+40.20361-075.00417"; not "+44 20 7946 0958"
_POINT: Final = re.compile(
    "|".join(
        rf"\+(?:[0-8]\d|90){part}-(?:0\d\d|1[0-7]\d|180){part}"
        for part in (r"\.\d+", r"[0-5]\d(?:\.\d+)?", r"(?:[0-5]\d){2}(?:\.\d+)?")
    )
)


def _abroad(text: str) -> bool:
    return checks.international(text) and _POINT.fullmatch(text) is None


_WORDS: Final = words(
    "phone", "tel", "telephone", "call", "callback", "cell", "mobile", "home", "work", "contact",
    "ph", "pager", "beeper", "text", "reach", "reached", "reachable", "dial", "landline",
    "number", "cb", "called", "phoned", "texted",
)  # fmt: skip
PHONE = Detector(
    name="phone",
    info_type="PHONE_NUMBER",
    # matches (555) 234-5678, 555-234-5678 and 555-234-5678x204, with the lead +1 555.234.5678;
    # not 123-456-7890
    pattern=_SEPARATED,
    lead=_COUNTRY,
    validate=_number,
    bare=Likelihood.POSSIBLE,
    context=_WORDS,
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
    # matches +13125550182 and +1 3125550182 (ITU-T E.164); not 13125550182
    pattern=r"\+1[-. ]?[2-9]\d{2}[2-9]\d{6}\b",
    validate=checks.phone,
    bare=Likelihood.POSSIBLE,
)
ABROAD = Detector(
    name="phone_abroad",
    info_type="PHONE_NUMBER",
    # matches "+44 20 7946 0958", "+49 (0)30 901820"; not "+44 20"
    pattern=rf"\+{_ABROAD}{_EXTENSION}\b",
    hint=r"\+[2-9]",
    validate=_abroad,
    bare=Likelihood.POSSIBLE,
    context=_WORDS,
    supported=Likelihood.LIKELY,
)
DIALLED_ABROAD = Detector(
    name="phone_dialled_abroad",
    info_type="PHONE_NUMBER",
    # matches "011 44 20 7946 0958" beside a label; not "0044"
    pattern=rf"\b(?:00|011)[-. ]?{_ABROAD}\b",
    hint=r"\b(?:00|011)[-. ]?[2-9][-. ()/\d]",
    validate=checks.international,
    bare=Likelihood.VERY_UNLIKELY,
    context=_WORDS,
    supported=Likelihood.LIKELY,
)
LABELLED = Detector(
    name="phone_labelled",
    info_type="PHONE_NUMBER",
    # matches "Phone: 3125550182", tel:3125550182 and "reachable at 3125550182";
    # not "contact 31255501"
    pattern=rf"\b(?:{_NOUN}|{_VERB}){_GAP}{_UNSEPARATED}\b",
    value=re.compile(
        rf"\b(?:{_NOUN}|{_VERB}){_GAP}({_UNSEPARATED}{_EXTENSION})".encode(), re.IGNORECASE
    ),
    validate=_number,
    bare=Likelihood.LIKELY,
)
NATIONAL = Detector(
    name="phone_national",
    info_type="PHONE_NUMBER",
    # matches "Phone: 020 7946 0958", "Tel: (02) 9374 4000"; not "Phone: 2024-01-02"
    pattern=rf"\b{_NOUN}{_GAP_WITH_SIGN}{_NATIONAL}\b",
    value=re.compile(rf"\b{_NOUN}{_GAP_WITH_SIGN}({_NATIONAL})".encode(), re.IGNORECASE),
    validate=_national,
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
FAX_ABROAD = replace(
    ABROAD,
    name="fax_abroad",
    info_type="FAX_NUMBER",
    bare=Likelihood.VERY_UNLIKELY,
    context=_FAX,
)
DETECTORS = (PHONE, SPELLED, LABELLED, DIALLED, ABROAD, DIALLED_ABROAD, NATIONAL, FAX, FAX_ABROAD)
