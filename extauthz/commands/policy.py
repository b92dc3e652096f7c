"""`phiguard policy`: check a policy, explain what it says of one message, or test it with case files."""

import argparse
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extauthz.commands import cases, documents, policies, policy_diff, simulate
from extauthz.commands.errors import UsageError
from mesh.decision import Decision
from mesh.events import Body, Head
from mesh.exchange import Exchange
from mesh.facts import Direction, Facts, Operation
from mesh.identity import is_principal
from mesh.policy import Policy
from phiscan.scanner import Engine

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `policy` with its own subcommands."""
    parser = subparsers.add_parser("policy", help="check, explain or test a policy")
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|explain|test|diff")
    checked = actions.add_parser("check", help="report errors and warnings with their places")
    checked.add_argument("path", type=Path, metavar="FILE|DIR")
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
    explained.set_defaults(run=_explain)
    tested = actions.add_parser("test", help="run case files and report what is not as they expect")
    tested.add_argument("cases", type=Path, nargs="+", metavar="CASES.yaml")
    tested.set_defaults(run=_test)
    policy_diff.add_parser(actions)


def _check(args: argparse.Namespace) -> int:
    policy, problems = policies.load(args.path)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if policy is None:
        return 1
    rules = f"{len(policy.rules)} rule{'s' * (len(policy.rules) != 1)}"
    sys.stdout.write(f"{policy.name}: {rules}, mode {policy.mode.value}, digest {policy.digest}\n")
    return 0


def _explain(args: argparse.Namespace) -> int:
    policy = policies.usable(args.policy)
    for flag, given in (("--from", args.source), ("--to", args.destination)):
        if not is_principal(given):
            raise UsageError(f"{flag} {given}: not a principal; write cluster.local/ns/NAMESPACE/sa/ACCOUNT")
    for line in _explanation(_decide(policy, args), policy):
        sys.stdout.write(line + "\n")
    return 0


def _test(args: argparse.Namespace) -> int:
    engine = Engine.load()
    total = failed = 0
    for path in args.cases:
        for result in cases.run_file(path, engine):
            total += 1
            failed += not result.passed
            for line in simulate.differences(path, result):
                sys.stdout.write(line + "\n")
    sys.stdout.write(f"{total} case{'s' * (total != 1)}, {failed} failed\n")
    return int(failed > 0)


def _decide(policy: Policy, args: argparse.Namespace) -> Decision:
    facts = Facts(
        direction=Direction.RESPONSE if args.response else Direction.REQUEST,
        source=args.source,
        destination=args.destination,
        mtls=not args.plain_text,
        redactable=True,
        operation=Operation(method=args.method, path=args.path, host=args.host),
    )
    head = Head(facts, fields=(("content-type", args.content_type),) if args.content_type else (), end=not args.body)
    scanner = functools.partial(Engine.load().scanner, content_type=args.content_type, clock=lambda: 0.0)
    exchange = Exchange(policy, scanner)
    outcome = exchange.receive(head)
    if outcome is None:
        outcome = exchange.receive(Body(documents.read(args.body, 8 << 20).data, end=True))
    if outcome is None:
        raise AssertionError("a body's end gave no outcome")
    return outcome.decision


def _explanation(decision: Decision, policy: Policy) -> list[str]:
    passes = "" if decision.enforced else f"  (not enforced: mode {policy.mode.value}, the message passes)"
    lines = [
        f"decision     {decision.action.value}{passes}",
        f"reason       {decision.reason.value}",
        f"rules        {', '.join(decision.rules) or 'none names this edge'}",
        f"verdict      {decision.verdict.value}",
        f"seen         {decision.coverage.value} {decision.gap.value}".rstrip(),
        f"identifiers  {' '.join(i.value for i in decision.identifiers) or '-'}",
    ]
    if decision.tipped:
        lines.append(f"because of   {', '.join(decision.tipped)}")
    if decision.redact:
        lines.append(f"redacted     {', '.join(decision.redact)}")
    return lines
