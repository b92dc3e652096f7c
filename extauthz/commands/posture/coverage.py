"""`phiguard posture coverage`: cells by verdict, by namespace, and one line for the board."""

import argparse
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import coverage_lines, judged, report_file, sources
from extauthz.posture.times import written
from extauthz.terminal import json_text, say, tables

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_HEAD: Final = ("namespace", "cells", "UP", "UNKNOWN", "DOWN", "accepted")


class NamespaceCells(TypedDict):
    """The cells of a namespace by verdict."""

    namespace: str
    cells: int
    UP: int
    UNKNOWN: int
    DOWN: int
    accepted: Annotated[int, "of these, how many are accepted"]


class Coverage(TypedDict):
    """Cells by verdict and namespace."""

    at: Annotated[str, "as of when"]
    summary: Annotated[dict[str, int | bool], "as in docs/posture.schema.json"]
    namespaces: list[NamespaceCells]
    line: Annotated[str, "the same for a board"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `coverage`."""
    parser = actions.add_parser("coverage", help="count the cells by verdict and namespace")
    sources.add_source(parser)
    judged.add_choice(parser)
    formats.add(parser, JsonForm(Coverage), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Count. Return the exit code of an audit. Raises UsageError."""
    audited = judged.audited(args)
    known = judged.accepted(args, audited.report.at)
    rows = coverage_lines.rows(audited.report, known)
    line = coverage_lines.board(audited.report, known)
    if args.format == formats.JSON:
        value = Coverage(
            at=written(audited.report.at),
            summary=report_file.summary_of(audited.report, known),
            namespaces=list(map(_plain, rows)),
            line=line,
        )
        json_text.write(value)
    else:
        cells = ((space, *map(str, rest)) for space, *rest in rows)
        say.lines([*tables.lines(cells, _HEAD), "", line])
    return judged.code(audited.report, known, strict=False)


def _plain(row: coverage_lines.Row) -> NamespaceCells:
    space, cells, up, unknown, down, accepted = row
    return NamespaceCells(
        namespace=space, cells=cells, UP=up, UNKNOWN=unknown, DOWN=down, accepted=accepted
    )
