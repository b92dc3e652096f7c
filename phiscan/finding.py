"""What a scan says: findings, how much was seen, and the verdict. None of it ever holds a value."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from phiscan.identifiers import Identifier, InfoType, InfoTypeKind

quick: Final = tuple.__new__
"""`quick(Location, ("", 1, 2))` is `Location("", 1, 2)` in half of the time: a batch has
thousands."""


class Likelihood(IntEnum):
    """How sure a detector is; the scale of Google Sensitive Data Protection."""

    VERY_UNLIKELY = 1
    UNLIKELY = 2
    POSSIBLE = 3
    LIKELY = 4
    VERY_LIKELY = 5


class Subject(StrEnum):
    """Whom a finding is about.

    A provider's own name, NPI or DEA number is no patient's identifier, and a code in a catalogue
    is about nobody in particular: both are found, neither alone makes PHI."""

    PATIENT = "PATIENT"
    PERSON = "PERSON"
    PROVIDER = "PROVIDER"
    NOBODY = "NOBODY"


class Coverage(StrEnum):
    """Whether everything was seen. Anything but COMPLETE can hide PHI, and the policy decides on
    it."""

    COMPLETE = "COMPLETE"
    TRUNCATED = "TRUNCATED"
    UNSCANNABLE = "UNSCANNABLE"


class Gap(StrEnum):
    """Why coverage is not COMPLETE."""

    NONE = ""
    UNKNOWN_ENCODING = "UNKNOWN_ENCODING"
    UNSUPPORTED_MEDIA = "UNSUPPORTED_MEDIA"
    OVER_LIMIT = "OVER_LIMIT"
    MALFORMED = "MALFORMED"
    OUT_OF_TIME = "OUT_OF_TIME"
    ENCRYPTED = "ENCRYPTED"
    CUT_OFF = "CUT_OFF"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Verdict(StrEnum):
    """What the document is, worst first: see `phiscan.verdict` for the rule."""

    PHI = "phi"
    IDENTIFIERS = "identifiers"
    HEALTH = "health"
    NONE = "none"


class Location(NamedTuple):
    """Where a value stands, without the value.

    Args:
        field: path in the document's own terms (`Patient.name.family`, `PID-5`, `query.ssn`); a
            part that is not a known element or label is written `*`, because keys can hold PHI too.
            Empty for plain text.
        start: first byte in the document after its content encoding is removed; -1 when the value
            is outside of the body. A value inside a nested encoding has the range of the outermost
            encoded value.
        end: byte after the last one, or -1.
    """

    field: str = ""
    start: int = -1
    end: int = -1


class Finding(NamedTuple):
    """One thing found. INVARIANT (no values): no attribute is derived from the value itself.

    Args:
        info_type: the infoType's name.
        identifier: its HIPAA class; None for what is no identifier.
        likelihood: how sure the detector is.
        detector: the name of the detector, or of the reader that found it.
        location: where the value stands.
        subject: whom it is about.
        kind: what the infoType means.
    """

    info_type: str
    identifier: Identifier | None
    likelihood: Likelihood
    detector: str
    location: Location
    subject: Subject
    kind: InfoTypeKind

    @classmethod
    def of(
        cls,
        info_type: InfoType,
        likelihood: Likelihood,
        detector: str,
        location: Location,
        subject: Subject,
    ) -> "Finding":
        """A finding of this infoType."""
        # tuple.__new__ takes half the time of the constructor, and a batch has thousands
        return tuple.__new__(
            cls,
            (
                info_type.name,
                info_type.identifier,
                likelihood,
                detector,
                location,
                subject,
                info_type.kind,
            ),
        )

    @property
    def is_individuals(self) -> bool:
        """Whether it is an individual's identifier: neither health information nor a provider's
        own."""
        return self.kind is InfoTypeKind.IDENTIFIER and self.subject is not Subject.PROVIDER


@dataclass(frozen=True, slots=True)
class ScanReport:
    """The result of one scan.

    Args:
        findings: what is reported, in document order. A provider's numbers (NPI, DEA, licence) are
            among them.
        coverage: whether everything was seen.
        gap: why not, when it was not.
        verdict: see `Verdict`.
        media: what the document was read as (`fhir+json`, `hl7v2`, `json`, `text`, ...).
        encodings: content codings that were removed, in the order of the Content-Encoding header.
        size: bytes of body as received.
        providers: a provider's own name, address and ways to reach them. They are no patient's
            identifiers: known, not reported.
    """

    findings: tuple[Finding, ...] = ()
    coverage: Coverage = Coverage.COMPLETE
    gap: Gap = Gap.NONE
    verdict: Verdict = Verdict.NONE
    media: str = "empty"
    encodings: tuple[str, ...] = ()
    size: int = 0
    providers: tuple[Finding, ...] = ()

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The classes of individuals' identifiers found (a provider's own do not count), sorted."""
        found = {
            f.identifier for f in self.findings if f.identifier is not None and f.is_individuals
        }
        return tuple(sorted(found))
