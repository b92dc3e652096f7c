"""`phiguard rest report`: the catalogue, as people and other tools read it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import catalogues
from extauthz.commands.rest.forms import FORMS, Ask
from extauthz.records.exports.parquet import NAME as PARQUET
from extauthz.records.exports.parquet import MissingWriterError
from extauthz.terminal import screen

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest report`."""
    parser = subparsers.add_parser("report", help="print the catalogue")
    catalogues.add_option(parser)
    others = (name for name in FORMS if name not in (formats.TABLE, formats.JSON))
    form = JsonForm(file="catalogue.schema.json", is_list=True)
    formats.add(parser, form, text=formats.TABLE, others=tuple(others))
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: the standard output"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what is only possible and in few rows: look-alikes, more often than not",
    )
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="SOURCE=NAME",
        help="OpenMetadata's name of the database service of a source (default: its host)",
    )
    parser.add_argument(
        "--environment",
        default="PROD",
        metavar="NAME",
        help="DataHub's environment of the data sets (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the catalogue in one form. Raises UsageError when it cannot be written."""
    if args.format == PARQUET and args.output is None and sys.stdout.isatty():
        raise UsageError("--format parquet: it is no text; name a file with --output")
    services = dict(map(_service, args.service))
    with catalogues.opened(args) as store:
        where = screen.FILE if args.output else screen.of(sys.stdout)
        ask = Ask(store, args.all, services, args.environment, where)
        try:
            output_file.write(FORMS[args.format](ask), args.output)
        except MissingWriterError as error:
            raise UsageError(f"--format parquet: {error}") from None
    return 0


def _service(text: str) -> tuple[str, str]:
    source, found, name = text.rpartition("=")
    if not found or not source or not name:
        raise UsageError(f"--service {text}: write SOURCE=NAME, as postgres://db.clinic/ehr=clinic")
    return source, name
