"""Dates, phone numbers and plan numbers in prose, where what they are is said a sentence before them.

"And your date of birth?" / "August 22nd, 1983": no label stands at the value, but the last thing that was asked for says what
it is. Read only where health is spoken of. Every other full date of a document that is PHI is one of its individual's
(45 CFR 164.514(b)(2)(i)(C): all elements of dates directly related to an individual).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from phiscan import checks
from phiscan.detectors.birth_date import DATE
from phiscan.finding import Subject

_WINDOW: Final = 110
"""Bytes before a value in which it may have been asked for: a question, and the name of who
answers."""
# no other number and nothing masked, but the time of the next message
_BETWEEN: Final = r"(?:(?!XXX)[^0-9]|(?<![0-9])\d{1,2}:\d\d(?::\d\d)?(?![0-9]))*"
_MONTHS: Final = re.compile(r"[a-z]{3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A value that was asked for."""

    info_type: str
    start: int
    end: int
    subject: Subject


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for: the shape of the answer, and the words of the question, behind which no
    other number may stand."""

    info_type: str
    value: re.Pattern[bytes]
    question: re.Pattern[bytes]
    validate: Callable[[str], bool]
    subject: Subject = Subject.PERSON


def _asked(words: str) -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{words})\b{_BETWEEN}\Z".encode(), re.IGNORECASE)


def _day(text: str) -> bool:
    return _MONTHS.search(text) is not None or checks.calendar_date(text.replace(" ", "/"))


def _long_enough(text: str) -> bool:
    return sum(c.isalnum() for c in text) >= 6 and sum(c.isdigit() for c in text) >= 4


_DATE_VALUE: Final = re.compile(
    rf"(?<![\w/.-])(?:{DATE}|\d{{1,2}} \d{{1,2}} (?:19|20)?\d\d)(?![\w/-]|\.\d)".encode(),
    re.IGNORECASE,
)
_CODE_VALUE: Final = re.compile(
    rb"(?<![\w./-])(?:[A-Z]{1,6}-){0,3}[A-Z]{0,5}\d[0-9A-Z-]{3,20}(?![\w/-])"
)
_QUESTIONS: Final = (
    # "born on the", "And your date of birth?\nCaller:", "Sex/DOB: F", "bday", "my birthday is"
    _Asked(
        "DATE_OF_BIRTH",
        _DATE_VALUE,
        _asked(
            r"d\.?o\.?b|birth[ -]?dates?|date of birth|b-?days?|birthdays?|born|fecha de nacimiento"
        ),
        _day,
    ),
    _Asked(
        "PHONE_NUMBER",
        re.compile(rb"(?<![\w./-])(?:\+?1[-. ]?)?[2-9]\d\d[-. ]?[2-9]\d\d[-. ]?\d{4}(?![\w/-])"),
        _asked(
            r"phones?|cell|mobile|call(?:ed)?|callback|reach(?:ed)?|text|txt|telephone|(?:best|good|contact) number"
        ),
        checks.phone,
    ),
    # "can be reached at 555-0123"; not "room 555-0123"
    _Asked(
        "PHONE_NUMBER",
        re.compile(rb"(?<![\w./-])[2-9]\d\d-\d{4}(?![\w/-])"),
        re.compile(
            rb"\b(?:reach(?:ed)?|call(?:ed|back)?|phones?|cell|mobile)(?: him| her| them)?(?: is| at| on|:) \Z",
            re.IGNORECASE,
        ),
        _long_enough,
    ),
    # "Account 7788332200", "Claim: CLM-2025-7788-55"; not "into account 12"
    _Asked(
        "ACCOUNT_NUMBER",
        _CODE_VALUE,
        re.compile(
            rb"(?<!into )\b(?:account|acct|encounter|claim|accession|csn|fin)(?: (?:id|no\.?|number))?[ ]?[:#]{0,2} \Z",
            re.IGNORECASE,
        ),
        _long_enough,
    ),
    # "SN: PEN-SN-8891AZ", "Serial logged: 7XZ1-99231"
    _Asked(
        "DEVICE_IDENTIFIER",
        _CODE_VALUE,
        re.compile(rb"\b(?:serial|s/?n)(?: [a-z]{2,10}){0,2}[ ]?[:#]{1,2} ?\Z", re.IGNORECASE),
        _long_enough,
    ),
    # "Mbr ID U9081726354", "Humana ID H44810923", "Insurance: Medical Mutual  ID: MMO55210938",
    # "the member ID ...? Sure, it's BRH 4471 90 226"
    _Asked(
        "HEALTH_PLAN_BENEFICIARY_NUMBER",
        re.compile(rb"(?<![\w./-])[A-Z]{0,5}[- ]?\d[0-9A-Z-]{1,19}(?: \d{2,6}){0,4}(?![\w/-])"),
        re.compile(
            rb"\b(?:(?:member|mbr|subscriber|policy|insurance|plan|medicaid|medicare|humana|aetna|cigna|anthem|bcbs|uhc|tricare|kaiser|medi-?cal)(?:'s)? ?(?:id\b|\x23|no\b|num(?:ber)?\b)|insurance: ?[a-z .&-]{2,40} (?:id|\x23)\b)(?:(?!XXX)[^0-9]){0,70}?\Z",
            re.IGNORECASE,
        ),
        _long_enough,
    ),
)


def answers(text: bytes, near: Callable[[int], bool]) -> Iterator[Answer]:
    """The values of `text` that were asked for, where `near` says that health is spoken of."""
    for asked in _QUESTIONS:
        for match in asked.value.finditer(text):
            if not near(match.start()):
                continue
            before = text[max(0, match.start() - _WINDOW) : match.start()]
            if asked.question.search(before) and asked.validate(
                match[0].decode("utf-8", "replace")
            ):
                yield Answer(asked.info_type, *match.span(), asked.subject)


def dates(text: bytes, near: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Every date of `text` with its day and year, where `near` says that health is spoken of."""
    for match in _DATE_VALUE.finditer(text):
        if near(match.start()) and _day(match[0].decode("utf-8", "replace")):
            yield match.span()
