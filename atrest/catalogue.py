"""The catalogue: what is kept of each unit, and its entries by column and infoType.

It holds names, counts, bounds and verdicts. It holds no value, no hash of one, no minimum, no
maximum and no distinct count.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from atrest.claim import Claim, claim
from atrest.profile import Column, Hit, Profile
from atrest.protection import Protection, Shield
from atrest.source import Method, Reason
from atrest.unit import UnitKind
from phiscan.finding import Likelihood, Subject, Verdict

NAME: Final = "(name)"
"""The column of what was found in a unit's own name."""
_SELDOM: Final = 0.1
_MENDS: Final = frozenset(Reason) - {Reason.ENCRYPTED, Reason.MALFORMED, Reason.OVER_LIMIT}
"""Reasons that may be gone at the next run, though the content did not change."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a unit.

    Args:
        key: the unit's key in this catalogue, as hexadecimal digits.
        source: the source's name.
        name: the unit's name; what the detectors found in it is masked.
        kind: what the unit is.
        version: of the content, as the source says; empty when it cannot say.
        detectors: the digest of the detectors that read it.
        profile: what was counted.
        protection: what is known of its encryption.
        read_at: when the run began that read it, ISO 8601 in UTC.
        detail: of the error that ended the read: our own words, an SQLSTATE, an extra to install.
    """

    key: str
    source: str
    name: str
    kind: UnitKind
    version: str
    detectors: str
    profile: Profile
    protection: Protection
    read_at: str
    detail: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the same content, read again by the same detectors, gives the same."""
        return bool(self.version) and not (_MENDS & set(map(Reason, self.profile.unread)))


@dataclass(frozen=True, slots=True)
class Entry:
    """One infoType in one column, or in one field of a unit's documents.

    Args:
        kept: the unit.
        column: of the table; empty for documents.
        field: the path within a cell or document; empty for the cell itself.
        info_type: what was found.
        likelihood: of the best finding.
        subject: whom the best finding is about.
        hits: rows or documents with a finding.
        seen: rows or documents that were read.
        filled: of those, how many have a value in this column.
        detectors: that found it, sorted.
        claim: what that says of all rows.
    """

    kept: Kept
    column: str
    field: str
    info_type: str
    likelihood: Likelihood
    subject: Subject
    hits: int
    seen: int
    filled: int
    detectors: tuple[str, ...]
    claim: Claim

    @property
    def extent(self) -> str:
        """How much of the unit holds it, for people."""
        if self.column in ("", NAME):
            return f"{self.hits} of {self.seen} documents" if self.seen > 1 else "the document"
        return self.claim.words

    @property
    def is_sure(self) -> bool:
        """Whether the column is said to hold it.

        A finding that is only POSSIBLE, and in few of the filled cells, is a look-alike more often
        than not. It is listed and not counted.
        """
        return self.likelihood >= Likelihood.LIKELY or self.hits > _SELDOM * self.filled

    def to_json(self, identifier: str) -> dict[str, Any]:
        """Return it as JSON has it.

        Args:
            identifier: the infoType's class from A to R, or empty.
        """
        kept = self.kept
        return {
            "source": kept.source,
            "object": kept.name,
            "key": kept.key,
            "kind": kept.kind.value,
            "column": self.column,
            "field": self.field,
            "infoType": self.info_type,
            "identifier": identifier or None,
            "likelihood": self.likelihood.name,
            "subject": self.subject.value,
            "sure": self.is_sure,
            "rowsSeen": self.seen,
            "filled": self.filled,
            "hits": self.hits,
            "fractionLeast": round(self.claim.least, 6),
            "fractionMost": round(self.claim.most, 6),
            "verdict": kept.profile.verdict.value,
            "whole": kept.profile.is_whole,
            "storage": kept.protection.stored.value,
            "connection": kept.protection.carried.value,
            "lastSeen": kept.read_at,
            "detectors": kept.detectors,
        }


def entries(kept: Kept) -> Iterator[Entry]:
    """Yield a unit's entries, sorted by column, field and infoType."""
    for name, column in sorted(kept.profile.columns.items()):
        for (path, info_type), hits in sorted(_by_type(column).items()):
            best = max(hits, key=lambda hit: (hit.likelihood, hit.subject))
            count = sum(hits.values())
            yield Entry(
                kept,
                name,
                path,
                info_type,
                best.likelihood,
                best.subject,
                count,
                column.rows,
                column.filled,
                tuple(sorted({hit.detector for hit in hits})),
                claim_of(kept.profile, count, column.rows),
            )


def _by_type(column: Column) -> dict[tuple[str, str], dict[Hit, int]]:
    found: dict[tuple[str, str], dict[Hit, int]] = defaultdict(dict)
    for hit, count in column.hits.items():
        found[hit.field, hit.info_type][hit] = count
    return found


def claim_of(profile: Profile, hits: int, seen: int) -> Claim:
    """Return what hits say of all rows: a share, a bound, or nothing.

    Documents that were all read, and tables read to their end, give a share. A sample that is not
    uniform, and a unit that was not read whole, give no bound: anything from the hits to all.
    """
    methods = [Method(name) for name in profile.methods] or [Method.ALL]
    if not profile.is_whole or not all(method.is_uniform for method in methods):
        return Claim(0.0, 1.0)
    return claim(hits, seen, is_all=all(method is Method.ALL for method in methods))


def is_exposed(kept: Kept) -> bool:
    """Whether PHI lies unencrypted there, as far as is known."""
    return kept.profile.verdict is Verdict.PHI and kept.protection.stored is Shield.DOWN
