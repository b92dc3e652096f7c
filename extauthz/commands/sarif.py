"""Scan reports as SARIF 2.1.0, for code hosts and their review pages.

Results hold locations and classes, never values.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import orjson

from extauthz.records.release import VERSION
from phiscan.finding import Coverage, Finding, ScanReport, Verdict
from phiscan.identifiers import InfoType

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(rows: Iterable[tuple[str, ScanReport]], info_types: Mapping[str, InfoType]) -> str:
    """Return one SARIF log with one run."""
    results: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    used: set[str] = set()
    for path, report in rows:
        level = "error" if report.verdict is Verdict.PHI else "note"
        results.extend(
            _result(path, finding, level, info_types[finding.info_type])
            for finding in report.findings
        )
        used.update(f.info_type for f in report.findings)
        if report.coverage is not Coverage.COMPLETE:
            gaps.append(_gap(path, report))
    driver = {
        "name": "phiguard",
        "version": VERSION,
        "rules": [
            {"id": name, "shortDescription": {"text": info_types[name].title}}
            for name in sorted(used)
        ],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": gaps}],
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _result(path: str, finding: Finding, level: str, info: InfoType) -> dict[str, Any]:
    where = f" in {finding.location.field}" if finding.location.field else ""
    physical: dict[str, Any] = _artifact(path)
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


def _gap(path: str, report: ScanReport) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": f"not seen whole: {report.coverage.value} {report.gap.value}"},
        "locations": [{"physicalLocation": _artifact(path)}],
    }


def _artifact(path: str) -> dict[str, Any]:
    return {"artifactLocation": {"uri": quote(path)}}
