"""`phiguard baseline write`: keep the findings that are there, so that only new ones count."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.scan import baseline
from extauthz.commands.scan.command import UNREAD, Scan, add_reading

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
    partly: list[str] = []

    def keys() -> "list[baseline.Key]":
        found: list[baseline.Key] = []
        for each in scan.examined():
            found += each.keys()
            if not each.is_whole:
                partly.append(each.path)
        return found

    count = baseline.write(args.file, keys())
    sys.stderr.write(f"phiguard: {count} findings written\n")
    for message in scan.failed:
        sys.stderr.write(f"phiguard: {message}\n")
    for path in partly:
        sys.stderr.write(f"phiguard: {path}: not read whole\n")
    return UNREAD * bool(scan.failed or partly)
