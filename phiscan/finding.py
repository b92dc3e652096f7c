"""The result of a scan: findings, coverage and verdict. None of it ever holds a value."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from phiscan.identifiers import Identifier, InfoType, InfoTypeKind

quick: Final = tuple.__new__
"""A faster constructor: `quick(Location, ("", 1, 2))` is `Location("", 1, 2)` in half the time.

A batch has thousands of findings.
"""


class Likelihood(IntEnum):
    """How sure a finding is, on the scale of Google Sensitive Data Protection."""

    VERY_UNLIKELY = 1
    UNLIKELY = 2
    POSSIBLE = 3
    LIKELY = 4
    VERY_LIKELY = 5


class Subject(StrEnum):
    """Whom a finding is about.

    A provider's own name, NPI or DEA number is not a patient's identifier. A code in a catalogue is
    about nobody. Both are found, and neither alone makes PHI.
    """

    PATIENT = "PATIENT"
    PERSON = "PERSON"
    PROVIDER = "PROVIDER"
    NOBODY = "NOBODY"


class Coverage(StrEnum):
    """Whether everything was read. Anything but COMPLETE can hide PHI, and the policy decides."""

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
    PIXELS = "PIXELS"
    """All text was read. A picture, or a page that is one, was not looked at."""


def worse(gap: Gap, other: Gap) -> Gap:
    """Return the gap that says more of two.

    That is the first one, unless it is only PIXELS. OUT_OF_TIME comes before all: no policy can
    waive it, so no other gap may hide it.
    """
    if other is Gap.NONE:
        return gap
    return other if gap in (Gap.NONE, Gap.PIXELS) or other is Gap.OUT_OF_TIME else gap


class Verdict(StrEnum):
    """What the findings mean together, worst first. `phiscan.verdict` has the rule."""

    PHI = "phi"
    IDENTIFIERS = "identifiers"
    HEALTH = "health"
    NONE = "none"


class Location(NamedTuple):
    """Where a value stands, without the value.

    Args:
        field: the path in the document's own terms (`Patient.name.family`, `PID-5`, `query.ssn`). A
            part that is no known element or label is written `*`, because keys can hold PHI too.
            A column of such a name is written `column 3`. Empty where no field holds the value, as
            in plain text.
        start: the first byte, in the document without its content coding; -1 when the value is
            outside the body. A value in a nested document has the range of the outermost encoded
            value around it.
        end: the byte after the last one, or -1.
    """

    field: str = ""
    start: int = -1
    end: int = -1


class Finding(NamedTuple):
    """One thing that was found.

    INVARIANT (no values): no attribute is derived from the value itself.

    Args:
        info_type: the infoType's name.
        identifier: the HIPAA class of an identifier, None for anything else.
        likelihood: how sure the finding is.
        detector: the name of the detector, or of the reader that found it.
        location: where the value stands.
        subject: whom it is about.
        kind: what the infoType means.
        number: of findings that it stands for (`phiscan.finding_kinds`).
    """

    info_type: str
    identifier: Identifier | None
    likelihood: Likelihood
    detector: str
    location: Location
    subject: Subject
    kind: InfoTypeKind
    number: int = 1

    @classmethod
    def of(
        cls,
        info_type: InfoType,
        likelihood: Likelihood,
        detector: str,
        location: Location,
        subject: Subject,
    ) -> "Finding":
        """Make a finding of this infoType."""
        # tuple.__new__ takes half the time of the constructor, and a batch has thousands of them
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
                1,
            ),
        )

    @property
    def is_individuals(self) -> bool:
        """Whether it is an individual's identifier, and not a provider's own."""
        return self.kind is InfoTypeKind.IDENTIFIER and self.subject is not Subject.PROVIDER

    def to_dict(self) -> dict[str, str | int | None]:
        """The finding as JSON has it: what was found, how sure it is, and where."""
        return {
            "infoType": self.info_type,
            "identifier": self.identifier.value if self.identifier else None,
            "likelihood": self.likelihood.name,
            "detector": self.detector,
            "field": self.location.field,
            "start": self.location.start,
            "end": self.location.end,
        }


@dataclass(frozen=True, slots=True)
class ScanReport:
    """The result of one scan.

    Args:
        findings: what is reported, in document order, including providers' numbers (NPI, DEA,
            licence).
        coverage: whether everything was read.
        gap: why coverage is not COMPLETE.
        verdict: what the findings mean together.
        media: the name of the media kind (`fhir+json`, `hl7v2`, `json`, `text`, ...).
        opaque: where parts stand that look encoded or encrypted and decode to nothing; the first
            1,000.
        parts: where the document is a container (multipart): the names of the media kinds of its
            parts, sorted. Parts of a part count too.
        encodings: the content codings that were removed, in the order of `Content-Encoding`.
        size: the bytes of the body as received.
        providers: findings that are not reported: providers' own names, addresses and contact
            details, which are not a patient's identifiers.
        unlisted: how many further findings there are. A report lists 50,000, and at least one of
            each infoType, likelihood and subject, so that what a policy asks for is complete.
        fault: where the program itself failed (`phiscan.fault`), when the gap is INTERNAL_ERROR.
    """

    findings: tuple[Finding, ...] = ()
    coverage: Coverage = Coverage.COMPLETE
    gap: Gap = Gap.NONE
    verdict: Verdict = Verdict.NONE
    media: str = "empty"
    encodings: tuple[str, ...] = ()
    size: int = 0
    providers: tuple[Finding, ...] = ()
    parts: tuple[str, ...] = ()
    unlisted: int = 0
    opaque: tuple[Location, ...] = ()
    fault: str = ""

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The classes of the individuals' identifiers found, sorted. Providers' do not count."""
        found = {
            f.identifier for f in self.findings if f.identifier is not None and f.is_individuals
        }
        return tuple(sorted(found))

    def to_dict(self) -> dict[str, object]:
        """The report as JSON has it. Like the report, it holds no value of the document.

        `phiguard scan --format jsonl` prints these keys, with the path and the time beside them.
        """
        return {
            "media": self.media,
            "parts": list(self.parts),
            "verdict": self.verdict.value,
            "coverage": self.coverage.value,
            "reason": self.gap.value,
            "findings": [finding.to_dict() for finding in self.findings],
            "unlisted": self.unlisted,
            "opaque": [place._asdict() for place in self.opaque],
            "bytes": self.size,
        }
