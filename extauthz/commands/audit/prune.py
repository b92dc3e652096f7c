"""`phiguard audit prune`: remove from an archive what is older than its retention.

45 CFR 164.316(b)(2)(i): six years from creation, or from when it was last in effect. So a segment
stays, however old, from the one on that says which policy was in force six years ago.

INVARIANT (verified): nothing is removed unless every chain of the archive holds.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypedDict

from extauthz.commands.audit import ledgers
from extauthz.commands.audit.ledgers import Chain
from extauthz.commands.errors import UsageError
from extauthz.commands.output import formats
from extauthz.commands.output.formats import JsonForm
from extauthz.records import ledger_time
from extauthz.records.ledger import archive, housekeeping, key_file
from extauthz.records.ledger.archive import ArchiveError, ArchiveManifest, Moved
from extauthz.records.ledger.key_file import KeyFileError
from extauthz.records.ledger.segments import plain_name
from extauthz.records.release import VERSION
from extauthz.terminal import json_text, say

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_YEARS: Final = 6


class OldSegment(TypedDict):
    """A segment that need not be kept."""

    name: str
    first: Annotated[int, "number of the first record"]
    last: Annotated[int, "number of the last one"]
    until: Annotated[str, "time of the last one"]


class Pruned(TypedDict):
    """What is older than its retention."""

    before: Annotated[str, "what is older need not be kept"]
    removed: Annotated[bool, "whether it was removed; false without --delete"]
    segments: list[OldSegment]


def add_parser(actions: "_Subparsers") -> None:
    """Add `prune`."""
    parser = actions.add_parser("prune", help="remove from an archive what need not be kept")
    parser.add_argument("folder", type=Path, metavar="ARCHIVE")
    parser.add_argument("--keep", type=int, required=True, metavar="YEARS", help="at least 6")
    parser.add_argument(
        "--less-than-six-years",
        action="store_true",
        help="allow --keep below 6: no record of yours is required documentation",
    )
    parser.add_argument(
        "--delete", action="store_true", help="remove it; without this, only say what would be"
    )
    parser.add_argument("--sign", type=Path, metavar="KEY", help="sign the manifest with this key")
    formats.add(parser, JsonForm(Pruned))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prune. Return 1 when a chain does not hold, else 0. Raises UsageError."""
    _check(args)
    now = datetime.now(UTC)
    before = ledger_time.written(_years_before(now, args.keep))
    try:
        signers = [key_file.read(args.sign)[0]] if args.sign else []
        with housekeeping.alone(args.folder) as is_alone:
            if not is_alone:
                raise UsageError(f"{args.folder}: another process works on it; try again")
            listed = archive.manifests(args.folder)
            if not listed:
                raise UsageError(f"{args.folder}: no manifest of an archive; give an archive")
            segments = {plain_name(s.name): s for m in listed for s in m.segments}
            chains = ledgers.chains_of(args.folder)
            if not ledgers.hold(chains, [s.head for s in segments.values()], "removed"):
                return 1
            old = [each for chain in chains for each in _old(chain, segments, before)]
            if old and args.delete:
                gone = ArchiveManifest(ledger_time.written(now), VERSION, tuple(old))
                archive.write(args.folder, gone, signers, archive.PRUNED)
                archive.remove(args.folder, [each.name for each in old])
    except (ArchiveError, KeyFileError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        why = (error.strerror or "cannot be used").lower()
        raise UsageError(f"{error.filename or args.folder}: {why}; run it again") from None
    leaving = [OldSegment(name=s.name, first=s.first, last=s.last, until=s.until) for s in old]
    pruned = Pruned(before=before, removed=bool(old) and args.delete, segments=leaving)
    if args.format == formats.JSON:
        json_text.write(pruned)
    else:
        say.lines(_lines(pruned))
    return 0


def _check(args: argparse.Namespace) -> None:
    if not 0 < args.keep < 1000:
        raise UsageError(f"--keep {args.keep}: out of range; give years")
    if args.keep < _YEARS and not args.less_than_six_years:
        raise UsageError(
            f"--keep {args.keep}: 45 CFR 164.316(b)(2)(i) asks for six years; "
            "give 6 or more, or --less-than-six-years"
        )
    ledgers.check_folder(args.folder, "", "give the folder of an archive")


def _old(chain: Chain, segments: dict[str, Moved], before: str) -> list[Moved]:
    """Return the segments from the first on that need not be kept."""
    found: list[Moved] = []
    policies: list[int] = []
    for at, name in enumerate(chain.names):
        moved = segments.get(plain_name(name))
        if moved is None or moved.until >= before:
            break
        found.append(moved)
        if any(r.get("kind") == "policy" for r in ledgers.records_of(chain.lines(name))):
            policies.append(at)
    # the last of them was still in force at that time
    return found[: policies[-1]] if policies else found


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)


def _lines(pruned: Pruned) -> Iterator[str]:
    if not pruned["segments"]:
        yield f"nothing is older than {pruned['before']} and no longer needed"
    done = "removed" if pruned["removed"] else "would be removed"
    for each in pruned["segments"]:
        yield (
            f"{each['name']}: records {each['first']} to {each['last']}, {each['until']}: {done}"
        )
