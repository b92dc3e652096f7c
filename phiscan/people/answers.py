"""Dates and numbers in prose, where an earlier sentence says what they are.

"And your date of birth?" / "August 22nd, 1983": no label stands beside the value, but the question
before it says what it is. Only text near health information is read. In a document that is PHI,
every other full date belongs to one of its individuals too (45 CFR 164.514(b)(2)(i)(C): all
elements of dates directly related to an individual).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from phiscan import checks
from phiscan.detectors.birth_date import DATE
from phiscan.finding import Subject

_WINDOW: Final = 110
"""Bytes before a value in which its question may stand: a question and the answerer's name."""
# What may stand between question and value: no other number and no mask. The time of the next
# message is allowed. matches "? 10:42 Ana: "; not "? Room 12, ", "? XXX "
_BETWEEN: Final = r"(?:(?!XXX)[^0-9]|(?<![0-9])\d{1,2}:\d\d(?::\d\d)?(?![0-9]))*"
_MONTHS: Final = re.compile(r"[a-z]{3}", re.IGNORECASE)  # matches "August"; not "08/22"


@dataclass(frozen=True, slots=True)
class Answer:
    """A value that a question asked for.

    Args:
        info_type: what the value is.
        start: its first byte in the text.
        end: the byte after its last one.
        subject: whom it is about.
    """

    info_type: str
    start: int
    end: int
    subject: Subject


@dataclass(frozen=True, slots=True)
class _Asked:
    """One kind of question.

    Args:
        info_type: what it asks for.
        value: the shape of an answer.
        question: the words of the question, up to the answer. Most allow no other number between.
        words: parts of words in lower case. One of them occurs in every text with the question.
        validate: whether the text of an answer can be one.
        subject: whom the answer is about.
    """

    info_type: str
    value: re.Pattern[bytes]
    question: re.Pattern[bytes]
    words: tuple[bytes, ...]
    validate: Callable[[str], bool]
    subject: Subject = Subject.PERSON


def _asked(words: str) -> re.Pattern[bytes]:
    return re.compile(rf"\b(?:{words})\b{_BETWEEN}\Z".encode(), re.IGNORECASE)


def _day(text: str) -> bool:
    return _MONTHS.search(text) is not None or checks.calendar_date(text.replace(" ", "/"))


def _long_enough(text: str) -> bool:
    return sum(c.isalnum() for c in text) >= 6 and sum(c.isdigit() for c in text) >= 4


def _record(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return digits >= 5 and not checks.calendar_date(text) and not checks.phone(text)


# matches "8/22/1983", "August 22nd, 1983", "8 22 83"; not "1.8/22/1983", "8/22/1983-A"
_DATE_VALUE: Final = re.compile(
    rf"(?<![\w/.-])(?:{DATE}|\d{{1,2}} \d{{1,2}} (?:19|20)?\d\d)(?![\w/-]|\.\d)".encode(),
    re.IGNORECASE,
)
# matches "CLM-2025-7788-55", "7788332200"; not "CLM", "778"
_CODE_VALUE: Final = re.compile(
    rb"(?<![\w./-])(?:[A-Z]{1,6}-){0,3}[A-Z]{0,5}\d[0-9A-Z-]{3,20}(?![\w/-])"
)
# matches "78-30-63", "BCM-973906", "E518484243"; not "54", "2024/1"
_RECORD_VALUE: Final = re.compile(
    rb"(?<![\w./-])(?:[A-Z]{1,6}-?){0,2}\d[\d-]{3,14}\d(?![\w/-]|\.\d)"
)
_QUESTIONS: Final = (
    # matches "And your date of birth?\nCaller: ", "Sex/DOB: F ", "my birthday is "; not "reborn "
    _Asked(
        "DATE_OF_BIRTH",
        _DATE_VALUE,
        _asked(
            r"d\.?o\.?b|birth[ -]?dates?|date of birth|b-?days?|birthdays?|born|fecha de nacimiento"
        ),
        (b"dob", b"d.o", b"do.b", b"birth", b"bday", b"b-day", b"born", b"fecha"),
        _day,
    ),
    # matches "best number is ", "call him at "; not "a number of "
    _Asked(
        "PHONE_NUMBER",
        re.compile(rb"(?<![\w./-])(?:\+?1[-. ]?)?[2-9]\d\d[-. ]?[2-9]\d\d[-. ]?\d{4}(?![\w/-])"),
        _asked(
            r"phones?|cell|mobile|call(?:ed)?|callback|reach(?:ed)?|text|txt|telephone"
            r"|(?:best|good|contact) number"
        ),
        (b"phone", b"cell", b"mobile", b"call", b"reach", b"text", b"txt", b" number"),
        checks.phone,
    ),
    # a number without an area code: "can be reached at 555-0123"; not "room 555-0123"
    _Asked(
        "PHONE_NUMBER",
        re.compile(rb"(?<![\w./-])[2-9]\d\d-\d{4}(?![\w/-])"),
        re.compile(
            rb"\b(?:reach(?:ed)?|call(?:ed|back)?|phones?|cell|mobile)(?: him| her| them)?"
            rb"(?: is| at| on|:) \Z",
            re.IGNORECASE,
        ),
        (b"reach", b"call", b"phone", b"cell", b"mobile"),
        _long_enough,
    ),
    # matches "Account 7788332200" and "Claim: CLM-2025-7788-55"; not "into account 7788332200"
    _Asked(
        "ACCOUNT_NUMBER",
        _CODE_VALUE,
        re.compile(
            rb"(?<!into )\b(?:account|acct|encounter|claim|csn|fin)"
            rb"(?: (?:id|no\.?|number))?[ ]?[:#]{0,2} \Z",
            re.IGNORECASE,
        ),
        (b"acc", b"encounter", b"claim", b"csn", b"fin"),
        _long_enough,
    ),
    # matches "need the MRN. Is it 9183973", "MRN there 9183973", "CHART 78-30-63", "MR: 59-24-98";
    # not "Mr. 42", "chart 2 of 3"
    _Asked(
        "MEDICAL_RECORD_NUMBER",
        _RECORD_VALUE,
        re.compile(
            rb"\b(?:(?i:mrn|m\.r\.n\.|medical record(?: number| no\.?| \x23)?"
            rb"|record (?:no\.?|number))(?:(?!XXX)[^0-9\n]){0,36}"
            rb"|(?:CHART|Chart|MR|PT ID|HOSP NO|UNIT)[ ]?[.:\x23]{0,24} )\Z"
        ),
        (b"mr", b"m.r", b"record", b"chart", b"pt id", b"hosp no", b"unit"),
        _record,
        Subject.PATIENT,
    ),
    # matches "SN: PEN-SN-8891AZ" and "Serial logged: 7XZ1-99231"; not "serial 7XZ1-99231"
    _Asked(
        "DEVICE_IDENTIFIER",
        _CODE_VALUE,
        re.compile(rb"\b(?:serial|s/?n)(?: [a-z]{2,10}){0,2}[ ]?[:#]{1,2} ?\Z", re.IGNORECASE),
        (b"serial", b"s/n", b"sn"),
        _long_enough,
    ),
    # matches "Mbr ID U9081726354", "Humana ID H44810923",
    # "Insurance: Medical Mutual  ID: MMO55210938" and
    # "the member ID ...? Sure, it's BRH 4471 90 226"; not "member BRH 4471 90 226"
    _Asked(
        "HEALTH_PLAN_BENEFICIARY_NUMBER",
        re.compile(rb"(?<![\w./-])[A-Z]{0,5}[- ]?\d[0-9A-Z-]{1,19}(?: \d{2,6}){0,4}(?![\w/-])"),
        re.compile(
            rb"\b(?:"
            rb"(?:member|mbr|subscriber|policy|insurance|plan|medicaid|medicare|humana|aetna|cigna"
            rb"|anthem|bcbs|uhc|tricare|kaiser|medi-?cal)(?:'s)? ?(?:id\b|\x23|no\b|num(?:ber)?\b)"
            rb"|insurance: ?[a-z .&-]{2,40} (?:id|\x23)\b"
            rb"|(?:member|subscriber|enrollee) [^0-9\n]{2,50}, (?:id|\x23)\b"
            rb")(?:(?!XXX)[^0-9]){0,70}?\Z",
            re.IGNORECASE,
        ),
        (
            b"member",
            b"mbr",
            b"subscriber",
            b"enrollee",
            b"policy",
            b"insurance",
            b"plan",
            b"medicaid",
            b"medicare",
            b"medi-cal",
            b"medical",
            b"humana",
            b"aetna",
            b"cigna",
            b"anthem",
            b"bcbs",
            b"uhc",
            b"tricare",
            b"kaiser",
        ),
        _long_enough,
    ),
)


def answers(text: bytes, near: Callable[[int], bool]) -> Iterator[Answer]:
    """The values of `text` that a question asked for, in places where `near` is true.

    `near` takes an offset and says whether the text speaks of health there.
    """
    lowered = text.lower()
    for asked in _QUESTIONS:
        if not any(word in lowered for word in asked.words):
            continue
        for match in asked.value.finditer(text):
            if not near(match.start()):
                continue
            before = text[max(0, match.start() - _WINDOW) : match.start()]
            if asked.question.search(before) and asked.validate(
                match[0].decode("utf-8", "replace")
            ):
                yield Answer(asked.info_type, *match.span(), asked.subject)


def dates(text: bytes, near: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """The range of every date with day and year in `text`, in places where `near` is true."""
    for match in _DATE_VALUE.finditer(text):
        if near(match.start()) and _day(match[0].decode("utf-8", "replace")):
            yield match.span()


# A number just behind a patient's name or mention, perhaps behind a date. matches " (SJH-674356)",
# " / 222937 /", ", 00482913", " (A90753Z)", " / 3/4/1961 / 222937"; not ", 54", " (2019)",
# " 515-234-8890"
_NUMBER_BESIDE: Final = re.compile(
    rb"(?:(?:'s)? {0,3}[(/|,#-]{1,2} {0,3}(?:\d{1,2}/\d{1,2}/\d{4} {0,3}[/|,-] {0,3})?#?"
    rb"|[ \t]*\r?\n)"
    rb"((?:[A-Z]{1,5}-?)?\d(?:[\d-]{3,14}\d|\d{3,12}[A-Z]))"
    rb"(?![\w./-]|:\d|\)? ?(?:years|yo\b|y/o))"
)
# The word before ` (`. matches "man", "patient"; not "pattern"
_MENTIONED: Final = re.compile(
    rb"\b(?:man|woman|male|female|boy|girl|gentleman|lady|infant|newborn|patient|pt)\Z",
    re.IGNORECASE,
)
_LONGEST_MENTION: Final = 10
"""One more byte than `gentleman` has."""


# matches "220198", "86-81-96", "90753Z"; not "4512"
_LONG_NUMBER: Final = re.compile(rb"\d(?:[\d-]{3,13}\d|\d{3,12}[A-Z])(?![\w-])")
_BEFORE_NUMBER: Final = 80
"""Bytes before a number in which its words stand."""
# What clinics call the number of a patient, and landlords, fleets and shops that of a thing. So it
# counts only in a text that is PHI already.
# matches "Unit number: ", "Unit #: HM-", "chart ", "our file no. ", "Record: ", "ID: ";
# not "Units: "
_OF_UNIT: Final = re.compile(
    rb"\b(?:unit[ ._-]{0,2}(?:number|num|no\.?|nbr|#)"
    rb"|(?:chart|record|file|hosp(?:ital)?|reg(?:istration)?|case|pat(?:ient)?|pt|client|resident)"
    rb"[ ._-]{0,2}(?:number|num|no\.?|nbr|id|#)|(?:chart|record|id)(?=[ ]?[:#])"
    rb"|chart(?=[ ]\Z|[ ][A-Z]{1,3}\Z))"
    rb"[ .:#*_|]{1,8}(?P<prefix>(?:[A-Z]{1,6}-)?[A-Z]{0,3})\Z",
    re.IGNORECASE,
)
_SIGNS_OF_RECORDS: Final = (
    b"unit", b"chart", b"record", b"file", b"hosp", b"reg", b"case", b"pat", b"pt", b"client",
    b"resident", b"id",
)  # fmt: skip
# The number of an insured person, without a word for a number before it.
# matches "member W", "Ins: ", "Subscriber: Ana Ruiz ID: "; not "members: "
_OF_MEMBER: Final = re.compile(
    rb"\b(?:(?:member|subscriber|insured|enrollee|beneficiary)[ ]?:?[ ]{1,2}"
    rb"(?:[^\n:;|]{3,48} (?:id|no\.?|#)[ ]?[:#]?[ ]{0,2})?|ins(?:urance)?[ ]?[:#][ ]{0,2})"
    rb"(?P<prefix>[A-Z]{0,3})\Z",
    re.IGNORECASE,
)
_SIGNS_OF_MEMBERS: Final = (
    b"member", b"subscriber", b"insured", b"enrollee", b"beneficiary", b"insurance", b"ins:",
    b"ins#", b"ins :", b"ins #",
)  # fmt: skip
_SHORTEST_MEMBER: Final = 8


def member_numbers(text: bytes) -> Iterator[tuple[int, int]]:
    """The range of each number of an insured person in a text that is PHI."""
    return (
        (start, end)
        for start, end, digits in _long_numbers(text, _OF_MEMBER, _SIGNS_OF_MEMBERS)
        if digits >= _SHORTEST_MEMBER
    )


def _long_numbers(
    text: bytes, words: re.Pattern[bytes], signs: tuple[bytes, ...]
) -> Iterator[tuple[int, int, int]]:
    """The range of each long number behind `words`, with its prefix, and how many digits it has.

    One of `signs` occurs, in lower case, wherever `words` do.
    """
    lower = text.lower()
    if not any(sign in lower for sign in signs):
        return
    for number in _LONG_NUMBER.finditer(text):
        before = words.search(text[max(0, number.start() - _BEFORE_NUMBER) : number.start()])
        if before is not None:
            prefix = len(before["prefix"])
            yield number.start() - prefix, number.end(), sum(chr(c).isdigit() for c in number[0])


def record_numbers(text: bytes, names: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The range of each number just behind a patient's name or a mention of the patient.

    Args:
        text: a text that is PHI.
        names: where patients' names end.
    """
    yield from ((start, end) for start, end, _ in _long_numbers(text, _OF_UNIT, _SIGNS_OF_RECORDS))
    for end in (*names, *_mentions(text)):
        match = _NUMBER_BESIDE.match(text, end)
        if match is None:
            continue
        number = match[1].decode()
        if not checks.calendar_date(number) and not checks.phone(number):
            yield match.span(1)


def _mentions(text: bytes) -> Iterator[int]:
    """Where each mention of a patient ends that a bracket follows: `a 54-year-old man (`."""
    at = text.find(b" (")
    while at >= 0:
        if _MENTIONED.search(text, max(0, at - _LONGEST_MENTION), at):
            yield at
        at = text.find(b" (", at + 1)
