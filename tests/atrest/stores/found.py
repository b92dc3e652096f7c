"""What a catalogue says of the hospital, in the words of its tables."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from atrest.catalogue import Entry, Kept, entries
from atrest.profile import TABLE
from atrest.unit import UnitKind

Found = dict[tuple[str, str, str], int]
"""Rows with a hit, by table, column and infoType."""


def table_of(kept: Kept) -> str:
    """The table of a unit: `public.patient`, `ehr.patient`, `patient.csv`, `patient`."""
    name = PurePosixPath(kept.name).name
    return name.partition(".")[0] if kept.kind.value in ("file", "object") else name.split(".")[-1]


def found_in(units: Iterable[Kept]) -> Found:
    """What is said of columns, and sure."""
    return {
        (table_of(kept), _column_of(entry), entry.info_type): entry.hits
        for kept in units
        for entry in entries(kept)
        if entry.is_sure and entry.column not in ("", TABLE)
    }


def _column_of(entry: Entry) -> str:
    """The column of the hospital's table. A message of a topic is a document: its first key."""
    if entry.kept.kind is UnitKind.TOPIC:
        return entry.field.partition(".")[0]
    return entry.column.rpartition(".")[2]  # a sheet stands before its columns
