"""`phiguard audit`: verify the chains of a ledger, find its records, or export a period."""

import argparse
import sys
from typing import TYPE_CHECKING

from extauthz.commands.audit import export, ledgers, query, show, tail
from extauthz.commands.audit.ledgers import Chain

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `audit` with its own subcommands."""
    parser = subparsers.add_parser("audit", help="read, verify or export the audit ledger")
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="verify|tail|query|show|export"
    )
    verify = actions.add_parser("verify", help="check every chain and report the first break")
    ledgers.add_folder(verify)
    verify.set_defaults(run=_verify)
    for command in (tail, query, show, export):
        command.add_parser(actions)


def _verify(args: argparse.Namespace) -> int:
    known = ledgers.heads(args)
    found: set[str] = set()
    broken = 0
    for chain in ledgers.chains_of(args.folder):
        verified = ledgers.verify(chain, known)
        found |= set(verified.hashes)
        problem = verified.problem
        if problem is None:
            sys.stdout.write(
                f"worker {chain.worker}: {_counted(chain, verified.head.seq)}, "
                f"head {verified.head.hash}\n"
            )
        else:
            broken += 1
            sys.stdout.write(f"{args.folder / problem.file}:{problem.line}: {problem.problem}\n")
    missing = [head for head in known if head not in found]
    for head in missing:
        sys.stdout.write(
            f"{args.folder}: head {head} is in no chain: records were cut off or rewritten\n"
        )
    return int(bool(broken or missing))


def _counted(chain: Chain, last: int) -> str:
    first = next(chain.records(), {"seq": 1})["seq"]
    return f"{last} records hold" if first == 1 else f"records {first} to {last} hold"
