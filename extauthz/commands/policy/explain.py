"""`phiguard policy explain`: what a policy does with one message, and which rules say so."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands import documents, engine, policies
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.policies.revision import Revision
from extauthz.terminal import json_text, say, trees
from mesh.analysis import cases, explain
from mesh.analysis.cases import Case
from mesh.exchange.events import Head, Outcome
from mesh.message import addresses
from mesh.message.facts import Claims, Direction, Facts, Operation, Protocol, Vantage
from mesh.message.headers import Headers
from mesh.message.identity import is_principal
from mesh.message.paths import is_host_pattern

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_OF_HTTP = ("method", "path", "host", "claim", "header", "content_type")
"""Options about what messages over TCP do not have. Ignored, they would explain another message."""
_PRINCIPAL = "cluster.local/ns/NAMESPACE/sa/ACCOUNT"


class Explanation(TypedDict):
    """A line of the explanation, with the lines below it."""

    text: str
    below: list["Explanation"]


class Explained(TypedDict):
    """What a policy does with one message, and why."""

    policy: Annotated[str, "its name"]
    digest: Annotated[str, "SHA-256 of the policy as it was understood"]
    decision: Annotated[str, "ALLOW, ALERT, REDACT or DENY"]
    reason: str
    enforced: Annotated[bool, "false: the message passes whatever the decision says"]
    verdict: Annotated[str, "none, health, identifiers or phi"]
    coverage: Annotated[str, "whether all of the message was seen"]
    gap: Annotated[str, "why not all was seen; empty when it was"]
    media: Annotated[str, "what the message was read as"]
    rules: Annotated[list[str], "that name the edge"]
    identifiers: Annotated[list[str], "classes A to R that were found"]
    because: Annotated[list[str], "infoTypes that led to the decision"]
    masked: Annotated[list[str], "infoTypes that are masked"]
    tree: Annotated[Explanation, "the same as the text shows it"]


def add_parser(actions: "_Subparsers") -> None:
    """Add `explain` to the subcommands of `policy`."""
    parser = actions.add_parser(
        "explain", help="show what a policy does with one message, and which rules say so"
    )
    parser.add_argument("--policy", type=Path, required=True, metavar="FILE|DIR")
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        metavar="PRINCIPAL|ADDRESS",
        help="who sends the request",
    )
    parser.add_argument(
        "--to",
        dest="destination",
        required=True,
        metavar="PRINCIPAL|HOST",
        help="who answers it; a service host is judged at the sender's proxy",
    )
    parser.add_argument("--method", help="default: GET")
    parser.add_argument("--path", help="default: /")
    parser.add_argument("--host", help="the :authority header")
    parser.add_argument("--port", type=int, default=0, help="the destination's port")
    _add_protocol(parser)
    for flag in ("--claim", "--header"):
        what = f"a {flag[2:]} that Envoy has verified; may be repeated"
        parser.add_argument(flag, action="append", default=[], metavar="NAME=VALUE", help=what)
    parser.add_argument(
        "--content-type",
        default="",
        metavar="TYPE",
        help="of the body; without it, the type is recognised",
    )
    parser.add_argument("--body", metavar="FILE", help="the message's body, - for standard input")
    parser.add_argument(
        "--response", action="store_true", help="judge the response instead of the request"
    )
    parser.add_argument("--plain-text", action="store_true", help="without mutual TLS")
    policies.add_detectors(parser)
    engine.add_choices(parser)
    formats.add(parser, JsonForm(Explained))
    parser.set_defaults(run=_explain)


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--protocol",
        choices=tuple(each.value for each in Protocol),
        default=Protocol.HTTP.value,
        help="default: %(default)s. With MLLP, the body is an HL7 v2 message or a batch",
    )
    parser.add_argument(
        "--message-type",
        default="",
        metavar="TYPE",
        help="of a response over MLLP: the type of the message that it answers, such as ADT^A01",
    )


def _explain(args: argparse.Namespace) -> int:
    _check_protocol(args)
    found = policies.usable_revision(args.policy, args.detectors)
    facts = _facts(args)
    outcome = _outcome(found, facts, args)
    tree = explain.explain(outcome, found.policy)
    if args.format == formats.JSON:
        json_text.write(_plain(outcome, found, tree))
    else:
        say.lines(trees.lines(tree))
    return 0


def _plain(outcome: Outcome, found: Revision, tree: explain.Branch) -> Explained:
    decision = outcome.decision
    return Explained(
        policy=found.policy.name,
        digest=found.policy.digest,
        decision=decision.action.value,
        reason=decision.reason.value,
        enforced=decision.enforced,
        verdict=decision.verdict.value,
        coverage=decision.coverage.value,
        gap=decision.gap.value,
        media=outcome.report.media,
        rules=list(decision.rules),
        identifiers=[each.value for each in decision.identifiers],
        because=list(decision.tipped),
        masked=list(decision.redact),
        tree=_plain_tree(tree),
    )


def _plain_tree(tree: explain.Branch) -> Explanation:
    return Explanation(text=tree.text, below=list(map(_plain_tree, tree.below)))


def _check_protocol(args: argparse.Namespace) -> None:
    """Refuse options that say nothing of the protocol. Raises UsageError."""
    if args.message_type and not (args.protocol == Protocol.MLLP and args.response):
        raise UsageError(
            "--message-type: is of an answer over MLLP; add --protocol MLLP --response"
        )
    for name in _OF_HTTP if args.protocol in (Protocol.MLLP, Protocol.TCP) else ():
        if getattr(args, name):
            option = name.replace("_", "-")
            raise UsageError(f"--{option}: {args.protocol} has none; leave it out")
    if args.protocol == Protocol.MLLP and not args.body:
        raise UsageError("--protocol MLLP: give the HL7 message with --body FILE")


def _facts(args: argparse.Namespace) -> Facts:
    identified, inside = is_principal(args.source), is_principal(args.destination)
    if not identified and addresses.parse(args.source) is None:
        raise UsageError(
            f"--from {args.source}: neither a principal nor an address; "
            f"write {_PRINCIPAL} or 10.20.3.4"
        )
    if not inside and ("*" in args.destination or not is_host_pattern(args.destination)):
        raise UsageError(
            f"--to {args.destination}: neither a principal nor a host; write {_PRINCIPAL}"
        )
    if args.path is not None and not args.path.startswith("/"):
        raise UsageError(f"--path {args.path}: write it with a `/` at its start")
    return Facts(
        direction=Direction.RESPONSE if args.response else Direction.REQUEST,
        vantage=Vantage.INBOUND if inside else Vantage.OUTBOUND,
        source=args.source if identified else "",
        source_address="" if identified else args.source,
        destination=args.destination if inside else "",
        service="" if inside else args.destination,
        mtls=identified and inside and not args.plain_text,
        redactable=True,
        protocol=Protocol(args.protocol),
        operation=_operation(args),
        claims=_vouched("--claim", args.claim),
        headers=_vouched(
            "--header", [f"{name.lower()}{rest}" for name, rest in map(_parted, args.header)]
        ),
    )


def _operation(args: argparse.Namespace) -> Operation:
    if args.protocol in (Protocol.MLLP, Protocol.TCP):
        return Operation(port=args.port, message_type=args.message_type)
    method, path = args.method or "GET", args.path or "/"
    return Operation(method=method, path=path, host=args.host or "", port=args.port)


def _parted(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    return name, equals + value


def _vouched(flag: str, given: Sequence[str]) -> Claims | None:
    """Return what Envoy's metadata would say. It is None when no option is given."""
    values: dict[str, set[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UsageError(f"{flag} {text}: write NAME=VALUE")
        values.setdefault(name, set()).add(value)
    return tuple((name, frozenset(found)) for name, found in sorted(values.items())) or None


def _outcome(found: Revision, facts: Facts, args: argparse.Namespace) -> Outcome:
    content_type = (("content-type", args.content_type),) if args.content_type else ()
    head = Head(facts, Headers(content_type), end=not args.body)
    body = documents.read(args.body, 8 << 20).data if args.body else None
    scanner_of = partial(engine.load_with(args, found.sets).scanner, clock=lambda: 0.0)
    case = Case("", 1, found.policy, head, body)
    return cases.run(case, scanner_of).outcome
