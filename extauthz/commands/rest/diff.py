"""`phiguard rest diff`: what is new, gone, or newly unencrypted."""

import argparse
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from atrest.diff import ChangeKind
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import catalogues
from extauthz.rest.store import Changed
from extauthz.terminal import json_text, say, tables

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


_HEAD: Final = ("run", "change", "unit", "column", "what")


class CatalogueChange(TypedDict):
    """Something that is new, gone, or newly unencrypted."""

    run: Annotated[int, "that found it"]
    change: str
    source: str
    object: Annotated[str, "name of the unit; what the detectors found in it is masked"]
    key: Annotated[str, "of the unit in this catalogue"]
    column: str
    what: Annotated[str, "the infoType; empty when the change is of the unit"]


class CatalogueChanges(TypedDict):
    """What changed since a run."""

    since: Annotated[int, "number of the run"]
    changes: list[CatalogueChange]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest diff`."""
    parser = subparsers.add_parser("diff", help="what is new, gone, or newly unencrypted")
    catalogues.add_option(parser)
    parser.add_argument(
        "--since",
        type=int,
        metavar="RUN",
        help="the number of a run: also what changed from it on (default: the last run)",
    )
    formats.add(parser, JsonForm(CatalogueChanges), text=formats.TABLE, others=("jsonl",))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the changes. Returns 1 when something is new or newly unencrypted."""
    with catalogues.opened(args) as store:
        runs = store.runs()
        last = runs[-1].id if runs else 0
        since = last if args.since is None else args.since
        if not 0 <= since <= last:
            raise UsageError(f"--since {since}: there are runs 1 to {last}")
        found = store.changes(since)
    if args.format == formats.JSON:
        json_text.write(CatalogueChanges(since=since, changes=list(map(_json, found))))
    elif args.format == "jsonl":
        json_text.write_lines(map(_json, found))
    elif found:
        say.lines(tables.lines(map(_row, found), _HEAD))
    else:
        say.line(f"nothing changed since run {since}")
    worse = (ChangeKind.NEW, ChangeKind.UNENCRYPTED)
    return int(any(each.change.kind in worse for each in found))


def _row(each: Changed) -> tuple[str, ...]:
    change = each.change
    unit = f"{each.source} {each.name}"
    return (str(each.run), change.kind.value, unit, change.column, change.info_type)


def _json(each: Changed) -> CatalogueChange:
    return {
        "run": each.run,
        "change": each.change.kind.value,
        "source": each.source,
        "object": each.name,
        "key": each.key,
        "column": each.change.column,
        "what": each.change.info_type,
    }
