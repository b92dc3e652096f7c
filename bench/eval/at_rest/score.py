"""Compares what is said of columns with their truth."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bench.eval.at_rest.made import Column, Style, Table, Truth
from bench.eval.score import Ratio

Said = Mapping[str, Collection[str]]
"""For each column that is said to hold something of an individual: the classes A to R, or `+`."""


@dataclass(slots=True)
class Score:
    """What one tool said of all tables.

    Args:
        recall: columns of individuals that are said to hold something, by style.
        right: of those, how many by the right class.
        precision: columns that are said to hold something, and do.
        tables: tables called PHI, that are.
        whole: tables that are PHI, and are called so.
        faults: for a person who looks for their causes.
    """

    recall: defaultdict[Style, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    right: defaultdict[Style, Ratio] = field(default_factory=lambda: defaultdict(Ratio))
    precision: Ratio = field(default_factory=Ratio)
    tables: Ratio = field(default_factory=Ratio)
    whole: Ratio = field(default_factory=Ratio)
    faults: list[str] = field(default_factory=list)

    def take(self, table: Table, said: Said, *, is_phi: bool | None = None) -> None:
        """Count one table.

        Args:
            table: with its truth.
            said: of its columns.
            is_phi: whether the table is called PHI; None: the tool does not say.
        """
        for column in table.columns:
            found = said.get(column.name, ())
            if found:
                self.precision.count(column.truth is not None)
            if column.truth is not None:
                self._take(table, column, column.truth, found)
            elif found:
                self._fault("false", table, column, found)
        if is_phi is not None:
            self._call(table, is_phi=is_phi)

    def _call(self, table: Table, *, is_phi: bool) -> None:
        """Count what a table is called."""
        if is_phi:
            self.tables.count(table.is_phi)
        if table.is_phi:
            self.whole.count(is_phi)
        if is_phi is not table.is_phi:
            self.faults.append(f"{'false' if is_phi else 'missed'} table {table.name}")

    def _take(self, table: Table, column: Column, truth: Truth, found: Collection[str]) -> None:
        """Count a column of individuals."""
        is_right = bool(set(found) & set(truth.classes))
        self.recall[truth.style].count(bool(found))
        if found:
            self.right[truth.style].count(is_right)
        if not is_right:
            self._fault("wrong" if found else "missed", table, column, found)

    def _fault(self, what: str, table: Table, column: Column, found: Collection[str]) -> None:
        classes = "".join(sorted(found))
        self.faults.append(f"{what} {column.kind}: {table.name}.{column.name} {classes}".strip())
