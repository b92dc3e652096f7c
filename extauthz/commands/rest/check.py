"""`phiguard rest check`: holds a catalogue against a policy, without reading a source."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atrest.exports.names import json_line
from extauthz.commands import engine
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.rest import breaches, catalogues
from extauthz.commands.rest.breaches import Judging
from extauthz.terminal import json_text

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


_TOLD: Final[Mapping[str, breaches.Told]] = {
    formats.TEXT: breaches.as_text,
    formats.JSON: breaches.as_nothing,
    "jsonl": lambda _breach, alert: output_file.write((json_line(dict(alert)),), None),
}


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
    formats.add(parser, JsonForm(breaches.Judged), others=("jsonl",))
    breaches.add_alerts(parser)
    engine.add_detectors(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the breaches. Returns 1 when there is one. Raises UsageError."""
    sets = [engine.read_set(path) for path in args.detectors]
    file = breaches.load(args.policy, sets, frozenset())
    with catalogues.opened(args) as store:
        found = breaches.tell(Judging(store, file), args.alerts, _TOLD[args.format])
    if args.format == formats.JSON:
        json_text.write(found)
    return int(bool(found["breaches"]))
