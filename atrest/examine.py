"""What a reader yields becomes a profile: the detectors run over batches of rows and documents."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from atrest import inference, names
from atrest.batches import in_batches
from atrest.detection import Detection
from atrest.found import Found
from atrest.inference import Label
from atrest.profile import TABLE, Column, Profile
from atrest.source import Budget, Document, Item, ReadError, Rows, Sampled, Unread
from atrest.table import HEADER, Batch, Cell, batch
from phiscan.finding import Finding, Gap, Likelihood, ScanReport
from phiscan.identifiers import InfoTypeKind
from phiscan.scanner import Limits
from phiscan.verdict import verdict
from phiscan.words.given_names import GIVEN_NAMES

_DECODED: Final = 4
_SECONDS: Final = 60.0
_BY_LABEL: Final = "csv_column"
"""The detector of what stands under a label of the header."""
_AS_PROSE: Final = frozenset(("prose", "echo"))
"""Detectors that read a batch as a text, across its cells."""
_HEADS: Final = 25
"""Rows that are scanned under the columns' own names, where others were put in their place."""


def examine(
    items: Iterable[Item], detection: Detection, budget: Budget, beat: Callable[[int, int], None]
) -> tuple[Profile, ReadError | None]:
    """Return the profile of one unit, and the error that ended it.

    Args:
        items: what the reader yields. Its ReadError ends the unit, and is counted as a part that
            was not read; what came before stays.
        detection: the detectors.
        budget: the same that the reader has.
        beat: called with rows and bytes after each batch and document, for the progress.
    """
    limits = Limits(budget.document_bytes, _DECODED * budget.document_bytes, _SECONDS)
    total = Profile()
    headers = _Headers()
    tables: dict[str, str] = {}
    ended: ReadError | None = None
    try:
        for item in in_batches(_shown(items, detection, tables)):
            part = _profile(item, detection, limits, headers)
            total = total + part
            beat(part.rows, part.bytes)
    except ReadError as error:
        ended = error
        total = total + Profile(unread=Counter([error.reason.value]))
    return headers.hide(total).settled(), ended


def _shown(items: Iterable[Item], detection: Detection, tables: dict[str, str]) -> Iterator[Item]:
    """Yield items. A table's name is shown as a unit's is; each is looked at once."""
    for item in items:
        if isinstance(item, Rows) and item.table:
            if item.table not in tables:
                tables[item.table] = names.look(item.table, detection)[0]
            yield replace(item, table=tables[item.table])
        else:
            yield item


def _profile(item: Item, detection: Detection, limits: Limits, headers: "_Headers") -> Profile:
    match item:
        case Rows():
            return _rows(item, detection, limits, headers)
        case Document():
            return _document(item, detection, limits)
        case Sampled(method, _):
            return Profile(methods=Counter([method.value]))
        case Unread(reason, _):
            return Profile(unread=Counter([reason.value]))


def _document(document: Document, detection: Detection, limits: Limits) -> Profile:
    report = detection.scan(document, limits)
    found = Found(document.data)
    for finding in report.findings:
        found.take(0, "", finding.location.field, finding)
    return Profile(
        documents=1,
        bytes=len(document.data),
        columns={"": found.column("", 1, 1, 1)},
        verdicts=Counter([report.verdict.value]),
        gaps=_gaps([report]),
        media=Counter([report.media]),
    )


def _rows(rows: Rows, detection: Detection, limits: Limits, headers: "_Headers") -> Profile:
    """Return the profile of a batch: its CSV, and the cells that are documents."""
    part, table = _table(rows, detection, limits, headers)
    found = Found(part.data)
    for finding in table.findings:
        row, column = part.cell_at(finding.location.start)
        if not _is_of_one_cell(part, finding):
            found.take(0, TABLE, finding.location.field, finding)
        elif row != HEADER:
            found.take(row, column, "", finding)
    reports = [table]
    for cell, report in _documents(part, detection, limits):
        reports.append(report)
        inside = found.of(cell.document.data)
        for finding in report.findings:
            inside.take(cell.row, cell.column, finding.location.field, finding)
    return Profile(
        rows=part.rows,
        documents=len(part.cells),
        bytes=len(part.data) + sum(len(cell.document.data) for cell in part.cells),
        columns=_columns(part, found),
        verdicts=Counter([verdict(f for report in reports for f in report.findings).value]),
        gaps=_gaps(reports),
        media=Counter(report.media for report in reports[1:]),
    )


def _table(
    rows: Rows, detection: Detection, limits: Limits, headers: "_Headers"
) -> tuple[Batch, ScanReport]:
    """Return rows as CSV whose header says what the columns hold, and the report on it."""
    labels = inference.labels(rows.columns, rows.rows)
    part = batch(rows, limits.body, {number: label.text for number, label in labels.items()})
    report = detection.scan(Document(part.data, content_type="text/csv"), limits)
    if not labels:
        headers.look(part, report.findings)
    elif headers.is_new(part):
        own = batch(replace(rows, rows=rows.rows[:_HEADS]), limits.body)
        plain = detection.scan(Document(own.data, content_type="text/csv"), limits)
        headers.look(own, plain.findings)
    return part, replace(report, findings=tuple(_told(part, report.findings, labels)))


def _documents(
    part: Batch, detection: Detection, limits: Limits
) -> Iterator[tuple[Cell, ScanReport]]:
    """Yield the cells that are documents. Equal ones are read once."""
    known: dict[Document, ScanReport] = {}
    for cell in part.cells:
        if cell.document not in known:
            known[cell.document] = detection.scan(cell.document, limits)
        yield cell, known[cell.document]


def _is_of_one_cell(part: Batch, finding: Finding) -> bool:
    """Whether a finding stands in one cell. What is decoded as a whole has the range of it all."""
    start, end = finding.location.start, finding.location.end
    return start >= 0 and part.cell_at(end - 1) == part.cell_at(start)


def _columns(part: Batch, found: Found) -> dict[str, Column]:
    columns = {
        part.name_of(number): found.column(number, part.rows, filled, texts)
        for number, (filled, texts) in enumerate(zip(part.filled, part.texts, strict=True))
    }
    whole = found.column(TABLE, part.rows, part.rows, 0)
    return columns | {TABLE: whole} if whole.hits else columns


def _told(
    part: Batch, findings: Iterable[Finding], labels: Mapping[int, Label]
) -> Iterator[Finding]:
    """Yield findings: those under a label that was put there as what it was chosen by.

    A batch reads like prose to the detectors of names. One word that fills a cell is no name just
    because a person stands in the next cell: `EHR`, `ORD-684408`.
    """
    for finding in findings:
        row, column = part.cell_at(finding.location.start)
        label = labels.get(column)
        if finding.detector in _AS_PROSE and not _is_of_prose(part, row, column):
            continue
        if label is None or not label.detector or finding.detector != _BY_LABEL:
            yield finding
        else:
            likelihood = min(finding.likelihood, Likelihood.LIKELY)
            yield finding._replace(detector=label.detector, likelihood=likelihood)


def _is_of_prose(part: Batch, row: int, column: int) -> bool:
    """Whether the cell has several words, or is a given name."""
    cell = part.text_at(row, column).strip(b' "\r\n')
    return b" " in cell or cell.decode("utf-8", "replace").lower() in GIVEN_NAMES


@dataclass(slots=True)
class _Headers:
    """The names of columns that are values themselves: those of a pivoted table.

    They are shown as `column 3`. A name that was found to be one in any batch is hidden in all.
    """

    seen: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)

    def is_new(self, part: Batch) -> bool:
        """Whether no batch of this table was looked at."""
        return (part.table, part.columns) not in self.seen

    def look(self, part: Batch, findings: Iterable[Finding]) -> None:
        """Take what was found in a header that has the columns' own names."""
        self.seen.add((part.table, part.columns))
        for finding in findings:
            row, column = part.cell_at(finding.location.start)
            is_name = row == HEADER and _is_of_one_cell(part, finding)
            if is_name and finding.kind is InfoTypeKind.IDENTIFIER:
                self.hidden[part.name_of(column)] = part.number_of(column)

    def hide(self, profile: Profile) -> Profile:
        """Return a profile without those names."""
        columns: dict[str, Column] = {}
        for name, column in profile.columns.items():
            shown = self.hidden.get(name, name)
            columns[shown] = columns.get(shown, Column()) + column
        return replace(profile, columns=columns)


def _gaps(reports: Iterable[ScanReport]) -> Counter[str]:
    return Counter(r.gap.value for r in reports if r.gap not in (Gap.NONE, Gap.PIXELS))
