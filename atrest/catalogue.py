"""The catalogue: what is kept of each unit, and its entries by column and infoType.

It holds names, counts, bounds and verdicts. It holds no value, no hash of one, no minimum, no
maximum and no distinct count.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from atrest.claim import Claim, claim
from atrest.profile import NAME, Column, Hit, Profile, rank
from atrest.protection import Protection, Shield
from atrest.source import Method, Reason
from atrest.unit import UnitKind
from phiscan.finding import Likelihood, Subject, Verdict
from phiscan.identifiers import CREDENTIALS, INFO_TYPES, InfoTypeKind, Trait, having

_SELDOM: Final = 0.1
_MOST: Final = 0.5
_FEW: Final = 0.2
_WITHOUT_FORM: Final = frozenset(
    "PERSON_NAME CITY STREET_ADDRESS DATE_OF_BIRTH DATE_OF_DEATH SERVICE_DATE AGE_OVER_89 "
    "MEDICAL_RECORD_NUMBER HEALTH_PLAN_BENEFICIARY_NUMBER ACCOUNT_NUMBER UNIQUE_CODE "
    "DEVICE_IDENTIFIER CLINICAL_NOTE DIAGNOSIS PROCEDURE MEDICATION LAB_RESULT".split()
)
"""InfoTypes that only the words around a value tell. In a table these are of other columns."""
_MENDS: Final = frozenset(Reason) - {Reason.ENCRYPTED, Reason.MALFORMED, Reason.OVER_LIMIT}
"""Reasons that may be gone at the next run, though the content did not change."""


_ABOUT_SOMEBODY: Final = (Verdict.PHI, Verdict.IDENTIFIERS)
_INDIVIDUALS: Final = (Subject.PATIENT, Subject.PERSON)
_OF_NOBODY_ALONE: Final = having(Trait.OF_NOBODY_ALONE) | having(Trait.ADDRESS)
_NEEDS_LABEL: Final = having(Trait.NEEDS_LABEL)
_PUBLISHED: Final = having(Trait.PUBLISHED)
_PROVIDERS: Final = having(Trait.PROVIDERS_NUMBER)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a unit.

    Args:
        key: the unit's key in this catalogue, as hexadecimal digits.
        source: the source's name.
        name: the unit's name; what the detectors found in it is masked.
        kind: what the unit is.
        version: a keyed digest of what the source says of the content's version; empty when it
            cannot say.
        detectors: the digest of the detectors that read it.
        profile: what was counted.
        protection: what is known of its encryption.
        read_at: when the run began that read it, ISO 8601 in UTC.
        detail: of the error that ended the read: our own words, an SQLSTATE, an extra to install.
            Or the masked names of parts that were not read.
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
    seed: int = 0

    @property
    def verdict(self) -> Verdict:
        """What its findings mean together.

        A table without a sure column about individuals holds nobody's identifiers, whatever a few
        of its rows look like.
        """
        return _verdict(self, any(entry.is_individuals for entry in entries(self)))

    @property
    def is_told(self) -> bool:
        """Whether there is something to tell of it: PHI, or something that was not seen."""
        return self.verdict is Verdict.PHI or not self.profile.is_whole

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
        texts: of the filled cells, how many are texts of some words, or documents.
        detectors: that found it, sorted.
        is_individuals: whether the column is said to hold it, and it is about individuals.
        verdict: of the unit.
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
    texts: int
    detectors: tuple[str, ...]
    is_individuals: bool = False
    verdict: Verdict = Verdict.NONE

    @property
    def claim(self) -> Claim:
        """What that says of all rows. Counted when asked for: most readers of entries do not."""
        return claim_of(self.kept.profile, self.hits, self.seen)

    @property
    def extent(self) -> str:
        """How much of the unit holds it, for people."""
        if self.column in ("", NAME):
            return f"{self.hits} of {self.seen} documents" if self.seen > 1 else "the document"
        return self.claim.words

    @property
    def is_sure(self) -> bool:
        """Whether the column is said to hold it.

        A column holds one kind of value. So what is found in few of its filled cells is a
        look-alike more often than not, unless a label says what it is, or the cells are texts, or
        it has a form of its own, as an SSN has. What is not sure is listed and not counted.
        """
        if self.likelihood is Likelihood.VERY_LIKELY:
            return True
        in_texts = self.column in ("", NAME) or self.texts > _FEW * self.filled
        if in_texts or self.info_type not in _WITHOUT_FORM:
            return self.likelihood is Likelihood.LIKELY or self.hits > _SELDOM * self.filled
        return self.hits > _MOST * self.filled

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
            "verdict": self.verdict.value,
            "whole": kept.profile.is_whole,
            "storage": kept.protection.stored.value,
            "connection": kept.protection.carried.value,
            "lastSeen": kept.read_at,
            "detectors": kept.detectors,
        }


def entries(kept: Kept) -> Iterator[Entry]:
    """Yield a unit's entries, sorted by column, field and infoType."""
    found = list(_single(kept))
    individuals = set(_of_individuals(found))
    verdict = _verdict(kept, bool(individuals))
    for number, entry in enumerate(found):
        yield replace(entry, is_individuals=number in individuals, verdict=verdict)


def _verdict(kept: Kept, has_individuals: bool) -> Verdict:
    worst = kept.profile.verdict
    is_table = kept.profile.rows > 0 and "" not in kept.profile.columns
    if not is_table or worst not in _ABOUT_SOMEBODY or has_individuals:
        return worst
    return Verdict.NONE


def _single(kept: Kept) -> Iterator[Entry]:
    """Yield the entries, each as if it stood alone."""
    for name, column in sorted(kept.profile.columns.items()):
        for (path, info_type), hits in sorted(_by_type(column).items()):
            best = max(hits, key=rank)
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
                column.texts,
                tuple(sorted({hit.detector for hit in hits})),
            )


def _by_type(column: Column) -> dict[tuple[str, str], dict[Hit, int]]:
    found: dict[tuple[str, str], dict[Hit, int]] = defaultdict(dict)
    for hit, count in column.hits.items():
        found[hit.field, hit.info_type][hit] = count
    return found


def _of_individuals(found: Sequence[Entry]) -> Iterator[int]:
    """Yield the numbers of the sure entries about individuals.

    A unit says of whom it speaks as a record does (`phiscan.verdict`). A town, a device and a
    medical code are about somebody only where a person is named: a log of network addresses and a
    list of drugs are about nobody. A phone number needs a label or a person, and beside a
    provider's number and no person it is the provider's.
    """
    sure = [
        (number, entry)
        for number, entry in enumerate(found)
        if entry.is_sure
        and (entry.subject in _INDIVIDUALS or _is_health(entry))
        and entry.info_type not in CREDENTIALS
    ]
    has_person = any(_names_a_person(entry) for _, entry in sure)
    has_provider = any(entry.info_type in _PROVIDERS and entry.is_sure for entry in found)
    for number, entry in sure:
        is_contact = entry.info_type in _PUBLISHED and has_provider
        needs_person = (
            entry.info_type in _OF_NOBODY_ALONE
            or is_contact
            or _is_health(entry)
            or (entry.info_type in _NEEDS_LABEL and entry.likelihood < Likelihood.VERY_LIKELY)
        )
        if has_person or not needs_person:
            yield number


def _names_a_person(entry: Entry) -> bool:
    """Whether an entry tells by itself of a person."""
    return not _is_health(entry) and entry.info_type not in (
        _OF_NOBODY_ALONE | _NEEDS_LABEL | _PROVIDERS
    )


def _is_health(entry: Entry) -> bool:
    known = INFO_TYPES.get(entry.info_type)
    return known is not None and known.kind is InfoTypeKind.HEALTH


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
    return kept.verdict is Verdict.PHI and kept.protection.stored is Shield.DOWN
