"""Tables as text (RFC 4180), delimited by commas, tabs, semicolons or vertical bars.

The header row says what each column is: by its data model (`csv_schemas`), or else by the label of
the column. A row is one record, so `name` counts as a patient's name where the row also has a birth
date. A table without a known label is read as text, and the detectors read its cells.

Cost: a row without quotes is split in one step, and only the columns with a rule are read.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Gap, Location, Subject
from phiscan.labelled.label_steps import rule_of
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind, Sample
from phiscan.readers import text as text_reader
from phiscan.readers.tables import fields as table_fields
from phiscan.readers.tables import piped
from phiscan.readers.tables.csv_schemas import Columns, recognise
from phiscan.syntax.csv_rows import DELIMITERS, Cell, begin, headers, rows
from phiscan.words.statement_labels import fewest_terms

_HEADER_ROWS: Final = 8
"""The header must be one of so many first rows. Rows before it are a title, a comment or a date."""
_HEAD: Final = 16384
_MEDIA_TYPES: Final = frozenset(
    ("text/csv", "application/csv", "text/tab-separated-values", "text/x-csv")
)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with a header.

    Args:
        delimiter: the byte between cells.
        labels: the cells of the header.
        body: the offset of the first row after the header.
        model: what the data model says of the columns.
        named: the numbers of the columns that have a rule by their label and none by the data
            model.
    """

    delimiter: bytes
    labels: tuple[str, ...]
    body: int
    model: Columns
    named: tuple[int, ...]

    @classmethod
    def of(cls, delimiter: bytes, labels: tuple[str, ...], body: int) -> "_Table":
        """The table that such a header has."""
        model = recognise(labels)
        named = (
            i
            for i, label in enumerate(labels)
            if i not in model.rules and rule_of(label) is not None
        )
        return cls(delimiter, labels, body, model, tuple(named))

    def wanted(self) -> list[int]:
        """The numbers of the columns that are read by their labels: named ones and statements."""
        return sorted((*self.named, *self._statements()))

    def meaningful(self) -> int:
        """How many columns say what they are. A statement says so only beside a person."""
        return len(self.named) + len(self.model.rules) + bool(self.model.rules)

    def _statements(self) -> list[int]:
        return [
            i
            for i, label in enumerate(self.labels)
            if i not in self.model.rules and rule_of(label) is None and fewest_terms(label)
        ]


def sniff(head: bytes) -> bool:
    """Whether a document that begins with `head` is a table with a known label in its header."""
    table = _table(head[:_HEAD])
    if table is None or table.meaningful() < 1 + (
        len(table.labels) < 3 and table.delimiter == b","
    ):
        return False
    if table.delimiter == b"|" and piped.is_drawn(head[:_HEAD]):
        return False  # a table of Markdown or of a console; the reader of texts reads it
    row = next(rows(head[:_HEAD], table.body, table.delimiter), None)
    return row is not None and len(row) == len(table.labels)


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the header says of the cells. MALFORMED when a quoted field does not end."""
    table = _table(data)
    if table is None:
        return text_reader.read(data, evidence)
    read_records(_labelled(data, table), evidence, "csv_column")
    _read_model(data, table, evidence)
    return Gap.MALFORMED if _open_quote(data, table) else Gap.NONE


def _table(data: bytes) -> _Table | None:
    """Find the header: the first of the first rows whose cells can be labels and one is known.

    If several delimiters give a header, the one with the most columns counts.
    """
    best: _Table | None = None
    for delimiter in DELIMITERS:
        if delimiter not in data:
            continue
        for labels, body in headers(data, begin(data), delimiter, _HEADER_ROWS):
            if best is not None and len(labels) <= len(best.labels):
                continue
            table = _Table.of(delimiter, labels, body)
            if table.meaningful():
                best = table
                break
    return best


def _read_model(data: bytes, table: _Table, evidence: Evidence) -> None:
    """Add what the data model says of the cells.

    The first finding also adds, once, that the rows are health information.
    """
    rules, header = table.model.rules, None
    if not rules:
        return
    for _, column, cell in evidence.context.timed(_cells(data, table, sorted(rules))):
        location = Location(shown_path((table.labels[column],)), cell.start, cell.end)
        if (
            evidence.labelled("csv_schema", rules[column], cell.value(), location, None)
            and header is None
        ):
            header = Location("table", 0, table.body)
    if header is not None:
        evidence.add("csv_schema", table.model.health, header, Subject.PATIENT)


def _labelled(data: bytes, table: _Table) -> Iterator[Labelled]:
    for number, column, cell in _cells(data, table, table.wanted()):
        if value := cell.value():
            yield Labelled((table.labels[column],), value, cell.start, cell.end, number)


def _cells(data: bytes, table: _Table, wanted: list[int]) -> Iterator[tuple[int, int, Cell]]:
    """Yield the cells of the columns `wanted`: row number from 1, column number, cell."""
    for number, row in enumerate(rows(data, table.body, table.delimiter), 1):
        for column in wanted:
            if column < len(row):
                yield number, column, row[column]


def _open_quote(data: bytes, table: _Table) -> bool:
    """Whether a field begins with a quote that nothing closes.

    A receiver may then split the rows in another way than this reader.
    """
    if data.count(b'"') % 2 == 0:
        return False
    last = deque(rows(data, table.body, table.delimiter), maxlen=1)
    return (
        bool(last) and last[0][-1].text.startswith(b'"') and last[0][-1].text.count(b'"') % 2 == 1
    )


def fields(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
    """Yield the column that holds each offset, as it may be shown."""
    table = _table(data)
    if table is None:
        return table_fields.of_text(data, offsets)
    return table_fields.fields(data, offsets, table.delimiter, table.labels, table.body)


MEDIA: Final = MediaKind("csv", read, may_hold_prose=True, fields=fields)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the Content-Type or a header row says that the document is a table."""
    return MEDIA if sample.declared in _MEDIA_TYPES or sniff(sample.head) else None
