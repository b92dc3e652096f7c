"""Collects the findings of one document. Readers and detectors report each value only once.

A document may have more findings than a report lists. Then the rest is counted, and of each kind of
finding (infoType, likelihood and subject) at least one is listed, because verdicts and policies ask
for kinds. The places of the rest stay known as pairs of numbers until the report is made, so that
detectors and readers do not explain the same value twice.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.identifiers import InfoTypeKind
from phiscan.scan_context import ScanContext
from phiscan.text.normalise import plain
from phiscan.text.offsets import Derived
from phiscan.words.field_names import is_shown
from phiscan.words.labels import Rule, is_masked

MAX_FINDINGS: Final = 50_000
"""The most findings of one document that are listed, besides one of each further kind.

A finding takes 250 bytes. A batch of records of 1 MiB has some thousand.
"""


_IDENTIFIER: Final = InfoTypeKind.IDENTIFIER  # a member of an enum takes longer to look up
MAX_OPAQUE: Final = 1_000
"""The most parts that are noted because nobody can read them."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A document within a document: an attachment, an escaped payload, a part of a multipart body.

    Args:
        data: the nested document. The encoding of the enclosing format (base64, escapes) is
            removed.
        location: the value that encloses it. Without `origin`, redaction masks that whole value.
        content_type: the media type that the enclosing format gives, or empty.
        declared: whether the enclosing format says that this is a document. A declared document
            that cannot be read is a gap. An undeclared one is a guess (a string that looks like
            base64), and a guess that turns out to be unreadable is no gap.
        origin: the ranges of the enclosing document that `data` was made from. With it, redaction
            masks single values of the nested document.
        coding: the content coding that `data` still has, where its first bytes do not show it.
        packing: the compression (a key of `decompress.DECODERS`) of `data` in its archive, or
            empty. It is removed when the document's turn comes, so one member at a time is in
            memory.
        is_part: whether it is a part of the enclosing document, such as a file of a multipart body
            or a member of an archive. If that document is a container, its kind is reported.
    """

    data: bytes = field(repr=False)
    location: Location
    content_type: str = ""
    declared: bool = True
    origin: Derived | None = None
    coding: str = ""
    packing: str = ""
    is_part: bool = False


class Opaque(NamedTuple):
    """A part that looks encoded or encrypted and decodes to nothing, so nobody can read it."""

    location: Location


class Statement(NamedTuple):
    """A text beside a person's record, and how many words of medicine make it about that person."""

    start: int
    end: int
    fewest_terms: int


@dataclass(slots=True)
class Evidence:
    """The findings of one document and its nested documents.

    Args:
        context: what the scan knows about the document before it reads it.
        findings: the findings, in the order in which they were added.
        nested: the nested documents that readers found.
        parts: the media kinds of the parts, where the document is a container.
        unlisted: how many further findings were made and are not in `findings`.
        opaque: where parts stand that nobody can read; at most `MAX_OPAQUE`.
        told: the infoTypes of health information that targets have told of.
        statements: texts of this document beside persons' records.
        correspondents: names in the header of a mail, which count if it speaks of health.
    """

    context: ScanContext = field(default_factory=ScanContext)
    findings: list[Finding] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    unlisted: int = 0
    opaque: list[Location] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    statements: list[Statement] = field(default_factory=list)
    correspondents: list[Location] = field(default_factory=list)
    _claimed: set[tuple[int | str, int, str]] = field(default_factory=set)
    _kinds: set[tuple[str, Likelihood, Subject]] = field(default_factory=set)
    _places: "dict[str, array[int]]" = field(default_factory=dict)

    def add(
        self,
        detector: str,
        info_type: str,
        location: Location,
        subject: Subject,
        likelihood: Likelihood = Likelihood.VERY_LIKELY,
    ) -> None:
        """Add a finding, unless one of the same infoType has the same location."""
        where, start, end = location
        # a value outside the body has no byte range, so its field identifies it
        place = (start, end, info_type) if start >= 0 else (where, -1, info_type)
        if place in self._claimed:
            return
        known = self.context.info_types[info_type]
        finding = Finding.of(known, likelihood, detector, location, subject)
        if len(self.findings) < MAX_FINDINGS:
            self._claimed.add(place)
            self.findings.append(finding)
        else:
            self._count(finding)

    def labelled(
        self, detector: str, rule: Rule, value: str, location: Location, subject: Subject | None
    ) -> bool:
        """Add the finding of a label's `rule` if `value` has the rule's shape.

        Args:
            subject: whom the value is about, or None for the rule's own subject.

        Returns:
            Whether the value has that shape. A masked value has not.
        """
        value = plain(value)
        if is_masked(value) or not rule.shape(value):
            return False
        self.add(detector, rule.info_type, location, rule.subject if subject is None else subject)
        return True

    def add_opaque(self, location: Location) -> None:
        """Note a part that nobody can read. Those beyond `MAX_OPAQUE` are not noted."""
        if len(self.opaque) < MAX_OPAQUE:
            self.opaque.append(location)

    def absorb(self, inner: "Evidence", location: Location, origin: Derived | None = None) -> None:
        """Take over the findings of a nested document.

        Args:
            inner: the evidence of the nested document.
            location: the value that encloses the nested document.
            origin: maps ranges of the nested document to this one. Without it, each finding gets
                the range of `location`: (-1, -1) for a member of a container.
        """
        for hidden in inner.opaque:
            self.add_opaque(_enclosing(hidden, location, origin))
        for finding in inner.findings:
            path, start, end = _enclosing(finding.location, location, origin)
            claim = (start, end, finding.info_type)
            if origin is None or claim not in self._claimed:
                moved = finding._replace(location=Location(path, start, end))
                if len(self.findings) < MAX_FINDINGS:
                    self._claimed.add(claim)
                    self.findings.append(moved)
                else:
                    self._count(moved)
        self.unlisted += inner.unlisted

    def settle_statements(self) -> None:
        """Say of health information in a statement beside a person that it is about that person."""
        if not self.statements:
            return
        order = sorted(
            (finding.location.start, number)
            for number, finding in enumerate(self.findings)
            if finding.kind is InfoTypeKind.HEALTH and finding.location.start >= 0
        )
        for start, end, fewest in self.statements:
            low, high = bisect_left(order, (start, 0)), bisect_left(order, (end, 0))
            within = [number for _, number in order[low:high]]
            if len({self.findings[number].location for number in within}) >= fewest:
                for number in within:
                    theirs = self.findings[number]._replace(subject=Subject.PATIENT)
                    self.findings[number] = theirs
        self.statements.clear()

    def settle_correspondents(self) -> None:
        """Add the people of a mail that speaks of somebody's health."""
        if any(f.kind is InfoTypeKind.HEALTH for f in self.findings):
            for place in self.correspondents:
                self.add("mail_header", "PERSON_NAME", place, Subject.PERSON)
        self.correspondents.clear()

    def _count(self, finding: Finding) -> None:
        """Count a finding beyond MAX_FINDINGS, and list it if it is the first of its kind."""
        if not self._kinds:
            self._kinds = {(f.info_type, f.likelihood, f.subject) for f in self.findings}
        kind = finding.info_type, finding.likelihood, finding.subject
        if kind not in self._kinds:
            self._kinds.add(kind)
            self.findings.append(finding)
            return
        self.unlisted += 1
        if finding.kind is InfoTypeKind.IDENTIFIER and finding.location.start >= 0:
            places = self._places.setdefault(finding.info_type, array("q"))
            places.extend(finding.location[1:])

    def identified(self) -> list[tuple[int, int, str]]:
        """The range and the infoType of each identifier in the body, listed or not."""
        identified = [
            (place.start, place.end, info_type)
            for info_type, _, _, _, place, _, kind, _ in self.findings
            if kind is _IDENTIFIER and place.start >= 0
        ]
        for info_type, places in self._places.items():
            starts, ends = places[::2], places[1::2]
            identified += [(*span, info_type) for span in zip(starts, ends, strict=True)]
        return identified


def _enclosing(place: Location, location: Location, origin: Derived | None) -> Location:
    """The location in the enclosing document of a place in a nested one; see `absorb`."""
    path = f"{location.field}>{place.field}" if place.field else location.field
    if not origin:
        return Location(path, location.start, location.end)
    # a value without a range in the nested document (in a container) has none here
    start, end = origin.origin(place.start, place.end) if place.start >= 0 else (-1, -1)
    return Location(path, start, end)


def shown_path(parts: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """Return a field path that is safe to show.

    Keys can hold PHI too (`{"123-45-6789": ...}`). So only parts that are in `known` or made of
    words of the tables are shown. Every other part becomes `*`.
    """
    return ".".join(part if part in known or is_shown(part) else "*" for part in parts)
