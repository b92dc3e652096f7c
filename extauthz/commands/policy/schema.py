"""`phiguard policy schema`: the schema of policy files, for editors and for Kubernetes."""

import argparse
import sys
from typing import TYPE_CHECKING

import orjson
import yaml

from mesh.policy_file.json_schema import custom_resource_definition, json_schema

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `schema`."""
    parser = actions.add_parser("schema", help="print the JSON Schema of policy files")
    parser.add_argument(
        "--crd",
        action="store_true",
        help="print the CustomResourceDefinition for Kubernetes instead, as YAML",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the JSON Schema or the CustomResourceDefinition."""
    if args.crd:
        sys.stdout.write(yaml.safe_dump(custom_resource_definition(), sort_keys=False, width=120))
    else:
        sys.stdout.write(orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0
