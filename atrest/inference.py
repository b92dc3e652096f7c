"""What a whole column says that a cell does not.

`1958-03-14` is any date. A column of dates spread over a life, beside a column of names, holds
dates of birth, whatever it is called. So the detectors are told what the columns of a batch hold
whose names say nothing to them: the column gets the label of its kind, and each cell is judged
under that label.

A batch is judged by its own rows, up to 64 cells a column. Nothing of that outlives the batch, so
profiles stay sums of counts.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from atrest.column_names import spelled_out
from atrest.table import text_of
from phiscan import checks
from phiscan.finding import Subject
from phiscan.identifiers import INFO_TYPES, InfoTypeKind, Trait, having
from phiscan.labelled.label_steps import rule_of
from phiscan.words.given_names import GIVEN_NAMES
from phiscan.words.labels import read_label
from phiscan.words.medical_terms import DOSE, count_terms
from phiscan.words.name_shape import is_name

NAMES: Final = "column_of_names"
BIRTH_DATES: Final = "column_of_birth_dates"
CODES: Final = "column_of_codes"
TERMS: Final = "column_of_terms"
STREETS: Final = "column_of_streets"
NUMBERS: Final = "column_of_check_digits"
REASONS: Final[Mapping[str, str]] = {
    NAMES: "most cells have the form of a person's name, and many a known given name",
    BIRTH_DATES: "all cells are dates, spread over a life, beside columns of a person",
    CODES: "all cells are medical codes, beside columns of a person",
    TERMS: "most cells are words of medicine or doses, beside columns of a person",
    STREETS: "most cells are a number and a street, beside columns of a person",
    NUMBERS: "all cells have the check digit of a provider's number",
}
"""What each kind of column is known by."""
_MOST_CELLS: Final = 64
_FEWEST_CELLS: Final = 20
_LONGEST_CELL: Final = 200
_OF_NOBODY_ALONE: Final = having(Trait.OF_NOBODY_ALONE)
_MARKS_A_PERSON: Final = having(Trait.MARKS_A_PERSON)

# A day without a time, or at midnight. matches "1958-03-14", "3/14/1958", "14.03.1958",
# "19580314", "14-Mar-1958", "1958-03-14 00:00:00"; not "1958-03-14 10:30", "2-1"
_DAY: Final = re.compile(
    r"(?:(?P<year>(?:18|19|20)\d\d)(?P<mark>[-/.]?)[01]\d(?P=mark)[0-3]\d"
    r"|[0-3]?\d[-/.](?:[0-3]?\d|[A-Za-z]{3})[-/.](?P<last>(?:18|19|20)\d\d))"
    r"(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?"
)
_OLD: Final = 1960
_GROWN: Final = 1990
_SHARE_OF_AGES: Final = 0.06
# A code of ICD-10-CM. matches "E11.9", "I10", "S72.001A"; not "E1", "u11"
_ICD: Final = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.?[0-9A-Z]{1,4})?|U0[79](?:\.\d)?")
# NDC in its forms with hyphens. matches "00093-1048-01"; not "93-1048"
_NDC: Final = re.compile(r"\d{4,5}-\d{3,4}-\d{1,2}")
# A provider's title behind or before a name. matches ", MD" in "Ana Ruiz, MD", "Dr. Ruiz"
_TITLED: Final = re.compile(
    r"(?:^|[ ,])(?:Dr|Prof|MD|DO|NP|RN|PA|PA-C|DDS|PhD|DPM|LCSW|FNP)\b\.?", re.IGNORECASE
)
# matches "12 Alder St", "Kirchweg 7", "Calle Mayor 12, 2º B"; not "R2-U7", "Floor 12 printer"
_NUMBERED: Final = re.compile(r"\d{1,5}[a-z]?,? \D{3}.*|\D{5,40}\d{1,4} ?[a-z]?(?:,.*)?")
_STREET: Final = re.compile(
    r"\b(?:st|street|ave?|avenue|rd|road|blvd|boulevard|ln|lane|dr|drive|ct|court|pl|place|way"
    r"|terrace|circle|parkway|highway|square|trail|rue|bd|chemin|impasse|quai|allée|calle|c|paseo"
    r"|plaza|camino|via|viale|am|an der|im)\b|stra(?:ß|ss)e\b|str\.|weg\b|platz\b|gasse\b|allee\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*")  # "Ruiz", "De la Cruz"; not "R2"


@dataclass(frozen=True, slots=True)
class Label:
    """What the detectors are told of a column.

    Args:
        text: a label that they know.
        detector: by which kind of content it was chosen; empty when by the column's own name.
    """

    text: str
    detector: str = ""


def labels(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[int, Label]:
    """Return labels for those columns whose own names mean nothing to the detectors.

    Args:
        columns: their names.
        rows: of one batch.
    """
    found = {
        number: Label(label)
        for number, name in enumerate(columns)
        if (label := spelled_out(name)) is not None
    }
    unknown = [n for n, name in enumerate(columns) if n not in found and rule_of(name) is None]
    if not unknown:
        return found
    known = [found[n].text if n in found else name for n, name in enumerate(columns)]
    count = min(len(rows), _MOST_CELLS)
    chosen = [rows[number * len(rows) // count] for number in range(count)]
    contents = [_Content(n, _cells(chosen, n)) for n in unknown]
    enough = [content for content in contents if len(content.cells) >= _FEWEST_CELLS]
    return found | dict(_told(known, enough))


def _cells(rows: Sequence[Sequence[object]], column: int) -> list[str]:
    cells = (text_of(row[column]).strip()[:_LONGEST_CELL] for row in rows if column < len(row))
    return [cell for cell in cells if cell]


@dataclass(frozen=True, slots=True)
class _Content:
    """Some cells of one column."""

    column: int
    cells: list[str]

    def share(self, is_one: Callable[[str], object]) -> float:
        """The share of cells for which something holds."""
        return sum(bool(is_one(cell)) for cell in self.cells) / len(self.cells)

    @property
    def is_varied(self) -> bool:
        """Whether it is no list of a few words: most cells differ."""
        return len(set(self.cells)) * 2 >= len(self.cells)


def _told(known: Sequence[str], contents: list[_Content]) -> Iterator[tuple[int, Label]]:
    """Yield what the contents tell, beside what the names do."""
    names = {c.column: Label(text, NAMES) for c in contents if (text := _name(c))}
    npis = [c.column for c in contents if c.share(checks.npi) == 1]
    yield from ((number, Label("npi", NUMBERS)) for number in npis)
    rest = [c for c in contents if c.column not in names and c.column not in npis]
    beside = _named_by_labels(known)
    births = [c.column for c in rest if _are_birth_dates(c)] if names or beside.person else []
    if (npis or beside.provider) and not births and not beside.patient:
        names = {number: Label("provider_name", NAMES) for number in names}
    yield from names.items()
    if not beside.person and all(label.text == "provider_name" for label in names.values()):
        return
    yield from ((number, Label("birth_date", BIRTH_DATES)) for number in births)
    has_given = beside.given or any(label.text == "first_name" for label in names.values())
    for content in (c for c in rest if c.column not in births):
        label = _beside_a_person(content)
        if label is not None:
            yield content.column, label
        elif has_given and not beside.family and _are_words_of_names(content):
            yield content.column, Label("last_name", NAMES)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Whom the labels of a table speak of."""

    person: bool
    patient: bool
    provider: bool
    given: bool
    family: bool


def _named_by_labels(names: Sequence[str]) -> _Beside:
    read = [(rule, read_label(name).subject) for name in names if (rule := rule_of(name))]
    providers = [rule for rule, subject in read if (subject or rule.subject) is Subject.PROVIDER]
    persons = [
        rule.info_type
        for rule, subject in read
        if rule not in providers
        and (rule.subject is not Subject.NOBODY)
        and INFO_TYPES[rule.info_type].kind is InfoTypeKind.IDENTIFIER
        and (not rule.weak or subject is not None)
    ]
    plain = ["".join(c for c in name.lower() if c.isalpha()) for name in names]
    return _Beside(
        any(info_type not in _OF_NOBODY_ALONE for info_type in persons),
        any(info_type in _MARKS_A_PERSON for info_type in persons),
        bool(providers),
        any(name.endswith(("firstname", "givenname", "fname")) for name in plain),
        any(name.endswith(("lastname", "familyname", "surname", "lname")) for name in plain),
    )


def _name(content: _Content) -> str | None:
    """Return the label of a column of names."""
    if not content.is_varied:
        return None
    if content.share(_is_full_name) >= 0.8 and content.share(_has_given_name) >= 0.25:
        return "provider_name" if content.share(_TITLED.search) >= 0.3 else "full_name"
    if content.share(_is_word) >= 0.9 and content.share(_is_given_name) >= 0.4:
        return "first_name"
    return None


def _is_full_name(cell: str) -> bool:
    return is_name(_TITLED.sub("", cell).strip(" ,"))


def _has_given_name(cell: str) -> bool:
    words = cell.replace(",", " ").replace("-", " ").lower().split()
    return not GIVEN_NAMES.isdisjoint(words)


def _is_given_name(cell: str) -> bool:
    return cell.lower().replace("-", " ").split(" ")[0] in GIVEN_NAMES


def _is_word(cell: str) -> bool:
    return cell[:1].isupper() and _WORD.fullmatch(cell) is not None and cell.count(" ") < 3


def _are_words_of_names(content: _Content) -> bool:
    return content.is_varied and content.share(_is_word) >= 0.95


def _are_birth_dates(content: _Content) -> bool:
    """Whether all are days, and they spread over a life: some old, some grown."""
    years: list[int] = []
    for cell in content.cells:
        day = _DAY.fullmatch(cell)
        if day is None:
            return False
        years.append(int(day["year"] or day["last"]))
    old = sum(year < _OLD for year in years) / len(years)
    grown = sum(_OLD <= year < _GROWN for year in years) / len(years)
    return min(old, grown) >= _SHARE_OF_AGES


def _beside_a_person(content: _Content) -> Label | None:
    """Return what a column beside a person's holds: codes, words of medicine, streets."""
    return next((label for is_one, label in _KINDS if is_one(content)), None)


def _are_icd(content: _Content) -> bool:
    """Whether all are codes of ICD-10-CM. A bed `B12` looks like one, and never like `E11.9`."""
    dotted = content.share(lambda cell: "." in cell)
    return dotted >= 0.2 and content.share(_ICD.fullmatch) >= 0.95


def _are_doses(content: _Content) -> bool:
    return content.share(DOSE.search) >= 0.5 and content.share(_begins_with_a_word) >= 0.9


def _are_conditions(content: _Content) -> bool:
    return content.share(_is_short) == 1 and content.share(count_terms) >= 0.4


def _begins_with_a_word(cell: str) -> bool:
    return cell[:3].isalpha()


def _is_short(cell: str) -> bool:
    return len(cell) < 100


def _is_street(cell: str) -> bool:
    return _NUMBERED.fullmatch(cell) is not None and _STREET.search(cell) is not None


_KINDS: Final[tuple[tuple[Callable[[_Content], bool], Label], ...]] = (
    (_are_icd, Label("icd10", CODES)),
    (lambda content: content.share(checks.loinc) == 1, Label("loinc", CODES)),
    (lambda content: content.share(_NDC.fullmatch) == 1, Label("ndc", CODES)),
    (_are_doses, Label("rxnorm", TERMS)),
    (_are_conditions, Label("impression", TERMS)),
    (lambda content: content.share(_is_street) >= 0.6, Label("street_address", STREETS)),
)
"""Kinds of columns beside a person's, in the order in which they are tried."""
