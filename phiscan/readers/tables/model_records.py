"""Rows of published data models outside of tables: objects of JSON, rows of SQL.

    {"person_id": 1207, "condition_concept_id": 201826, "condition_start_date": "2020-01-02"}
    INSERT INTO person (person_id, gender_concept_id, year_of_birth) VALUES (1207, 8507, 1950)

The names of one record's values are its header, and `csv_schemas` says what they mean together.

Cost: a set of names is recognised once. A record costs one look-up.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from phiscan.evidence import Evidence, shown_path
from phiscan.finding import Location, Subject
from phiscan.labelled.records import Labelled
from phiscan.readers.tables.csv_schemas import Columns, recognise

SIGN: Final = (
    r'"(?i:person_?id|patid|patient_?num|patient_?ide|subject_?id|usubjid|desynpuf_?id|bene_?id'
    r"|bene_?mbi_?id|bene_?hic_?num|patient_?unit_?stay_?id|encntr_?id|patient_?sid|pat_?mrn_?id"
    r'|vaers_?id|recip_?id)"\s*:'
)
"""Hyperscan expression for a key by which such a model names its patient in JSON.

matches `"person_id":`, `"PATID" :`, `"personId":`; not `"person":`.
"""
_DETECTOR: Final = "data_model"
_LONGEST: Final = 2000
"""The most values of a record that are looked at together."""


def read_models(values: Iterable[Labelled], evidence: Evidence) -> Iterator[Labelled]:
    """Add what data models say of `values`, and yield the values of which they say nothing."""
    known: dict[tuple[str, ...], Columns] = {}
    for _, items in groupby(values, key=lambda item: item.record):
        yield from _record(list(items), known, evidence)


def _record(
    items: list[Labelled], known: dict[tuple[str, ...], Columns], evidence: Evidence
) -> Iterator[Labelled]:
    names = tuple(item.labels[-1] for item in items[:_LONGEST])
    columns = known.get(names)
    if columns is None:
        columns = known[names] = recognise(names, published_only=True)
    told = False
    for number, item in enumerate(items):
        rule = columns.rules.get(number)
        if rule is None:
            yield item
            continue
        location = Location(shown_path(item.labels), item.start, item.end)
        if evidence.labelled(_DETECTOR, rule, item.value, location, None) and not told:
            told = True
            evidence.add(_DETECTOR, columns.health, location, Subject.PATIENT)
