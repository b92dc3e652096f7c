"""`phiguard audit archive`: move old closed segments to another folder, with a manifest.

INVARIANT (verified): nothing is moved unless every chain of the ledger holds.
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from extauthz.commands.audit import ledgers, times
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records import ledger_time
from extauthz.records.ledger import archive, housekeeping, key_file
from extauthz.records.ledger.archive import ArchiveError, ArchiveManifest, Moved
from extauthz.records.ledger.chain import unseal
from extauthz.records.ledger.housekeeping import HousekeepingError
from extauthz.records.ledger.key_file import KeyFileError
from extauthz.records.ledger.notes import Signer
from extauthz.records.ledger.segments import SegmentError
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


class MovedSegments(TypedDict):
    """The segments of a worker that were moved."""

    worker: int
    segments: Annotated[int, "how many"]
    first: Annotated[int, "number of the first record"]
    last: Annotated[int, "number of the last one"]
    head: Annotated[str, "hash of the last one"]


class Archived(TypedDict):
    """What was moved to an archive."""

    manifest: Annotated[str | None, "its file; null when nothing new was moved"]
    moved: list[MovedSegments]


def add_parser(actions: "_Subparsers") -> None:
    """Add `archive`."""
    parser = actions.add_parser("archive", help="move old segments to another folder, verified")
    ledgers.add_folder(parser)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the archive")
    parser.add_argument(
        "--until",
        required=True,
        metavar="TIME",
        help="move segments whose records are all before this time",
    )
    parser.add_argument("--sign", type=Path, metavar="KEY", help="sign the manifest with this key")
    formats.add(parser, JsonForm(Archived))
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment of the ledger that leaves: where it is, and its line of the manifest."""

    path: Path
    moved: Moved


def run(args: argparse.Namespace) -> int:
    """Archive. Return 1 when a chain does not hold, else 0."""
    until = times.moment("--until", args.until)
    try:
        signers = [key_file.read(args.sign)[0]] if args.sign else []
        _prepare(args.folder, args.to)
        with housekeeping.alone(args.folder) as mine, housekeeping.alone(args.to) as its:
            if not (mine and its):
                raise UsageError(f"{args.folder}: another process works on it; try again")
            before = archive.manifests(args.to)
            chains = ledgers.chains_of(args.folder)
            if not ledgers.hold(chains, [*ledgers.heads(args), *_heads(before)], "moved"):
                return 1
            leaving = [each for chain in chains for each in _leaving(chain, until)]
            return _move(args, leaving, before, signers)
    except (ArchiveError, HousekeepingError, KeyFileError) as error:
        raise UsageError(str(error)) from None
    except SegmentError as error:
        raise UsageError(f"{args.folder}: {error}") from None
    except OSError as error:
        where = error.filename or args.to
        why = (error.strerror or "cannot be used").lower()
        raise UsageError(f"{where}: {why}; nothing is lost, run it again when mended") from None


def _prepare(folder: Path, to: Path) -> None:
    ledgers.check_folder(folder, "", "give the ledger's folder")
    if to.exists():
        ledgers.check_folder(to, "--to ", "name the folder of the archive")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    if to.samefile(folder):
        raise UsageError(f"--to {to}: the ledger itself; name another folder")


def _heads(manifests: list[ArchiveManifest]) -> Iterator[str]:
    for manifest in manifests:
        for segment in manifest.segments:
            yield segment.head


def _leaving(chain: Chain, until: str) -> list[_Segment]:
    """Return the closed segments from the first on whose records are all before `until`."""
    found: list[_Segment] = []
    for name in housekeeping.closed(chain.folder, chain.names):
        data = chain.lines(name)
        records = list(ledgers.records_of(data))
        said = [str(record.get("time")) for record in records]
        if not records or max(said) >= until or unseal(data.rstrip(b"\n").split(b"\n")[-1]) is None:
            break
        first, last = records[0], records[-1]
        moved = Moved(
            chain.worker,
            name,
            first["seq"],
            last["seq"],
            min(said),
            max(said),
            str(first["prev"]),
            str(last["hash"]),
            hashlib.sha256(data).hexdigest(),
        )
        found.append(_Segment(chain.folder / name, moved))
    return found


def _move(
    args: argparse.Namespace,
    leaving: list[_Segment],
    before: list[ArchiveManifest],
    signers: list[Signer],
) -> int:
    listed = {each.lines for manifest in before for each in manifest.segments}
    new: list[Moved] = []
    for each in leaving:
        if each.moved.lines not in listed and each.moved.worker not in {m.worker for m in new}:
            _check_place(each, before, args.to)
        name = archive.store(each.path, args.to, each.moved.lines)
        if each.moved.lines not in listed:
            new.append(replace(each.moved, name=name))
    written = None
    if new:
        manifest = ArchiveManifest(ledger_time.now(), VERSION, tuple(new))
        written = archive.write(args.to, manifest, signers)
    archive.remove(args.folder, [each.path.name for each in leaving])
    found = Archived(
        manifest=None if written is None else str(written),
        moved=_by_worker([each.moved for each in leaving]),
    )
    if args.format == formats.JSON:
        json_text.write(found)
    else:
        say.lines(_lines(found))
    return 0


def _check_place(segment: _Segment, before: list[ArchiveManifest], to: Path) -> None:
    if not archive.follows(segment.moved, before):
        raise UsageError(
            f"{segment.path}: it does not follow the last segment of {to}; "
            "give each ledger its own archive"
        )


def _by_worker(moved: list[Moved]) -> list[MovedSegments]:
    found = []
    for worker in sorted({each.worker for each in moved}):
        own = [each for each in moved if each.worker == worker]
        found.append(
            MovedSegments(
                worker=worker,
                segments=len(own),
                first=own[0].first,
                last=own[-1].last,
                head=own[-1].head,
            )
        )
    return found


def _lines(found: Archived) -> Iterator[str]:
    if found["manifest"] is not None:
        yield f"manifest {found['manifest']}"
    if not found["moved"]:
        yield "no closed segment is that old; nothing was moved"
    for each in found["moved"]:
        yield (
            f"worker {each['worker']}: {each['segments']} segments moved, records "
            f"{each['first']} to {each['last']}, head {each['head']}"
        )
