"""Scan reports as a table for people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from extauthz.terminal import tables
from phiscan.finding import Coverage, Gap, ScanReport, Verdict
from phiscan.identifiers import Identifier, InfoType

_HEAD: Final = ("verdict", "seen", "media", "findings", "path")
_KINDS: Final = ("class", "infoType", "documents", "findings", "what it is")


@dataclass(slots=True)
class Summary:
    """Counts what was found in all documents.

    It holds counts only, so many documents take no memory.

    Args:
        info_types: every infoType that a finding may have, by name.
        fail_on: the choice of `--fail-on`.
    """

    info_types: Mapping[str, InfoType]
    fail_on: str
    documents: int = 0
    phi: int = 0
    identifiers: int = 0
    partly: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)

    def take(self, report: ScanReport) -> None:
        """Count one document."""
        self.documents += 1
        self.phi += report.verdict is Verdict.PHI
        self.identifiers += report.verdict is Verdict.IDENTIFIERS
        self.partly += report.gap is not Gap.NONE
        found = Counter(f.info_type for f in report.findings)
        self.findings += found
        self.holders += Counter(found.keys())

    def lines(self) -> list[str]:
        """Return one line for each infoType, by class, then the totals."""
        total = f"{_documents(self.documents)}, {self.phi} with PHI"
        if self.partly:
            total += f", {self.partly} not seen whole"
        return [*self._by_class(), total, *self._without_context()]

    def _without_context(self) -> list[str]:
        """Return one line when there are identifiers without health context.

        By default they leave the exit code at 0, which must not look like "nothing was found".
        """
        if not self.identifiers:
            return []
        hint = "; --fail-on identifiers makes the exit code 1" if self.fail_on == "phi" else ""
        return [f"{_documents(self.identifiers)} with identifiers without health context{hint}"]

    def _by_class(self) -> list[str]:
        of_class: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.findings, key=lambda name: (-self.findings[name], name)):
            of_class[_class_words(self.info_types[name])].append(name)
        rows = []
        for words, names in sorted(
            of_class.items(), key=lambda item: (item[0][1:2] != " ", item[0])
        ):
            for place, name in enumerate(names):
                counts = str(self.holders[name]), str(self.findings[name])
                rows.append(
                    (words if place == 0 else "", name, *counts, self.info_types[name].title)
                )
        return [*tables.lines(rows, _KINDS), ""] if rows else []


def lines(rows: Iterable[tuple[str, ScanReport]], summary: Summary) -> list[str]:
    """Return a table: one row for each document, then one for each infoType, then the totals.

    Args:
        summary: an empty summary; it takes all reports.
    """
    cells: list[tuple[str, ...]] = []
    for path, report in rows:
        summary.take(report)
        cells.append(
            (
                report.verdict.value,
                _seen(report),
                report.media,
                _counts(report, summary.info_types),
                path,
            )
        )
    return [*tables.lines(cells, _HEAD), "", *summary.lines()] if summary.documents else []


def _documents(number: int) -> str:
    return f"{number} document{'s' * (number != 1)}"


def _seen(report: ScanReport) -> str:
    return (
        "whole"
        if report.coverage is Coverage.COMPLETE
        else f"{report.coverage.value} {report.gap.value}"
    )


def _counts(report: ScanReport, info_types: Mapping[str, InfoType]) -> str:
    counts = Counter(_class(info_types[f.info_type]) for f in report.findings)
    return " ".join(f"{name}:{count}" for name, count in sorted(counts.items())) or "-"


def _class(info_type: InfoType) -> str:
    return info_type.identifier.value if info_type.identifier else info_type.kind.value


def _class_words(info_type: InfoType) -> str:
    """Return `G ssn`, or the kind of an infoType that has no class."""
    if info_type.identifier is None:
        return _class(info_type)
    return f"{info_type.identifier.value} {_TITLES[info_type.identifier]}"


_TITLES: Final = {
    identifier: identifier.name.replace("_", " ").lower() for identifier in Identifier
}
