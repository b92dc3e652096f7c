"""Redaction with a proof: a second scan of the masked document must find no identifier.

Masking one value can uncover another. For example, a text after a label may be too long for a phone
number until its tail is masked. So the findings of the second scan are masked too, for a few
rounds. A document that still has identifiers after that is not returned.

A year with the first of January is a date, and a scan finds it. So what lies within a mask that
this module made, and that shows a part of a value, does not count.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from phiscan.finding import Finding, ScanReport
from phiscan.redaction.edits import Masked, RedactionError
from phiscan.redaction.masks import PLAIN, Masks
from phiscan.redaction.redact import individuals, masked
from phiscan.verdict import verdict

_ROUNDS: Final = 4
"""The most times that a document is masked and scanned again."""


def mask_until(
    data: bytes,
    report: ScanReport,
    mask: Callable[[bytes, ScanReport], Masked],
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
        The masked document, and the report of the scan of it without what the masks show.

    Raises:
        RedactionError: `mask` or `passes` raised it, or the document does not pass after four
            rounds.
    """
    shown: tuple[tuple[int, int], ...] = ()
    for _ in range(_ROUNDS):
        done = mask(data, report)
        data, shown = done.data, (*done.moved(shown), *done.shown)
        report = _without(scan(data), shown)
        if passes(report):
            return data, report
    raise RedactionError("cannot redact: another scan still finds identifiers")


def _without(report: ScanReport, shown: Collection[tuple[int, int]]) -> ScanReport:
    """Return the report without the findings that lie within these ranges."""
    if not shown:
        return report
    ends = dict(sorted(shown))
    starts = list(ends)

    def is_left(finding: Finding) -> bool:
        _, start, end = finding.location
        before = bisect_right(starts, start) - 1
        return before < 0 or start < 0 or ends[starts[before]] < end

    found = tuple(filter(is_left, report.findings))
    providers = tuple(filter(is_left, report.providers))
    return replace(
        report, findings=found, providers=providers, verdict=verdict((*found, *providers))
    )


def redact_proven(
    data: bytes, report: ScanReport, scan: Callable[[bytes], ScanReport], masks: Masks = PLAIN
) -> bytes:
    """Mask every identifier of an individual, so that another scan finds none.

    Args:
        data: the document.
        report: the report of a scan of `data`.
        scan: scans a document in the same way as `data` was scanned.
        masks: the form of each infoType.

    Raises:
        RedactionError: `redact` raised it, the masked document cannot be scanned whole, or the
            scan still finds identifiers after four rounds.
    """

    def mask(data: bytes, report: ScanReport) -> Masked:
        return masked(data, report, individuals(report), masks)

    if report.identifiers:
        data, report = mask_until(data, report, mask, scan, lambda found: not found.identifiers)
    # this masks credentials, which are not identifiers, and refuses an incomplete scan
    return mask(data, report).data
