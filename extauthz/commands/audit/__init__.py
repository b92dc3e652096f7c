"""`phiguard audit`: verify the chains of a ledger, find its records, or export a period."""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.audit import archive, export, prune, query, reviews, show, size, tail, verify
from extauthz.commands.audit.proofs import keys, manifest, prove
from extauthz.commands.audit.report import command as report
from extauthz.commands.groups import subcommands

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `audit` with its own subcommands."""
    parser = subparsers.add_parser("audit", help="read, verify or export the audit ledger")
    actions = subcommands(parser)
    for command in (
        verify,
        tail,
        query,
        show,
        report,
        reviews,
        export,
        archive,
        prune,
        size,
        prove,
        manifest,
        keys,
    ):
        command.add_parser(actions)
