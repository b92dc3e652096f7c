"""`phiguard policy`: check, explain, test, measure, compare, lay out, draw, try or learn."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands import engine, policies
from extauthz.commands.groups import subcommands
from extauthz.commands.output import formats, problems
from extauthz.commands.output.formats import JsonForm
from extauthz.commands.output.problems import Problem
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
from extauthz.policies.revision import Revision
from extauthz.terminal import json_text, say
from mesh.analysis.without_context import without_context

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class CheckedPolicy(TypedDict):
    """A policy that can be used."""

    name: str
    mode: Annotated[str, "discover, monitor or enforce"]
    digest: Annotated[str, "SHA-256 of the policy as it was understood"]
    rules: Annotated[int, "how many"]
    detectors: Annotated[int, "how many of its own"]
    identifiersWithoutContext: Annotated[str, "what becomes of them, as a sentence"]


class Checked(TypedDict):
    """What is wrong with a policy. It can be used when `policy` is not null."""

    policy: CheckedPolicy | None
    problems: list[Problem]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `policy` with its own subcommands."""
    parser = subparsers.add_parser(
        "policy", help="check, explain, test, compare, lay out, draw or learn a policy"
    )
    actions = subcommands(parser)
    checked = actions.add_parser("check", help="report errors and warnings with their places")
    checked.add_argument("path", type=Path, metavar="FILE|DIR")
    policies.add_detectors(checked)
    engine.add_choices(checked)
    formats.add(checked, JsonForm(Checked))
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
    found, wrong = policies.load(args.path, args.detectors, engine.unseen(args))
    policy = None if found is None else _policy(found)
    if args.format == formats.JSON:
        json_text.write(Checked(policy=policy, problems=problems.plain(wrong)))
    else:
        problems.tell(wrong)
        say.lines(_lines(policy) if policy else ())
    return int(policy is None)


def _policy(found: Revision) -> CheckedPolicy:
    policy = found.policy
    return CheckedPolicy(
        name=policy.name,
        mode=policy.mode.value,
        digest=policy.digest,
        rules=len(policy.rules),
        detectors=sum(len(each.detectors) for each in found.sets),
        identifiersWithoutContext=without_context(policy),
    )


def _lines(policy: CheckedPolicy) -> list[str]:
    rules, detectors = policy["rules"], policy["detectors"]
    counted = f"{rules} rule{'s' * (rules != 1)}"
    if detectors:
        counted += f", {detectors} custom detector{'s' * (detectors != 1)}"
    return [
        f"{policy['name']}: {counted}, mode {policy['mode']}, digest {policy['digest']}",
        f"identifiers without health context: {policy['identifiersWithoutContext']}",
    ]
