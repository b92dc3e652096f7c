"""`phiguard audit size`: how much room a ledger needs, from the measured size of its records."""

import argparse
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NotRequired, TypedDict

from extauthz.commands.audit import ledgers, sample_ledger
from extauthz.commands.audit.record_words import SUMMARY, decisions_in
from extauthz.commands.audit.sealed_lines import opened
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records.ledger import housekeeping
from extauthz.terminal import json_text, say, tables

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
_SUMMED: Final = "summed up,"
_TREE: Final = """\
tree, ids: beside either, with signed checkpoints. A request has a decision for each gate and
direction that judges it: two or three.
"""
_COUNTED: Final = """\
summed up: where the policy says `audit: {uneventful: summary}`. A worker that is killed then loses
its counts of about the last second. Each other decision has a record before its answer.
"""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one form of a ledger: a decision, a day, all years."""

    decision: float
    day: float
    retention: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines that were measured.

    Args:
        records: their number.
        decisions: that they tell of.
        summed: of these, in summaries.
        plain: bytes.
        compressed: bytes.
    """

    records: int = 0
    decisions: int = 0
    summed: int = 0
    plain: int = 0
    compressed: int = 0

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(*map(sum, zip(astuple(self), astuple(other), strict=True)))


class SizeOfForm(TypedDict):
    """Bytes of one form of a ledger."""

    decision: Annotated[float, "of a decision"]
    day: Annotated[float, "of a day"]
    retention: Annotated[float, "of all years"]


class MeasuredLines(TypedDict):
    """Lines that were measured."""

    records: int
    decisions: Annotated[int, "that they tell of"]
    summed: Annotated[int, "of these, in summaries"]
    plain: Annotated[int, "bytes"]
    compressed: Annotated[int, "bytes"]


Room = TypedDict(
    "Room",
    {
        "measured": MeasuredLines,
        "summed": Annotated[MeasuredLines | None, "null where a ledger was measured"],
        "plain": SizeOfForm,
        "compressed": SizeOfForm,
        "tree": Annotated[SizeOfForm, "beside either, with signed checkpoints"],
        "ids": Annotated[SizeOfForm, "beside either, with signed checkpoints"],
        "summed up, plain": NotRequired[SizeOfForm],
        "summed up, compressed": NotRequired[SizeOfForm],
        "summed up, tree": NotRequired[SizeOfForm],
        "summed up, ids": NotRequired[SizeOfForm],
    },
)
"""How much room a ledger needs."""


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
    formats.add(parser, JsonForm(Room), text=formats.TABLE)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and print. Raises UsageError."""
    for flag, value in (
        ("--decisions-per-second", args.decisions_per_second),
        ("--years", args.years),
    ):
        if not 0 < value < 1e9:
            raise UsageError(f"{flag} {value}: out of range; give a number above 0")
    found = _of_folders(args.folders) if args.folders else _measured(sample_ledger.lines())
    sizes = _sizes(found, args)
    summed = None
    if not args.folders:
        summed = _measured(sample_ledger.summed(args.decisions_per_second))
        sizes |= {f"{_SUMMED} {name}": each for name, each in _sizes(summed, args).items()}
    if args.format == formats.JSON:
        said = {"measured": asdict(found), "summed": summed and asdict(summed)}
        json_text.write(said | {name: asdict(size) for name, size in sizes.items()})
        return 0
    rows = (
        (name, f"{s.decision:.0f} B", _bytes(s.day), _bytes(s.retention))
        for name, s in sizes.items()
    )
    say.line(f"{_source(found, args)}, at {args.decisions_per_second:g} decisions a second:")
    say.line()
    say.lines(tables.lines(rows, ("", "a decision", "a day", f"{args.years:g} years")))
    say.line()
    say.lines((_TREE + (_COUNTED if (summed or found).summed else "")).splitlines())
    return 0


def _source(found: Measured, args: argparse.Namespace) -> str:
    where = " ".join(map(str, args.folders)) or "a made-up ledger"
    counted = f" ({found.summed} of them only counted)" if found.summed else ""
    return f"{found.decisions} decisions of {where}{counted}"


def _sizes(found: Measured, args: argparse.Namespace) -> dict[str, Size]:
    forms = {
        "plain": found.plain,
        "compressed": found.compressed,
        "tree": _TREE_BYTES * found.records,
        "ids": _IDS_BYTES * found.records,
    }
    return {name: _size(size / found.decisions, args) for name, size in forms.items()}


def _size(decision: float, args: argparse.Namespace) -> Size:
    day = decision * args.decisions_per_second * _DAY
    return Size(decision, day, day * _DAYS_A_YEAR * args.years)


def _of_folders(folders: list[Path]) -> Measured:
    """Measure the newest lines of each chain, at most as much as a full segment."""
    found = Measured()
    for chain in ledgers.chains_in(folders):
        lines: list[bytes] = []
        size = 0
        for name in reversed(chain.names):
            own = chain.lines(name).splitlines(keepends=True)
            lines = own + lines
            size += sum(map(len, own))
            if size >= _MOST_BYTES:
                break
        found += _measured(lines)
    if not found.decisions:
        raise UsageError(f"{folders[0]}: no decisions yet; leave DIR out for an estimate")
    return found


def _measured(lines: Iterable[bytes]) -> Measured:
    all_lines = list(lines)
    data = b"".join(all_lines)
    records = [record for line in all_lines if (record := opened(line.rstrip(b"\n"))) is not None]
    summed = sum(decisions_in(each) for each in records if each.get("kind") == SUMMARY)
    decisions = sum(map(decisions_in, records))
    return Measured(len(all_lines), decisions, summed, len(data), housekeeping.packed_size(data))


def _bytes(number: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"
