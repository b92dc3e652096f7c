"""`phiguard rest`: what lies in folders, buckets and databases, and is it encrypted?"""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.groups import subcommands
from extauthz.commands.rest import check, diff, explain, locate, report, scan, status

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `rest` with its own subcommands."""
    parser = subparsers.add_parser(
        "rest", help="find the PHI at rest in files, buckets and databases"
    )
    actions = subcommands(parser)
    for command in (scan, status, report, check, diff, explain, locate):
        command.add_parser(actions)
