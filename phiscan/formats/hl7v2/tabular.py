"""Tabular answers of HL7 v2 (chapter 5, queries): RDF names columns, and each RDT is a row.

    RDF|3|PID.3^CX^20~PID.5^XPN^48~@00110^TS^8
    RDT|77120^^^C^MR|SANDOVAL^ROSA|19800102

A column that names a field is read as that field. Any other one is read by its data type.
"""

import re
from typing import Final, NamedTuple

from phiscan.formats.hl7v2.segments import SEGMENTS
from phiscan.formats.hl7v2.types import FieldReader, Part, V2Segment, of_type

# matches "PID.5", "@PID.3.1", "PID-11"; not "@00108", "PatientName"
_FIELD: Final = re.compile(r"@?([A-Z][A-Z0-9]{2})[.-](\d{1,3})(?:[.-]\d+)*")
_MOST: Final = 1024


class Column(NamedTuple):
    """What stands in one column.

    Args:
        health: what a row with it is about; empty for nothing.
        reader: of its values, or None when they are read as text only.
    """

    health: str
    reader: FieldReader | None


def columns(segment: V2Segment, described: Part) -> tuple[Column, ...]:
    """The columns that RDF-2 describes."""
    parts = described.split(segment.delimiters.repetition)[:_MOST]
    return tuple(_column(segment, part) for part in parts)


def _column(segment: V2Segment, part: Part) -> Column:
    name, *rest = segment.components(part)
    field = _FIELD.fullmatch(segment.text(name).upper())
    by_type = of_type(segment.text(rest[0]).upper()) if rest else None
    if field is None or field[1] not in SEGMENTS:
        return Column("", by_type)
    health, readers = SEGMENTS[field[1]]
    return Column(health, readers.get(int(field[2]), by_type))


def read(segment: V2Segment, cells: list[Part], known: tuple[Column, ...]) -> str:
    """Read one row. Returns what it is about; empty for nothing."""
    health = ""
    for number, (cell, column) in enumerate(zip(cells, known, strict=False), 1):
        health = health or column.health
        if column.reader is not None and cell.text:
            for repetition in cell.split(segment.delimiters.repetition):
                column.reader(segment, repetition, f"RDT-{number}")
    return health
