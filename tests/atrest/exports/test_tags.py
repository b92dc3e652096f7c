from dataclasses import replace

from kept_units import EXPORT, PATIENTS, SCAN, UNITS

from atrest.exports.tags import tag_of, tagged
from atrest.profile import TABLE
from atrest.unit import UnitKind


def test_a_table_has_tags_by_column_and_a_document_tags_of_its_own():
    assert [(unit.kept.name, unit.columns) for unit in tagged(UNITS)] == [
        ("scans/letter.pdf", (("", ("PERSON_NAME",)),)),
        (
            "public.patient",
            (("mrn", ("MEDICAL_RECORD_NUMBER",)), ("note", ("DIAGNOSIS", "PERSON_NAME"))),
        ),
    ]


def test_a_masked_name_is_no_name_that_another_catalogue_knows():
    assert list(tagged([EXPORT])) == []
    (unit,) = tagged([replace(EXPORT, name="2019/export.csv")])
    assert unit.columns == (("", ("PERSON_NAME", "PHONE_NUMBER")),)


def test_look_alikes_are_tagged_only_when_everything_is_asked_for():
    (unit,) = tagged([PATIENTS], everything=True)
    assert "US_SOCIAL_SECURITY_NUMBER" in dict(unit.columns)["note"]


def test_a_collection_has_columns():
    (unit,) = tagged([replace(PATIENTS, kind=UnitKind.COLLECTION)])
    assert [column for column, _ in unit.columns] == ["mrn", "note"]
    (unit,) = tagged([replace(PATIENTS, kind=SCAN.kind)])
    assert [column for column, _ in unit.columns] == [""]


def test_what_was_found_in_a_row_as_a_whole_is_a_tag_of_the_table():
    columns = {**PATIENTS.profile.columns, TABLE: PATIENTS.profile.columns["mrn"]}
    (unit,) = tagged([replace(PATIENTS, profile=replace(PATIENTS.profile, columns=columns))])
    assert unit.columns[0] == ("", ("MEDICAL_RECORD_NUMBER",))


def test_a_tag_stands_below_its_classification():
    assert tag_of("PERSON_NAME") == "PHI.PERSON_NAME"
