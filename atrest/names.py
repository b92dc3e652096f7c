"""Names of units and of tables within them, with what the detectors find in them masked.

A name can be a value: `ruiz_ana.pdf`, a sheet for each patient. The catalogue has to show names.
"""

from dataclasses import replace
from typing import Final

from atrest.detection import Detection
from atrest.globs import MASK
from phiscan.finding import Finding, Likelihood, ScanReport
from phiscan.identifiers import InfoTypeKind
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.redact import redact
from phiscan.scanner import Limits

_LIMITS: Final = Limits(body=1 << 16, decoded=1 << 16)


def look(name: str, detection: Detection) -> tuple[str, tuple[Finding, ...]]:
    """Return a name as it may be shown, and the identifiers that were found in it."""
    data = name.encode("utf-8", "replace")
    scanner = detection.engine.scanner(
        content_type="text/plain", limits=_LIMITS, clock=detection.clock
    )
    scanner.feed(data)
    report = scanner.finish()
    found = tuple(
        f
        for f in report.findings
        if f.kind is InfoTypeKind.IDENTIFIER and f.likelihood >= Likelihood.POSSIBLE
    )
    if not found:
        return data.decode(), ()  # a name need not be UTF-8, and the catalogue is
    return _masked(data, replace(report, findings=found)), found


def _masked(data: bytes, report: ScanReport) -> str:
    try:
        return redact(data, report).decode("utf-8", "replace")
    except RedactionError:
        return MASK
