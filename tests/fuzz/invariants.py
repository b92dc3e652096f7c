"""Invariants of scan, decode and redact, for any bytes. The fuzzer and the kept cases check them.

- No exception is raised, except RedactionError. No report says INTERNAL_ERROR.
- A scan ends within a time that grows linearly with the size.
- The range of each finding lies inside the decoded document.
- The report does not depend on how the body is cut into chunks.
- Redaction raises RedactionError, or returns a document without individuals' identifiers. A second
  redaction leaves it unchanged.
"""

import time
from dataclasses import dataclass, field

from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap, ScanReport, Verdict
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.proof import redact_proven
from phiscan.scanner import Limits
from phiscan.text import content_coding

CONTENT_TYPES = (
    "", "application/json", "application/fhir+json", "application/x-ndjson", "application/xml",
    "application/fhir+xml", "text/html", "text/plain", "text/plain; charset=utf-16", "text/csv",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
    "multipart/mixed; boundary=frontier", "message/rfc822", "application/hl7-v2",
    "application/edi-x12", "application/dicom", "application/dicom+json", "application/grpc",
    "application/x-protobuf", "application/grpc-web-text", "application/octet-stream",
    "text/plain; charset=iso-8859-1", "application/pdf", "application/msgpack", "application/cbor",
    "application/bson", "application/sql", "application/x-protobuf; proto=clinic.v1.Patient",
    "application/grpc; proto=clinic.v1.Patient", "application/rtf",
)  # fmt: skip
"""Kept cases refer to these by index, so append only."""
ENCODINGS = ("", "gzip", "deflate", "br", "zstd", "gzip, br", "identity", "unknown")
"""Kept cases refer to these by index too."""
LIMITS = Limits(body=1 << 20, decoded=1 << 20, seconds=1e9)
_SECONDS = 2.0
_SECONDS_A_BYTE = 40e-6
"""A hundred times the time of a scan, because the fuzzer's instrumentation is slow.

A quadratic reader is much slower still.
"""


class BrokenError(AssertionError):
    """An invariant does not hold. The message says which one."""


@dataclass(frozen=True, slots=True)
class Case:
    """A document with the two headers that say how to read it."""

    content_type: str
    content_encoding: str
    body: bytes = field(repr=False)


def case_of(data: bytes) -> Case:
    """Decode a fuzzer's bytes: an index of CONTENT_TYPES, an index of ENCODINGS, the body."""
    head = data[:2].ljust(2, b"\0")
    return Case(
        CONTENT_TYPES[head[0] % len(CONTENT_TYPES)], ENCODINGS[head[1] % len(ENCODINGS)], data[2:]
    )


def bytes_of(case: Case) -> bytes:
    """Encode a case for `case_of`. A type that is not in CONTENT_TYPES becomes the empty one."""
    kind = CONTENT_TYPES.index(case.content_type) if case.content_type in CONTENT_TYPES else 0
    return bytes((kind, ENCODINGS.index(case.content_encoding))) + case.body


def check(engine: Engine, case: Case) -> ScanReport:
    """Return the report of a case. Raises BrokenError if an invariant does not hold."""
    began = time.process_time()
    report = _scan(engine, case, case.body)
    spent = time.process_time() - began
    _require(report.gap is not Gap.INTERNAL_ERROR, "scan: INTERNAL_ERROR")
    _require(
        spent < _SECONDS + _SECONDS_A_BYTE * len(case.body),
        f"scan: {spent:.1f} s for {len(case.body)} bytes",
    )
    _check_ranges(case, report)
    _require(
        _scan(engine, case, case.body, len(case.body) // 3 + 1) == report,
        "scan: other chunks, other report",
    )
    if report.coverage is Coverage.COMPLETE:
        _check_redaction(engine, case, report)
    return report


def _scan(engine: Engine, case: Case, body: bytes, chunk: int = 0) -> ScanReport:
    scanner = engine.scanner(
        content_type=case.content_type,
        content_encoding=case.content_encoding,
        limits=LIMITS,
        clock=lambda: 0.0,
    )
    for at in range(0, len(body), chunk or len(body) or 1):
        scanner.feed(body[at : at + (chunk or len(body))])
    return scanner.finish()


def _check_ranges(case: Case, report: ScanReport) -> None:
    decoded = content_coding.undo(case.body, report.encodings, 8 * LIMITS.decoded)
    _require(decoded.gap is Gap.NONE, f"decode: undo gave {decoded.gap}")
    for finding in report.findings:
        place = finding.location
        outside = place.start == place.end == -1
        inside = 0 <= place.start < place.end <= len(decoded.data)
        _require(
            outside or inside,
            f"scan: {finding.detector} at {place.start}-{place.end} of {len(decoded.data)}",
        )


def _check_redaction(engine: Engine, case: Case, report: ScanReport) -> None:
    def scan(body: bytes) -> ScanReport:
        return _scan(engine, case, body)

    try:
        masked = redact_proven(case.body, report, scan)
    except RedactionError:
        return
    again = scan(masked)
    _require(
        again.coverage is Coverage.COMPLETE,
        f"redact: {report.media} became {again.media} {again.gap}",
    )
    _require(
        again.verdict in (Verdict.NONE, Verdict.HEALTH),
        f"redact: a second scan says {again.verdict}",
    )
    _require(
        redact_proven(masked, again, scan) == masked,
        "redact: a second redaction changes the document",
    )


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise BrokenError(message)
