"""`phiguard audit`: verify the chains of a ledger, show its last records, or export a period."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from extauthz.commands import table
from extauthz.commands.audit import export, ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.errors import UsageError
from extauthz.records.ledger.chain import unseal

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_COLUMNS: Final = (
    "time",
    "decision",
    "reason",
    "verdict",
    "classes",
    "direction",
    "source",
    "destination",
    "id",
)


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `audit` with its own subcommands."""
    parser = subparsers.add_parser("audit", help="read, verify or export the audit ledger")
    actions = parser.add_subparsers(dest="action", required=True, metavar="verify|tail|export")
    verify = actions.add_parser("verify", help="check every chain and report the first break")
    ledgers.add_folder(verify)
    verify.set_defaults(run=_verify)
    tail = actions.add_parser("tail", help="show the last decisions")
    tail.add_argument("folder", type=Path, metavar="DIR")
    tail.add_argument(
        "--lines", "-n", type=int, default=20, metavar="N", help="default: %(default)s"
    )
    tail.set_defaults(run=_tail)
    export.add_parser(actions)


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


def _tail(args: argparse.Namespace) -> int:
    if args.lines <= 0:
        raise UsageError(f"--lines {args.lines}: too small; give a number above 0")
    records: list[dict[str, Any]] = []
    for chain in ledgers.chains_of(args.folder):
        own: list[dict[str, Any]] = []
        for name in reversed(chain.names):
            lines = map(unseal, chain.lines(name).split(b"\n"))
            own = [r for r in lines if r is not None and r.get("kind") == "decision"] + own
            if len(own) >= args.lines:
                break
        records += own[-args.lines :]
    records.sort(key=lambda r: str(r.get("time")))
    sys.stdout.write(
        "\n".join(table.aligned([_COLUMNS, *map(_row, records[-args.lines :])])) + "\n"
    )
    return 0


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    """Return a row of the table.

    The record is not verified: whoever can write the file may have written anything.
    """

    def text(key: str) -> str:
        return table.shown(str(record.get(key) or "")) or "-"

    action = text("decision") if record.get("enforced") else f"({text('decision')})"
    identifiers = record.get("identifiers")
    classes = table.shown("".join(map(str, identifiers))) if isinstance(identifiers, list) else ""
    destination = text("destination") if record.get("destination") else text("service")
    return (
        text("time"),
        action,
        text("reason"),
        text("verdict"),
        classes or "-",
        text("direction"),
        text("source"),
        destination,
        text("id"),
    )
