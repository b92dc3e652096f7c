"""Whether the first row of a table is its header.

A row that is no header must not be taken for one: its cells would be kept as names of columns.
"""

import re
from collections.abc import Sequence
from typing import Final

from phiscan.labelled.label_steps import rule_of

FEWEST_COLUMNS: Final = 2
FEWEST_ROWS: Final = 3
# matches `c_17`, `patient.mrn`, `ADDR1`; not `Ana Ruiz`, `{"n": 0`, `^~\&`
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w.$#-]{0,62}")
# matches `-1.5`, `1958-03-14 10:00`, `12/31/99`; not `A12`
_NUMBER: Final = re.compile(r"[-+(]?\d[\d.,:/ T+)Z-]*")
_MOST: Final = 0.9
_TELLING: Final = 2
"""So many labels make a header of any row. A single one may be a value: `Ruiz, Ana, Address`."""


def is_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether `first` names the columns of `rows`.

    It does when two of its cells are labels that the detectors know. Otherwise one of them is, or
    all look like names that a program gave, above at least one column of numbers or dates.

    Args:
        first: the cells of the first row.
        rows: some rows below it.
    """
    names = [name.strip() for name in first]
    if len(names) < FEWEST_COLUMNS or len(set(names)) < len(names) or not all(names):
        return False
    if any(_NUMBER.fullmatch(name) or name[0] in "{[<\"'^" for name in names):
        return False
    labels = sum(rule_of(name) is not None for name in names)
    if labels >= _TELLING:
        return True
    return bool(labels or all(map(_IDENTIFIER.fullmatch, names))) and any(
        _is_of_numbers([row[column] for row in rows if column < len(row)])
        for column in range(len(names))
    )


def _is_of_numbers(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in filled)
    return bool(filled) and numbers >= _MOST * len(filled)
