"""Collects what readers and detectors find in one document, once for each value."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from phiscan.finding import Finding, Likelihood, Location, Subject
from phiscan.identifiers import INFO_TYPES
from phiscan.labels import Rule, is_masked, is_vocabulary


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in the document: its field and its byte range."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Nested:
    """A document within a document: an attachment, an escaped payload, a part of a multipart body.

    Args:
        data: the document, with the enclosing format's own encoding (base64, escapes) removed.
        spot: the value that encloses it; redaction masks that whole value.
        declared: the enclosing format says that this is a document. A guess (a string that looks like base64) that turns
            out to be nothing readable is no gap; a declared document that cannot be read is one.
    """

    data: bytes = field(repr=False)
    spot: Spot
    content_type: str = ""
    declared: bool = True


@dataclass(slots=True)
class Evidence:
    """The findings of one document in the order in which they were made, and the documents within it still to be read."""

    findings: list[Finding] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    _claimed: dict[tuple[int, int], set[str]] = field(default_factory=dict)

    def add(
        self,
        detector: str,
        info_type: str,
        spot: Spot,
        subject: Subject,
        likelihood: Likelihood = Likelihood.VERY_LIKELY,
    ) -> None:
        """Record that `info_type` stands at `spot`, unless the same infoType is recorded there already."""
        names = self._claimed.setdefault((spot.start, spot.end), set())
        if info_type in names and spot.start >= 0:
            return
        names.add(info_type)
        self.findings.append(
            Finding(
                info_type=info_type,
                identifier=INFO_TYPES[info_type].identifier,
                likelihood=likelihood,
                detector=detector,
                location=Location(spot.field, spot.start, spot.end),
                subject=subject,
            )
        )

    def labelled(self, detector: str, rule: Rule, value: str, spot: Spot, subject: Subject | None) -> bool:
        """Record what `rule` says of `value` if the value has the rule's shape; whether it had."""
        if is_masked(value) or not rule.shape(value):
            return False
        self.add(detector, rule.info_type, spot, rule.subject if subject is None else subject)
        return True

    def absorb(self, inner: "Evidence", spot: Spot) -> None:
        """Take over what was found in a document nested at `spot`: its findings stand where that value stands."""
        for finding in inner.findings:
            path = f"{spot.field}>{finding.location.field}" if finding.location.field else spot.field
            self.findings.append(replace(finding, location=Location(path, spot.start, spot.end)))


def shown_path(parts: Sequence[str], known: frozenset[str] = frozenset()) -> str:
    """A field path that is safe to show: a part that is neither known nor a label we can read becomes `*`.

    Keys can hold PHI too (`{"123-45-6789": ...}`), so only words from our own vocabulary leave.
    """
    return ".".join(part if part in known or is_vocabulary(part) else "*" for part in parts)
