"""`phiguard policy schema`: the schemas of policy files, for editors and for Kubernetes."""

import argparse
import sys
from typing import TYPE_CHECKING

import orjson
import yaml

from extauthz.rest import policy_keys
from mesh.policy_file.json_schema import custom_resource_definition, json_schema

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `schema`."""
    parser = actions.add_parser("schema", help="print the JSON Schema of policy files")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--rest", action="store_true", help="of a RestPolicy: which identifiers may lie where"
    )
    kinds.add_argument(
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
        schema = policy_keys.json_schema() if args.rest else json_schema()
        sys.stdout.write(orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0
