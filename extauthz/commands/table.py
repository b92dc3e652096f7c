"""Scan reports as a table for people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from phiscan.finding import Coverage, Gap, ScanReport, Verdict
from phiscan.identifiers import CREDENTIALS, InfoType

_HEAD: Final = ("verdict", "seen", "media", "findings", "path")


def render(rows: Sequence[tuple[str, ScanReport]], info_types: Mapping[str, InfoType]) -> str:
    """Return a line a document, then what was found by infoType, then a line of totals."""
    if not rows:
        return ""
    cells = [_HEAD, *((r.verdict.value, _seen(r), r.media, _by_class(r), _shown(path)) for path, r in rows)]
    lines = aligned(cells)
    reports = [report for _, report in rows]
    return "\n".join([*lines, "", *_found(reports, info_types), _total(reports)]) + "\n"


def aligned(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the rows as lines with columns of equal width; the last column is as long as it is."""
    table = [tuple(row) for row in rows]
    if not table:
        return []
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]) - 1)]
    return ["  ".join([*(c.ljust(w) for c, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in table]


def _seen(report: ScanReport) -> str:
    return "whole" if report.coverage is Coverage.COMPLETE else f"{report.coverage.value} {report.gap.value}"


def _by_class(report: ScanReport) -> str:
    counts = Counter(
        f.identifier.value if f.identifier else "credential" if f.info_type in CREDENTIALS else "health"
        for f in report.findings
    )
    return " ".join(f"{name}:{count}" for name, count in sorted(counts.items())) or "-"


def _found(reports: Sequence[ScanReport], info_types: Mapping[str, InfoType]) -> list[str]:
    counts = Counter(f.info_type for r in reports for f in r.findings)
    if not counts:
        return []
    rows = [
        (str(count), info_types[name].identifier or "-", name, info_types[name].title)
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [*aligned([("count", "class", "infoType", "what it is"), *rows]), ""]


def _total(reports: Sequence[ScanReport]) -> str:
    phi = sum(r.verdict is Verdict.PHI for r in reports)
    partly = sum(r.gap is not Gap.NONE for r in reports)
    text = f"{len(reports)} document{'s' * (len(reports) != 1)}, {phi} with PHI"
    return f"{text}, {partly} not seen whole" if partly else text


def _shown(path: str) -> str:
    """A file name may hold control characters; a terminal must not obey them."""
    return "".join(c if c.isprintable() else "?" for c in path)
