"""Plain text with lines `Label: value`, as in notes, printed forms, logs and configuration."""

import re
from collections.abc import Iterator
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.dicom import dump as dicom_dump
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind
from phiscan.words.labels import read_label

# matches b"Patient Name: Delgado, Maria", b"MRN = 001234" and b"{ dob: '1961-04-02'"; not
# b"std::string", because a value does not begin with a colon
_LINE = re.compile(
    rb"(?:^|[\n|;\t]|  |[{(,] ?)[ \t>*\-]{0,8}"  # the beginning of a line, a column or an object
    rb"[\"']?([A-Za-z][A-Za-z0-9 ./_#'\-]{1,40}?)[\"']?"  # 1: the label
    rb"[ \t]{0,8}[:=][ \t]{0,8}"
    rb"(?:'([^'\n\r]{1,120})'"  # 2: a value in single quotes
    # 3: a value that ends at two blanks, a double quote, a tab, `|`, `;` or the end of the line
    rb"|\"?([^\s:=][^\n\r|;\t\"]{0,120}?)(?=  |\"|[\n\r|;\t]|$))"
)
# The next label within what looks like one value.
# matches b", Phone: " in b"12 Elm St, Ames, IA 50010, Phone: 515"; not b", Ames, IA"
_NEXT = re.compile(rb",[ ]?([A-Za-z][A-Za-z0-9 ./_#'\-]{1,30})(?::[ \t]|=)")


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what labelled lines say. The detectors read the rest."""
    dicom_dump.read(data, evidence)
    read_records(_lines(data), evidence, "text_label")
    return Gap.NONE


def _lines(data: bytes) -> Iterator[Labelled]:
    at = 0
    while match := _LINE.search(data, at):
        at = max(match.end(1) + 1, match.start() + 1)
        start, end = match.span(match.lastindex or 0)
        end = _end(data, start, end)
        yield Labelled(
            (match[1].decode().strip(),), data[start:end].decode("utf-8", "replace"), start, end, 0
        )


def _end(data: bytes, start: int, end: int) -> int:
    """Return the end of a value: the offset of the next known label after a comma, or `end`.

    `Delgado, Maria MRN: 12` has no label directly after its comma.
    """
    for match in _NEXT.finditer(data, start, end):
        if read_label(match[1].decode()).rule is not None:
            return match.start()
    return end


def _no_gap(_data: bytes) -> Gap:
    return Gap.NONE


MEDIA: Final = MediaKind(
    "text", read, check=_no_gap, is_unstructured=True, is_prose=True, may_hold_prose=True
)
