"""The forms of `phiguard rest report --format`, by name."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from atrest.catalogue import Entry, entries
from atrest.exports import datahub, ocsf, open_metadata, parquet, sarif
from atrest.exports.names import identifier_of, json_line
from extauthz.commands.rest.page.page import Report, page
from extauthz.commands.rest.page.summary import Summary
from extauthz.records.exports.parquet import NAME as PARQUET
from extauthz.records.exports.parquet import writer_library
from extauthz.records.release import VERSION
from extauthz.rest.store import Store
from extauthz.terminal import json_text, tables
from extauthz.terminal.screen import FILE, Screen


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be written.

    Args:
        store: the catalogue.
        everything: also what is only possible and in few rows.
        services: OpenMetadata's names of database services, by the names of sources.
        environment: DataHub's fabric.
        screen: where the table is shown.
    """

    store: Store
    everything: bool = False
    services: Mapping[str, str] = field(default_factory=dict)
    environment: str = "PROD"
    screen: Screen = FILE

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, in the order of sources and names."""
        for kept in self.store.units():
            yield from (each for each in entries(kept) if self.everything or each.is_sure)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the entries as JSON has them; docs/catalogue.schema.json describes them."""
        return (each.to_json(identifier_of(each.info_type)) for each in self.entries())


_HEAD: Final = ("unit", "column", "infoType", "class", "likelihood", "rows", "storage")


def _table(ask: Ask) -> Iterator[str]:
    rows = (
        (
            entry.kept.name,
            entry.column + (f" {entry.field}" if entry.field else ""),
            entry.info_type,
            identifier_of(entry.info_type) or "-",
            entry.likelihood.name,
            entry.extent,
            entry.kept.protection.stored.value,
        )
        for entry in ask.entries()
    )
    return (f"{line}\n" for line in tables.lines(rows, _HEAD, ask.screen))


def _json(ask: Ask) -> Iterator[bytes]:
    """One list, written as it is read."""
    yield b"["
    before = b"\n"
    for row in ask.rows():
        yield before + json_text.compact(row)
        before = b",\n"
    yield b"\n]\n"


def _jsonl(ask: Ask) -> Iterator[str]:
    return map(json_line, ask.rows())


def _csv(ask: Ask) -> Iterator[str]:
    for number, row in enumerate(ask.rows()):
        if number == 0:
            yield _line(row)
        yield _line(_plain(value) for value in row.values())


def _line(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _plain(value: object) -> object:
    """Return a cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def _sarif(ask: Ask) -> Iterator[str]:
    places = ask.store.unlisted()
    return sarif.pieces(ask.store.units, places, VERSION, everything=ask.everything)


def _html(ask: Ask) -> Iterator[str]:
    summary = Summary()
    for kept in ask.store.units():
        summary.take(kept)
    runs = ask.store.runs()
    # in the first run everything is new
    changes = ask.store.changes(runs[-1].id) if len(runs) > 1 else []
    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield page(Report(made, VERSION, summary, runs, ask.store.unlisted(), changes))


def _ocsf(ask: Ask) -> Iterator[str]:
    return ocsf.lines(ask.store.units(), VERSION, everything=ask.everything)


def _open_metadata(ask: Ask) -> Iterator[str]:
    return open_metadata.lines(ask.store.units, ask.services, everything=ask.everything)


def _datahub(ask: Ask) -> Iterator[str]:
    units, environment = ask.store.units(), ask.environment
    return datahub.pieces(units, environment=environment, everything=ask.everything)


def _parquet(ask: Ask) -> Iterator[bytes]:
    return parquet.pieces(ask.rows(), writer_library())


FORMS: Final[Mapping[str, Callable[[Ask], Iterator[str] | Iterator[bytes]]]] = {
    "table": _table,
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "sarif": _sarif,
    "ocsf": _ocsf,
    "html": _html,
    "openmetadata": _open_metadata,
    "datahub": _datahub,
    PARQUET: _parquet,
}
"""Each yields its text or bytes in pieces; all but `table` in bounded memory."""
