"""Plain text with lines `Label: value`, as in notes, printed forms, logs and configuration.

A value ends where the next label begins, whatever stands between: a blank, a comma, a column, the
end of the line. Rows of a table drawn with `|` are labelled values too
(`phiscan.readers.tables.piped`).

Cost: linear. A value has at most 120 bytes, and each is searched once for the next label.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.dicom import dump as dicom_dump
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind
from phiscan.readers.tables import fields as table_fields
from phiscan.readers.tables import piped
from phiscan.words.label_vocabulary import CAPTIONS
from phiscan.words.labels import read_label

# Emphasis of Markdown around a label or a value. matches "**", "__", "`"; not "-"
_MARKS: Final = rb"[*_`~]{0,3}"
_VALUE: Final = (
    rb"[.]{0,60}[ \t]{0,8}" + _MARKS + rb"(?:[:=]|(?<= )-{1,2}(?= ))" + _MARKS + rb"[ \t]{0,8}"
    rb"(?:'([^'\n\r]{1,120})'"  # 2: a value in single quotes
    # 3: a value that ends at two blanks, a double quote, a tab, `|`, `;` or the end of the line
    rb"|\"?"
    + _MARKS
    + rb"([^\s:=*_`~][^\n\r|;\t\"]{0,120}?)"
    + _MARKS
    + rb"(?=  |\"|[\n\r|;\t]|$))"
)
_LABEL: Final = rb"([A-Za-z][A-Za-z0-9 ./_#'\-]{1,40}?)"
# matches b"Patient Name: Delgado, Maria", b"MRN = 001234", b"- **DOB:** 1961-04-02" and
# b"{ dob: '1961-04-02'"; not b"std::string", because a value does not begin with a colon
_LINE: Final = re.compile(
    rb"(?:^|[\n|;\t]|  |[{(,] ?)[ \t>*_`\-]{0,8}"  # the beginning of a line, a column or an object
    rb"[\"']?" + _LABEL + rb"[\"']?" + _VALUE  # 1: the label
)
# The same behind another value, where the label begins at once. matches b"Dx: asthma"; not b": x"
_FURTHER: Final = re.compile(_LABEL + _VALUE)
# The words before a sign that ends a label, within what looks like one value.
# matches b"58 Dx:", b"ID 12, Home phone:", b"Dx**:"; not b"10:30", b"https://"
_SIGN: Final = re.compile(
    rb"((?:[A-Za-z0-9][A-Za-z0-9./#'-]{0,20}[ _]){0,3}[A-Za-z][A-Za-z./#'_-]{0,20})"
    + _MARKS
    + rb"(?::(?!//)|=(?!=))"
)
# A number or a date before words. matches b"02/14/1953 ", b"512-44-9031, "; not b"12B ", b"7 "
_NUMBER: Final = re.compile(rb"[(+]{0,2}\d(?:[-/.() ]{0,2}\d){5,19}[ \t,;|*]{1,4}")
# Between the values of several labels. matches " / "; not the "/" of "4/12/1961"
_SLASH: Final = re.compile(rb"[ \t]{1,4}/[ \t]{1,4}")
_BREAKS: Final = b" \t,;|/()-_*`~.[]"
"""What may stand between a value and the next label, and belongs to neither."""


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what labelled lines and drawn tables say. The detectors read the rest."""
    dicom_dump.read(data, evidence)
    read_records(chain(_lines(data), piped.rows(data)), evidence, "text_label")
    return Gap.NONE


def _lines(data: bytes) -> Iterator[Labelled]:
    at = 0
    while match := _LINE.search(data, at):
        at = max(match.end(1) + 1, match.start() + 1)
        behind: re.Match[bytes] | None = match
        while behind is not None:
            start, end = behind.span(behind.lastindex or 0)
            further = _next_label(data, start, end)
            last = _end(data, start, end) if further is None else _before(data, start, further)
            if last > start:
                label = behind[1].decode().strip()
                if "/" in label:
                    yield from _values(data, label, start, last)
                else:
                    value = data[start:last].decode("utf-8", "replace")
                    yield Labelled((label,), value, start, last, 0)
            behind = None if further is None else _FURTHER.match(data, further)
            at = max(at, behind.end(1) + 1 if behind is not None else 0)


def _values(data: bytes, label: str, start: int, end: int) -> Iterator[Labelled]:
    """The value of a label, or the values of several labels: `Name / DOB: Ana Ruiz / 4/12/1961`."""
    places = [(start, end)]
    labels = label.split("/")
    cuts = [m.span() for m in _SLASH.finditer(data, start, end)]
    if len(cuts) == len(labels) - 1 and all(read_label(each).rule for each in labels):
        ends, starts = [a for a, _ in cuts], [b for _, b in cuts]
        places = list(zip([start, *starts], [*ends, end], strict=True))
    else:
        labels = [label]
    for name, (first, last) in zip(labels, places, strict=True):
        yield Labelled((name.strip(),), data[first:last].decode("utf-8", "replace"), first, last, 0)


def _next_label(data: bytes, start: int, end: int) -> int | None:
    """The first byte of the next label in the value from `start` to `end`.

    `03/14/1958 Dx: asthma` has one, and `Delgado, Maria` has none.
    """
    if data.find(b":", start, end) < 0 and data.find(b"=", start, end) < 0:
        return None
    for match in _SIGN.finditer(data, start, end):
        words = match[1]
        for word in re.finditer(rb"[^ _,]+", words):
            at, label = match.start(1) + word.start(), words[word.start() :].decode()
            if label[:1].isalpha() and _NUMBER.fullmatch(data, start, at):
                return at  # no number has words, whatever they mean
            if label.lower() in CAPTIONS or read_label(label).rule is not None:
                return at
    return None


def _before(data: bytes, start: int, further: int) -> int:
    """The end of a value before the label at `further`."""
    return start + len(data[start:further].rstrip(_BREAKS))


def _end(data: bytes, start: int, end: int) -> int:
    """The end of a value that goes to the end of its line, without the `)` of `(DOB: 1/2/1950)`."""
    closes = data.endswith(b")", start, end) and data.find(b"(", start, end) < 0
    return end - closes


def _no_gap(_data: bytes) -> Gap:
    return Gap.NONE


MEDIA: Final = MediaKind(
    "text",
    read,
    check=_no_gap,
    is_unstructured=True,
    is_prose=True,
    may_hold_prose=True,
    fields=table_fields.of_text,
)
