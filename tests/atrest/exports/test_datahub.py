from dataclasses import replace

import orjson
import pytest
from kept_units import EXPORT, PATIENTS, SCAN, UNITS

from atrest.exports import datahub
from atrest.unit import UnitKind


def proposals(*units, **options):
    return orjson.loads("".join(datahub.pieces(units, **options)))


def patch_of(proposal):
    return orjson.loads(proposal["aspect"]["value"])


def test_tags_of_columns_are_added_and_nothing_is_replaced():
    (proposal,) = proposals(PATIENTS)
    assert (proposal["changeType"], proposal["aspectName"]) == ("PATCH", "editableSchemaMetadata")
    assert proposal["aspect"]["contentType"] == "application/json-patch+json"
    assert patch_of(proposal)[0] == {
        "op": "add",
        "path": "/editableSchemaFieldInfo/mrn/globalTags/tags/urn:li:tag:PHI.MEDICAL_RECORD_NUMBER",
        "value": {"tag": "urn:li:tag:PHI.MEDICAL_RECORD_NUMBER"},
    }
    assert {operation["op"] for operation in patch_of(proposal)} == {"add"}


def test_a_document_has_tags_of_its_own():
    (proposal,) = proposals(SCAN)
    assert proposal["aspectName"] == "globalTags"
    assert patch_of(proposal) == {
        "arrayPrimaryKeys": {"tags": ["attribution\u241fsource", "tag"]},
        "patch": [
            {
                "op": "add",
                "path": "/tags//urn:li:tag:PHI.PERSON_NAME",
                "value": {"tag": "urn:li:tag:PHI.PERSON_NAME"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("source", "name", "kind", "expected"),
    [
        ("postgres://db.clinic:5432/ehr", "public.patient", UnitKind.TABLE, "postgres,ehr.public.patient"),
        ("mysql://db", "ehr.patient", UnitKind.TABLE, "mysql,ehr.patient"),
        ("mongodb://db/ehr", "ehr.patient", UnitKind.COLLECTION, "mongodb,ehr.patient"),
        ("sqlite:///var/app.db", "patient", UnitKind.TABLE, "sqlite,/var/app.db.patient"),
        ("s3://archive/2019", "2019/a/b.csv", UnitKind.OBJECT, "s3,archive/2019/a/b.csv"),
        ("gs://archive", "a.csv", UnitKind.OBJECT, "gcs,archive/a.csv"),
        ("file:///data", "a (1),b.csv", UnitKind.FILE, "file,/data/a %281%29%2Cb.csv"),
        ("file:///data/a.csv", "", UnitKind.FILE, "file,/data/a.csv"),
    ],
)  # fmt: skip
def test_a_unit_has_the_urn_that_datahub_gives_its_dataset(source, name, kind, expected):
    kept = replace(PATIENTS, source=source, name=name, kind=kind)
    urn = datahub.urn_of(kept, "PROD")
    assert urn == f"urn:li:dataset:(urn:li:dataPlatform:{expected},PROD)"


def test_a_column_is_escaped_in_its_pointer():
    odd = replace(PATIENTS.profile, columns={"a/b~c": PATIENTS.profile.columns["mrn"]})
    (proposal,) = proposals(replace(PATIENTS, profile=odd))
    assert patch_of(proposal)[0]["path"].startswith("/editableSchemaFieldInfo/a~1b~0c/globalTags/")


def test_the_environment_is_datahubs_fabric():
    (proposal,) = proposals(PATIENTS, environment="DEV")
    assert proposal["entityUrn"].endswith(",DEV)")


def test_a_catalogue_without_tags_is_an_empty_array():
    assert proposals(EXPORT) == []
    assert len(proposals(*UNITS)) == 2
