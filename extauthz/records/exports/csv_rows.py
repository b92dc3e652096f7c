"""CSV (RFC 4180) for spreadsheets: one row a record, one column a key."""

import csv
import io
from collections.abc import Mapping
from typing import Final

from extauthz.records.exports.values import KEYS, SUMMED, Record, shown

# New keys come last, so that a column keeps its place.
COLUMNS: Final = (
    "time id decision enforced reason verdict coverage gap media parts opaque identifiers infoTypes"
    " tipped rules audits policy source destination service caller mtls direction vantage trace"
    " worker seq hash observed exchange piece schema prev count bytes from to protocol"
    " messageType asked".split()
)
PLACES: Final[Mapping[str, str]] = {key: f"`{key}`" if key in COLUMNS else SUMMED for key in KEYS}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def head() -> str:
    """Return the row of the columns' names."""
    return _row(COLUMNS)


def rows(record: Record) -> str:
    """Return the row of one record."""
    return _row([_cell(record.get(column)) for column in COLUMNS])


def _row(cells: "list[str] | tuple[str, ...]") -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    """Return a value as the text of one cell.

    A spreadsheet runs a text that begins like a formula, so a quote goes before such a text.
    """
    text = shown(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
