"""The manifests of `--archived`: who signed them, and whether the records they list are here.

A manifest gives the head at which an archive ends. A chain that begins behind it holds with that
head alone, whether the archive still has its last record or not. So where an archive is among the
folders, its end is looked for too: then the archive and what stayed are one ledger.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.ledgers import Chain, Verified
from extauthz.commands.audit.proofs.signed import note
from extauthz.records.ledger import archive, notes
from extauthz.records.ledger.chain import ChainHead
from extauthz.records.ledger.notes import NoteError, PublicKey

Result = tuple[Chain, Verified]


@dataclass(frozen=True, slots=True)
class Lost:
    """Records that a manifest lists and no folder has, up to the last one of a worker.

    `home` is the folder among those given that is this archive, or None: there is none.
    """

    manifest: Path
    worker: int
    end: ChainHead
    home: Path | None

    def __str__(self) -> str:
        """Say it to people."""
        records = f"the records of worker {self.worker} up to record {self.end.seq}"
        if self.home is None:
            return f"{self.manifest}: {records} are in no folder given here"
        return (
            f"{self.home}: {self.manifest} lists {records}, and that one is not here: the end was "
            "cut off or rewritten; if it was pruned, give the manifest of that too"
        )


def unsigned(paths: Iterable[Path], keys: Sequence[PublicKey]) -> Iterator[str]:
    """Yield which manifests no key has signed, and which were changed. Raises UsageError."""
    for path in paths:
        try:
            notes.opened(note(path, "give a file of the archive"), keys)
        except NoteError as error:
            yield f"{path}: {error}"


def lost(paths: Sequence[Path], results: Sequence[Result]) -> list[Lost]:
    """Return which archived records are not here. What is said of a broken chain is its break.

    Args:
        paths: of manifests. One that `audit prune` wrote lists what is gone for good.
        results: of all chains.

    Raises:
        UsageError: a manifest cannot be read.
    """
    pruned = [ledgers.manifest(path) for path in paths if archive.lists_pruned(path)]
    gone = {each.head for manifest in pruned for each in manifest.segments}
    return [
        found
        for path in paths
        if not archive.lists_pruned(path)
        for found in _lost(path, results)
        if found.end.hash not in gone
    ]


def _lost(path: Path, results: Sequence[Result]) -> Iterator[Lost]:
    manifest = ledgers.manifest(path)
    heads = {each.head for each in manifest.segments}
    home = next(
        (
            chain.folder
            for chain, verified in results
            if chain.folder.resolve() == path.resolve().parent
            or any(_has(verified, head) for head in heads)
        ),
        None,
    )
    broken = {chain.worker for chain, v in results if chain.folder == home and v.problem}
    for worker, end in manifest.ends().items():
        if worker not in broken and not any(_has(verified, end.hash) for _, verified in results):
            yield Lost(path, worker, end, home)


def _has(verified: Verified, record: str) -> bool:
    """Whether a chain has the record with this hash, and not only the one behind it."""
    return record in verified.hashes and record != verified.before.hash
