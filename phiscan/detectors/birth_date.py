"""Dates of birth and death, found by their labels. A date without a label can be anything."""

import re

from phiscan.checks import calendar_date
from phiscan.finding import Likelihood
from phiscan.patterns.detector import Detector

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
# matches "1961-04-02", "4/2/61", "19610402", "April 2nd, 1961", "2 Apr 1961"; not "1961-04"
DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d{6}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH}[ -]\d{{4}})"
)
# Between label and date. matches ": ", " is ", '": "'; not ""
_GAP = r"[\"' )]{0,3}(?:is|was|on|of)?[ :=\x23\"'.(,]{1,6}"
_BIRTH = r"(?:d\.?o\.?b\.?|birth[ _-]?dat[e]?|date[ _-]?of[ _-]?birth|birthday|born(?: on)?)"
_DEATH = (
    r"(?:d\.?o\.?d\.?|date[ _-]?of[ _-]?death|death[ _-]?date"
    r"|died(?: on)?|deceased(?: on)?|expired on)"
)


def _date(text: str) -> bool:
    return calendar_date(text) or bool(re.search("[a-z]", text, re.IGNORECASE))


def _labelled(name: str, info_type: str, label: str) -> Detector:
    return Detector(
        name=name,
        info_type=info_type,
        # matches "DOB: 1961-04-02" and "born on April 2, 1961"; not "born in 1961"
        pattern=rf"\b{label}{_GAP}{DATE}(?:\b|T\d)",
        value=re.compile(rf"{label}{_GAP}({DATE})".encode(), re.IGNORECASE),
        validate=_date,
        bare=Likelihood.VERY_LIKELY,
    )


DETECTORS = (
    _labelled("birth_date_labelled", "DATE_OF_BIRTH", _BIRTH),
    _labelled("death_date_labelled", "DATE_OF_DEATH", _DEATH),
)
