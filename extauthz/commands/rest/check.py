"""`phiguard rest check`: holds a catalogue against a policy, without reading a source."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import engine
from extauthz.commands.rest import breaches, catalogues
from extauthz.commands.rest.breaches import Judging

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest check`."""
    parser = subparsers.add_parser(
        "check",
        help="hold the catalogue against a policy",
        description="Print what breaks a RestPolicy: identifiers where they may not lie, PHI that "
        "is not encrypted, units that could not be read. No source is read.",
    )
    parser.add_argument("policy", type=Path, metavar="POLICY", help="file with a RestPolicy")
    catalogues.add_option(parser)
    parser.add_argument("--format", choices=("text", "jsonl"), default="text")
    breaches.add_alerts(parser)
    engine.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the breaches. Returns 1 when there is one. Raises UsageError."""
    sets = [engine.read_set(path) for path in args.detectors]
    file = breaches.load(args.policy, sets, frozenset())
    with catalogues.opened(args) as store:
        judging = Judging(store, file)
        return breaches.tell(judging, args.alerts, as_json=args.format == "jsonl")
