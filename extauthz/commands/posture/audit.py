"""`phiguard posture audit`: a verdict for each cell of the mesh."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import coverage_lines, judged, records, sources
from extauthz.commands.posture.outputs import FORMATS, Ask
from extauthz.terminal import say, screen

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `audit`."""
    parser = actions.add_parser("audit", help="judge each cell: UP, DOWN or UNKNOWN")
    sources.add_source(parser)
    judged.add_choice(parser)
    others = tuple(name for name in FORMATS if name not in (formats.TABLE, formats.JSON))
    formats.add(parser, JsonForm(file="posture.schema.json"), text=formats.TABLE, others=others)
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: the standard output"
    )
    parser.add_argument(
        "--all", action="store_true", help="list the cells that are UP too, in the table"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 when a cell is UNKNOWN, too"
    )
    records.add_options(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge, and write the report. Return the exit code. Raises UsageError."""
    records.check(args)
    audited = judged.audited(args)
    known = judged.accepted(args, audited.report.at)
    where = screen.FILE if args.output else screen.of(sys.stdout)
    ask = Ask(audited, known, args.all, where)
    output_file.write((FORMATS[args.format](ask),), args.output)
    records.keep(args, audited, known)
    for problem in audited.problems:
        say.note(f"not read: {problem}")
    for each in known.ended():
        say.note(f"no longer accepted since {each.until}: {each.cells}")
    say.note(coverage_lines.board(audited.report, known))
    return judged.code(audited.report, known, strict=args.strict)
