"""What a label says of the value beside it: JSON keys, CSV headers, form fields, `Label: value`.

A label is split into words (`patientFirstName`, `PATIENT_FIRST_NAME`, `Patient first name`). The
words that say whom the value is about are removed. The rest, the core, is looked up:
`read_label("patientFirstName")` is a patient's PERSON_NAME.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phiscan import checks
from phiscan.finding import Subject
from phiscan.memory import Memory
from phiscan.text.normalise import unaccented
from phiscan.words import program_text
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.label_vocabulary import (
    COMPLAINED_OF,
    NOISE,
    PLACEHOLDERS,
    SHORT_SUBJECTS,
    SINGLE,
    SUBJECTS,
    VOCABULARY,
)
from phiscan.words.medicines import is_cvx, is_medicine

# A word of a label. matches "patient", "First", "MRN", "2"; of "patientDOB" "patient" and "DOB"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# What redaction writes: `XXX`, the 0 of a number, a token of `phiscan.redaction.tokens`.
# matches "XXX", "0"; not "XXL", "00"
_MASK = re.compile(r"[X*]+|0|XXX[A-P]{20}X*")
MASK_BEGINS: Final = frozenset("X*0")
"""The first characters of masks."""
# A break that no label has. matches " -- "; not ", "
_GAP = re.compile(r"[^A-Za-z0-9]{4}")
_TEMPLATE = re.compile(r"[{}]|^/")  # matches "{name}", "/name"; not "name/"
# A text that goes on, which no number does. The detectors find a number in it.
# matches "123, seen", "a b c d e"; not "A-123 45"
_SENTENCE = re.compile(r"[,;(]\s|\)$|(?:\S+\s+){4}")
# Source code, in place of a name or an address. matches "str) -> None", "f(x"; not "Ana (Ruiz)"
_SYNTAX = re.compile(r"[{}<>=]|\w[(\[]|\):")
# A minified program, in place of a code, a date or a statement.
# matches "e.patientUuid})),[3,4]", "new Date(2020,1,1)"; not "new date (2020)"
_PROGRAM = re.compile(r"[{}]|=>|\(\)|\)\)[,;)]|\bnew [A-Z]\w*\(")
# How a schema or a program goes on behind a label. matches "{type", "Column("; not "asthma ("
_DECLARED = re.compile(r"\s*(?:[{\[<$]|[A-Za-z_.]+[(\[])")
# matches "ana@acme.com", "Ana Ruiz <ana@acme.com>"; not "ana@"
_ONE_MAIL: Final = r"""(?:[^@<>]{0,60}<)?[^\s@<>,;"']+@[^\s@<>,;"']+>?"""
# One address or a few. Whatever goes on with anything else is a line of text.
# matches "a@b.c, d@e.f"; not "a@b.c is new"
_MAIL = re.compile(rf"(?:mailto:)?{_ONE_MAIL}(?:\s?[,;]\s?{_ONE_MAIL}){{0,9}}", re.IGNORECASE)
SEPARATOR: Final = "[^a-z0-9]{0,3}"
"""What may stand between two words of a label: an expression."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,60}")  # matches "Date of birth"; not "DOB:"
_SHORTEST_TOLD: Final = 3
"""Letters of the shortest statement: `Flu`, `NKA`."""


def is_masked(value: str) -> bool:
    """Whether `value` is a mask."""
    return value[:1] in MASK_BEGINS and _MASK.fullmatch(value) is not None


def _filled(value: str) -> bool:
    text = value.strip()
    return text.lower() not in PLACEHOLDERS and not is_masked(text)


def _worded(value: str) -> bool:
    """Whether the value says something of somebody; not `{type: string}`, `Column(String)`."""
    return (
        _filled(value)
        and _DECLARED.match(value) is None
        and _PROGRAM.search(value) is None
        and not _is_said_of_a_label(value)
    )


def _told(value: str) -> bool:
    """Whether the value is a statement in words.

    `IMMUNIZATIONS = "80"` and `DISCHARGE_SUMMARY = "DS"` hold codes.
    """
    return _worded(value) and sum(c.isalpha() for c in value) >= _SHORTEST_TOLD


def _name(value: str) -> bool:
    return _filled(value) and any(c.isalpha() for c in value) and len(value) <= 200


def _named(value: str) -> bool:
    return (
        _name(value)
        and _SYNTAX.search(value) is None
        and not _is_said_of_a_label(value)
        and not program_text.is_about_a_name(value)
        and not program_text.is_fixture(value)
    )


def _called(value: str) -> bool:
    """Whether the value has the form of a full name. `paciente: estable` has another."""
    words = value.split()
    return len(words) > 1 and words[0][:1].isupper() and words[-1][:1].isupper() and _named(value)


def _medicine(value: str) -> bool:
    return _filled(value) and is_medicine(value)


def abroad(value: str) -> bool:
    """Whether the value is a code or words in a language whose words of medicine nobody here knows.

    It is somebody's health information beside that person's date of birth or number, and nothing
    elsewhere.
    """
    return _worded(value) and any(map(str.isalpha, value))


def _place(value: str) -> bool:
    return _named(value) and program_text.is_place(value)


def _picture(value: str) -> bool:
    return _filled(value) and program_text.is_picture(value)


def _print(value: str) -> bool:
    return _filled(value) and program_text.is_print(value)


def _is_said_of_a_label(value: str) -> bool:
    """Whether a value is code or a label, as in a translation: `"firstName": "First name"`."""
    return len(value) <= _LONGEST and (_is_label(value) or program_text.is_code(value))


def _is_label(value: str) -> bool:
    """Whether a value consists of words of labels: `Date of birth`, `Allergies`.

    Not `Pat Street`, which is a name.
    """
    split = _words(value) if _PLAIN.fullmatch(value) else []
    if not split or split[0] in GIVEN_NAMES:
        return False
    if len(split) == 1:
        return split[0] in SINGLE
    core = "".join(split) if "".join(split) in RULES else _core(split, _AROUND)
    return core != "" and RULES[core].info_type not in COMPLAINED_OF


def _code(value: str) -> bool:
    return (
        _filled(value)
        and len(value) <= 80
        and _SENTENCE.search(value) is None
        and _PROGRAM.search(value) is None
        and sum(c.isalnum() for c in value) >= 3
        and any(c.isdigit() and c != "0" for c in value)
        and not program_text.is_fixture_number(value)
    )


def _day(value: str) -> bool:
    return _filled(value) and (
        checks.calendar_date(value)
        or bool(
            _PROGRAM.search(value) is None
            and re.search(r"[A-Za-z]{3}", value)
            and re.search(r"\d{4}", value)
        )
    )


def _number(value: str) -> bool:
    return _filled(value) and 7 <= sum(c.isdigit() for c in value) <= 15


def _mail(value: str) -> bool:
    return len(value) <= 320 and _MAIL.fullmatch(value.strip()) is not None


def _zip(value: str) -> bool:
    return re.fullmatch(r"\d{5}(?:-?\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d", value.strip()) is not None


def _old(value: str) -> bool:
    digits = re.match(r"\s*(\d{1,3})\b", value)
    return digits is not None and 90 <= int(digits[1]) <= 125


def _coordinate(value: str) -> bool:
    return re.fullmatch(r"\s*-?\d{1,3}\.\d{3,}\s*", value) is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a label's core means.

    Args:
        info_type: the infoType of the value.
        shape: whether a value has the shape that the infoType needs.
        subject: whom the value is about, unless the label says so.
        weak: whether the rule holds only in a record of a person (`name`, `id`).
    """

    info_type: str
    shape: Callable[[str], bool]
    subject: Subject = Subject.PERSON
    weak: bool = False


_SHAPES: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "abroad": abroad,
        "called": _called,
        "code": _code,
        "coordinate": _coordinate,
        "day": _day,
        "cvx": is_cvx,
        "mail": _mail,
        "medicine": _medicine,
        "name": _name,
        "named": _named,
        "number": _number,
        "old": _old,
        "picture": _picture,
        "place": _place,
        "pressure": checks.blood_pressure,
        "print": _print,
        "told": _told,
        "worded": _worded,
        "zip": _zip,
        "aba": checks.aba,
        "card": checks.card,
        "dea": checks.dea,
        "iban": checks.iban,
        "ip": checks.ip,
        "mbi": checks.mbi,
        "npi": checks.npi,
        "ssn_shape": checks.ssn_shape,
    }
)
"""The shapes that the vocabulary names."""


RULES: Final = MappingProxyType(
    {
        core: Rule(kind, _SHAPES[shape], subject, weak)
        for kind, shape, subject, weak, cores in VOCABULARY
        for core in cores.replace("-", "").split()
    }
)
"""The rule of each core, without its hyphens."""


def _written() -> dict[str, re.Pattern[str]]:
    """For each core, how it is written: its words in order, with or without separators."""
    forms: dict[str, list[str]] = {}
    for *_, cores in VOCABULARY:
        for words in cores.split():
            forms.setdefault(words.replace("-", ""), []).append(SEPARATOR.join(words.split("-")))
    return {core: re.compile("|".join(written)) for core, written in forms.items()}


_WRITTEN: Final = MappingProxyType(_written())

_PREFIXES: Final = tuple(word for word in SUBJECTS if len(word) > 6)
"""Subjects that may be joined to the next word. Shorter ones begin other words too."""
# matches the start of "patientdob"; not of "dobpatient"
_PREFIX: Final = re.compile("|".join(_PREFIXES))
_AROUND: Final = frozenset({*SUBJECTS, *NOISE})


@dataclass(frozen=True, slots=True)
class Label:
    """The meaning of a label.

    Args:
        rule: the rule of its core; None if it has no core.
        subject: whom it names; None if nobody.
    """

    rule: Rule | None
    subject: Subject | None


_MEANINGLESS: Final = Label(None, None)
_LONGEST: Final = 64
"""Characters of the longest label with a meaning."""


def _words(label: str) -> list[str]:
    words = [w.lower() for w in _WORD.findall(unaccented(label))]
    if words and words[0] not in RULES:
        prefix = _PREFIX.match(words[0])
        subject = prefix[0] if prefix is not None else ""
        if words[0][len(subject) :] in RULES:
            words[:1] = [subject, words[0][len(subject) :]]  # patientdob
    return words


def read_label(label: str) -> Label:
    """The meaning of a label, in any spelling.

    Words for a subject and fillers may stand before and after its core.
    """
    return _MEANINGLESS if len(label) > _LONGEST else _READ[label]


def _read(label: str) -> Label:
    if _GAP.search(label) or _TEMPLATE.search(label):
        return _MEANINGLESS
    split = _words(label)
    subject = next((SUBJECTS[w] for w in split if w in SUBJECTS), None)
    whole = RULES.get("".join(split))
    if whole is not None and not whole.weak and _is_written_so(label, "".join(split)):
        return Label(whole, subject)
    core = _core(split, SUBJECTS) or _core(split, _AROUND)
    if (
        not core
        and subject is not None
        and split[0] not in SUBJECTS
        and SHORT_SUBJECTS.issuperset(SUBJECTS.keys() & split)
    ):
        subject = None
    rule = RULES[core] if core and _is_written_so(label, core) else None
    return _MEANINGLESS if rule is None and subject is None else Label(rule, subject)


def _is_written_so(label: str, core: str) -> bool:
    """Whether `label` separates the words of `core` only where the vocabulary does.

    `date_of_birth` and `DOB` do, `DO_B` does not. The prefilter cannot see such a label, so it must
    not be read, or two scans of one document could differ.
    """
    return _WRITTEN[core].search(unaccented(label).lower()) is not None


def _core(split: list[str], around: Collection[str]) -> str:
    """The core of a label: its words without those of `around` at both ends; or ""."""
    first, last = 0, len(split)
    while first < last and split[first] in around:
        first += 1
    while last > first and split[last - 1] in around:
        last -= 1
    core = "".join(split[first:last])
    return core if core in RULES else ""


_DISTINCT: Final = frozenset(
    _SHAPES[name]
    for name in "aba card coordinate day dea iban ip mail mbi npi number ssn_shape".split()
)
"""Shapes that few values have that the label does not name."""
# A number of a record. matches "5530917", "MRN-5530917"; not "varchar(12)", "v2"
_NUMBERED: Final = re.compile(r"[A-Za-z]{0,4}[ -]?\d{5,12}")


def is_distinct(rule: Rule, value: str) -> bool:
    """Whether a value has the shape of a rule, and few other values have: a date, `MRN-5530917`.

    A name or a street has the shape of any word.
    """
    if rule.shape is _code:
        return _NUMBERED.fullmatch(value.strip()) is not None
    return rule.shape in _DISTINCT and rule.shape(value)


def is_vocabulary(label: str) -> bool:
    """Whether every word of `label` is in the vocabulary, so that showing it shows no value."""
    return len(label) <= _LONGEST and _IS_VOCABULARY[label]


def _all_ours(label: str) -> bool:
    split = _words(label) if _PLAIN.fullmatch(label) is not None else []
    if not split:
        return False
    return (
        "".join(split) in RULES or bool(_core(split, _AROUND)) or all(w in _AROUND for w in split)
    )


def means_something(label: str) -> bool:
    """Whether a label is in the vocabulary and says what its value is, or whose."""
    return _stays(label, read_label(label))


def _stays(label: str, read: Label) -> bool:
    return read is not _MEANINGLESS and is_vocabulary(label)


_READ: Final = Memory(_read, _stays)
_IS_VOCABULARY: Final = Memory(_all_ours, lambda _, is_ours: is_ours)
