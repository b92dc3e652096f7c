"""Redaction with its proof: the masked document is scanned again, and what is handed out holds no individual's identifier.

Masking one value can show another: the longer text beside a label is a phone number no more, without its tail it is one. So
what a scan of the masked document finds is masked too, a few times; a document that still holds something is not handed out.
"""

from collections.abc import Callable
from typing import Final

from phiscan.finding import ScanReport
from phiscan.redaction.redact import CROSSES, Mask, RedactionError, redact

_ROUNDS: Final = 4
"""Times that a document is masked and scanned again."""


def mask_until(
    data: bytes,
    report: ScanReport,
    mask: Callable[[bytes, ScanReport], bytes],
    scan: Callable[[bytes], ScanReport],
    passes: Callable[[ScanReport], bool],
) -> tuple[bytes, ScanReport]:
    """The masked document, and the report of the scan that it passes with.

    Args:
        report: of a scan of `data`.
        mask: masks a document by its report.
        scan: scans a whole document as `data` was scanned.
        passes: whether a masked document with this report may be handed out. It may raise
            RedactionError where no other round would help.

    Raises:
        RedactionError: as `mask` and `passes`; or the document does not pass after some rounds.
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
    """`data` with every individual's identifier masked, and nothing that another scan takes for
    one.

    Args:
        report: of a scan of `data`.
        scan: scans a whole document as `data` was scanned.
        mask: what stands in the place of a value.

    Raises:
        RedactionError: as `redact`; or the masked document cannot be read whole, or never becomes
            clean.
    """

    def masked(data: bytes, report: ScanReport) -> bytes:
        return redact(data, report, mask)

    if report.identifiers:
        data, report = mask_until(data, report, masked, scan, lambda found: not found.identifiers)
    # credentials are no identifiers; a document that was not seen whole is refused here
    return masked(data, report)
