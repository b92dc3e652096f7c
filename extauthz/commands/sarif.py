"""Scan reports as SARIF 2.1.0, for code hosts and their review pages.

Results hold locations and classes, never values.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from atrest.exports import sarif_log
from extauthz.records.release import VERSION
from phiscan.finding import Coverage, Finding, ScanReport, Verdict
from phiscan.identifiers import InfoType


def pieces(
    rows: Iterable[tuple[str, ScanReport]], info_types: Mapping[str, InfoType]
) -> Iterator[str]:
    """Yield one SARIF log with one run, while documents are scanned."""
    gaps: list[sarif_log.Item] = []
    used: set[str] = set()

    def results() -> Iterator[sarif_log.Item]:
        for path, report in rows:
            used.update(f.info_type for f in report.findings)
            level = "error" if report.verdict is Verdict.PHI else "note"
            for finding in report.findings:
                yield _result(path, finding, level, info_types[finding.info_type])
            if report.coverage is not Coverage.COMPLETE:
                text = f"not seen whole: {report.coverage.value} {report.gap.value}"
                gaps.append(sarif_log.notification(text, quote(path)))

    def rules() -> Iterator[sarif_log.Item]:
        return (sarif_log.rule(name, info_types[name].title) for name in sorted(used))

    return sarif_log.log(results(), rules, gaps, VERSION)


def _result(path: str, finding: Finding, level: str, info: InfoType) -> dict[str, Any]:
    where = f" in {finding.location.field}" if finding.location.field else ""
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(path)}}
    if finding.location.start >= 0:
        length = finding.location.end - finding.location.start
        physical["region"] = {"byteOffset": finding.location.start, "byteLength": length}
    return {
        "ruleId": finding.info_type,
        "level": level,
        "message": {"text": f"{info.title}{where}"},
        "locations": [{"physicalLocation": physical}],
        "properties": {
            "identifier": info.identifier.value if info.identifier else None,
            "likelihood": finding.likelihood.name,
            "detector": finding.detector,
        },
    }
