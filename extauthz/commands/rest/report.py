"""`phiguard rest report`: the catalogue, as people and other tools read it."""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import orjson

from atrest.catalogue import Entry, entries
from extauthz.commands.rest import catalogues
from extauthz.commands.table import aligned, shown
from extauthz.rest.store import Store
from phiscan.identifiers import INFO_TYPES

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest report`."""
    parser = subparsers.add_parser("report", help="print the catalogue")
    catalogues.add_option(parser)
    parser.add_argument(
        "--format", choices=tuple(_FORMATS), default="table", help="default: %(default)s"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what is only possible and in few rows: look-alikes, more often than not",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the catalogue."""
    with catalogues.opened(args) as store:
        _FORMATS[args.format](_entries(store, everything=args.all))
    return 0


def _entries(store: Store, *, everything: bool) -> Iterator[Entry]:
    for kept in store.units():
        yield from (entry for entry in entries(kept) if everything or entry.is_sure)


def identifier_of(info_type: str) -> str:
    """Return the class from A to R of an infoType, or nothing: custom detectors name their own."""
    known = INFO_TYPES.get(info_type)
    return known.identifier.value if known is not None and known.identifier else ""


def _table(found: Iterator[Entry]) -> None:
    rows = [("unit", "column", "infoType", "class", "likelihood", "rows", "storage")]
    rows += [
        (
            shown(entry.kept.name),
            shown(entry.column + (f" {entry.field}" if entry.field else "")),
            entry.info_type,
            identifier_of(entry.info_type) or "-",
            entry.likelihood.name,
            entry.extent,
            entry.kept.protection.stored.value,
        )
        for entry in found
    ]
    sys.stdout.write("".join(f"{line}\n" for line in aligned(rows)))


def _rows(found: Iterator[Entry]) -> Iterator[dict[str, Any]]:
    return (entry.to_json(identifier_of(entry.info_type)) for entry in found)


def _jsonl(found: Iterator[Entry]) -> None:
    for row in _rows(found):
        sys.stdout.write(orjson.dumps(row).decode() + "\n")


def _csv(found: Iterator[Entry]) -> None:
    writer: csv.DictWriter[str] | None = None
    for row in _rows(found):
        if writer is None:
            writer = csv.DictWriter(sys.stdout, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _plain(value) for name, value in row.items()})


def _plain(value: object) -> object:
    """Return a cell that no spreadsheet runs as a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


_FORMATS: Final[dict[str, Callable[[Iterator[Entry]], None]]] = {
    "table": _table,
    "jsonl": _jsonl,
    "csv": _csv,
}
