"""`phiguard istio values` prints what an installation can choose."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from extauthz.commands.istio.render import IMAGE
from mesh.istio.install.values_schema import schema
from mesh.istio.install.values_text import values_text

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `values`."""
    parser = subparsers.add_parser(
        "values", help="print every value of an installation with its default"
    )
    parser.add_argument("--schema", action="store_true", help="print their JSON Schema instead")
    parser.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Print the values or their schema. Return the exit code."""
    text = json.dumps(schema(), indent=2) + "\n" if args.schema else values_text(IMAGE)
    sys.stdout.write(text)
    return 0
