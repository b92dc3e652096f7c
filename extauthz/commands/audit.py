"""`phiguard audit`: verify the chains of an audit ledger, or show its last records."""

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from extauthz.commands import table
from extauthz.commands.errors import UsageError
from extauthz.ledger_chain import Break, Verifier, chains, unseal

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_COLUMNS: Final = ("time", "decision", "reason", "verdict", "classes", "direction", "source", "destination", "id")


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `audit` with its own subcommands."""
    parser = subparsers.add_parser("audit", help="read or verify the audit ledger")
    actions = parser.add_subparsers(dest="action", required=True, metavar="verify|tail")
    verify = actions.add_parser("verify", help="check every chain, and name the first place that does not hold")
    verify.add_argument("folder", type=Path, metavar="DIR")
    verify.add_argument(
        "--head", action="append", default=[], metavar="HASH", help="a head kept elsewhere, which must be in a chain"
    )
    verify.set_defaults(run=_verify)
    tail = actions.add_parser("tail", help="show the last decisions")
    tail.add_argument("folder", type=Path, metavar="DIR")
    tail.add_argument("--lines", "-n", type=int, default=20, metavar="N", help="default: %(default)s")
    tail.set_defaults(run=_tail)


def _verify(args: argparse.Namespace) -> int:
    for head in args.head:
        if not _HASH.fullmatch(head):
            raise UsageError(f"--head {head}: not a head; give the 64 hexadecimal digits that `audit verify` printed")
    found: set[str] = set()
    broken = 0
    for worker, names in _chains(args.folder).items():
        verifier = Verifier()
        problem = _follow(verifier, args.folder, names)
        found |= verifier.hashes
        if problem is None:
            sys.stdout.write(f"worker {worker}: {verifier.head.seq} records hold, head {verifier.head.hash}\n")
        else:
            broken += 1
            sys.stdout.write(f"{args.folder / problem.file}:{problem.line}: {problem.problem}\n")
    missing = [head for head in args.head if head not in found]
    for head in missing:
        sys.stdout.write(f"{args.folder}: head {head} is in no chain: records were cut off or written anew\n")
    return int(bool(broken or missing))


def _follow(verifier: Verifier, folder: Path, names: list[str]) -> Break | None:
    for name in names:
        problem = verifier.segment(name, _read(folder / name))
        if problem is not None:
            return problem
    return verifier.end()


def _tail(args: argparse.Namespace) -> int:
    if args.lines <= 0:
        raise UsageError(f"--lines {args.lines}: too small; give a number above 0")
    records: list[dict[str, Any]] = []
    for names in _chains(args.folder).values():
        own: list[dict[str, Any]] = []
        for name in reversed(names):
            lines = map(unseal, _read(args.folder / name).split(b"\n"))
            own = [r for r in lines if r is not None and r.get("kind") == "decision"] + own
            if len(own) >= args.lines:
                break
        records += own[-args.lines :]
    records.sort(key=lambda r: str(r["time"]))
    sys.stdout.write("\n".join(table.aligned([_COLUMNS, *map(_row, records[-args.lines :])])) + "\n")
    return 0


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    action = record["decision"] if record["enforced"] else f"({record['decision']})"
    classes = "".join(record["identifiers"]) or "-"
    destination = record["destination"] or record["service"] or "-"
    return (
        record["time"],
        action,
        record["reason"],
        record["verdict"],
        classes,
        record["direction"],
        record["source"] or "-",
        destination,
        record["id"],
    )


def _chains(folder: Path) -> dict[int, list[str]]:
    try:
        found = chains(path.name for path in folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder}: {(error.strerror or 'unreadable').lower()}; give the ledger's folder") from None
    if not found:
        raise UsageError(f"{folder}: no ledger segments; give the folder that `phiguard serve --ledger` writes")
    return dict(sorted(found.items()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'unreadable').lower()}; run as who may read it") from None
