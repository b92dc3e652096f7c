"""`phiguard baseline write`: keep the findings that are there, so that only new ones count."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import table
from extauthz.commands.scan import baseline
from extauthz.commands.scan.command import UNREAD, Scan, add_reading, faults, left_out

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `baseline` with its subcommand."""
    parser = subparsers.add_parser(
        "baseline", help="keep the findings that are there, so that only new ones count"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="write")
    write = actions.add_parser(
        "write", help="scan, and write what was found to a file for `scan --baseline`"
    )
    write.add_argument("file", type=Path, metavar="FILE", help="is replaced when it exists")
    add_reading(write)
    write.set_defaults(run=run, show_values=False, format="baseline")


def run(args: argparse.Namespace) -> int:
    """Write the baseline. Return 0, or 2 when something could not be read whole."""
    scan = Scan(args)
    found: list[baseline.Key] = []
    partly: list[str] = []
    notes: list[str] = []
    ignored = 0
    for each in scan.examined():
        found += each.keys()
        notes += faults(each)
        ignored += sum(each.ignored)
        if not each.is_whole:
            partly.append(f"phiguard: {table.shown(each.path)}: not read whole")
    said = [
        f"phiguard: {baseline.write(args.file, found)} findings written",
        *left_out(scan.selection),
    ]
    if ignored:
        said.append(f"phiguard: {ignored} not written, as a comment beside them ignores them")
    said += (*notes, *(f"phiguard: {message}" for message in scan.failed), *partly)
    sys.stderr.writelines(f"{line}\n" for line in said)
    return UNREAD * bool(scan.failed or partly)
