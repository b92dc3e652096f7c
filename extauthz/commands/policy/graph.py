"""`phiguard policy graph`: who may send what to whom, as a picture, as text, or for programs."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from mesh.analysis.endpoint_classes import TooManyError
from mesh.analysis.graph import Graph, graph, member
from mesh.analysis.graph_matrix import matrix
from mesh.analysis.graph_svg import svg
from mesh.analysis.graph_text import dot, mermaid
from mesh.policy.policy import Policy

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SCHEMA: Final = 1
_MOST_WITH_ARROWS: Final = 10
"""Services up to which arrows can be told apart; beyond, `svg` is the matrix."""


def add_parser(actions: "_Subparsers") -> None:
    """Add `graph`."""
    parser = actions.add_parser("graph", help="draw who may send what to whom")
    parser.add_argument("path", type=Path, metavar="FILE|DIR")
    parser.add_argument(
        "--format",
        choices=("mermaid", "svg", "matrix", "dot", "json"),
        default="mermaid",
        help="svg draws arrows, and a matrix from eleven services on (default: %(default)s)",
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
    sys.stdout.write(_text(found, policy, args.format))
    return 0


def _text(found: Graph, policy: Policy, form: str) -> str:
    title = f"Who may send what to whom: policy {policy.name}, revision {policy.digest[:12]}"
    if form == "mermaid":
        return mermaid(found)
    if form == "dot":
        return dot(found, title)
    if form == "json":
        return orjson.dumps(_plain(found, policy), option=orjson.OPT_INDENT_2).decode() + "\n"
    services = sum(map(len, found.namespaces.values()))
    if form == "matrix" or services > _MOST_WITH_ARROWS:
        return matrix(found, title)
    return svg(found, title)


def _plain(found: Graph, policy: Policy) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "policy": policy.name,
        "digest": policy.digest,
        "services": [
            {"label": label, "namespace": namespace, "name": member(label)}
            for namespace, members in found.namespaces.items()
            for label in members
        ],
        "arrows": [
            {
                "from": arrow.sender,
                "to": arrow.receiver,
                "passes": list(arrow.passes),
                "masked": list(arrow.masked),
                "classes": arrow.label,
                "says": arrow.sentence,
            }
            for arrow in found.arrows
        ],
        "notDrawn": list(found.undrawn),
    }
