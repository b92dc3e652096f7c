"""docs/catalogue.schema.json describes the entries that are written: every key, every closed word."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator
from kept_units import PATIENTS, UNITS

from atrest.catalogue import entries
from atrest.exports.names import identifier_of, json_line
from atrest.protection import Shield
from atrest.unit import UnitKind
from phiscan.finding import Likelihood, Subject, Verdict
from phiscan.identifiers import Identifier

SCHEMA = orjson.loads((Path(__file__).parents[2] / "docs" / "catalogue.schema.json").read_bytes())
VALIDATOR = Draft202012Validator(SCHEMA)
ENTRIES = [
    orjson.loads(json_line(entry.to_json(identifier_of(entry.info_type))))
    for kept in UNITS
    for entry in entries(kept)
]


def test_every_entry_fits_and_has_every_key():
    for entry in ENTRIES:
        VALIDATOR.validate(entry)
        assert list(entry) == list(SCHEMA["properties"]) == SCHEMA["required"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("kind", {each.value for each in UnitKind}),
        ("likelihood", {each.name for each in Likelihood}),
        ("subject", {each.value for each in Subject}),
        ("verdict", {each.value for each in Verdict}),
        ("storage", {each.value for each in Shield}),
        ("connection", {each.value for each in Shield}),
        ("identifier", {None, *(each.value for each in Identifier)}),
    ],
)
def test_the_closed_words_are_those_of_the_program(key, words):
    assert set(SCHEMA["properties"][key]["enum"]) == words


@pytest.mark.parametrize(
    "changed", [{"value": "x"}, {"hits": -1}, {"key": "short"}, {"fractionMost": 1.5}]
)
def test_the_schema_refuses_what_no_entry_holds(changed):
    assert not VALIDATOR.is_valid({**ENTRIES[0], **changed})


def test_an_info_type_of_an_organisation_has_no_class():
    (entry,) = [e for e in entries(PATIENTS) if e.column == "mrn"]
    own = replace(entry, info_type="CLINIC_CHART")
    assert own.to_json(identifier_of("CLINIC_CHART"))["identifier"] is None
