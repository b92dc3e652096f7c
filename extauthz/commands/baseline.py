"""`phiguard baseline write`: keep the findings that are there, so that only new ones count."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands.errors import UNREAD
from extauthz.commands.groups import subcommands
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.scan import baseline
from extauthz.commands.scan.command import Scan, add_reading, faults, left_out
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class Written(TypedDict):
    """What was written to a baseline."""

    file: Annotated[str, "the baseline"]
    findings: Annotated[int, "how many findings it knows"]
    ignored: Annotated[int, "findings that a comment beside them ignores"]
    unread: Annotated[list[str], "why documents could not be read"]
    notReadWhole: Annotated[list[str], "documents of which only a part was read"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `baseline` with its subcommand."""
    parser = subparsers.add_parser(
        "baseline", help="keep the findings that are there, so that only new ones count"
    )
    actions = subcommands(parser)
    write = actions.add_parser(
        "write", help="scan, and write what was found to a file for `scan --baseline`"
    )
    write.add_argument("file", type=Path, metavar="FILE", help="is replaced when it exists")
    add_reading(write)
    formats.add(write, JsonForm(Written))
    write.set_defaults(run=run, show_values=False)


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
            partly.append(each.path)
    written = Written(
        file=str(args.file),
        findings=baseline.write(args.file, found),
        ignored=ignored,
        unread=scan.failed,
        notReadWhole=partly,
    )
    if args.format == formats.JSON:
        json_text.write(written)
    else:
        say.problem(f"{written['findings']} findings written")
    said = list(left_out(scan.selection))
    if ignored:
        said.append(f"{ignored} not written, as a comment beside them ignores them")
    for line in (*said, *notes, *scan.failed, *(f"{path}: not read whole" for path in partly)):
        say.problem(line)
    return UNREAD * bool(scan.failed or partly)
