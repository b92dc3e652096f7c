"""Redaction with a proof: a second scan of the masked document must find no identifier.

Masking one value can uncover another. For example, a text after a label may be too long for a phone
number until its tail is masked. So the findings of the second scan are masked too, for a few
rounds. A document that still has identifiers after that is not returned.
"""

from collections.abc import Callable
from typing import Final

from phiscan.finding import ScanReport
from phiscan.redaction.redact import CROSSES, Mask, RedactionError, redact

_ROUNDS: Final = 4
"""The most times that a document is masked and scanned again."""


def mask_until(
    data: bytes,
    report: ScanReport,
    mask: Callable[[bytes, ScanReport], bytes],
    scan: Callable[[bytes], ScanReport],
    passes: Callable[[ScanReport], bool],
) -> tuple[bytes, ScanReport]:
    """Mask a document until it passes.

    Args:
        data: the document.
        report: the report of a scan of `data`.
        mask: masks a document by its report.
        scan: scans a document in the same way as `data` was scanned.
        passes: returns whether a masked document with this report may be handed out. It may raise
            RedactionError where another round would not help.

    Returns:
        The masked document, and the report of the scan of it.

    Raises:
        RedactionError: `mask` or `passes` raised it, or the document does not pass after four
            rounds.
    """
    for _ in range(_ROUNDS):
        data = mask(data, report)
        report = scan(data)
        if passes(report):
            return data, report
    raise RedactionError("cannot redact: another scan still finds identifiers")


def redact_proven(
    data: bytes, report: ScanReport, scan: Callable[[bytes], ScanReport], mask: Mask = CROSSES
) -> bytes:
    """Mask every identifier of an individual, so that another scan finds none.

    Args:
        data: the document.
        report: the report of a scan of `data`.
        scan: scans a document in the same way as `data` was scanned.
        mask: makes the replacement of each value.

    Raises:
        RedactionError: `redact` raised it, the masked document cannot be scanned whole, or the
            scan still finds identifiers after four rounds.
    """

    def masked(data: bytes, report: ScanReport) -> bytes:
        return redact(data, report, mask)

    if report.identifiers:
        data, report = mask_until(data, report, masked, scan, lambda found: not found.identifiers)
    # this masks credentials, which are not identifiers, and refuses an incomplete scan
    return masked(data, report)
