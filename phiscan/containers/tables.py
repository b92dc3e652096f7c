"""Tables that were taken out of a container, as the documents that other readers read.

A sheet becomes CSV, so that its columns have their labels and a data model can be recognised. A
table in a text becomes HTML. Whether the first row of a table is a header decides what its cells
are, and no office format says it: so the labels do. Where they leave it open, both readings count.
"""

import html
from collections.abc import Sequence
from itertools import islice
from typing import Final

from phiscan.words.labels import read_label

Row = Sequence[str]
_MAX_PAIRS: Final = 400
"""The most rows of a sheet that may be a form. A longer one is a table."""
_MAX_FORM_COLUMNS: Final = 8
_LONGEST_LABEL: Final = 60


def as_html(rows: Sequence[Row]) -> str:
    """Return a table as HTML.

    The first row is a header if two of its cells are labels. With one label, both readings count,
    and the table is written twice.
    """
    rows = [row for row in rows if any(row)]
    if not rows:
        return ""
    known = _labels(rows[0])
    is_form = len(rows) < 2 or _is_label(next(iter(rows[1]), ""))
    header = known >= 2 and not (is_form and known * 2 <= _filled(rows[0]))
    tables = [_table(rows, "th" if header else "td")]
    if known == 1 and not is_form:
        tables.append(_table(rows, "th"))
    return "\n".join(tables)


def as_csv(rows: Sequence[Row]) -> str:
    """Return a table as CSV (RFC 4180)."""
    return "".join(",".join(map(_quoted, row)) + "\r\n" for row in rows)


def form_of(rows: Sequence[Row]) -> str:
    """Return a sheet that is a form as HTML, or empty: labels stand beside their values in it."""
    if len(rows) > _MAX_PAIRS:
        return ""
    filled = [[cell for cell in row if cell] for row in rows]
    pairs = [row for row in filled if 2 <= len(row) <= _MAX_FORM_COLUMNS and _is_label(row[0])]
    return _table(pairs, "td") if pairs else ""


def _labels(row: Row) -> int:
    return sum(map(_is_label, row))


def _filled(row: Row) -> int:
    return sum(map(bool, row))


def _is_label(cell: str) -> bool:
    text = cell.strip().rstrip(":")
    return 0 < len(text) <= _LONGEST_LABEL and read_label(text).rule is not None


def _table(rows: Sequence[Row], first: str) -> str:
    lines = [_line(rows[0], first), *(_line(row, "td") for row in islice(rows, 1, None))]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _line(row: Row, tag: str) -> str:
    cells = "".join(f"<{tag}>{html.escape(cell, quote=False)}</{tag}>" for cell in row)
    return f"<tr>{cells}</tr>"


def _quoted(cell: str) -> str:
    """Return a cell in quotes if it holds a delimiter of any kind of table."""
    if any(sign in cell for sign in ',"\r\n;|\t'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
