"""`phiguard policy playground` serves the page until Ctrl-C ends it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extauthz.commands import engine, policies
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import OtherForm
from extauthz.commands.policy.playground.server import Playground
from extauthz.commands.policy.playground.trial import Trial
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.terminal import say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_STARTER: Final = """\
apiVersion: phiguard.dev/v1alpha1
kind: SegmentationPolicy
metadata: {name: clinic}
spec:
  mode: enforce
  services:
  - {host: billing.finance.svc.cluster.local, principal: cluster.local/ns/finance/sa/billing}
  rules:
  - name: ehr-to-billing
    from: [{principals: [cluster.local/ns/clinic/sa/ehr]}]
    to: [{principals: [cluster.local/ns/finance/sa/billing]}]
    phi:
      request: {allow: [A, C, H, I, R], redact: [US_SOCIAL_SECURITY_NUMBER], otherwise: DENY}
"""


def add_parser(actions: "_Subparsers") -> None:
    """Add `playground`."""
    parser = actions.add_parser(
        "playground", help="try a policy on a page of this machine; nothing is written or sent"
    )
    parser.add_argument(
        "path", type=Path, nargs="?", metavar="FILE", help="the policy to begin with"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="of the page (default: any free one)"
    )
    policies.add_detectors(parser)
    engine.add_choices(parser)
    formats.declare(parser, OtherForm("the address of its page: it is a server"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve the page on the loopback address. Return 0 after Ctrl-C."""
    trial = Trial(engine.load(args), [engine.read_set(path) for path in args.detectors])
    try:
        playground = Playground(args.port, trial, _text(args.path))
    except (OSError, OverflowError):
        raise UsageError(f"--port {args.port}: cannot listen there; give a free port") from None
    say.lines([playground.url, "Only this machine can open it. Ctrl-C ends it."])
    say.flush()
    with playground:
        playground.serve()
    return 0


def _text(path: Path | None) -> str:
    """The text of the policy's file, or a small policy to begin with. Raises UsageError."""
    if path is None:
        return _STARTER
    if path.is_dir():
        raise UsageError(f"{path}: a folder; give one file of it")
    try:
        return next(iter(PolicyFiles(path).read().policies.values()))
    except PolicyUnreadableError as error:
        raise UsageError(str(error)) from None
