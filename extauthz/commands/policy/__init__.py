"""`phiguard policy`: check, explain, test, measure, compare, lay out, draw, try or learn."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import engine, policies
from extauthz.commands.policy import (
    bench,
    diff,
    explain,
    fmt,
    graph,
    learn,
    playground,
    schema,
    test,
)
from mesh.analysis.without_context import without_context

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `policy` with its own subcommands."""
    parser = subparsers.add_parser(
        "policy", help="check, explain, test, compare, lay out, draw or learn a policy"
    )
    actions = parser.add_subparsers(
        dest="action",
        required=True,
        metavar="check|explain|test|bench|diff|fmt|graph|learn|playground|schema",
    )
    checked = actions.add_parser("check", help="report errors and warnings with their places")
    checked.add_argument("path", type=Path, metavar="FILE|DIR")
    policies.add_detectors(checked)
    engine.add_choices(checked)
    checked.set_defaults(run=_check)
    explain.add_parser(actions)
    test.add_parser(actions)
    bench.add_parser(actions)
    diff.add_parser(actions)
    fmt.add_parser(actions)
    schema.add_parser(actions)
    graph.add_parser(actions)
    learn.add_parser(actions)
    playground.add_parser(actions)


def _check(args: argparse.Namespace) -> int:
    found, problems = policies.load(args.path, args.detectors, engine.unseen(args))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if found is None:
        return 1
    policy, detectors = found.policy, sum(len(each.detectors) for each in found.sets)
    counted = f"{len(policy.rules)} rule{'s' * (len(policy.rules) != 1)}"
    if detectors:
        counted += f", {detectors} custom detector{'s' * (detectors != 1)}"
    sys.stdout.write(
        f"{policy.name}: {counted}, mode {policy.mode.value}, digest {policy.digest}\n"
    )
    sys.stdout.write(f"identifiers without health context: {without_context(policy)}\n")
    return 0
