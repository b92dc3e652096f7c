"""`phiguard istio`: write the mesh's configuration, and check it.

Exit codes: 0 clean, 1 problems found, 2 wrong use or unreadable input.
"""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.errors import UsageError
from extauthz.commands.groups import subcommands
from extauthz.commands.istio import chart, check, mesh_patch, render, values
from mesh.istio.installation import InstallationError
from mesh.istio.snapshot import SnapshotError

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_COMMANDS = (render, values, chart, mesh_patch, check)


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `istio` with its own subcommands."""
    parser = subparsers.add_parser("istio", help="write or check the mesh's configuration")
    actions = subcommands(parser)
    for command in _COMMANDS:
        command.add_parser(actions)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the subcommand. Return the exit code. Raises UsageError."""
    try:
        code: int = args.command(args)
    except (InstallationError, SnapshotError) as error:
        raise UsageError(str(error)) from None
    return code
