"""Compares reports with labels: what was found, missed, or found by mistake."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.eval.document import Document, Kind, Label
from phiscan.finding import Coverage, Finding, ScanReport, Verdict

_SLACK = 16
"""Bytes that a finding may reach beyond three times its value before it counts as imprecise."""


@dataclass(slots=True)
class Ratio:
    """Hits and trials."""

    hits: int = 0
    trials: int = 0

    def count(self, hit: bool) -> None:
        """Count one trial."""
        self.trials += 1
        self.hits += hit

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% score interval."""
        if not self.trials:
            return 0.0, 1.0
        n, z2 = self.trials, 1.959964**2
        p = self.hits / n
        middle = p + z2 / (2 * n)
        spread = 1.959964 * (p * (1 - p) / n + z2 / (4 * n * n)) ** 0.5
        return max(0.0, middle - spread) / (1 + z2 / n), (middle + spread) / (1 + z2 / n)

    @property
    def value(self) -> float:
        """The share of hits; 1 without trials."""
        return self.hits / self.trials if self.trials else 1.0


@dataclass(frozen=True, slots=True)
class Miss:
    """One fault, for a person who looks for its cause.

    It may show the value, because the corpus is invented.
    """

    kind: str
    info_type: str
    text: str
    document: Document


@dataclass(slots=True)
class Score:
    """The counts of one format. `kinds` counts the values of each infoType."""

    documents: Ratio = field(default_factory=Ratio)
    values: Ratio = field(default_factory=Ratio)
    classes: Ratio = field(default_factory=Ratio)
    precision: Ratio = field(default_factory=Ratio)
    false_positives: Ratio = field(default_factory=Ratio)
    encodings: Ratio = field(default_factory=Ratio)
    kinds: defaultdict[str, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    misses: list[Miss] = field(default_factory=list)


def score_document(score: Score, document: Document, report: ScanReport) -> None:
    """Add one document's counts."""
    if document.verdict is not Verdict.PHI:
        # either result denies the request
        stopped = report.verdict is Verdict.PHI or report.coverage is not Coverage.COMPLETE
        score.false_positives.count(stopped)
        if stopped:
            score.misses.append(
                Miss(
                    "false positive",
                    document.style,
                    document.data[:200].decode("utf-8", "replace"),
                    document,
                )
            )
        return
    score.documents.count(report.verdict is Verdict.PHI)
    if report.verdict is not Verdict.PHI:
        score.misses.append(
            Miss(
                "verdict",
                f"{report.verdict} {report.coverage} {report.gap}",
                report.media,
                document,
            )
        )
    found = [f for f in report.findings if f.is_individuals and f.location.start >= 0]
    for label in document.labels:
        if label.kind is Kind.PATIENT:
            _value(score, document, label, found)
    for finding in found:
        _finding(score, document, finding)


def _value(score: Score, document: Document, label: Label, found: Iterable[Finding]) -> None:
    over = [f for f in found if _overlap(f, label) * 2 >= label.end - label.start]
    right = any(f.identifier in label.classes for f in over)
    score.values.count(right)
    score.kinds[label.info_type].count(right)
    if over:
        score.classes.count(right)
    if not right:
        kind = "class" if over else "missed"
        score.misses.append(
            Miss(kind, label.info_type, _context(document, label.start, label.end), document)
        )


def _finding(score: Score, document: Document, finding: Finding) -> None:
    start, end = finding.location.start, finding.location.end
    touched = [label for label in document.labels if _overlap(finding, label)]
    mine = [label for label in touched if label.kind is not Kind.PROVIDER]
    covered = sum(label.end - label.start for label in {(x.start, x.end): x for x in mine}.values())
    nested = ">" in finding.location.field
    right = bool(mine) and (nested or end - start <= 3 * covered + _SLACK)
    score.precision.count(right)
    if not right:
        kind = "too wide" if mine else "provider's" if touched else "invented"
        score.misses.append(
            Miss(
                kind,
                f"{finding.info_type} by {finding.detector}",
                _context(document, start, end),
                document,
            )
        )


def _overlap(finding: Finding, label: Label) -> int:
    return max(0, min(finding.location.end, label.end) - max(finding.location.start, label.start))


def _context(document: Document, start: int, end: int) -> str:
    before = document.data[max(0, start - 40) : start].decode("utf-8", "replace")
    value = document.data[start : min(end, start + 80)].decode("utf-8", "replace")
    after = document.data[end : end + 12].decode("utf-8", "replace")
    return f"{before}⟦{value}⟧{after}".replace("\n", "⏎").replace("\r", "␍")
