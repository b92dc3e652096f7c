"""What a scan at rest says when it ends."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Final, TypedDict

from atrest.catalogue import Kept, entries
from atrest.protection import Shield
from extauthz.commands.rest.breaches import Judged
from extauthz.rest.run import Counts
from extauthz.rest.store import Store
from extauthz.terminal import tables
from phiscan.finding import Verdict

_MOST_SHOWN: Final = 20
_HEAD: Final = ("source", "unit", "storage", "what it holds")


class Holder(TypedDict):
    """A unit that holds PHI."""

    source: str
    object: Annotated[str, "name of the unit; what the detectors found in it is masked"]
    storage: Annotated[str, "UP: encrypted, DOWN: not encrypted, UNKNOWN"]
    infoTypes: list[str]


class Missed(TypedDict):
    """A unit or a place that could not be read."""

    source: str
    object: str
    reason: str
    detail: str


class Scanned(TypedDict):
    """What a scan read, and what the catalogue holds now."""

    listed: Annotated[int, "units that were listed and chosen"]
    read: Annotated[int, "units that were read"]
    unchanged: Annotated[int, "units that did not have to be read"]
    phi: Annotated[int, "units that hold PHI"]
    storage: Annotated[dict[str, int], "of units with PHI, by UP, DOWN and UNKNOWN"]
    holding: Annotated[list[Holder], "the first 20; `rest report` has all"]
    unread: Annotated[int, "reasons why units and places could not be read"]
    notRead: Annotated[list[Missed], "the first 20; `rest status` has all"]
    notSeenWhole: Annotated[int, "units of which only a part was read"]
    gaps: Annotated[dict[str, int], "of these, by reason"]
    policy: Annotated[Judged | None, "null without --policy"]


def seen(store: Store) -> "Seen":
    """Return what the catalogue holds."""
    found = Seen()
    for kept in store.told():
        found.take(kept)
    for place in store.unlisted():
        found.miss(place.reason.value, place.source, place.name, place.detail)
    return found


def lines(counts: Counts, found: "Seen") -> list[str]:
    """Return what is said of it to people."""
    return [*found.lines(), *_totals(counts, found)]


def plain(counts: Counts, found: "Seen", judged: Judged | None) -> Scanned:
    """Return the same as JSON has it."""
    return Scanned(
        listed=counts.listed,
        read=counts.read,
        unchanged=counts.unchanged,
        phi=found.phi,
        storage={each.value: found.shields[each] for each in Shield},
        holding=found.held,
        unread=found.missed,
        notRead=found.unread,
        notSeenWhole=found.partly,
        gaps=dict(sorted(found.gaps.items())),
        policy=judged,
    )


@dataclass(slots=True)
class Seen:
    """What of the catalogue is shown, and how much there is: a catalogue can be long."""

    held: list[Holder] = field(default_factory=list)
    unread: list[Missed] = field(default_factory=list)
    shields: Counter[Shield] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    phi: int = 0
    missed: int = 0
    partly: int = 0

    def take(self, kept: Kept) -> None:
        """Take a unit."""
        self.partly += bool(kept.profile.gaps)
        self.gaps.update(set(kept.profile.gaps))
        for reason in sorted(kept.profile.unread):
            self.miss(reason, kept.source, kept.name, kept.detail)
        if kept.verdict is not Verdict.PHI:
            return
        self.phi += 1
        self.shields[kept.protection.stored] += 1
        if len(self.held) < _MOST_SHOWN:
            self.held.append(
                Holder(
                    source=kept.source,
                    object=kept.name,
                    storage=kept.protection.stored.value,
                    infoTypes=sorted({e.info_type for e in entries(kept) if e.is_sure}),
                )
            )

    def miss(self, reason: str, source: str, name: str, detail: str) -> None:
        """Take a unit or a place that could not be read."""
        self.missed += 1
        if len(self.unread) < _MOST_SHOWN:
            self.unread.append(Missed(source=source, object=name, reason=reason, detail=detail))

    @property
    def is_partial(self) -> bool:
        """Whether something could not be read, or not whole."""
        return bool(self.missed or self.gaps)

    def lines(self) -> Iterator[str]:
        """Yield what holds PHI, and what could not be read."""
        if self.held:
            yield from tables.lines(map(_row, self.held), _HEAD)
            yield from _more(self.phi - len(self.held), "report")
        if self.unread:
            yield "not read:"
            yield from tables.lines(
                (each["reason"], f"{each['source']} {each['object']}", each["detail"])
                for each in self.unread
            )
            yield from _more(self.missed - len(self.unread), "status")


def _more(count: int, command: str) -> Iterator[str]:
    if count > 0:
        yield f"and {count} more; `phiguard rest {command}` lists all"
    yield ""


def _totals(counts: Counts, found: Seen) -> Iterator[str]:
    yield (
        f"{counts.listed} units, {counts.read} read, {counts.unchanged} unchanged; "
        f"{found.phi} hold PHI"
    )
    if found.phi:
        up, down, unknown = (found.shields[s] for s in (Shield.UP, Shield.DOWN, Shield.UNKNOWN))
        yield (
            f"storage of those with PHI: {up} encrypted, {down} not encrypted, {unknown} not known"
        )
    if found.partly:
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(found.gaps.items()))
        yield f"{found.partly} not seen whole ({why}); `phiguard rest status` lists them"


def _row(held: Holder) -> tuple[str, ...]:
    found = held["infoTypes"]
    said = ", ".join(found[:4]) + (f" and {len(found) - 4} more" if len(found) > 4 else "")
    return held["source"], held["object"], held["storage"], said
