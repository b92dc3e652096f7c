"""`phiguard istio chart` writes the Helm chart of this version, which the wheel brings."""

import argparse
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FOLDER: Final = Path("istio-config/chart")
"""Where the chart is in a checkout, and where it is written by default."""
_CHECKOUT: Final = Path(__file__).parents[3]
_SHARED: Final = "share/phiguard/chart/"


class Copied(TypedDict):
    """The chart."""

    folder: str
    files: Annotated[list[str], "that were written"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `chart`."""
    parser = subparsers.add_parser("chart", help="write the Helm chart of this version")
    parser.add_argument(
        "--output",
        type=Path,
        default=FOLDER,
        metavar="DIR",
        help="a folder that is not there yet (default: %(default)s)",
    )
    formats.add(parser, JsonForm(Copied))
    parser.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Write the chart and say how to see what it installs. Return the exit code."""
    output: Path = args.output
    found = dict(sorted(_files(_CHECKOUT / FOLDER)))
    if not found:
        raise UsageError("this installation has no chart; install the wheel with pip, pipx or uv")
    try:
        output.mkdir(parents=True)  # an older version's templates would be installed too
        for name, path in found.items():
            place = output / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(path.read_bytes())
    except FileExistsError:
        raise UsageError(f"{output} is there already; remove it, or name another folder") from None
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"{output}: {why}; name a folder that this user can write") from None
    names = [str(output / name) for name in found]
    if args.format == formats.JSON:
        json_text.write(Copied(folder=str(output), files=names))
    else:
        say.lines(names)
    return 0


def _files(checkout: Path) -> Iterator[tuple[str, Path]]:
    """Each file of the chart, by its name in it: of a checkout, else of what pip installed."""
    if (checkout / "Chart.yaml").is_file():
        for path in checkout.rglob("*"):
            if path.is_file():
                yield path.relative_to(checkout).as_posix(), path
        return
    for entry in metadata.files("phiguard") or ():
        _, marker, name = entry.as_posix().partition(_SHARED)
        if marker:
            yield name, Path(str(entry.locate()))
