"""Results of openEHR's query language (AQL): what a column holds, by the path that was asked for.

    {"q": "SELECT e/ehr_id/value, c/context/start_time/value AS t FROM ...",
     "columns": [{"name": "#0", "path": "/ehr_id/value"}], "rows": [["...", "..."]]}
    {"aql": "select e/ehr_id/value as ehr ...", "resultSet": [{"ehr": "..."}]}

The columns name their paths, or the query does. A query without rows is about nobody.

https://specifications.openehr.org/releases/ITS-REST/latest/query.html (RESULT_SET)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.formats.openehr import tables
from phiscan.formats.openehr.dates import is_date
from phiscan.labelled.records import Labelled, read_records
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf
from phiscan.words.labels import is_masked, read_label

_DETECTOR: Final = "openehr_column"
SIGNS: Final = (
    # matches `"path": "/ehr_id/value"`, `"path":"c/context/start_time"`; not `"path": "/users"`
    r'"path"\s*:\s*"/?(?:[a-z]\w{0,30}/)?(?:ehr_id|uid/value|context/|content\[|data\[at|composer/'
    r"|ehr_status|name/value|archetype_node_id|feeder_audit)",
    # matches `"aql": "select e/`, `"q":"SELECT c FROM EHR`; not `"q": "SELECT * FROM`
    r'"(?:q|aql|executedAql|_executed_aql)"\s*:\s*"\s*[sS][eE][lL][eE][cC][tT]\s[^"]*'
    r"(?:\[openEHR-|[fF][rR][oO][mM]\s+EHR\b)",
)
"""Hyperscan expressions, one of which occurs in such a document."""
_SIGN: Final = re.compile("|".join(SIGNS).encode())
_QUERIES: Final = frozenset("q aql executedAql _executed_aql".split())
_ROWS: Final = frozenset("rows resultSet resultset result_set".split())
_SELECT: Final = re.compile(r"\s*+select\s", re.IGNORECASE)  # matches "SELECT e"; not "selected"
_FROM: Final = re.compile(r"\sfrom\s", re.IGNORECASE)  # matches " FROM EHR"; not " fromage"
_LONGEST: Final = 20_000
"""Characters of a query that are read."""
_NODE: Final = re.compile(r"\[[^\[\]]*+\]")  # matches "[at0001]"; not "at0001"
_BY_END: Final = (
    ("ehr_id/value", "MEDICAL_RECORD_NUMBER"),
    ("ehr_id", "MEDICAL_RECORD_NUMBER"),
    ("subject/external_ref/id/value", "PATIENT_REFERENCE"),
    ("subject/name", "PERSON_NAME"),
    ("uid/value", "UNIQUE_CODE"),
    ("value/id", "UNIQUE_CODE"),
    *((f"{time}/value", "SERVICE_DATE") for time in sorted(tables.TIMES)),
    *((time, "SERVICE_DATE") for time in sorted(tables.TIMES)),
)
"""What a column holds, by the end of its path."""
_OF_PROVIDERS: Final = frozenset(
    "composer committer health_care_facility performer provider".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """What reading the results gave.

    Args:
        has_rows: whether a query has rows, which are about patients.
        rest: the leaves that are no cell of a known column.
    """

    has_rows: bool
    rest: list[Leaf]


class _Column:
    """One column: its path without predicates, and the name that labels its cells."""

    def __init__(self, path: str, name: str) -> None:
        self.path = _NODE.sub("", path).strip()
        self.name = name

    def info_type(self) -> str:
        return next((kind for end, kind in _BY_END if _ends(self.path, end)), "")

    @property
    def is_providers(self) -> bool:
        return not _OF_PROVIDERS.isdisjoint(self.path.split("/"))


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith("/" + end)


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> Found:
    """Add what the columns say of their cells."""
    if _SIGN.search(data) is None:
        return Found(False, list(leaves))
    columns = _columns(data, leaves)
    rest: list[Leaf] = []
    labelled: list[Labelled] = []
    first: Leaf | None = None
    rows = _Rows()
    for leaf in evidence.context.timed(leaves):
        table = _table_of(leaf)
        column = None
        if table is not None:
            first = first or leaf
            column = _column_of(leaf, columns.get(id(table), []), rows)
        if column is None or not _cell(data, leaf, column, evidence, labelled):
            rest.append(leaf)
    if first is not None:
        location = Location("rows", first.start, first.end)
        evidence.add(_DETECTOR, "PATIENT_RECORD", location, Subject.PATIENT)
    read_records(labelled, evidence, _DETECTOR)
    return Found(first is not None, rest)


def _columns(data: bytes, leaves: Sequence[Leaf]) -> dict[int, list[_Column]]:
    """The columns of each result set, by the object that holds it."""
    columns: dict[int, list[_Column]] = {}
    names: dict[int, str] = {}
    queries: dict[int, str] = {}
    for leaf in leaves:
        holder = leaf.frame
        if leaf.key in ("name", "path") and holder.place.key == "columns":
            text = decode(data[leaf.start : leaf.end])
            if leaf.key == "name":
                names[id(holder)] = text
        elif leaf.key in _QUERIES and holder.is_object:
            queries.setdefault(id(_set_of(holder)), decode(data[leaf.start : leaf.end]))
    for leaf in leaves:
        if leaf.key == "path" and leaf.frame.place.key == "columns":
            text = decode(data[leaf.start : leaf.end])
            column = _Column(text, names.get(id(leaf.frame), ""))
            columns.setdefault(id(_above(leaf.frame)), []).append(column)
    for holder_id, query in queries.items():
        columns.setdefault(holder_id, list(_asked_for(query)))
    return columns


def _set_of(holder: Frame) -> Frame:
    """The result set of an object that holds its query: itself, or what holds its `meta`."""
    return _above(holder) if holder.place.key == "meta" else holder


def _above(frame: Frame) -> Frame:
    """The nearest object around a frame that is not of the same attribute."""
    at = frame.parent
    while at is not None and (not at.is_object or at.place is frame.place):
        at = at.parent
    return at or frame


def _asked_for(query: str) -> Iterator[_Column]:
    """The columns that a query selects."""
    begin, end = _SELECT.match(query), _FROM.search(query[:_LONGEST])
    if begin is None or end is None:
        return
    for number, part in enumerate(_parts(query[begin.end() : end.start()])):
        words = part.split()
        if len(words) > 2 and words[-2].lower() == "as":
            yield _Column(" ".join(words[:-2]), words[-1])
        else:
            yield _Column(" ".join(words), f"#{number}")


def _parts(selected: str) -> Iterator[str]:
    """The expressions between the commas that are in no bracket."""
    depth, begin = 0, 0
    for at, letter in enumerate(selected):
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and not depth:
            yield selected[begin:at]
            begin = at + 1
    yield selected[begin:]


def _table_of(leaf: Leaf) -> Frame | None:
    """The object whose rows hold this leaf, or None when it is in no row."""
    frame: Frame | None = leaf.frame
    while frame is not None and frame.place.key not in _ROWS:
        frame = frame.parent
    return _above(frame) if frame is not None else None


def _column_of(leaf: Leaf, columns: Sequence[_Column], rows: "_Rows") -> _Column | None:
    """The column of a cell that is a scalar, by its place in its row or by its name."""
    place = rows.place(leaf)
    if place is not None:
        return columns[place] if _is_row(leaf.frame) and place < len(columns) else None
    return next((column for column in columns if column.name == leaf.key), None)


class _Rows:
    """The places of cells in their rows. A cell may be an object."""

    def __init__(self) -> None:
        self._items: dict[int, dict[int, int]] = {}

    def place(self, leaf: Leaf) -> int | None:
        """The number of the cell that a leaf is or is within. None when no row is an array."""
        start: int = leaf.start
        frame: Frame | None = leaf.frame
        while frame is not None and not _is_row(frame):
            start, frame = frame.start, frame.parent
        if frame is None:
            return None
        items = self._items.setdefault(id(frame), {})
        return items.setdefault(start, len(items))


def _is_row(frame: Frame) -> bool:
    """Whether a frame is an array in an array of rows."""
    above = frame.parent
    return (
        frame.place.key in _ROWS
        and not frame.is_object
        and above is not None
        and not above.is_object
    )


def _cell(
    data: bytes, leaf: Leaf, column: _Column, evidence: Evidence, labelled: list[Labelled]
) -> bool:
    """Read one cell, and say whether its column is known."""
    text = decode(data[leaf.start : leaf.end])
    if not text.strip() or text == "null" or is_masked(text.strip()) or column.is_providers:
        return True
    info_type, rule = column.info_type(), read_label(column.name).rule
    if info_type in ("", "SERVICE_DATE"):
        if rule is not None and not rule.weak:
            labels = ("patient", column.name)
            labelled.append(Labelled(labels, text, leaf.start, leaf.end, id(leaf.frame)))
            return True
        info_type = "SERVICE_DATE" if is_date(text) else ""
    if info_type:
        shown = shown_path(column.path.split("/"), tables.ATTRIBUTES)
        evidence.add(_DETECTOR, info_type, Location(shown, leaf.start, leaf.end), Subject.PATIENT)
    return info_type != ""
