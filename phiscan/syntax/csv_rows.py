"""Rows and cells of tables as text (RFC 4180), with byte offsets.

Tables are delimited by commas, tabs, semicolons or vertical bars. Quoted cells may hold delimiters,
quotes and line ends.

Cost: a row without quotes is split in one step, a cell of another row costs one match.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from phiscan.finding import quick

DELIMITERS: Final = (b",", b"\t", b";", b"|")
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
FEWEST_COLUMNS: Final = 2
_MAX_COLUMNS: Final = 2000
# matches "Patient Name", "mrn", "ADDR_1 (home)" and "Age [years]"; not "123" or "Seen, then sent"
_LABEL: Final = re.compile(r"[#A-Za-z_][\w .:#/()\[\]%'*-]{0,60}")
_TYPES: Final = frozenset(
    "string str integer int varchar boolean bool float double bigint smallint required "
    "optional".split()
)
"""Words of a data dictionary, which a header does not have.

Example: `| patientName | string | Name of the patient |`.
"""


class Cell(NamedTuple):
    """The content of a cell, without the quotes around it, and its offset."""

    text: bytes
    start: int

    def __repr__(self) -> str:
        """Show no content."""
        return f"Cell({self.start})"

    @property
    def end(self) -> int:
        """The byte after the content."""
        return self.start + len(self.text)

    def value(self) -> str:
        """The content without the escapes and the blanks around it."""
        return _value(self.text)


def _value(text: bytes) -> str:
    return text.decode("utf-8", "replace").replace('""', '"').strip()


def begin(data: bytes) -> int:
    """The offset of the first row: behind a byte order mark."""
    return len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0


def rows(data: bytes, at: int, delimiter: bytes) -> Iterator[list[Cell]]:
    """Yield the rows from `at` on that are not empty."""
    size = len(data)
    while at < size:
        end = data.find(b"\n", at)
        end = size if end < 0 else end
        if data.find(b'"', at, end) < 0:
            line = data[at:end].rstrip(b"\r")
            row = _split(line, at, delimiter)
            at = end + 1
        else:
            row, at = _quoted_row(data, at, delimiter)
        if len(row) > 1 or row[0].text.strip():
            yield row


def passed(data: bytes, at: int, delimiter: bytes) -> tuple[list[Cell], int]:
    """Return the offset of the row after the one at `at`, and its cells if it has quotes."""
    end = data.find(b"\n", at)
    end = len(data) if end < 0 else end
    return ([], end + 1) if data.find(b'"', at, end) < 0 else _quoted_row(data, at, delimiter)


def row_end(data: bytes, last: Cell) -> int:
    """The offset of the row after that of `last`, its last cell."""
    end = data.find(b"\n", last.end)
    return len(data) if end < 0 else end + 1


def headers(
    data: bytes, at: int, delimiter: bytes, most: int
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the cells of each row that can be a header, and the offset of the row after it.

    Only the first `most` rows from `at` on are looked at. Few of those of a prose get past their
    first cells, so no `Cell` is made of them.
    """
    size, number = len(data), 0
    while at < size and number < most:
        end = data.find(b"\n", at)
        end = size if end < 0 else end
        if data.find(b'"', at, end) < 0:
            texts = data[at:end].rstrip(b"\r").split(delimiter)
            at = after = end + (end < size)
        else:
            row, at = _quoted_row(data, at, delimiter)
            texts, after = [cell.text for cell in row], row_end(data, row[-1])
        number += len(texts) > 1 or bool(texts[0].strip())
        labels = _labels(texts)
        if labels:
            yield labels, after


def _labels(texts: list[bytes]) -> tuple[str, ...]:
    """The names of columns that the cells of a row are. None if they cannot be such."""
    labels: list[str] = []
    if not FEWEST_COLUMNS <= len(texts) <= _MAX_COLUMNS:
        return ()
    for text in texts:
        label = _value(text)
        if label and _LABEL.fullmatch(label) is None:
            return ()
        labels.append(label)
    if not _TYPES.isdisjoint(map(str.lower, labels)):
        return ()
    return tuple(labels) if len(set(labels)) > len(labels) / 2 else ()


def _split(line: bytes, at: int, delimiter: bytes) -> list[Cell]:
    row = []
    for text in line.split(delimiter):
        row.append(quick(Cell, (text, at)))
        at += len(text) + 1
    return row


def _quoted_row(data: bytes, at: int, delimiter: bytes) -> tuple[list[Cell], int]:
    """Return a row that has quotes, and the offset of the next row.

    Text after a closing quote belongs to the cell, as in spreadsheets.
    """
    row: list[Cell] = []
    field = _FIELDS[delimiter]
    while match := field.match(data, at):
        group = 1 if match[1] is not None else 2
        row.append(Cell(match[group], match.start(group)))
        at = match.end()
        if match[3] != delimiter:
            break
    return row, at


def _field(delimiter: bytes) -> re.Pattern[bytes]:
    """Return the expression of one field and what ends it. An open quote takes all that is left.

    Groups: 1 the content of a quoted field, 2 of an unquoted one, 3 the delimiter or line end.
    """
    d = re.escape(delimiter)
    # matches b'"Ruiz, Ana",' and b'"a ""b"" c",'; not b'"Ruiz" Ana,', which is an unquoted field
    quoted = rb'[ ]?"([^"]*(?:""[^"]*)*)"[ ]*(?=' + d + rb"|[\r\n]|\Z)"
    unquoted = rb'("[^"]*(?:""[^"]*)*\Z|[^' + d + rb"\r\n]*)"
    return re.compile(rb"(?:" + quoted + rb"|" + unquoted + rb")(" + d + rb"|\r?\n|\r|\Z)")


_FIELDS: Final = {d: _field(d) for d in DELIMITERS}
