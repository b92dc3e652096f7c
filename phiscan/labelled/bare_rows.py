"""A row of a table whose columns nobody names: `Failing row contains (77, Lindqvist, ...)`.

The name of the table says whom the row is about, and the form of a value says what it is: nine
digits of a social security number, a date, a capitalised word. A date before all others is a date
of birth. In a table about anything else, such values mean nothing.
"""

import re
from collections.abc import Iterator
from typing import Final

from phiscan import checks
from phiscan.finding import Subject
from phiscan.words.label_vocabulary import CARE_TABLES
from phiscan.words.labels import read_label

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# matches "Lindqvist", "Mary-Ann O'Neil"; not "null", "F", "E11.9"
_NAME: Final = re.compile(
    r"[^\W\d_a-z](?:[^\W\d_]+|['’][^\W\d_]{2,})(?:[-'’. ]{1,2}[^\W\d_]{2,}){0,3}"
)
# matches "MRN-5530917"; not "ICD-10"
_NUMBERED: Final = re.compile(r"[A-Z]{1,4}-?\d{5,12}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{8}")  # not a time of day
_MAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_NOTHING: Final = frozenset("null none true false nan".split())
_LEAST_KEY: Final = 4
"""The fewest digits of a row's key that is a patient's number."""


def is_about_patients(table: str) -> bool:
    """Whether the rows of a table are about patients: `patients`, `public.lab_visits`."""
    words = [word.lower() for word in _WORD.findall(table)]
    return not CARE_TABLES.isdisjoint(words) or any(
        read_label(word).subject is Subject.PATIENT for word in words
    )


def labels_of(values: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the number and the label of each value of such a row whose form says what it is."""
    days = sorted(filter(None, map(_day, values)))
    for number, value in enumerate(values):
        label = _label(value.strip(), is_key=number == 0)
        if not label:
            continue
        if label == "service date" and _day(value) == days[0]:
            label = "date of birth"
        yield number, label


def _label(value: str, *, is_key: bool) -> str:
    """The label of the first form that the value has, or empty."""
    if value.lower() in _NOTHING:
        return ""
    forms = (
        ("ssn", checks.ssn(value)),
        ("service date", bool(_day(value))),
        ("email", _MAIL.fullmatch(value) is not None),
        ("phone", checks.phone(value)),
        ("mrn", _NUMBERED.fullmatch(value) is not None),
        ("mrn", is_key and value.isdigit() and len(value) >= _LEAST_KEY),
        ("diagnosis", value[:1].isalpha() and checks.clinical_value(value)),
        ("full name", _NAME.fullmatch(value) is not None),
    )
    return next((label for label, has_form in forms if has_form), "")


def _day(value: str) -> str:
    """A date in a form that sorts by time, or empty."""
    value = value.strip()
    if not _DAY.fullmatch(value) or not checks.calendar_date(value):
        return ""
    if "/" in value:
        month, day, year = value.split("/")
        return f"{year}-{month:0>2}-{day:0>2}"
    return value if "-" in value else f"{value[:4]}-{value[4:6]}-{value[6:]}"
