"""`phiguard posture targets`: which ports canaries go to, from the objects of a mesh."""

import argparse
import sys
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.posture import sources
from extauthz.posture import canary_files, collection
from mesh.istio.check.view import Mesh
from mesh.istio.installation import CANARY_LABEL
from mesh.posture.canary import plan

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `targets`."""
    parser = subparsers.add_parser(
        "targets",
        help=f"write where canaries go: ports of HTTP in namespaces with {CANARY_LABEL}=true",
    )
    sources.add_source(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the targets to standard output. Return the exit code."""
    objects, _ = collection.objects_of(sources.collected(args))
    mesh = Mesh(objects, args.provider)
    found = plan.targets(mesh)
    if not found:
        raise UsageError(f"no port lets canaries in; label a namespace {CANARY_LABEL}=true")
    sys.stdout.write(canary_files.targets_text(found))
    return 0
