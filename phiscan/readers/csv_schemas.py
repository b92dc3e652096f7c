"""Tables whose columns are published: research data models, claims files and exports, known by the names in their header.

A header like `START,STOP,PATIENT,ENCOUNTER,CODE` or `DESYNPUF_ID,CLM_ID,CLM_FROM_DT` has no label that means anything by itself;
together its columns say which data model they are of, and that says what each is. A row of such a table is about one patient.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from phiscan.readers.csv_models import DATA_MODELS, RULE_OF_KIND
from phiscan.words.labels import Rule

_PLAIN: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header's data model says: the rule of each column by its number, and the health
    information that a row is."""

    rules: Mapping[int, Rule]
    health: str


_NONE: Final = Columns(MappingProxyType({}), "")


def recognise(labels: Sequence[str]) -> Columns:
    """The data model of a table with this header; no columns when it is none that is known."""
    names_in_order = [_PLAIN.sub("", label.lower()) for label in labels]
    present = frozenset(names_in_order)
    for schema, signatures, columns, dates in _COMPILED:
        if any(
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


_COMPILED: Final = tuple(
    (schema, schema.lines(), schema.rules(), re.compile(schema.dates)) for schema in DATA_MODELS
)
