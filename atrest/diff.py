"""What changed between two readings of a unit."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from atrest.catalogue import Kept, entries
from atrest.protection import Shield
from phiscan.finding import Verdict


class ChangeKind(StrEnum):
    """What changed."""

    NEW = "NEW"
    """An infoType that the column did not hold, or a unit that is new and holds it."""
    GONE = "GONE"
    """An infoType that the column holds no longer, or the unit is gone."""
    UNENCRYPTED = "UNENCRYPTED"
    """The storage was encrypted, or this was not known, and now it is not."""
    ENCRYPTED = "ENCRYPTED"
    """The storage was not encrypted, or this was not known, and now it is."""
    VERDICT = "VERDICT"
    """The unit's verdict became another; `info_type` holds the new one."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change.

    Args:
        kind: what changed.
        column: where; empty for the unit itself.
        info_type: which infoType; the new verdict or shield for the unit itself.
    """

    kind: ChangeKind
    column: str = ""
    info_type: str = ""


def changes(before: Kept | None, after: Kept | None) -> list[Change]:
    """Return what changed, sorted. None: the unit was not there."""
    return sorted(_changes(before, after))


def _changes(before: Kept | None, after: Kept | None) -> Iterator[Change]:
    old, new = _held(before), _held(after)
    yield from (Change(ChangeKind.NEW, *held) for held in new - old)
    yield from (Change(ChangeKind.GONE, *held) for held in old - new)
    if before is None or after is None:
        return
    was, now = before.protection.stored, after.protection.stored
    if was is not now and now is not Shield.UNKNOWN:
        kind = ChangeKind.ENCRYPTED if now is Shield.UP else ChangeKind.UNENCRYPTED
        yield Change(kind, "", now.value)
    if _verdict(before) is not _verdict(after):
        yield Change(ChangeKind.VERDICT, "", _verdict(after).value)


def _held(kept: Kept | None) -> set[tuple[str, str]]:
    if kept is None:
        return set()
    return {(entry.column, entry.info_type) for entry in entries(kept) if entry.is_sure}


def _verdict(kept: Kept) -> Verdict:
    return kept.verdict
