"""Street addresses, cities and postal codes of the United States, as people write them."""

import re

from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector, words

_SUFFIX = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|way"
    r"|terrace|ter|circle|cir|parkway|pkwy|highway|hwy|square|sq|trail|trl|loop|crossing|alley"
    r"|plaza|row|pike|turnpike|bend|cove|crescent|hollow|landing|ridge|knoll)"
)
# Street suffixes that are also ordinary words when they are in lower case.
# matches " row" in "1 Header row"; not " Row" in "12 Savile Row"
_ALSO_WORDS = re.compile(r" (?:row|pike|turnpike|bend|cove|crescent|hollow|landing|ridge|knoll)\b")
# matches ", Apt 4" and " #12"; not " apartment"
_UNIT = (
    r"(?:,? (?:apt|apartment|suite|ste|unit|rm|room|fl|floor|\x23)\.? ?\x23?[a-z0-9-]{1,6}"
    r"|,? \x23[a-z0-9-]{1,6})?"
)
# A number and a capitalised name. matches "77 N. 3rd"; not "5 steps", not "7:30 AM"
_NAMED = re.compile(r"[\d-]+ (?![AaPp]\.?[Mm]\b)(?:[NSEWnsew]\.? )?(?:[A-Z]|\d)")
# The postal abbreviations of the states. matches "IL"; not "IX"
_STATE = (
    "(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI"
    "|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
)


def _street(text: str) -> bool:
    """Whether a street name follows the number.

    "5 steps on the way" has no name, and "7:30 AM with Dr." is a time.
    """
    return _NAMED.match(text) is not None and _ALSO_WORDS.search(text) is None


DETECTORS = (
    Detector(
        name="street_address",
        info_type="STREET_ADDRESS",
        # matches "1420 Maple Grove Ave" and "77 N. 3rd St. Apt 4"; not "5 way"
        pattern=(
            r"\b\d{1,6}(?:-\d{1,4})? "  # the number
            r"(?:[nsew]\.? )?(?:[a-z0-9'.-]{2,20} ){1,3}"  # the name
            rf"{_SUFFIX}\b\.?(?: (?:north|south|east|west|[ns][ew])\b)?{_UNIT}"
        ),
        validate=_street,
        bare=Likelihood.POSSIBLE,
        context=words("address", "addr", "lives", "resides", "residing", "street", "home"),
    ),
    Detector(
        name="post_office_box",
        info_type="STREET_ADDRESS",
        # matches "P.O. Box 114"; not "PO Box A"
        pattern=r"\bp\.? ?o\.? box \d{1,6}\b",
        bare=Likelihood.POSSIBLE,
    ),
    Detector(
        name="rural_route",
        info_type="STREET_ADDRESS",
        # matches "RR 2 Box 114" (USPS Publication 28 section 24); not "RR 2"
        pattern=r"\b(?:rr|hc|rural route) \d{1,3},? box \d{1,5}[a-z]?\b",
        bare=Likelihood.LIKELY,
    ),
    Detector(
        name="city_before_state",
        info_type="CITY",
        # matches "Springfield, IL 62704"; not "springfield, il 62704"
        pattern=(
            rf"\b[A-Z][A-Za-z.'-]{{1,20}}(?: [A-Z][A-Za-z.'-]{{1,20}}){{0,2}}, ?{_STATE} \d{{5}}\b"
        ),
        value=re.compile(
            r"([A-Z][A-Za-z.'-]{1,20}(?: [A-Z][A-Za-z.'-]{1,20}){0,2})"
            rf", ?{_STATE} \d{{5}}".encode()
        ),
        bare=Likelihood.LIKELY,
        caseless=False,
    ),
    Detector(
        name="zip_after_state",
        info_type="US_ZIP_CODE",
        # matches ", IL 62704-1234" in "Springfield, IL 62704-1234"; not "Springfield 62704"
        pattern=rf", ?{_STATE} \d{{5}}(?:-\d{{4}})?\b",
        value=re.compile(rb"(\d{5}(?:-\d{4})?)"),
        bare=Likelihood.LIKELY,
        caseless=False,
    ),
    Detector(
        name="zip_labelled",
        info_type="US_ZIP_CODE",
        # matches "62704" beside "zip code:"; not "6270"
        pattern=r"\b\d{5}(?:-\d{4})?\b",
        bare=Likelihood.VERY_UNLIKELY,
        context=words(r"zip(?:[ _-]?code)?", r"post(?:al)?(?:[ _-]?code)"),
        supported=Likelihood.LIKELY,
    ),
)
