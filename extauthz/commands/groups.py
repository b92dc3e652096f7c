"""The subcommands of a group."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def subcommands(parser: argparse.ArgumentParser, dest: str = "action") -> "Subparsers":
    """Make a parser a group, and return what its subcommands are added to.

    Args:
        dest: the name of the subcommand among the parsed arguments.
    """
    found = parser.add_subparsers(dest=dest, required=True, metavar="COMMAND", title="commands")
    # what a group is for stands before its options; argparse has no public way to say so
    parser._action_groups.insert(0, parser._action_groups.pop())
    return found
