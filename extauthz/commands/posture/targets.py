"""`phiguard posture targets`: which ports canaries go to, from the objects of a mesh."""

import argparse
from typing import TYPE_CHECKING, Annotated, NotRequired, TypedDict

import yaml

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import sources
from extauthz.posture import canary_files, collection
from extauthz.terminal import json_text
from mesh.istio.check.view import Mesh
from mesh.istio.installation import CANARY_LABEL
from mesh.posture.canary import plan

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class CanaryTarget(TypedDict):
    """Where one canary goes."""

    cell: Annotated[str, "that it tries"]
    host: str
    port: int
    principal: Annotated[str, "who must answer"]
    podPort: Annotated[int, "of the pod behind the port"]
    purpose: Annotated[str, "request, response or plaintext"]
    pod: NotRequired[Annotated[str, "where the host is of one pod"]]


class Targets(TypedDict):
    """Where canaries go."""

    targets: list[CanaryTarget]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `targets`."""
    parser = subparsers.add_parser(
        "targets",
        help=f"write where canaries go: ports of HTTP in namespaces with {CANARY_LABEL}=true",
    )
    sources.add_source(parser)
    formats.add(parser, JsonForm(Targets), text="yaml")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the targets to standard output. Return the exit code."""
    objects, _ = collection.objects_of(sources.collected(args))
    mesh = Mesh(objects, args.provider)
    found = plan.targets(mesh)
    if not found:
        raise UsageError(f"no port lets canaries in; label a namespace {CANARY_LABEL}=true")
    text = canary_files.targets_text(found)
    if args.format == formats.JSON:
        json_text.write(Targets(targets=yaml.safe_load(text)))
    else:
        output_file.write((text,), None)
    return 0
