"""Redaction with its proof: the masked document is scanned again, and what is handed out holds no individual's identifier.

Masking one value can show another: the longer text beside a label is a phone number no more, without its tail it is one. So
what a scan of the masked document finds is masked too, a few times; a document that still holds something is not handed out.
"""

from collections.abc import Callable
from typing import Final

from phiscan.finding import ScanReport
from phiscan.redaction.redact import CROSSES, Mask, RedactionError, redact

_ROUNDS: Final = 4


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
    for _ in range(_ROUNDS):
        masked, clean = redact(data, report, mask), not report.identifiers
        if clean:
            return masked
        data, report = masked, scan(masked)
    raise RedactionError("cannot redact: another scan still finds identifiers")
