"""`phiguard posture audit`: a verdict for each cell of the mesh."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import output_file
from extauthz.commands.posture import coverage_lines, judged, records, sources
from extauthz.commands.posture.outputs import FORMATS, Ask

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `audit`."""
    parser = actions.add_parser("audit", help="judge each cell: UP, DOWN or UNKNOWN")
    sources.add_source(parser)
    judged.add_choice(parser)
    parser.add_argument(
        "--format", choices=tuple(FORMATS), default="table", help="default: %(default)s"
    )
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
    output_file.write((FORMATS[args.format](Ask(audited, known, args.all)),), args.output)
    records.keep(args, audited, known)
    for problem in audited.problems:
        sys.stderr.write(f"not read: {problem}\n")
    for each in known.ended():
        sys.stderr.write(f"no longer accepted since {each.until}: {each.cells}\n")
    sys.stderr.write(f"{coverage_lines.board(audited.report, known)}\n")
    return judged.code(audited.report, known, strict=args.strict)
