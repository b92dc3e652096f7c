"""Which identifiers may lie where. Pure and total: kept units go in, breaches come out.

How it decides. A rule names units by their source and name. Over all rules that name a unit:

    an infoType that one of them denies     is a breach, in PHI or not
    else, in PHI, one that one of them allows   is none
    else, in PHI, an individual's identifier    is a breach
    a unit with PHI under `encrypted: required` is a breach unless it is known to be encrypted
    a unit not read whole under `unread: deny`  is a breach

PHI in a unit that no rule names is a breach, unless `defaultAction` is ALLOW. The order of rules
does not matter.

INVARIANT (monotone): another finding, a worse verdict, less protection or less that was read never
removes a breach of a unit, except that a stricter reason may take its place.

INVARIANT (masked names): where a mask hides whether a rule names a unit, what the rule forbids and
asks for holds, and what it allows does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from atrest import globs
from atrest.catalogue import Entry, Kept, entries
from atrest.protection import Shield
from atrest.source import Unlisted
from phiscan.finding import Subject, Verdict
from phiscan.identifiers import INFO_TYPES, InfoType, InfoTypeKind

ANY: Final = "*"
"""The entry for every individual's identifier."""


class Why(StrEnum):
    """Why something is a breach."""

    DENIED = "DENIED"
    """A rule's `deny` names it."""
    NOT_ALLOWED = "NOT_ALLOWED"
    """Rules name the unit, and none of them allows it."""
    NO_RULE = "NO_RULE"
    """No rule names the unit, and `defaultAction` is DENY."""
    NOT_ENCRYPTED = "NOT_ENCRYPTED"
    """A rule asks for encryption, and the storage has none."""
    ENCRYPTION_UNKNOWN = "ENCRYPTION_UNKNOWN"
    """A rule asks for encryption, and nobody could say whether the storage has it."""
    NOT_READ = "NOT_READ"
    """A rule asks that everything was read, and it was not."""


@dataclass(frozen=True, slots=True)
class Where:
    """Units. All that is listed must match; an empty list matches anything.

    Args:
        sources: patterns for the names of sources.
        objects: patterns for the names of units.
    """

    sources: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()

    def names(self, source: str, name: str) -> bool:
        """Whether it names a unit for sure."""
        return (not self.sources or any(globs.names(p, source) for p in self.sources)) and (
            not self.objects or any(globs.names(p, name) for p in self.objects)
        )

    def may_name(self, source: str, name: str) -> bool:
        """Whether it names a unit, or would for some text in place of a mask."""
        return (not self.sources or any(globs.may_name(p, source) for p in self.sources)) and (
            not self.objects or any(globs.may_name(p, name) for p in self.objects)
        )

    def may_hold(self, source: str, place: str) -> bool:
        """Whether it may name a unit in a place that could not be listed."""
        within = place.replace(globs.MASK, "*") + "*"
        return (not self.sources or any(globs.may_name(p, source) for p in self.sources)) and (
            not self.objects or any(globs.meet(p, within) for p in self.objects)
        )


@dataclass(frozen=True, slots=True)
class RestRule:
    """What may lie in some units.

    Args:
        name: in breaches; unique in a policy.
        where: the units; one of them must match.
        allow: infoTypes, classes A to R, or `*`.
        deny: the same. Stricter than `allow`, in whichever rule that stands.
        encrypted: whether PHI must be known to be stored encrypted.
        read: whether everything must have been read.
    """

    name: str
    where: tuple[Where, ...]
    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    encrypted: bool = False
    read: bool = False

    def names(self, kept: Kept) -> bool:
        """Whether the rule names a unit for sure."""
        return any(where.names(kept.source, kept.name) for where in self.where)

    def may_name(self, kept: Kept) -> bool:
        """Whether the rule names a unit, or would for some text in place of a mask."""
        return any(where.may_name(kept.source, kept.name) for where in self.where)


@dataclass(frozen=True, slots=True)
class RestPolicy:
    """Which identifiers may lie where.

    Args:
        name: of the policy.
        digest: SHA-256 of its file.
        rules: in any order.
        denies: whether PHI is a breach where no rule names the unit.
        info_types: all infoTypes, by name.
    """

    name: str
    digest: str
    rules: tuple[RestRule, ...]
    denies: bool = True
    info_types: Mapping[str, InfoType] = field(default_factory=lambda: INFO_TYPES, repr=False)


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One breach. It holds no value.

    Args:
        source: the source's name.
        object: the unit's masked name, or that of a place that could not be listed.
        column: of the finding; empty for the unit itself.
        field: within a cell or document.
        info_type: what should not be there; empty for the unit itself.
        rule: that is broken: of several, the first by name; empty when no rule names the unit.
        why: the reason.
        key: of the unit; empty for a place.
    """

    source: str
    object: str
    column: str
    field: str
    info_type: str
    rule: str
    why: Why
    key: str = ""


def breaches(policy: RestPolicy, kept: Kept) -> list[Breach]:
    """Return the breaches of one unit, sorted. Never raises."""
    named = [rule for rule in policy.rules if rule.may_name(kept)]
    sure = [rule for rule in named if rule.names(kept)]
    found = list(_of_unit(named, kept))
    for entry in entries(kept):
        if entry.is_sure and (broken := _of_entry(policy, (named, sure), entry)) is not None:
            found.append(_breach(kept, *broken, entry))
    return sorted(found)


def breaches_of_place(policy: RestPolicy, place: Unlisted) -> list[Breach]:
    """Return the breaches by a place that could not be listed: rules that ask for all of it."""
    return sorted(
        Breach(place.source, place.name, "", "", "", rule.name, Why.NOT_READ)
        for rule in policy.rules
        if rule.read and any(where.may_hold(place.source, place.name) for where in rule.where)
    )


def _of_unit(named: list[RestRule], kept: Kept) -> Iterator[Breach]:
    stored = kept.protection.stored
    for rule in named:
        if rule.read and not kept.profile.is_whole:
            yield _breach(kept, rule.name, Why.NOT_READ)
        if rule.encrypted and _is_phi(kept) and stored is not Shield.UP:
            why = Why.NOT_ENCRYPTED if stored is Shield.DOWN else Why.ENCRYPTION_UNKNOWN
            yield _breach(kept, rule.name, why)


def _of_entry(
    policy: RestPolicy, rules: tuple[list[RestRule], list[RestRule]], entry: Entry
) -> tuple[str, Why] | None:
    """Return the rule and the reason when a finding is a breach."""
    named, sure = rules
    known = policy.info_types.get(entry.info_type)
    words = {entry.info_type}
    if known is not None and known.identifier:
        words.add(known.identifier.value)
    needs_leave = _is_phi(entry.kept) and _is_individuals(entry, known)
    if needs_leave:
        words.add(ANY)
    denied = [rule.name for rule in named if rule.deny & words]
    if denied:
        return min(denied), Why.DENIED
    if not needs_leave or any(rule.allow & words for rule in sure):
        return None
    if named:
        return min(rule.name for rule in named), Why.NOT_ALLOWED
    return ("", Why.NO_RULE) if policy.denies else None


def _is_individuals(entry: Entry, known: InfoType | None) -> bool:
    """Whether it is an individual's identifier. An infoType that nobody knows counts as one.

    A column may hold a patient's name in one row and a provider's in another: one row is enough.
    """
    if known is not None and known.kind is not InfoTypeKind.IDENTIFIER:
        return False
    hits = entry.kept.profile.columns[entry.column].hits
    return any(
        hit.subject is not Subject.PROVIDER
        for hit, count in hits.items()
        if count and (hit.field, hit.info_type) == (entry.field, entry.info_type)
    )


def _is_phi(kept: Kept) -> bool:
    """Whether a batch or document of the unit is PHI.

    This is stricter than the verdict of the unit, which another finding can make milder: a phone
    number beside a provider's number is the provider's.
    """
    return kept.verdict is Verdict.PHI


def _breach(kept: Kept, rule: str, why: Why, entry: Entry | None = None) -> Breach:
    place = (entry.column, entry.field, entry.info_type) if entry else ("", "", "")
    return Breach(kept.source, kept.name, *place, rule, why, kept.key)
