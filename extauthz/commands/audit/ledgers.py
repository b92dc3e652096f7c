"""The folder of a ledger: its chains, and whether they hold. For `phiguard audit`."""

import argparse
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extauthz.commands.errors import UsageError
from extauthz.records.ledger import archive, segments
from extauthz.records.ledger.archive import ArchiveManifest
from extauthz.records.ledger.chain import Break, ChainHead, Verifier, Watch, chains, unseal
from extauthz.terminal import say

_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chain:
    """One worker's chain: its files in order."""

    folder: Path
    worker: int
    names: tuple[str, ...]

    def lines(self, name: str) -> bytes:
        """Return the content of one segment, unpacked. Raises UsageError."""
        path = self.folder / name
        with _told(path):
            return segments.content(path)

    def parts(self, name: str) -> Iterator[bytes]:
        """Yield whole lines of one segment, unpacked, about a MiB at once. Raises UsageError.

        What no newline ends is left out.
        """
        path = self.folder / name
        rest: list[bytes] = []
        with _told(path):
            for chunk in segments.chunks(path, is_packed=name.endswith(segments.PACKED)):
                end = chunk.rfind(b"\n") + 1
                if end:
                    yield b"".join([*rest, chunk[:end]])
                    rest = []
                rest.append(chunk[end:])

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield every record whose own hash fits, in the order of the chain. Raises UsageError.

        It holds one file in memory at a time.
        """
        for name in self.names:
            yield from records_of(self.lines(name))


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of verifying one chain.

    Args:
        head: the last record that holds.
        hashes: of all records that hold, and of the head before the first one.
        problem: the first break, or None.
        before: the head before its first record, which is known and not here.
    """

    head: ChainHead
    hashes: Collection[str]
    problem: Break | None
    before: ChainHead


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say for people why a segment cannot be read. Raises UsageError."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; run as a user with access"
        ) from None
    except segments.SegmentError as error:
        raise UsageError(f"{path}: {error}; restore it from a copy") from None


def records_of(lines: bytes) -> Iterator[dict[str, Any]]:
    """Yield the records of a segment whose own hash fits."""
    return filter(None, map(unseal, lines.split(b"\n")))


def hold(chains: Sequence[Chain], known: Collection[str], done: str) -> bool:
    """Whether all chains hold. If not, say where, and that nothing was `done`.

    Raises:
        UsageError: a file cannot be read.
    """
    broken = [(chain, verify(chain, known).problem) for chain in chains]
    for chain, problem in broken:
        if problem is not None:
            say.problem(f"{said(chain, problem)}; nothing was {done}")
    return all(problem is None for _, problem in broken)


def name(chain: Chain, folders: Sequence[Path]) -> str:
    """Return the name of a chain for people: its worker, and its folder when many are read."""
    worker = f"worker {chain.worker}"
    return worker if len(folders) == 1 else f"{chain.folder} {worker}"


def places(chains: Sequence[Chain]) -> str:
    """Return the folders of chains, for people."""
    return ", ".join(dict.fromkeys(str(chain.folder) for chain in chains))


def said(chain: Chain, problem: Break) -> str:
    """Return where a chain does not hold, and why: `DIR/FILE:LINE: why`."""
    return f"{chain.folder / problem.file}:{problem.line}: {problem.problem}"


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the arguments `DIR`, `--head` and `--archived`."""
    parser.add_argument("folder", type=Path, metavar="DIR")
    add_head(parser)


def add_head(parser: argparse.ArgumentParser) -> None:
    """Add the arguments `--head` and `--archived`."""
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="HASH",
        help="a head kept elsewhere: a record of a chain, or the last one of removed files",
    )
    parser.add_argument(
        "--archived",
        action="append",
        type=Path,
        default=[],
        metavar="MANIFEST",
        help="a manifest of `audit archive`: the heads at which the archived segments ended",
    )


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Add the argument `DIR...`, for commands that read many ledgers as one."""
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="DIR", help="a folder of each replica"
    )


def check_folder(path: Path, flag: str, fix: str) -> None:
    """Check that a path is a folder.

    Args:
        path: as it was given.
        flag: what stands before it: `--to ` or nothing.
        fix: what to give.

    Raises:
        UsageError: it is none.
    """
    if not path.is_dir():
        why = "a file, not a folder" if path.exists() else "no such folder"
        raise UsageError(f"{flag}{path}: {why}; {fix}")


def chains_in(folders: Sequence[Path]) -> list[Chain]:
    """Return the chains of all folders. Raises UsageError when one has none."""
    return [chain for folder in dict.fromkeys(folders) for chain in chains_of(folder)]


def heads(args: argparse.Namespace) -> list[str]:
    """Return the given heads, and those of the given manifests.

    Raises:
        UsageError: a head has the wrong form, or a manifest cannot be read.
    """
    for head in args.head:
        if not _HASH.fullmatch(head):
            raise UsageError(
                f"--head {head}: not a head; "
                "give the 64 hexadecimal digits that `audit verify` printed"
            )
    ends = (manifest(path).ends().values() for path in args.archived)
    return [*args.head, *(head.hash for each in ends for head in each)]


def manifest(path: Path) -> ArchiveManifest:
    """Return a manifest of `--archived`. Its signatures are not checked. Raises UsageError."""
    try:
        return archive.read(path)
    except archive.ArchiveError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"--archived {path}: {why}; give a file of the archive") from None


def chains_of(folder: Path) -> list[Chain]:
    """Return the chains of a folder, by worker. Raises UsageError when there is none."""
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


def verify(
    chain: Chain, known: Collection[str], watch: Watch = lambda _record, _line: None
) -> Verified:
    """Verify a chain from its first record, or from a known head whose files were removed.

    Args:
        chain: its files.
        known: heads that were kept elsewhere.
        watch: is called with each record that holds, and its line.

    Raises:
        UsageError: a file cannot be read.
    """
    before = _start(chain, known)
    verifier = Verifier(before, watch)
    for name in chain.names:
        problem = verifier.segment(name, chain.lines(name))
        if problem is not None:
            return Verified(verifier.head, verifier.hashes, problem, before)
    return Verified(verifier.head, verifier.hashes, verifier.end(), before)


def _start(chain: Chain, known: Collection[str]) -> ChainHead:
    first = next(chain.records(), None)
    if first is None or first["seq"] == 1 or first["prev"] not in known:
        return ChainHead()
    return ChainHead(first["seq"] - 1, first["prev"])
