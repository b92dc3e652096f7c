"""The `phiguard` command: reads the command line and calls a module of `extauthz.commands`.

Only the module of the named command is imported, so that `phiguard scan` starts without gRPC and
telemetry. Exit codes: 0 clean, 1 PHI found or a check failed, 2 wrong use or unreadable input.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final, NoReturn

from extauthz.commands import extras
from extauthz.commands.errors import UsageError
from extauthz.records.release import VERSION

_COMMANDS: Final = {
    "demo": "run real Envoy sidecars, workloads and the guard on this machine",
    "init": "write a first policy, its cases and values for the chart",
    "serve": "answer Envoy's ext_authz and ext_proc calls",
    "scan": "report the PHI in files",
    "baseline": "keep the findings that are there, so that only new ones count",
    "rest": "find the PHI at rest in files, buckets and databases",
    "redact": "write a document with the PHI masked",
    "detectors": "list detectors, or check custom ones",
    "policy": "check, explain or test a policy",
    "simulate": "show what a policy does with the messages of a case file",
    "istio": "write or check the mesh's configuration",
    "posture": "prove that the guard is up everywhere, or say where it is not known",
    "audit": "read, verify or export the audit ledger",
}
_WRONG: Final = 2


class _Parser(argparse.ArgumentParser):
    # each subcommand refuses what it does not know itself, so that its own help is named
    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        self.exit(_WRONG, f"phiguard: {message}; see `{self.prog} --help`\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors of use are one line on standard error."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        chosen = _parser(given).parse_args(given)
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except UsageError as error:
        sys.stderr.write(f"phiguard: {error}\n")
        return _WRONG
    # the reader of the output has gone: say nothing, and keep the exit from flushing again
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _WRONG
    except KeyboardInterrupt:
        return _WRONG
    return code


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="phiguard",
        description="Keep PHI from flowing where it must not inside an Istio mesh.",
    )
    parser.add_argument("--version", action="version", version=f"phiguard {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    named = next((word for word in given if not word.startswith("-")), "")
    for name, description in _COMMANDS.items():
        if name == named:
            _module(name).add_parser(commands)
        else:
            commands.add_parser(name, help=description)
    return parser


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"extauthz.commands.{name}")
    except ModuleNotFoundError as error:
        raise extras.missing(name, error) from None


if __name__ == "__main__":
    sys.exit(main())
