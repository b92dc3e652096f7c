"""The option that names a catalogue, and how a command opens it."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.rest.folder import CatalogueError, Folder
from extauthz.rest.store import Store


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--catalogue`."""
    parser.add_argument(
        "--catalogue",
        type=Path,
        default=Path("phiguard-catalogue"),
        metavar="DIR",
        help="folder with the catalogue (default: %(default)s)",
    )


@contextlib.contextmanager
def opened(args: argparse.Namespace) -> Iterator[Store]:
    """Open the catalogue to read. Raises UsageError."""
    try:
        store = Store(Folder(args.catalogue).database)
        try:
            yield store
        finally:
            store.close()
    except CatalogueError as error:
        raise UsageError(str(error)) from None
