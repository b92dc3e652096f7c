"""What a reader yields becomes a profile: the detectors run over batches of rows and documents."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from atrest.profile import Column, Hit, Profile, Shape
from atrest.shapes import shape
from atrest.source import Budget, Document, Item, ReadError, Rows, Sampled, Unread
from atrest.table import HEADER, Batch, batch
from phiscan.engine import Engine
from phiscan.finding import Finding, Gap, ScanReport
from phiscan.identifiers import InfoTypeKind
from phiscan.scanner import Limits
from phiscan.verdict import verdict

BATCH_ROWS: Final = 250
"""Enough rows for the context, few enough for the limits of one scan."""
BATCH_BYTES: Final = 1 << 20
_DECODED: Final = 4
_SECONDS: Final = 60.0
_OF_THE_ROW: Final = frozenset(("PATIENT_RECORD",))
"""InfoTypes that speak of a whole record, and of none of its cells."""


@dataclass(frozen=True, slots=True)
class Detection:
    """The detectors, and the clock by which a scan ends.

    Args:
        engine: the compiled detectors.
        clock: returns seconds and never goes back.
    """

    engine: Engine
    clock: Callable[[], float]

    def scan(self, document: Document, limits: Limits) -> ScanReport:
        """Return the report on one document."""
        scanner = self.engine.scanner(
            content_type=document.content_type,
            content_encoding=document.content_encoding,
            limits=limits,
            clock=self.clock,
        )
        scanner.feed(document.data)
        return scanner.finish(truncated=document.truncated)


def examine(
    items: Iterable[Item], detection: Detection, budget: Budget, beat: Callable[[int, int], None]
) -> Profile:
    """Return the profile of one unit. What fails is counted in it, and nothing is raised.

    Args:
        items: what the reader yields. Its ReadError ends the unit; what came before stays.
        detection: the detectors.
        budget: the same that the reader has.
        beat: called with rows and bytes after each batch and document, for the progress.
    """
    limits = Limits(budget.document_bytes, _DECODED * budget.document_bytes, _SECONDS)
    total = Profile()
    for item in _batches(_until_error(items)):
        match item:
            case Rows():
                part = _rows(batch(item, budget.document_bytes), detection, limits)
            case Document():
                part = _document(item, detection, limits)
            case Sampled(method, _):
                part = Profile(methods=Counter([method.value]))
            case Unread(reason, _):
                part = Profile(unread=Counter([reason.value]))
        total = total + part
        beat(part.rows, part.bytes)
    return total.settled()


def _until_error(items: Iterable[Item]) -> Iterator[Item]:
    try:
        yield from items
    except ReadError as error:
        yield Unread(error.reason)


def _batches(items: Iterable[Item]) -> Iterator[Item]:
    """Cut rows into batches of one size, whatever the pieces in which they were read."""
    head = Rows((), ())
    waiting: list[Sequence[object]] = []
    size = 0
    for item in items:
        if waiting and not (isinstance(item, Rows) and _is_same_table(item, head)):
            yield replace(head, rows=waiting)
            waiting, size = [], 0
        if not isinstance(item, Rows):
            yield item
            continue
        head = item
        for row in item.rows:
            waiting.append(row)
            size += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
            if len(waiting) == BATCH_ROWS or size > BATCH_BYTES:
                yield replace(head, rows=waiting)
                waiting, size = [], 0
    if waiting:
        yield replace(head, rows=waiting)


def _is_same_table(rows: Rows, other: Rows) -> bool:
    return rows.table == other.table and rows.columns == other.columns


def _document(document: Document, detection: Detection, limits: Limits) -> Profile:
    report = detection.scan(document, limits)
    found = _Found(document.data)
    for finding in report.findings:
        found.take(0, "", finding.location.field, finding)
    return Profile(
        documents=1,
        bytes=len(document.data),
        columns={"": found.column("", 1)},
        verdicts=Counter([report.verdict.value]),
        gaps=_gaps([report]),
        media=Counter([report.media]),
    )


def _rows(part: Batch, detection: Detection, limits: Limits) -> Profile:
    """Return the profile of a batch: its CSV, and the cells that are documents."""
    table = detection.scan(Document(part.data, content_type="text/csv"), limits)
    found = _Found(part.data)
    hidden: set[int] = set()
    for finding in table.findings:
        row, column = part.cell_at(finding.location.start)
        if row == HEADER and finding.kind is InfoTypeKind.IDENTIFIER:
            hidden.add(column)
        elif finding.location.start >= 0:
            found.take(row, column, "", finding)
    reports = [table]
    for cell in part.cells:
        report = detection.scan(cell.document, limits)
        reports.append(report)
        inside = found.of(cell.document.data)
        for finding in report.findings:
            inside.take(cell.row, cell.column, finding.location.field, finding)
    return Profile(
        rows=part.rows,
        documents=len(part.cells),
        bytes=len(part.data) + sum(len(cell.document.data) for cell in part.cells),
        columns={
            part.name_of(number, hidden=number in hidden): found.column(number, filled)
            for number, filled in enumerate(part.filled)
        },
        verdicts=Counter([verdict(f for report in reports for f in report.findings).value]),
        gaps=_gaps(reports),
        media=Counter(report.media for report in reports[1:]),
    )


def _gaps(reports: Iterable[ScanReport]) -> Counter[str]:
    return Counter(r.gap.value for r in reports if r.gap not in (Gap.NONE, Gap.PIXELS))


class _Found:
    """The best finding of each row, column, path and infoType.

    Args:
        data: the bytes in which the findings' offsets stand.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._best: dict[tuple[int, int | str, str, str], tuple[Hit, str]] = {}

    def of(self, data: bytes) -> "_Found":
        """Return a view for findings in other bytes. What it takes counts here."""
        other = _Found(data)
        other._best = self._best
        return other

    def take(self, row: int, column: int | str, path: str, finding: Finding) -> None:
        """Count a finding in a cell. One that speaks of a whole record is no cell's."""
        if finding.info_type in _OF_THE_ROW:
            return
        hit = Hit(path, finding.info_type, finding.likelihood, finding.subject, finding.detector)
        key = (row, column, path, finding.info_type)
        known = self._best.get(key)
        if known is None or (hit.likelihood, hit.subject, hit.detector) > (
            known[0].likelihood,
            known[0].subject,
            known[0].detector,
        ):
            start, end = finding.location.start, finding.location.end
            self._best[key] = (hit, shape(self._data[start:end]) if start >= 0 else "")

    def column(self, column: int | str, filled: int) -> Column:
        """Return what one column holds."""
        found = [pair for key, pair in self._best.items() if key[1] == column]
        return Column(
            filled,
            Counter(hit for hit, _ in found),
            Counter(Shape(hit.info_type, masked) for hit, masked in found if masked),
        )
