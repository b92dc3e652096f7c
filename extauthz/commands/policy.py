"""`phiguard policy`: check a policy, explain what it says of one message, or test it with case files."""

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import (
    documents,
    engine,
    policies,
    policy_diff,
    policy_graph,
    policy_learn,
    policy_schema,
    policy_test,
)
from extauthz.commands.errors import UsageError
from extauthz.revision import Revision
from mesh import explain
from mesh.events import Body, Head, Outcome
from mesh.exchange import Exchange
from mesh.facts import Direction, Facts, Operation
from mesh.identity import is_principal

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `policy` with its own subcommands."""
    parser = subparsers.add_parser("policy", help="check, explain or test a policy")
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|explain|test|diff|graph|learn|schema")
    checked = actions.add_parser("check", help="report errors and warnings with their places")
    checked.add_argument("path", type=Path, metavar="FILE|DIR")
    policies.add_detectors(checked)
    engine.add_choices(checked)
    checked.set_defaults(run=_check)
    explained = actions.add_parser("explain", help="say what becomes of one message, and which rules say so")
    explained.add_argument("--policy", type=Path, required=True, metavar="FILE|DIR")
    explained.add_argument("--from", dest="source", required=True, metavar="PRINCIPAL", help="who sends the request")
    explained.add_argument("--to", dest="destination", required=True, metavar="PRINCIPAL", help="who answers it")
    explained.add_argument("--method", default="GET", help="default: %(default)s")
    explained.add_argument("--path", default="/", help="default: %(default)s")
    explained.add_argument("--host", default="", help="the :authority header")
    explained.add_argument("--content-type", default="", metavar="TYPE", help="of the body; else it is recognised")
    explained.add_argument("--body", metavar="FILE", help="the message's body, - for standard input")
    explained.add_argument("--response", action="store_true", help="judge the response instead of the request")
    explained.add_argument("--plain-text", action="store_true", help="without mutual TLS")
    policies.add_detectors(explained)
    engine.add_choices(explained)
    explained.set_defaults(run=_explain)
    policy_test.add_parser(actions)
    policy_diff.add_parser(actions)
    policy_schema.add_parser(actions)
    policy_graph.add_parser(actions)
    policy_learn.add_parser(actions)


def _check(args: argparse.Namespace) -> int:
    found, problems = policies.load(args.path, args.detectors, engine.unseen(args))
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if found is None:
        return 1
    policy, detectors = found.policy, sum(len(each.detectors) for each in found.sets)
    counted = f"{len(policy.rules)} rule{'s' * (len(policy.rules) != 1)}"
    if detectors:
        counted += f", {detectors} own detector{'s' * (detectors != 1)}"
    sys.stdout.write(f"{policy.name}: {counted}, mode {policy.mode.value}, digest {policy.digest}\n")
    return 0


def _explain(args: argparse.Namespace) -> int:
    found = policies.usable_revision(args.policy, args.detectors)
    policy = found.policy
    for flag, given in (("--from", args.source), ("--to", args.destination)):
        if not is_principal(given):
            raise UsageError(f"{flag} {given}: not a principal; write cluster.local/ns/NAMESPACE/sa/ACCOUNT")
    facts = _facts(args)
    for line in explain.lines(explain.explain(facts, _outcome(found, facts, args), policy)):
        sys.stdout.write(line + "\n")
    return 0


def _facts(args: argparse.Namespace) -> Facts:
    return Facts(
        direction=Direction.RESPONSE if args.response else Direction.REQUEST,
        source=args.source,
        destination=args.destination,
        mtls=not args.plain_text,
        redactable=True,
        operation=Operation(method=args.method, path=args.path, host=args.host),
    )


def _outcome(found: Revision, facts: Facts, args: argparse.Namespace) -> Outcome:
    head = Head(facts, fields=(("content-type", args.content_type),) if args.content_type else (), end=not args.body)
    scanner = functools.partial(
        engine.load_with(args, found.sets).scanner, content_type=args.content_type, clock=lambda: 0.0
    )
    exchange = Exchange(found.policy, scanner)
    outcome = exchange.receive(head)
    if outcome is None:
        outcome = exchange.receive(Body(documents.read(args.body, 8 << 20).data, end=True))
    if outcome is None:
        raise AssertionError("a body's end gave no outcome")
    return outcome
