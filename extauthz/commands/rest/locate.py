"""`phiguard rest locate`: the name of a unit whose name is masked in the catalogue."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from atrest import spec as specs
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import ReadError
from atrest.spec import SpecError
from atrest.unit import Unit
from extauthz.commands.errors import UsageError
from extauthz.commands.rest import catalogues
from extauthz.commands.table import shown
from extauthz.rest.folder import CatalogueError, Folder

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest locate`."""
    parser = subparsers.add_parser(
        "locate",
        help="print the name of a unit that is masked in the catalogue",
        description="List a source again and print the name of the unit with this key. The name "
        "may hold PHI.",
    )
    parser.add_argument("key", metavar="KEY", help="of the unit, as `phiguard rest report` has it")
    parser.add_argument("source", metavar="SOURCE", help="a path, or SCHEME://...")
    catalogues.add_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the name. Returns 1 when the source has no such unit."""
    try:
        keys = Folder(args.catalogue).keys()
        source = open_source(specs.parse(args.source), Manners(), os.environ)
        try:
            for unit in source.list():
                if isinstance(unit, Unit) and keys.of(unit).hex() == args.key:
                    sys.stdout.write(f"{shown(unit.name)}\n")
                    return 0
        finally:
            source.close()
    except (SpecError, CatalogueError) as error:
        raise UsageError(str(error)) from None
    except ReadError as error:
        raise UsageError(f"{shown(args.source)}: {error}") from None
    except Exception as error:  # noqa: BLE001 - a driver's own text may quote a name or a row
        raise UsageError(f"{shown(args.source)}: {type(error).__name__}") from None
    sys.stderr.write(f"phiguard: {shown(args.key)}: no unit of this source has this key\n")
    return 1
