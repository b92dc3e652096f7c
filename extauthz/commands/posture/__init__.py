"""`phiguard posture`: where the guard is up, where it is down, and where nobody knows.

Exit codes: 0 no cell is DOWN, 1 one is (or is UNKNOWN, with --strict), 2 wrong use or unreadable
input.
"""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.groups import subcommands
from extauthz.commands.posture import (
    audit,
    collect,
    coverage,
    diff,
    echo,
    encryption,
    explain,
    probe,
    targets,
    watch,
)

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_COMMANDS = (
    audit, watch, diff, explain, coverage, encryption, collect, targets, probe, echo,
)  # fmt: skip


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `posture` with its own subcommands."""
    parser = subparsers.add_parser(
        "posture", help="prove that the guard is up everywhere, or say where it is not known"
    )
    actions = subcommands(parser)
    for command in _COMMANDS:
        command.add_parser(actions)
