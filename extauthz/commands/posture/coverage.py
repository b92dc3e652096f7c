"""`phiguard posture coverage`: cells by verdict, by namespace, and one line for the board."""

import argparse
import sys
from typing import TYPE_CHECKING

import orjson

from extauthz.commands.audit import ledgers
from extauthz.commands.posture import coverage_lines, judged, report_file, sources
from extauthz.commands.table import aligned, shown
from extauthz.posture.times import written

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_HEAD = ("namespace", "cells", "UP", "UNKNOWN", "DOWN", "accepted")


def add_parser(actions: "_Subparsers") -> None:
    """Add `coverage`."""
    parser = actions.add_parser("coverage", help="count the cells by verdict and namespace")
    sources.add_source(parser)
    judged.add_choice(parser)
    ledgers.add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Count. Return the exit code of an audit. Raises UsageError."""
    audited = judged.audited(args)
    known = judged.accepted(args, audited.report.at)
    rows = coverage_lines.rows(audited.report, known)
    line = coverage_lines.board(audited.report, known)
    if args.format == "json":
        value = {
            "at": written(audited.report.at),
            "summary": report_file.summary_of(audited.report, known),
            "namespaces": [dict(zip(_HEAD, row, strict=True)) for row in rows],
            "line": line,
        }
        sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        cells = [_HEAD, *((shown(space), *map(str, rest)) for space, *rest in rows)]
        sys.stdout.write("".join(f"{each}\n" for each in aligned(cells)) + f"\n{line}\n")
    return judged.code(audited.report, known, strict=False)
