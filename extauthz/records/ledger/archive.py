"""Moves closed segments to an archive, with a manifest of what left.

Each step leaves every line in one of the two folders when the process dies after it:

1. each segment is written to the archive, compressed, and read back (`NAME.zst.part`, renamed);
2. the manifest is written, synced and renamed: it says what is in the archive;
3. the segments are removed from the ledger, the oldest first.

A second run goes on where the first one ended: a segment that is in the archive already is compared
and not written again, and one that a manifest lists is only removed.

A manifest is two lines: `phiguard archive v1`, and JSON. With a key it is a signed note (C2SP), so
the signatures follow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from extauthz.records.ledger import disk, housekeeping, notes
from extauthz.records.ledger.chain import ChainHead
from extauthz.records.ledger.housekeeping import PART
from extauthz.records.ledger.notes import Signer
from extauthz.records.ledger.segments import PACKED, plain_name

TITLE: Final = "phiguard archive v1"
SUFFIX: Final = ".manifest"
PRUNED: Final = "pruned"
"""How the name of a manifest begins that lists what was removed for good."""
_SHA256: Final = 64


class ArchiveError(Exception):
    """The archive cannot be used. The text is one line: the file, what is wrong, the fix."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One segment of a manifest.

    Args:
        worker: of the chain.
        name: of the file in the archive.
        first, last: numbers of its first and last record.
        since, until: the earliest and latest time in it.
        prev, head: hash of the record before its first one, and of its last one.
        lines: SHA-256 of its lines, unpacked.
    """

    worker: int
    name: str
    first: int
    last: int
    since: str
    until: str
    prev: str
    head: str
    lines: str


@dataclass(frozen=True, slots=True)
class ArchiveManifest:
    """What one run moved or removed. `time` is when, in the ledger's format."""

    time: str
    version: str
    segments: tuple[Moved, ...]

    def text(self) -> str:
        """Return its two lines."""
        return f"{TITLE}\n{orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS).decode()}\n"

    def ends(self) -> dict[int, ChainHead]:
        """Return the last record that left, by worker."""
        return {each.worker: ChainHead(each.last, each.head) for each in self.segments}


def manifests(folder: Path) -> list[ArchiveManifest]:
    """Return the manifests of an archive, in order.

    Raises:
        ArchiveError: one of them is damaged.
        OSError: the folder or a file cannot be read.
    """
    return [read(path) for path in sorted(folder.glob(f"archive-*{SUFFIX}"))]


def read(path: Path) -> ArchiveManifest:
    """Read a manifest. Its signatures are not checked here. Raises ArchiveError, OSError."""
    try:
        title, line, *_ = path.read_bytes().split(b"\n")
        found = orjson.loads(line if title == TITLE.encode() else b"")
        return ArchiveManifest(
            str(found["time"]), str(found["version"]), tuple(map(_moved, found["segments"]))
        )
    except (ValueError, KeyError, TypeError):
        raise ArchiveError(
            f"{path}: not a manifest of an archive, or damaged; restore it from a copy"
        ) from None


def lists_pruned(path: Path) -> bool:
    """Whether a manifest lists what was removed for good, by its name."""
    return path.name.startswith(f"{PRUNED}-")


def follows(segment: Moved, before: Sequence[ArchiveManifest]) -> bool:
    """Whether a segment follows what the manifests end with, or is the first of its worker."""
    ends = [end for m in before if (end := m.ends().get(segment.worker)) is not None]
    return not ends or ends[-1] == ChainHead(segment.first - 1, segment.prev)


def store(source: Path, target_folder: Path, lines: str) -> str:
    """Put a segment into the archive. Return its name there. The source stays.

    Args:
        source: the segment, plain or compressed.
        target_folder: the archive.
        lines: SHA-256 of its lines.

    Raises:
        ArchiveError: the archive has another segment of this name, or what was written is damaged.
        OSError: a file cannot be read or written.
    """
    target = target_folder / (plain_name(source.name) + PACKED)
    if target.exists():
        if housekeeping.unpacked_digest(target) != lines:
            raise ArchiveError(
                f"{target}: damaged, or of another ledger; give each ledger its own archive"
            )
        return target.name
    if source.name.endswith(PACKED):
        _copy(source, target, lines)
    else:
        housekeeping.pack(source, target)
    if housekeeping.unpacked_digest(target) != lines:
        target.unlink()
        raise ArchiveError(f"{source}: it changed while it was archived; verify the ledger")
    return target.name


def write(
    folder: Path, manifest: ArchiveManifest, signers: Sequence[Signer], kind: str = "archive"
) -> Path:
    """Write a manifest, and put it on the disk. Raises OSError.

    Args:
        folder: the archive.
        manifest: what came into it, or what was removed from it.
        signers: keys.
        kind: the start of its name, `archive` or `PRUNED`.
    """
    text = manifest.text()
    number = 1 + max(map(_number, folder.glob(f"{kind}-*{SUFFIX}")), default=0)
    path = folder / f"{kind}-{number:06}{SUFFIX}"
    part = path.with_name(path.name + PART)
    disk.write(part, (notes.sign(text, *signers) if signers else text).encode())
    part.replace(path)
    disk.sync_folder(folder)
    return path


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove segments from the ledger, in this order, each for good. Raises OSError."""
    for name in names:
        (folder / name).unlink()
        disk.sync_folder(folder)


def _moved(found: dict[str, Any]) -> Moved:
    moved = Moved(**found)
    if len(moved.lines) != _SHA256 or len(moved.head) != _SHA256:
        raise ValueError("digest")
    return moved


def _copy(source: Path, target: Path, lines: str) -> None:
    part = target.with_name(target.name + PART)
    disk.write(part, source.read_bytes())
    if housekeeping.unpacked_digest(part) != lines:
        part.unlink()
        raise ArchiveError(f"{source}: it changed while it was archived; verify the ledger")
    part.replace(target)
    disk.sync_folder(target.parent)


def _number(path: Path) -> int:
    digits = path.name.removesuffix(SUFFIX).rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() else 0
