"""Collects what readers and detectors find in one document, once for each value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.scan_context import ScanContext
from phiscan.text.normalise import plain
from phiscan.text.offsets import Derived
from phiscan.words.labels import Rule, is_masked, is_vocabulary

MAX_FINDINGS: Final = 50_000
"""Findings of one document; a sender who makes more of them would fill memory and time. A batch of
1 MiB holds some thousand."""


class TooManyFindingsError(Exception):
    """A document has more than MAX_FINDINGS findings; the first ones are kept."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A document within a document: an attachment, an escaped payload, a part of a multipart body.

    Args:
        data: the document, with the enclosing format's own encoding (base64, escapes) removed.
        location: the value that encloses it; redaction masks that whole value.
        declared: the enclosing format says that this is a document. A guess (a string that looks
            like base64) that turns out to be nothing readable is no gap; a declared document that
            cannot be read is one.
        origin: where the bytes of `data` stand in the enclosing document, when they stand there as
            they are: then redaction masks the values within, not the whole document.
        coding: the content coding that `data` still has, where no mark of its own says so.
    """

    data: bytes = field(repr=False)
    location: Location
    content_type: str = ""
    declared: bool = True
    origin: Derived | None = None
    coding: str = ""


@dataclass(slots=True)
class Evidence:
    """The findings of one document in the order in which they were made, and the documents within
    it that are still to be read. `context` is what the scan knows of the document."""

    context: ScanContext = field(default_factory=ScanContext)
    findings: list[Finding] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    _claimed: set[tuple[int | str, int, str]] = field(default_factory=set)

    def add(
        self,
        detector: str,
        info_type: str,
        location: Location,
        subject: Subject,
        likelihood: Likelihood = Likelihood.VERY_LIKELY,
    ) -> None:
        """Record that `info_type` stands at `location`, unless the same infoType is recorded there
        already."""
        where, start, end = location
        # a value outside of the body has no range: there its field tells it from others
        place = (start, end, info_type) if start >= 0 else (where, -1, info_type)
        if place in self._claimed:
            return
        if len(self.findings) >= MAX_FINDINGS:
            raise TooManyFindingsError
        self._claimed.add(place)
        known = self.context.info_types[info_type]
        self.findings.append(Finding.of(known, likelihood, detector, location, subject))

    def labelled(
        self, detector: str, rule: Rule, value: str, location: Location, subject: Subject | None
    ) -> bool:
        """Record what `rule` says of `value` if the value has the rule's shape; whether it had."""
        value = plain(value)
        if is_masked(value) or not rule.shape(value):
            return False
        self.add(detector, rule.info_type, location, rule.subject if subject is None else subject)
        return True

    def absorb(self, inner: "Evidence", location: Location, origin: Derived | None = None) -> None:
        """Take over what was found in a document nested at `location`: where `origin` says, else where
        that value stands."""
        for finding in inner.findings:
            place = finding.location
            path = f"{location.field}>{place.field}" if place.field else location.field
            start, end = (
                origin.origin(place.start, place.end)
                if origin and place.start >= 0
                else (location.start, location.end)
            )
            claim = (start, end, finding.info_type)
            if origin is None or claim not in self._claimed:
                if len(self.findings) >= MAX_FINDINGS:
                    raise TooManyFindingsError
                self._claimed.add(claim)
                self.findings.append(finding._replace(location=Location(path, start, end)))


def shown_path(parts: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """A field path that is safe to show: a part that is neither known nor a label we can read
    becomes `*`.

    Keys can hold PHI too (`{"123-45-6789": ...}`), so only words from our own vocabulary leave.
    """
    return ".".join(part if part in known or is_vocabulary(part) else "*" for part in parts)
