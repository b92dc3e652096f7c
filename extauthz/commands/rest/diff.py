"""`phiguard rest diff`: what is new, gone, or newly unencrypted."""

import argparse
import sys
from typing import TYPE_CHECKING

import orjson

from atrest.diff import ChangeKind
from extauthz.commands.errors import UsageError
from extauthz.commands.rest import catalogues
from extauthz.commands.table import aligned, shown
from extauthz.rest.store import Changed

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


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
    parser.add_argument("--format", choices=("table", "jsonl"), default="table")
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
    if args.format == "jsonl":
        sys.stdout.write("".join(orjson.dumps(_json(each)).decode() + "\n" for each in found))
    else:
        rows: list[tuple[str, ...]] = [("run", "change", "unit", "column", "what")]
        rows += [_row(each) for each in found]
        text = aligned(rows) if found else [f"nothing changed since run {since}"]
        sys.stdout.write("".join(f"{line}\n" for line in text))
    worse = (ChangeKind.NEW, ChangeKind.UNENCRYPTED)
    return int(any(each.change.kind in worse for each in found))


def _row(each: Changed) -> tuple[str, ...]:
    change = each.change
    unit = shown(f"{each.source} {each.name}")
    return (str(each.run), change.kind.value, unit, shown(change.column), change.info_type)


def _json(each: Changed) -> dict[str, str | int]:
    return {
        "run": each.run,
        "change": each.change.kind.value,
        "source": each.source,
        "object": each.name,
        "key": each.key,
        "column": each.change.column,
        "what": each.change.info_type,
    }
