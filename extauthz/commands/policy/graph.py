"""`phiguard policy graph`: who may send what to whom, as Mermaid text or as an SVG picture."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from mesh.analysis.endpoint_classes import TooManyError
from mesh.analysis.graph import graph, mermaid
from mesh.analysis.graph_svg import svg

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `graph`."""
    parser = actions.add_parser("graph", help="draw who may send what to whom")
    parser.add_argument("path", type=Path, metavar="FILE|DIR")
    parser.add_argument(
        "--format", choices=("mermaid", "svg"), default="mermaid", help="default: %(default)s"
    )
    policies.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the graph to standard output."""
    policy = policies.usable(args.path, args.detectors)
    try:
        found = graph(policy)
    except TooManyError as error:
        raise UsageError(f"{args.path}: {error}") from None
    title = f"Who may send what to whom: policy {policy.name}, revision {policy.digest[:12]}"
    sys.stdout.write(mermaid(found) if args.format == "mermaid" else svg(found, title))
    return 0
