"""phiscan finds protected health information in the documents that health care sends.

>>> import phiscan
>>> phiscan.scan(b'{"patientName": "Ana Ruiz", "diagnosis": "E11.9"}').verdict
<Verdict.PHI: 'phi'>
"""

from functools import cache

from phiscan.finding import (
    Coverage,
    Finding,
    Gap,
    Likelihood,
    Location,
    ScanReport,
    Subject,
    Verdict,
)
from phiscan.identifiers import INFO_TYPES, Identifier, InfoType
from phiscan.redaction.redact import RedactionError, redact
from phiscan.scanner import Engine, Limits, Scanner

__all__ = [
    "INFO_TYPES",
    "Coverage",
    "Engine",
    "Finding",
    "Gap",
    "Identifier",
    "InfoType",
    "Likelihood",
    "Limits",
    "Location",
    "RedactionError",
    "ScanReport",
    "Scanner",
    "Subject",
    "Verdict",
    "redact",
    "scan",
]


@cache
def _engine() -> Engine:
    return Engine.load()


def scan(data: bytes, *, content_type: str = "", content_encoding: str = "") -> ScanReport:
    """Scan one whole document without a deadline. Not thread-safe: give each thread its own
    `Engine`."""
    scanner = _engine().scanner(
        content_type=content_type, content_encoding=content_encoding, clock=lambda: 0.0
    )
    scanner.feed(data)
    return scanner.finish()
