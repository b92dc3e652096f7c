"""`phiguard init` reads five answers, from flags or a terminal, and writes a folder."""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict, TypeVar

from extauthz.commands.errors import UsageError
from extauthz.commands.init import folder, questions
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, say
from mesh.istio.values import DNS_LABEL, DOMAIN, IMAGE
from mesh.starter.answers import (
    AnswerError,
    Answers,
    read_calls,
    read_outside,
    read_services,
)

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MODES: Final = ("monitor", "enforce")
_EDGE: Final = "FROM:TO"
_T = TypeVar("_T")


class Begun(TypedDict):
    """What was written, and what comes next."""

    folder: str
    files: Annotated[list[str], "in the folder"]
    next: Annotated[list[str], "what the text says"]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `init`."""
    parser = subparsers.add_parser(
        "init",
        help="write a first policy, its cases and values for the chart",
        description="Asks five questions, or takes their answers as flags, and writes policy.yaml, "
        "cases.yaml and values.yaml. With any flag of an answer nothing is asked.",
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("phiguard"),
        metavar="DIR",
        help="where to write (default: %(default)s)",
    )
    _add_answers(parser)
    parser.add_argument("--name", default="first", help="name of the policy (default: %(default)s)")
    parser.add_argument(
        "--image", default=f"phiguard:{VERSION}", help="the guard's image (default: %(default)s)"
    )
    for flag in ("--trust-domain", "--cluster-domain"):
        parser.add_argument(
            flag,
            default="cluster.local",
            metavar="DOMAIN",
            help=f"the {'mesh' if flag == '--trust-domain' else 'cluster'}'s, if not %(default)s",
        )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    formats.add(parser, JsonForm(Begun))
    parser.set_defaults(run=run)


def _add_answers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("answers", "each may be repeated, but for --mode")
    for flag, form, what in (
        (
            "--service",
            "NAMESPACE/ACCOUNT",
            "a workload, by namespace and service account; "
            "@NAME behind it where its Kubernetes Service has another name",
        ),
        ("--call", _EDGE, "who calls whom: clinic/ehr:finance/billing"),
        (
            "--phi",
            f"{_EDGE}=PURPOSE",
            "a call that carries PHI, and why: treatment, payment, operations or research",
        ),
        ("--outside", "FROM:HOST[=PURPOSE]", "a call of a host outside the mesh"),
    ):
        group.add_argument(flag, action="append", default=[], metavar=form, help=what)
    group.add_argument(
        "--mode", choices=_MODES, help="monitor records and stops nothing (default: monitor)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the folder and say what comes next. Return the exit code."""
    for flag, word, pattern in (
        ("--name", args.name, DNS_LABEL),
        ("--image", args.image, IMAGE),
        ("--trust-domain", args.trust_domain, DOMAIN),
        ("--cluster-domain", args.cluster_domain, DOMAIN),
    ):
        if re.search(pattern, word) is None:
            raise UsageError(f"{flag} {word}: not in the form that Kubernetes accepts")
    folder.check(args.folder, replace=args.force)
    answers = _from_flags(args) if _has_flags(args) else _from_terminal(args)
    folder.write(args.folder, answers, args.image)
    steps = folder.next_steps(args.folder, answers)
    if args.format == formats.JSON:
        json_text.write(Begun(folder=str(args.folder), files=list(folder.FILES), next=steps))
    else:
        say.lines(steps)
    return 0


def _has_flags(args: argparse.Namespace) -> bool:
    return bool(args.service or args.call or args.phi or args.outside or args.mode)


def _from_flags(args: argparse.Namespace) -> Answers:
    if not args.service:
        raise UsageError(
            "--service is missing: give --service for each workload; "
            "--call, --phi, --outside and --mode are optional"
        )
    services = _flag("--service", lambda: read_services(args.service))
    calls = _flag("--call or --phi", lambda: read_calls(services, args.call, args.phi))
    outside = _flag("--outside", lambda: read_outside(services, args.outside))
    return Answers(
        services,
        calls,
        outside,
        args.mode == "enforce",
        args.name,
        args.trust_domain,
        args.cluster_domain,
    )


def _flag(flag: str, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except AnswerError as error:
        raise UsageError(f"{flag}: {error}") from None


def _from_terminal(args: argparse.Namespace) -> Answers:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "no terminal to ask on: give --service for each workload, and --call, --phi, "
            "--outside and --mode as you need them"
        )
    return questions.ask(args.name, args.trust_domain, args.cluster_domain)
