from dataclasses import replace

import orjson
import pytest
from kept_units import PATIENTS, UNITS

from atrest.exports import open_metadata
from atrest.exports.places import place_of
from atrest.profile import TABLE
from atrest.unit import UnitKind

SERVICES = {"postgres://db.clinic/ehr": "clinic_db"}


def lines(*units, services=SERVICES, **options):
    return [orjson.loads(x) for x in open_metadata.lines(lambda: units, services, **options)]


def test_every_tag_comes_before_the_columns_that_have_it():
    found = lines(*UNITS)
    tags = [each["fqn"] for each in found if "fqn" in each]
    assert tags == ["PHI.DIAGNOSIS", "PHI.MEDICAL_RECORD_NUMBER", "PHI.PERSON_NAME"]
    assert [("fqn" in each) for each in found] == [True] * 3 + [False] * 3
    assert found[0]["tag_request"] == {
        "classification": "PHI",
        "name": "DIAGNOSIS",
        "description": "diagnosis",
    }


def test_a_column_is_suggested_and_never_confirmed():
    assert lines(PATIENTS)[3] == {
        "column_fqn": "clinic_db.ehr.public.patient.mrn",
        "tag_label": {
            "tagFQN": "PHI.MEDICAL_RECORD_NUMBER",
            "source": "Classification",
            "labelType": "Automated",
            "state": "Suggested",
        },
    }


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("postgres://db.clinic/ehr", "public.patient", "clinic_db.ehr.public.patient"),
        ("postgres://other.host/ehr", "public.patient", '"other.host".ehr.public.patient'),
        ("mongodb://db/ehr", "ehr.patient", "db.default.ehr.patient"),
        ("mongodb://db", "ehr.old.visits", 'db.default.ehr."old.visits"'),
        ("sqlite:///var/app.db", "patient", '"app.db"."app.db".default.patient'),
        ("mysql://db", '`ehr`.`odd"table`', "db.default.ehr.odd__reserved__quote__table"),
    ],
)
def test_a_table_has_the_name_of_its_service_database_and_schema(source, name, expected):
    kept = replace(PATIENTS, source=source, name=name)
    assert open_metadata.table_fqn(kept, place_of(kept), SERVICES) == expected


def test_a_column_with_a_dot_is_quoted():
    odd = replace(PATIENTS.profile, columns={"a.b": PATIENTS.profile.columns["mrn"]})
    found = lines(replace(PATIENTS, profile=odd))
    assert found[1]["column_fqn"] == 'clinic_db.ehr.public.patient."a.b"'


def test_what_was_found_in_a_row_as_a_whole_is_of_no_column():
    whole = replace(PATIENTS.profile, columns={TABLE: PATIENTS.profile.columns["mrn"]})
    assert lines(replace(PATIENTS, profile=whole)) == []
    documents = replace(PATIENTS.profile, columns={"": PATIENTS.profile.columns["mrn"]})
    assert lines(replace(PATIENTS, profile=documents, kind=UnitKind.COLLECTION)) == []


def test_documents_have_no_columns():
    assert lines(*UNITS[:3]) == []
    assert len(lines(replace(PATIENTS, kind=UnitKind.COLLECTION))) == 6
