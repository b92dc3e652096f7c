"""`phiguard audit`: verify the chains of a ledger, find its records, or export a period."""

import argparse
from typing import TYPE_CHECKING

from extauthz.commands.audit import archive, export, prune, query, reviews, show, size, tail, verify
from extauthz.commands.audit.proofs import keys, manifest, prove
from extauthz.commands.audit.report import command as report

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `audit` with its own subcommands."""
    parser = subparsers.add_parser("audit", help="read, verify or export the audit ledger")
    actions = parser.add_subparsers(
        dest="action",
        required=True,
        metavar="verify|tail|query|show|report|review|export|archive|prune|size|prove|verify-proof|manifest|key",
    )
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
