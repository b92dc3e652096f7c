"""`phiguard istio values` prints what an installation can choose."""

import argparse
from typing import TYPE_CHECKING

import yaml

from extauthz.commands.istio.render import IMAGE
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text
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
    formats.add(parser, JsonForm(dict[str, object]), text="yaml")
    parser.set_defaults(command=run)


def run(args: argparse.Namespace) -> int:
    """Print the values or their schema. Return the exit code."""
    if args.schema:
        json_text.write(schema())
    elif args.format == formats.JSON:
        json_text.write(yaml.safe_load(values_text(IMAGE)))
    else:
        output_file.write((values_text(IMAGE),), None)
    return 0
