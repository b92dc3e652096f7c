"""`phiguard posture diff`: which cells turned between two reports or folders, and why."""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.posture import judged, sources, turns
from extauthz.terminal import json_text, say
from mesh.posture.drift import drift

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(actions: "_Subparsers") -> None:
    """Add `diff`."""
    parser = actions.add_parser("diff", help="show which cells turned between two reports")
    for name, text in (("before", "the older one"), ("after", "the newer one")):
        parser.add_argument(
            name, metavar=f"{name.upper()}", help=f"a JSON report or a posture folder: {text}"
        )
    sources.add_cluster(parser)
    sources.add_judging(parser)
    judged.add_choice(parser)
    formats.add(parser, JsonForm(turns.TurnedCell, is_lines=True), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare. Returns 1 when a cell is worse than before. Raises UsageError."""
    if args.ledger or args.proxies or args.istiod or args.canaries:
        raise UsageError(
            "--ledger, --proxies, --istiod and --canaries: are of one moment; `collect` them into "
            "each folder"
        )
    args.source = args.before
    before = judged.audited(args)
    args.source = args.after
    after = judged.audited(args)
    found = drift(before.report, after.report)
    if args.format == formats.JSON:
        json_text.write_lines(map(turns.value_of, found))
    else:
        say.lines([each.line for each in found] or ["nothing turned"])
    return int(any(turns.is_worse(each) for each in found))
