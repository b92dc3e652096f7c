"""Values that a message of a program quotes beside the name of their field.

    Key (ssn)=(541278860) already exists.                                        PostgreSQL
    Failing row contains (77, Lindqvist, Maria, 1961-11-23, 541278860).          PostgreSQL
    Duplicate entry '541278860' for key 'patients.ssn'                           MySQL
    The duplicate key value is (541278860).                                      SQL Server
    Variable "$input" got invalid value "541278860" at "input.patient.ssn"       GraphQL
    Field error in object 'patient' on field 'ssn': rejected value [541278860]   Spring

Databases, validators and servers say so in logs and in answers, to whoever called. A line that says
that something is wrong, names a field, and quotes something is read, whatever its words. A quoted
name has to look like one, because such lines quote words of programs too.

Cost: one expression over the text, and a few over each line in which it matches.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan import checks
from phiscan.finding import Subject
from phiscan.identifiers import INFO_TYPES, InfoTypeKind
from phiscan.labelled.bare_rows import is_about_patients, labels_of
from phiscan.labelled.label_paths import read_path
from phiscan.labelled.name_values import is_full_name
from phiscan.labelled.quoted import parts_of
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.text.normalise import plain
from phiscan.words.labels import Rule, is_distinct, read_label

MARKS: Final = (
    r"\)=\([^)]",
    r"failing row contains",
    r"duplicate (?:entry|key)",
    r"(?:invalid|incorrect|rejected|truncated|illegal|malformed|unexpected|bad|wrong|duplicate)"
    r" (?:[a-z]+ ){0,2}(?:value|date|number)",
    r"(?:is|are) (?:not|no|an? invalid)(?: a)? valid",
    r"is invalid",
    r"(?:was|is) not recognized",
    r"value too (?:large|long)",
    r"out of (?:range|bounds) for",
    r"input_value=",
    r"copy \w+, line",
    r"reference chain",
    r"(?:could not|cannot|can't|unable to|failed to) (?:be )?(?:convert|pars|deserial|cast|coerc)",
    r"already (?:exists|been taken|in use|taken)",
)
"""Hyperscan expressions, caseless, for what such a message says."""
_MARK: Final = re.compile("|".join(f"(?:{mark})" for mark in MARKS).encode(), re.IGNORECASE)
_REACH: Final = 600
"""Bytes before and after a mark that belong to its message at most."""
LINE_END: Final = re.compile(rb"\r?\n|\\r\\n|\\n")
"""The end of a line, also as JSON writes it."""
_JSON: Final = re.compile(rb"\s*+[{\[]")
# matches b'"' in b'a"' and b"\\n"; not b'\\"'
_STRING_END: Final = re.compile(rb"(?<!\\)\"|\\r\\n|\\n")
# Columns and values in brackets.
# matches b"(ssn, dob)=(541278860, 1961-11-23) already"; not b"(ssn)"
_KEYS: Final = re.compile(
    rb"\((?P<names>[^()\n]{1,300}(?:\([^()\n]{0,100}\)[^()\n]{0,100}){0,4})\)="
    rb"\((?P<values>[^\n]{0,600}?)\)(?=\s(?:already|is|still|conflicts)|[.,;\n\"\\]|\Z)"
)
# matches b"contains (77, null)."; not b"contains 77"
_ROW: Final = re.compile(
    rb"contains \((?P<values>[^\n]{1,4000}?)\)(?=[.,;\n\"\\]|\Z)", re.IGNORECASE
)
# matches b'relation "patients"', b"object 'dbo.patients'"; not b"table of"
_TABLE: Final = re.compile(
    rb"\b(?:relation|table|object|collection:?|into|from)\"?:?\s{0,4}\\{0,4}[\"'`\[]?"
    rb"(?P<name>[A-Za-z_][\w.$]{0,80})",
    re.IGNORECASE,
)
# The name of a field behind a word for one, or behind a preposition. Such words follow each other,
# so the name is looked at and not consumed.
# matches b"column birth_date", b"for key 'patients.ssn'", b'at \\"input.ssn\\"'; not b"for 2 days"
_FIELD: Final = re.compile(
    rb"(?:\b(?:column|field|key|property|parameter|attribute|path|index|constraint|argument|input"
    rb"|element|member|variable|for|at|on|of)|chain:)(?=[ :=]{1,3}\\{0,4}[\"'`\[(]?"
    rb"(?P<name>[$A-Za-z_][\w.$-]{0,120}(?:\\{0,4}\"\.\\{0,4}\"[\w$]{1,60}){0,3}"
    rb"(?:\[\\{0,4}[\"']?[\w-]{0,60}\\{0,4}[\"']?\]){0,4}))",
    re.IGNORECASE,
)
# matches b"value is (541278860)"; not b"value is 7"
_IN_BRACKETS: Final = re.compile(rb"value is \((?P<values>[^\n()]{1,300})\)", re.IGNORECASE)
# The field of pydantic stands in the line before its message.
# matches b"patient.ssn\n  Bad [type=x, input_value='541'"; not b"x [input_value='541'"
_NAMED_ABOVE: Final = re.compile(
    rb"(?:\A|\n|\\n|\")(?P<name>[A-Za-z_][\w.]{0,80})(?:\n|\\n)[ ]{1,4}[^\n]{0,300}?input_value="
    rb"(?:'(?P<quoted>[^'\n]{1,200})'|(?P<bare>[^,'\]\n]{1,100}))"
)
_AFFIXES: Final = frozenset(
    "uq uk ux un uniq unique idx ix index key pk fk ak constraint ck chk primary".split()
)
"""Words of the names of indexes and constraints that say nothing of the column."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_WINDOW: Final = 4
"""The most words of a label in the name of an index."""
_COMMA: Final = re.compile(rb", ?")
# The number of an error, which databases write before its words.
# matches b"E11000" in "E11000 duplicate", b"ORA-00001"; not b"E976243"
_ERROR_NUMBER: Final = re.compile(rb"(?:ORA-\d{5}|E\d{5}(?= dup)|SQL\d{4}N)(?![\w-])")
# matches "Lindqvist", "Mary-Ann"; not "clause", "X"
_NAME: Final = re.compile(r"[^\W\d_a-z][^\W\d_]{2,}(?:[-'’][^\W\d_]{2,})?")

Labels = tuple[str, ...]


class Said(NamedTuple):
    """A value that a message gives to a field: the labels and the byte range."""

    labels: Labels
    start: int
    end: int


def read(data: bytes) -> Iterator[Labelled]:
    """The values that messages in `data` name. The values of one message are one record."""
    ends = _STRING_END if _JSON.match(data) is not None else LINE_END
    reached = 0
    for mark in _MARK.finditer(data):
        if mark.start() < reached:
            continue
        start, reached = _message(data, mark, ends)
        for labels, first, last in dict.fromkeys(_said(data, start, reached)):
            yield Labelled(labels, _text(data, first, last), first, last, -2 - start)


def _text(data: bytes, start: int, end: int) -> str:
    return decode(data[start:end])


def _message(data: bytes, mark: re.Match[bytes], ends: re.Pattern[bytes]) -> tuple[int, int]:
    """The range of the line around a mark. In JSON, a message also ends with its string."""
    first = max(0, mark.start() - _REACH)
    for before in ends.finditer(data, first, mark.start()):
        first = before.end()
    after = ends.search(data, mark.end(), mark.end() + _REACH)
    last = after.start() if after is not None else min(len(data), mark.end() + _REACH)
    return first, last


def _said(data: bytes, start: int, end: int) -> Iterator[Said]:
    yield from _by_keys(data, start, end)
    yield from _bare_row(data, start, end)
    yield from _named_above(data, start, end)
    fields = [
        (labels, match.span("name"))
        for match in _FIELD.finditer(data, start, end)
        if (labels := _labels(_text(data, *match.span("name"))))
    ]
    if not fields:
        return
    parts = [
        *(part for part in parts_of(data, start, end) if not _ERROR_NUMBER.match(data, part[0])),
        *_bracketed(data, start, end),
    ]
    for labels, (at, until) in fields:
        rule = read_label(labels[-1]).rule
        for first, last, is_quoted in parts:
            apart = last <= at or first >= until
            if apart and rule is not None and _fits(rule, _text(data, first, last), is_quoted):
                yield Said(labels, first, last)


def _labels(name: str) -> Labels:
    """The labels of a field's name, or of the name of an index: `UQ_patients_ssn`."""
    path = read_path(name.rstrip("."))
    if path is not None and path.rule is not None:
        is_known = not path.rule.weak or any(read_label(step).subject for step in path.labels)
        return path.labels if is_known else ()
    words = [word for word in _WORD.findall(name) if word.lower() not in _AFFIXES]
    for size in range(min(_WINDOW, len(words)), 0, -1):
        for at in range(len(words) - size, -1, -1):
            label = "_".join(words[at : at + size])
            found = read_label(label)
            if found.rule is not None and not found.rule.weak:
                return (*words[:at], label)
    return ()


def _fits(rule: Rule, value: str, is_quoted: bool) -> bool:
    """Whether a quoted value is what its field says, and no word of the program that quotes it."""
    value = plain(value)
    if is_distinct(rule, value):
        return True
    if not is_quoted or not rule.shape(value):
        return False
    if rule.info_type == "PERSON_NAME":
        return _NAME.fullmatch(value) is not None or is_full_name(value)
    if INFO_TYPES[rule.info_type].kind is InfoTypeKind.HEALTH:
        return checks.clinical_value(value)
    return any(map(str.isdigit, value))


def _bracketed(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    for match in _IN_BRACKETS.finditer(data, start, end):
        yield from ((first, last, True) for first, last in _split(data, *match.span("values")))


def _split(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of values between commas."""
    ranges, at = [], start
    for comma in _COMMA.finditer(data, start, end):
        ranges.append((at, comma.start()))
        at = comma.end()
    return [*ranges, (at, end)]


def _by_keys(data: bytes, start: int, end: int) -> Iterator[Said]:
    """Pair columns and values in brackets. A value may hold commas: then each pair is tried."""
    for match in _KEYS.finditer(data, start, end):
        names = [_labels(_text(data, *span)) for span in _split(data, *match.span("names"))]
        values = _split(data, *match.span("values"))
        if len(names) == 1:
            values = [match.span("values")]
        spare = len(values) - len(names)
        for number, labels in enumerate(names):
            for first, last in values[number : number + max(0, spare) + 1] if labels else ():
                yield Said(labels, first, last)


def _bare_row(data: bytes, start: int, end: int) -> Iterator[Said]:
    """Read a row whose columns the message does not name. Its table may stand a line above."""
    row = _ROW.search(data, start, end + _REACH)
    if row is None or row.start() > end:
        return
    around = max(0, row.start() - _REACH), min(len(data), row.end() + _REACH)
    tables = [_text(data, *match.span("name")) for match in _TABLE.finditer(data, *around)]
    table = next(filter(is_about_patients, tables), "")
    if not table:
        return
    ranges = _split(data, *row.span("values"))
    for number, label in labels_of([plain(_text(data, *span)) for span in ranges]):
        yield Said((Subject.PATIENT.lower(), label), *ranges[number])


def _named_above(data: bytes, start: int, end: int) -> Iterator[Said]:
    for match in _NAMED_ABOVE.finditer(data, max(0, start - _REACH), end):
        labels = _labels(_text(data, *match.span("name")))
        if labels:
            yield Said(labels, *match.span(match.lastgroup or "bare"))
