"""What the generator makes: tables of columns, each with its truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """How a column can be known."""

    USEFUL = "useful name"
    FOREIGN = "foreign name"
    RUN = "concatenated name"
    MISLEADING = "misleading name"
    CODED = "coded name"
    JSON = "JSON in text"
    FHIR = "FHIR in JSON"
    HL7 = "HL7 in text"
    SPARSE = "1 % in free text"
    BARE = "nothing tells"
    """A useless name, and values that could be anything: `c_3` of six digits."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a column of an individual holds.

    Args:
        classes: the identifiers A to R that name it rightly; `+` for health information.
        style: how it can be known.
    """

    classes: str
    style: Style


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: in the header.
        values: one a row.
        truth: what it holds of individuals; None: nothing.
        kind: what the generator meant, for a person who reads the faults.
    """

    name: str
    values: Sequence[object] = field(repr=False)
    truth: Truth | None
    kind: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Args:
        name: of the table.
        columns: at least two, of one length.
        is_phi: whether it is health information about individuals.
    """

    name: str
    columns: tuple[Column, ...]
    is_phi: bool

    def rows(self) -> list[tuple[object, ...]]:
        """Its rows."""
        return list(zip(*(column.values for column in self.columns), strict=True))
