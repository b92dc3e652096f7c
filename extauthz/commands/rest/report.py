"""`phiguard rest report`: the catalogue, as people and other tools read it."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.rest import catalogues
from extauthz.commands.rest.forms import FORMS, Ask

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest report`."""
    parser = subparsers.add_parser("report", help="print the catalogue")
    catalogues.add_option(parser)
    parser.add_argument(
        "--format", choices=tuple(FORMS), default="table", help="default: %(default)s"
    )
    parser.add_argument(
        "--output", "-o", type=Path, metavar="FILE", help="default: the standard output"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also what is only possible and in few rows: look-alikes, more often than not",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the catalogue in one form. Raises UsageError when the file cannot be written."""
    with catalogues.opened(args) as store:
        write(FORMS[args.format](Ask(store, args.all)), args.output)
    return 0


def write(pieces: Iterable[str], output: Path | None) -> None:
    """Write pieces to a file, or to the standard output. Raises UsageError."""
    if output is None:
        sys.stdout.writelines(pieces)
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"--output {output}: {why}; name a file in a folder that exists") from None
