"""A batch of rows as CSV with a header, and the way back from an offset to a cell.

A column alone says nothing, so the detectors get rows with the names of their columns. Cells that
are documents themselves are left out of the CSV and scanned by their own bytes.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from atrest.source import Document, Rows

HEADER: Final = -1
"""The row number of the header."""
_STARTS: Final = (
    "{",
    "[",
    "<",
    "MSH|",
    "FHS|",
    "BHS|",
    "ISA",
    "Bundle",
    "{\\rtf",
    "%PDF",
    "BEGIN:",
)
_SHORTEST_DOCUMENT: Final = 12
_FEWEST_BLANKS: Final = 6
"""Between the words of a text. A name, a street or a title has fewer."""
_LONGEST_TEXT: Final = 1 << 16
"""A longer text is a document: the rows of a batch have to fit into a scan."""
_QUOTED: Final = ('"', ",", "\n", "\r")
_TEXT: Final = bytes(range(32, 127)) + b"\t\n\r"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is a document.

    Args:
        row: its row in the batch, from 0.
        column: its column, from 0.
        document: its bytes.
    """

    row: int
    column: int
    document: Document


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows as a document for the detectors.

    Args:
        columns: the names of the columns.
        data: CSV (RFC 4180) with a header.
        starts: where each cell begins in `data`, the header's cells first.
        filled: for each column: rows with a cell that is neither NULL nor empty.
        texts: for each column: of those, how many are texts of some words, or documents.
        cells: those that are documents.
        rows: their number.
        table: the name of the table, where the unit has several.
    """

    columns: tuple[str, ...]
    data: bytes = field(repr=False)
    starts: Sequence[int] = field(repr=False)
    filled: tuple[int, ...]
    texts: tuple[int, ...]
    cells: tuple[Cell, ...]
    rows: int
    table: str = ""

    def name_of(self, column: int) -> str:
        """Return a column's name for the catalogue."""
        return self._of_the_table(self.columns[column])

    def number_of(self, column: int) -> str:
        """Return what stands in the catalogue for a name that is a value itself: `column 3`."""
        return self._of_the_table(f"column {column + 1}")

    def _of_the_table(self, name: str) -> str:
        return f"{self.table}.{name}" if self.table else name

    def text_at(self, row: int, column: int) -> bytes:
        """Return the bytes of a cell as `data` has them, without the delimiter."""
        index = (row + 1) * len(self.columns) + column
        end = self.starts[index + 1] - 1 if index + 1 < len(self.starts) else len(self.data)
        return self.data[self.starts[index] : end]

    def cell_at(self, offset: int) -> tuple[int, int]:
        """Return the row (`HEADER` for the header) and the column of a byte of `data`."""
        index = max(0, bisect_right(self.starts, offset) - 1)
        row, column = divmod(index, len(self.columns))
        return row - 1, column


def batch(rows: Rows, document_bytes: int, labels: Mapping[int, str] | None = None) -> Batch:
    """Write rows as CSV.

    Args:
        rows: with at least one column.
        document_bytes: of a cell that is a document at most so many bytes are kept.
        labels: for columns by number, what the header says in place of their names.
    """
    header = tuple((labels or {}).get(n, name) for n, name in enumerate(rows.columns))
    parts: list[bytes] = []
    starts: list[int] = []
    cells: list[Cell] = []
    filled = [0] * len(rows.columns)
    texts = [0] * len(rows.columns)
    at = 0
    for number, row in enumerate([header, *rows.rows], start=HEADER):
        last = len(rows.columns) - 1
        for column, value in enumerate(row):
            if number != HEADER:
                document = document_of(value, document_bytes)
                filled[column] += value is not None and value not in ("", b"")
                texts[column] += document is not None or _is_text(value)
                if document is not None:
                    cells.append(Cell(number, column, document))
                    value = None  # noqa: PLW2901 - the document is scanned apart
            text = _quoted(text_of(value)).encode("utf-8", "replace")
            starts.append(at)
            end = b"\r\n" if column == last else b","
            parts += (text, end)
            at += len(text) + len(end)
    return Batch(
        rows.columns,
        b"".join(parts),
        starts,
        tuple(filled),
        tuple(texts),
        tuple(cells),
        len(rows.rows),
        rows.table,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.count(" ") >= _FEWEST_BLANKS


def document_of(value: object, limit: int) -> Document | None:
    """Return a cell as a document, when it is one: bytes, JSON, XML, HL7 v2, or a long text."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        if len(data) < _SHORTEST_DOCUMENT and not data.strip(_TEXT):
            return None
        return Document(data[:limit], truncated=len(data) > limit) if data else None
    if isinstance(value, (dict, list, tuple)):
        value = _json(value)
    if not isinstance(value, str) or len(value) < _SHORTEST_DOCUMENT:
        return None
    if not value.lstrip()[:8].startswith(_STARTS) and len(value) < _LONGEST_TEXT:
        return None
    data = value.encode("utf-8", "replace")
    return Document(data[:limit], truncated=len(data) > limit)


def text_of(value: object) -> str:
    """Return a cell as text. NULL is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (dict, list, tuple)):
        return _json(value)
    # a datetime's own text is ISO 8601 with a blank, as databases print it
    return str(value)


def _json(value: object) -> str:
    return orjson.dumps(value, default=text_of, option=orjson.OPT_NON_STR_KEYS).decode()


def _quoted(text: str) -> str:
    if any(mark in text for mark in _QUOTED):
        return '"' + text.replace('"', '""') + '"'
    return text
