"""A ledger's folder for the subcommands of `phiguard audit`: its chains, and whether they hold."""

import argparse
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extauthz.commands.errors import UsageError
from extauthz.records.ledger.chain import Break, ChainHead, Verifier, chains, unseal

_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chain:
    """One worker's chain: its files in order."""

    folder: Path
    worker: int
    names: tuple[str, ...]

    def lines(self, name: str) -> bytes:
        """The content of one file. Raises UsageError."""
        path = self.folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{path}: {(error.strerror or 'unreadable').lower()}; run as who may read it"
            ) from None

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record whose own hash fits, in the order of the chain. Holds one file at a time.
        Raises UsageError."""
        for name in self.names:
            yield from filter(None, map(unseal, self.lines(name).split(b"\n")))


@dataclass(frozen=True, slots=True)
class Verified:
    """What a chain proves.

    Args:
        head: where it stands, up to the break if there is one.
        hashes: of all records, and what its first record follows from.
        problem: the first place that does not hold.
    """

    head: ChainHead
    hashes: Collection[str]
    problem: Break | None


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the folder and `--head`."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="HASH",
        help="a head kept elsewhere: it must be in a chain, or end the files that were moved away",
    )


def heads(args: argparse.Namespace) -> list[str]:
    """The given heads. Raises UsageError when one is none."""
    for head in args.head:
        if not _HASH.fullmatch(head):
            raise UsageError(
                f"--head {head}: not a head; give the 64 hexadecimal digits that `audit verify` printed"
            )
    return list(args.head)


def chains_of(folder: Path) -> list[Chain]:
    """The chains of a folder, by worker. Raises UsageError when there is none."""
    try:
        found = chains(path.name for path in folder.iterdir())
    except OSError as error:
        raise UsageError(
            f"{folder}: {(error.strerror or 'unreadable').lower()}; give the ledger's folder"
        ) from None
    if not found:
        raise UsageError(
            f"{folder}: no ledger segments; give the folder that `phiguard serve --ledger` writes"
        )
    return [Chain(folder, worker, tuple(names)) for worker, names in sorted(found.items())]


def verify(chain: Chain, known: Collection[str]) -> Verified:
    """Follow a chain from its first record, or from a known head whose files were moved away.
    Raises UsageError."""
    verifier = Verifier(_start(chain, known))
    for name in chain.names:
        problem = verifier.segment(name, chain.lines(name))
        if problem is not None:
            return Verified(verifier.head, verifier.hashes, problem)
    return Verified(verifier.head, verifier.hashes, verifier.end())


def _start(chain: Chain, known: Collection[str]) -> ChainHead:
    first = next(chain.records(), None)
    if first is None or first["seq"] == 1 or first["prev"] not in known:
        return ChainHead()
    return ChainHead(first["seq"] - 1, first["prev"])
