"""`phiguard audit size`: how much room a ledger needs, from the measured size of its records."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from extauthz.commands import table
from extauthz.commands.audit import ledgers, sample_ledger
from extauthz.commands.errors import UsageError
from extauthz.records.ledger import housekeeping

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_DAY: Final = 86_400
_DAYS_A_YEAR: Final = 365.25
# as large as a full segment, which is what gets compressed
_MOST_BYTES: Final = 64 * 1024 * 1024
_TREE_BYTES: Final = 64
"""Bytes a record of `ledger-WORKER.tree`, with signed checkpoints."""
_IDS_BYTES: Final = 8
"""Bytes a record of `ledger-WORKER.ids`, with signed checkpoints. Heads of blocks add little."""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one form of a ledger: a record, a day, all years."""

    record: float
    day: float
    retention: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines that were measured: their number, their bytes plain and compressed."""

    source: str
    records: int
    plain: int
    compressed: int


def add_parser(actions: "_Subparsers") -> None:
    """Add `size`."""
    parser = actions.add_parser("size", help="how much room a ledger needs")
    parser.add_argument(
        "folders",
        type=Path,
        nargs="*",
        metavar="DIR",
        help="a ledger to measure (default: made-up decisions)",
    )
    parser.add_argument("--decisions-per-second", type=float, required=True, metavar="N")
    parser.add_argument(
        "--years", type=float, default=6.0, metavar="N", help="retention (default: %(default)s)"
    )
    ledgers.add_format(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print. Raises UsageError."""
    for flag, value in (
        ("--decisions-per-second", args.decisions_per_second),
        ("--years", args.years),
    ):
        if not 0 < value < 1e9:
            raise UsageError(f"{flag} {value}: out of range; give a number above 0")
    found = _of_folders(args.folders) if args.folders else _of_sample()
    sizes = {
        "plain": _size(found.plain / found.records, args),
        "compressed": _size(found.compressed / found.records, args),
        "tree": _size(_TREE_BYTES, args),
        "ids": _size(_IDS_BYTES, args),
    }
    if args.format == "json":
        said = {"measured": asdict(found), **{name: asdict(s) for name, s in sizes.items()}}
        sys.stdout.write(orjson.dumps(said, option=orjson.OPT_INDENT_2).decode() + "\n")
        return 0
    rows = [("", "a record", "a day", f"{args.years:g} years")]
    rows += [
        (name, f"{s.record:.0f} B", _bytes(s.day), _bytes(s.retention)) for name, s in sizes.items()
    ]
    sys.stdout.write(
        f"{found.records} records of {found.source}, at {args.decisions_per_second:g} decisions a "
        "second:\n\n" + "\n".join(table.aligned(rows)) + "\n\n"
        "tree, ids: beside either, with signed checkpoints. A request has a record for each gate\n"
        "and direction that judges it: two or three.\n"
    )
    return 0


def _size(record: float, args: argparse.Namespace) -> Size:
    day = record * args.decisions_per_second * _DAY
    return Size(record, day, day * _DAYS_A_YEAR * args.years)


def _of_folders(folders: list[Path]) -> Measured:
    """Measure the newest lines of each chain, at most as much as a full segment."""
    records = plain = compressed = 0
    for chain in ledgers.chains_in(folders):
        lines: list[bytes] = []
        size = 0
        for name in reversed(chain.names):
            own = chain.lines(name).splitlines(keepends=True)
            lines = own + lines
            size += sum(map(len, own))
            if size >= _MOST_BYTES:
                break
        one = _measured("", lines)
        records, plain = records + one.records, plain + one.plain
        compressed += one.compressed
    if not records:
        raise UsageError(f"{folders[0]}: no records yet; leave DIR out for an estimate")
    return Measured(" ".join(map(str, folders)), records, plain, compressed)


def _of_sample() -> Measured:
    return _measured("a made-up ledger", sample_ledger.lines())


def _measured(source: str, lines: Iterable[bytes]) -> Measured:
    all_lines = list(lines)
    data = b"".join(all_lines)
    return Measured(source, len(all_lines), len(data), housekeeping.packed_size(data))


def _bytes(number: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"
