"""What was found in a batch: of each cell, path and infoType the best finding."""

from collections import Counter
from typing import Final

from atrest.profile import Column, Hit, Shape, rank
from atrest.shapes import shape
from phiscan.finding import Finding

_OF_THE_ROW: Final = frozenset(("PATIENT_RECORD",))
"""InfoTypes that speak of a whole record, and of none of its cells."""


class Found:
    """The best finding of each row, column, path and infoType.

    Args:
        data: the bytes in which the findings' offsets stand.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._best: dict[tuple[int, int | str, str, str], tuple[Hit, str]] = {}

    def of(self, data: bytes) -> "Found":
        """Return a view for findings in other bytes. What it takes counts here."""
        other = Found(data)
        other._best = self._best
        return other

    def take(self, row: int, column: int | str, path: str, finding: Finding) -> None:
        """Count a finding in a cell. One that speaks of a whole record is no cell's."""
        if finding.info_type in _OF_THE_ROW:
            return
        hit = Hit(path, finding.info_type, finding.likelihood, finding.subject, finding.detector)
        key = (row, column, path, finding.info_type)
        known = self._best.get(key)
        if known is None or rank(hit) > rank(known[0]):
            start, end = finding.location.start, finding.location.end
            self._best[key] = (hit, shape(self._data[start:end]) if start >= 0 else "")

    def column(self, column: int | str, rows: int, filled: int, texts: int) -> Column:
        """Return what one column holds."""
        found = [pair for key, pair in self._best.items() if key[1] == column]
        return Column(
            rows,
            filled,
            Counter(hit for hit, _ in found),
            Counter(Shape(hit.info_type, masked) for hit, masked in found if masked),
            texts,
        )
