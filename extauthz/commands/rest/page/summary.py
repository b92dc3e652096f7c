"""What the page counts. Memory is bounded, whatever the catalogue holds: lists keep first rows.

Units with PHI are kept by how they are protected, so that those without encryption are never the
ones that are left out.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final, TypeVar

from atrest.catalogue import Entry, Kept, claim_of, entries
from atrest.exports.names import identifier_of
from atrest.protection import Shield
from phiscan.finding import Verdict

_ItemT = TypeVar("_ItemT")

KEPT: Final = 200
"""Rows of one list."""


@dataclass(slots=True)
class Source:
    """What was counted in one source.

    Args:
        units: all of them.
        phi: units with PHI, by how they are stored.
        not_read: units of which something could not be read.
        partly: units that were not seen whole.
        identifiers: units by each class from A to R that they hold.
    """

    units: int = 0
    phi: Counter[Shield] = field(default_factory=Counter)
    not_read: int = 0
    partly: int = 0
    identifiers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A unit with PHI, for the page.

    Args:
        source: its source.
        name: its masked name.
        holds: infoTypes, sorted.
        kept: the rest of it: protection and when it was read.
    """

    source: str
    name: str
    holds: tuple[str, ...]
    kept: Kept


@dataclass(slots=True)
class Summary:
    """What was counted in a catalogue."""

    sources: defaultdict[str, Source] = field(default_factory=lambda: defaultdict(Source))
    info_types: Counter[str] = field(default_factory=Counter)
    """Columns and documents by infoType."""
    guarded: dict[Shield, list[Guarded]] = field(
        default_factory=lambda: {shield: [] for shield in Shield}
    )
    columns: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    """Unit, column, infoType, class, likelihood, how much of it."""
    column_count: int = 0
    clean: list[tuple[str, int, str]] = field(default_factory=list)
    """Unit, rows read, what that says of all rows: tables in which nothing was found."""
    clean_count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    not_read: list[tuple[str, str, str]] = field(default_factory=list)
    gaps: Counter[str] = field(default_factory=Counter)
    partly: list[tuple[str, str]] = field(default_factory=list)

    @property
    def units(self) -> int:
        """All units."""
        return sum(source.units for source in self.sources.values())

    @property
    def partly_seen(self) -> int:
        """Units that were not seen whole."""
        return sum(source.partly for source in self.sources.values())

    def stored(self, shield: Shield) -> int:
        """Units with PHI that are stored so."""
        return sum(source.phi[shield] for source in self.sources.values())

    @property
    def phi(self) -> int:
        """Units with PHI."""
        return sum(source.phi.total() for source in self.sources.values())

    def take(self, kept: Kept) -> None:
        """Count a unit."""
        source = self.sources[kept.source]
        source.units += 1
        found = [entry for entry in entries(kept) if entry.is_sure]
        types = tuple(sorted({entry.info_type for entry in found}))
        source.identifiers.update({identifier_of(name) for name in types} - {""})
        self.info_types.update(entry.info_type for entry in found)
        self._take_problems(kept, source)
        if kept.verdict is Verdict.PHI:
            shield = kept.protection.stored
            source.phi[shield] += 1
            _add(self.guarded[shield], Guarded(kept.source, kept.name, types, kept))
        for entry in found:
            self.column_count += 1
            _add(self.columns, _row(entry))
        if not found and kept.profile.rows:
            self.clean_count += 1
            claim = claim_of(kept.profile, 0, kept.profile.rows)
            _add(self.clean, (_unit(kept), kept.profile.rows, claim.words))

    def _take_problems(self, kept: Kept, source: Source) -> None:
        profile = kept.profile
        source.not_read += bool(profile.unread)
        source.partly += bool(profile.gaps)
        self.reasons.update(set(profile.unread))
        self.gaps.update(set(profile.gaps))
        for reason in sorted(profile.unread):
            _add(self.not_read, (_unit(kept), reason, kept.detail))
        if profile.gaps:
            _add(self.partly, (_unit(kept), " ".join(sorted(profile.gaps))))


def _add(rows: list[_ItemT], row: _ItemT) -> None:
    if len(rows) < KEPT:
        rows.append(row)


def _row(entry: Entry) -> tuple[str, str, str, str, str, str]:
    column = " ".join(part for part in (entry.column, entry.field) if part)
    identifier = identifier_of(entry.info_type) or "-"
    likelihood = entry.likelihood.name.replace("_", " ").lower()
    return (_unit(entry.kept), column, entry.info_type, identifier, likelihood, entry.extent)


def _unit(kept: Kept) -> str:
    return f"{kept.source} {kept.name}".rstrip()
