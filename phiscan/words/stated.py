"""Values of which a format's structure says what they are: `PID-7`, `NM1-03`, `(0010,0030)`.

What stands in a patient's field is the patient's, whatever its shape: a date of birth in the year
954, a phone number of six digits. Only what stands for no value at all is nobody's.
"""

import re
from typing import Final

from phiscan import checks
from phiscan.words.labels import MASK_BEGINS, is_masked

_PHRASES: Final = frozenset(
    (
        "n/a", "not available", "not applicable", "not provided", "not known", "not given",
        "not specified", "not recorded", "not reported", "not disclosed", "not on file",
        "not asked", "not stated", "no data", "no information", "no name", "no phone",
        "no address", "no email", "no middle name", "asked but unknown", "asked but declined",
        "de-identified",
    )
)  # fmt: skip
_WORDS: Final = frozenset(
    "unknown unk ukn null none nil na nan unspecified undefined unavailable declined refused "
    "anonymous anonymized anonymised anon removed redacted deidentified masked withheld suppressed "
    "missing blank empty tbd tba nmn nmi".split()
)
"""Words in place of a value, in lower case."""
_BEGINNINGS: Final = frozenset(word[:2] for word in _PHRASES | _WORDS)
"""How words in place of a value begin, apart from masks."""
_SOME_DIGIT: Final = frozenset("12345678")
"""First digits of numbers, if they are neither zeros nor nines."""
# A part of a value. matches "O" and "Brien" of "O'Brien"; not "-"
_PART: Final = re.compile(r"[^\s^=\\.,;:/()\[\]{}<>_+\"'-]+")
_NINES: Final = 4
"""The fewest nines that stand for no number."""
# The ends of calendars, which programs write for no date: of .NET, SQL Server and open periods.
# matches "0001-01-01T00:00:00", "19000101", "99991231", "2999-12-31"; not "1900-01-02",
# "2024-12-31"
_NO_DAY: Final = re.compile(
    r"(?:0001|1753|1900)[-/.]?01[-/.]?01|9999|0000|(?:[3-9]\d|2[2-9])\d\d[-/.]?12[-/.]?31"
)
# A day of any year, as HL7, X12, DICOM and ISO 8601 write it, perhaps with its time.
# matches "09540412", "1800-01-01T08:00Z", "1961.11.23", "202402301030-0500"; not "12345678"
_DAY: Final = re.compile(
    r"\d{4}(?P<mark>[-/.]?)(?:0[1-9]|1[0-2])(?P=mark)(?:0[1-9]|[12]\d|3[01])"
    r"(?:(?:\d\d){1,3}|[T ]\d\d.{0,24})?(?:\.\d{1,6})?(?:[+-]\d{4}|Z)?"
)
# A month of a year. matches "202401", "2024-01"; not "2024", which 164.514(b)(2)(i)(C) allows
_MONTH: Final = re.compile(r"(?:18|19|20)\d\d-?(?:0[1-9]|1[0-2])")
_LAST_OLD_YEAR: Final = 1936
"""Whoever was born in this year or before is over 89 since 2026.

164.514(b)(2)(i)(C): a year that tells an age over 89 identifies.
"""
_YEAR: Final = 4
_NO_YEAR: Final = "1900"
_FEWEST: Final = 3
"""The fewest digits of a date or of a phone number."""


def is_nothing(value: str) -> bool:
    """Whether a value stands for no value: blank, a mask, zeros or nines, `UNKNOWN`.

    A value of several such parts (`UNKNOWN^UNKNOWN`, `XXX-XX-XXXX`) is none either.
    """
    first = value[:1]
    if first in _SOME_DIGIT or (
        first.isalpha() and first not in MASK_BEGINS and value[:2].lower() not in _BEGINNINGS
    ):
        return False  # nearly all values
    if value.strip().lower() in _PHRASES:
        return True
    parts = _PART.findall(value)
    digits = "".join(parts)
    if digits.isdigit() and digits.strip("0"):
        return len(digits) >= _NINES and not digits.strip("9")
    return all(map(_may_be_none, parts))


def _may_be_none(part: str) -> bool:
    """Whether a part of a value is a word for none, a mask, zeros or nines."""
    if part.isdigit():
        return not part.strip("0") or not part.strip("9")
    return part.lower() in _WORDS or is_masked(part) or not any(map(str.isalnum, part))


def is_birth_or_death(value: str) -> bool:
    """Whether a date of birth or death identifies, whatever its shape.

    A year alone does not, unless it tells an age over 89.
    """
    text = value.strip()
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) < _FEWEST or is_nothing(text) or _NO_DAY.match(text):
        return False
    if len(digits) == _YEAR and not any(c.isalpha() and c not in "Xx" for c in text):
        return int(digits) <= _LAST_OLD_YEAR and digits != _NO_YEAR
    return True


def is_day(value: str) -> bool:
    """Whether a date of an event names at least a month: in any year, but in the shape of one."""
    is_written = (
        checks.calendar_date(value)
        or _MONTH.fullmatch(value) is not None
        or _DAY.fullmatch(value) is not None
    )
    return is_written and _NO_DAY.match(value) is None


def is_number(value: str) -> bool:
    """Whether a phone or fax number has any digits to speak of."""
    return sum(c.isdigit() for c in value) >= _FEWEST and not is_nothing(value)
