"""`phiguard policy schema`: the schemas of policy files, for editors and for Kubernetes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import OtherForm
from extauthz.policies import revision
from extauthz.policies.files import PolicyUnreadableError, read_detectors
from extauthz.rest import policy_keys
from extauthz.terminal import json_text
from mesh.policy.vocabulary import Vocabulary
from mesh.policy_file.admission import admission_policy
from mesh.policy_file.custom_resource import custom_resource_definition
from mesh.policy_file.json_schema import json_schema

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
    kinds.add_argument(
        "--admission",
        metavar="NAMESPACE",
        help="print a ValidatingAdmissionPolicy for Kubernetes 1.30 and later instead, as YAML; "
        "NAMESPACE is the root namespace",
    )
    parser.add_argument(
        "--detectors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="with --admission: your own detectors, as for `serve`; repeat it for several",
    )
    formats.declare(parser, OtherForm("a JSON Schema, or objects of Kubernetes as YAML"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the JSON Schema, or objects for Kubernetes."""
    if args.admission:
        made = admission_policy(args.admission, _vocabulary(args.detectors))
        _write(yaml.safe_dump_all(made, sort_keys=False, width=120))
    elif args.crd:
        _write(yaml.safe_dump(custom_resource_definition(), sort_keys=False, width=120))
    else:
        schema = policy_keys.json_schema() if args.rest else json_schema()
        json_text.write(schema)
    return 0


def _write(text: str) -> None:
    output_file.write((text,), None)


def _vocabulary(files: list[Path]) -> Vocabulary:
    try:
        sets, problems = revision.check_sets(read_detectors(files))
    except PolicyUnreadableError as error:
        raise UsageError(str(error)) from None
    if sets is None:
        raise UsageError("\n".join(map(str, problems)))
    return revision.vocabulary(sets)
