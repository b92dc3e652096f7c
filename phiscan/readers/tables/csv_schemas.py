"""Recognises tables of published data models (research, claims, exports) by their header.

In a header like `START,STOP,PATIENT,ENCOUNTER,CODE` or `DESYNPUF_ID,CLM_ID,CLM_FROM_DT`, no label
means anything by itself. Together, the labels identify the data model, and the data model says what
each column holds. A row of such a table is about one patient.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phiscan.readers.tables.csv_models import DATA_MODELS, RULE_OF_KIND
from phiscan.words.labels import Rule

_PLAIN: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Columns:
    """What the data model of a header says.

    Args:
        rules: rules by column number. A column without a rule is missing.
        health: the infoType of a row, or empty when the data model is not known.
    """

    rules: Mapping[int, Rule]
    health: str


_NONE: Final = Columns(MappingProxyType({}), "")


def recognise(labels: Sequence[str], *, published_only: bool = False) -> Columns:
    """Return what the data model of this header says. Without a known model, there are no rules.

    Args:
        labels: the names of the columns.
        published_only: whether names that organisations commonly choose count too. A table has few
            other names, but an object may be anything.
    """
    names_in_order = [_PLAIN.sub("", label.lower()) for label in labels]
    present = frozenset(names_in_order)
    if _FIRST.keys().isdisjoint(present):
        return _NONE  # nearly every row that is no header
    for number in sorted({n for name in present for n in _FIRST.get(name, ())}):
        schema, signatures, columns, dates = _COMPILED[number]
        if (schema.is_published or not published_only) and any(
            all(not names.isdisjoint(present) for names in signature) for signature in signatures
        ):
            rules = {
                n: rule
                for n, name in enumerate(names_in_order)
                if (rule := columns.get(name)) is not None
            }
            days = {
                n: RULE_OF_KIND["date"]
                for n, name in enumerate(names_in_order)
                if n not in rules and dates.fullmatch(name)
            }
            return Columns({**rules, **days}, schema.health)
    return _NONE


def is_column(name: str) -> bool:
    """Whether a published data model has a column with this name."""
    plain = _PLAIN.sub("", name.lower())
    return plain in _COLUMNS or any(
        dates.fullmatch(plain) for schema, _, _, dates in _COMPILED if schema.is_published
    )


_COMPILED: Final = tuple(
    (schema, schema.lines(), schema.rules(), re.compile(schema.dates)) for schema in DATA_MODELS
)


def _by_first_names() -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for number, (_, signatures, *_) in enumerate(_COMPILED):
        for name in {name for signature in signatures for name in signature[0]}:
            numbers.setdefault(name, []).append(number)
    return numbers


_FIRST: Final = _by_first_names()
"""The numbers of the models by the names of columns of which each header of a model has one."""
_COLUMNS: Final = frozenset(
    name
    for schema, signatures, columns, _ in _COMPILED
    if schema.is_published
    for name in (*columns, *(name for names in signatures for each in names for name in each))
)
"""The plain names that signatures and rules of published models have."""
