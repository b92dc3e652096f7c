"""`phiguard rest locate`: the name of a unit whose name is masked in the catalogue."""

import argparse
import os
from typing import TYPE_CHECKING, Annotated, TypedDict

from atrest import spec as specs
from atrest.manners import Manners
from atrest.readers.registry import open_source
from atrest.source import ReadError
from atrest.spec import SpecError
from atrest.unit import Unit
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import catalogues
from extauthz.rest.folder import CatalogueError, Folder
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class Located(TypedDict):
    """A unit of a source, by its own name."""

    key: Annotated[str, "of the unit in the catalogue"]
    source: str
    object: Annotated[str, "name of the unit, which may hold PHI"]


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
    formats.add(parser, JsonForm(Located))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the name. Returns 1 when the source has no such unit."""
    unit = _found(args)
    if unit is None:
        say.problem(f"{args.key}: no unit of this source has this key")
        return 1
    if args.format == formats.JSON:
        json_text.write(Located(key=args.key, source=args.source, object=unit.name))
    else:
        say.line(unit.name)
    return 0


def _found(args: argparse.Namespace) -> Unit | None:
    try:
        keys = Folder(args.catalogue).keys()
        source = open_source(specs.parse(args.source), Manners(), os.environ)
        try:
            units = (each for each in source.list() if isinstance(each, Unit))
            return next((each for each in units if keys.of(each).hex() == args.key), None)
        finally:
            source.close()
    except (SpecError, CatalogueError) as error:
        raise UsageError(str(error)) from None
    except ReadError as error:
        raise UsageError(f"{args.source}: {error}") from None
    except Exception as error:  # noqa: BLE001 - a driver's own text may quote a name or a row
        raise UsageError(f"{args.source}: {type(error).__name__}") from None
