"""Scan reports as SARIF 2.1.0, for code hosts and their review pages.

Results hold locations and classes, never values. A code host that gets no fingerprint makes one of
its own, from the text of the line. So each result brings one, of the line without its findings.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from atrest.exports import sarif_log
from extauthz.commands.scan.examined import Counted, Judged
from extauthz.commands.scan.places import Place
from extauthz.records.release import VERSION
from phiscan.finding import Coverage, Finding, Verdict
from phiscan.identifiers import InfoType

_ON_GITHUB: Final = "primaryLocationLineHash"
_OURS: Final = "phiguardSurroundings/v1"
_SUPPRESSED: Final = {
    Counted.INLINE: {"kind": "inSource", "justification": "a comment in the document"},
    Counted.BASELINE: {"kind": "external", "justification": "the baseline knows it"},
}


def pieces(documents: Iterable[Judged], info_types: Mapping[str, InfoType]) -> Iterator[str]:
    """Yield one SARIF log with one run, while documents are scanned."""
    gaps: list[sarif_log.Item] = []
    used: set[str] = set()

    def results() -> Iterator[sarif_log.Item]:
        for each in documents:
            report, path = each.examined.report, each.examined.path
            used.update(f.info_type for f in report.findings)
            yield from _results(each, info_types)
            if report.coverage is not Coverage.COMPLETE:
                text = f"not seen whole: {report.coverage.value} {report.gap.value}"
                gaps.append(sarif_log.notification(text, quote(os.fsencode(path))))

    def rules() -> Iterator[sarif_log.Item]:
        return (_rule(name, info_types[name]) for name in sorted(used))

    return sarif_log.log(results(), rules, gaps, VERSION)


def _results(judged: Judged, info_types: Mapping[str, InfoType]) -> Iterator[sarif_log.Item]:
    each = judged.examined
    level = "error" if each.report.verdict is Verdict.PHI else "note"
    times: Counter[tuple[str, str]] = Counter()
    for finding, place, counted in zip(
        each.report.findings, each.places, judged.counted, strict=True
    ):
        key = finding.info_type, place.around
        times[key] += 1
        found = _result(each.path, finding, place, level, info_types[finding.info_type])
        mark = f"{place.around}:{times[key]}"
        found["partialFingerprints"] = {_ON_GITHUB: mark, _OURS: mark}
        if counted is not Counted.OPEN:
            found["suppressions"] = [{**_SUPPRESSED[counted], "status": "accepted"}]
        yield found


def _rule(name: str, info: InfoType) -> sarif_log.Item:
    """A rule with what a code host shows beside a result."""
    help_text = (
        f"{info.title.capitalize()}.{_class(info)} Remove it, or put a synthetic value in its "
        f"place. If it is synthetic already, write `phiguard:ignore({name}) reason` on its line, "
        "or keep it in a baseline."
    )
    return {
        **sarif_log.rule(name, info.title),
        "name": name,
        "fullDescription": {"text": info.title},
        "help": {"text": help_text, "markdown": help_text},
        "properties": {"tags": ["security", "privacy"], "security-severity": "8.0"},
    }


def _class(info: InfoType) -> str:
    if info.identifier is None:
        return ""
    return f" It belongs to class {info.identifier.value} of 45 CFR 164.514(b)(2)(i)."


def _result(
    path: str, finding: Finding, place: Place, level: str, info: InfoType
) -> dict[str, Any]:
    where = f" in {finding.location.field}" if finding.location.field else ""
    region: dict[str, Any] = {"startLine": place.line, "startColumn": place.column}
    if finding.location.start >= 0:
        length = finding.location.end - finding.location.start
        region |= {"byteOffset": finding.location.start, "byteLength": length}
    physical = {"artifactLocation": {"uri": quote(os.fsencode(path))}, "region": region}
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
