"""`phiguard policy graph`: who may send what to whom, as a picture, as text, or for programs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands import policies
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.terminal import json_text
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


class Service(TypedDict):
    """A workload, a host outside the mesh or a block of addresses."""

    label: Annotated[str, "as the arrows name it"]
    namespace: str
    name: str


Way = TypedDict(
    "Way",
    {
        "from": Annotated[str, "who sends; of a response, who answers"],
        "to": Annotated[str, "who receives"],
        "passes": Annotated[list[str], "infoTypes of individuals that may flow unmasked"],
        "masked": Annotated[list[str], "infoTypes that may flow masked only"],
        "classes": Annotated[str, "the same in letters of classes; C+ is a part of class C"],
        "says": Annotated[str, "the same as a sentence"],
    },
)
"""One way from a sender to a receiver; a response is a way too."""


class Picture(TypedDict):
    """Who may send what to whom."""

    schema: Annotated[int, "version of these keys"]
    policy: Annotated[str, "its name"]
    digest: Annotated[str, "SHA-256 of the policy as it was understood"]
    services: list[Service]
    arrows: list[Way]
    notDrawn: Annotated[list[str], "rules that decide nothing, or require claims or headers"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `graph`."""
    parser = actions.add_parser("graph", help="draw who may send what to whom")
    parser.add_argument("path", type=Path, metavar="FILE|DIR")
    # svg draws arrows, and a matrix from eleven services on
    formats.add(parser, JsonForm(Picture), text="mermaid", others=("svg", "matrix", "dot"))
    policies.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the graph to standard output."""
    policy = policies.usable(args.path, args.detectors)
    try:
        found = graph(policy)
    except TooManyError as error:
        raise UsageError(f"{args.path}: {error}") from None
    if args.format == formats.JSON:
        json_text.write(_plain(found, policy))
    else:
        output_file.write((_text(found, policy, args.format),), None)
    return 0


def _text(found: Graph, policy: Policy, form: str) -> str:
    title = f"Who may send what to whom: policy {policy.name}, revision {policy.digest[:12]}"
    if form == "mermaid":
        return mermaid(found)
    if form == "dot":
        return dot(found, title)
    services = sum(map(len, found.namespaces.values()))
    if form == "matrix" or services > _MOST_WITH_ARROWS:
        return matrix(found, title)
    return svg(found, title)


def _plain(found: Graph, policy: Policy) -> Picture:
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
