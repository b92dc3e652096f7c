"""Rows of published data models in JSON and SQL: the names of a record say what it is."""

import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

ROWS = [
    (
        {"person_id": 1207, "gender_concept_id": 8507, "birth_datetime": "1950-02-11T00:00:00"},
        {"1207", "1950-02-11T00:00:00"},
    ),
    (
        {
            "condition_occurrence_id": 1,
            "person_id": 1207,
            "condition_concept_id": 201826,
            "condition_start_date": "2020-01-02",
        },
        {"1207", "2020-01-02"},
    ),
    ({"visit_occurrence_id": 9, "person_id": 1207}, {"1207"}),
    ({"personId": 1207, "measurementConceptId": 3, "measurementDate": "2020-01-02"}, {"1207", "2020-01-02"}),
    ({"subject_id": 1207, "cohort_definition_id": 5, "cohort_start_date": "2020-01-02"}, {"1207", "2020-01-02"}),
    ({"PATID": "P0012", "ENR_START_DATE": "2020-01-02", "CHART": "Y"}, {"P0012", "2020-01-02"}),
    ({"PatID": "P0012", "ADate": "2020-01-02", "EncType": "AV"}, {"P0012", "2020-01-02"}),
    ({"patient_num": "P1207", "concept_cd": "ICD10:E11", "start_date": "2020-01-02"}, {"P1207", "2020-01-02"}),
    ({"subject_id": 10006, "hadm_id": 142345, "admittime": "2020-01-02 10:11:00"}, {"10006", "142345", "2020-01-02 10:11:00"}),
    ({"USUBJID": "ABC-01-007", "STUDYID": "ABC", "RFSTDTC": "2020-01-02"}, {"ABC-01-007", "2020-01-02"}),
]  # fmt: skip


def as_json(row):
    return json.dumps(row).encode()


def as_lines(row):
    return (json.dumps(row) + "\n" + json.dumps(row) + "\n").encode()


def as_list(row):
    return json.dumps({"data": [row]}, indent=1).encode()


def as_sql(row):
    values = ", ".join(f"'{v}'" if isinstance(v, str) else str(v) for v in row.values())
    columns = ", ".join(row)
    return f"INSERT INTO cdm.t ({columns}) VALUES ({values});\n".encode()  # noqa: S608 - a document


def found(data):
    report = phiscan.scan(data)
    return report, {
        data[f.location.start : f.location.end].decode()
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize(("row", "expected"), ROWS, ids=[" ".join(row) for row, _ in ROWS])
@pytest.mark.parametrize("written", [as_json, as_lines, as_list, as_sql])
def test_a_record_of_a_data_model_is_a_patients(written, row, expected):
    report, values = found(written(row))
    assert values == expected
    assert report.verdict is Verdict.PHI
    assert report.media in ("records+json", "sql")


@pytest.mark.parametrize(
    "row",
    [
        {"person_id": 1207, "team": "Sales", "start_date": "2020-01-02"},  # of a company's staff
        {"person_id": 1207, "concept": "logo", "year": 2020},
        {
            "concept_id": 8507,
            "concept_name": "Female",
            "valid_start_date": "2020-01-02",
        },  # a vocabulary
        {"subject_id": 5, "title": "Mathematics", "start": "2020-01-02"},  # of a school
        {"claim_id": 1, "member_id": 0, "paid_date": "2020-01-02"},  # names that many choose
        {"patid": "", "dx": "E11.9"},  # a row without a patient
    ],
)
@pytest.mark.parametrize("written", [as_json, as_sql])
def test_other_records_are_silent(written, row):
    report, values = found(written(row))
    assert report.verdict is not Verdict.PHI
    assert not values


def test_what_the_model_does_not_say_is_read_by_its_label():
    data = as_json({"person_id": 1207, "gender_concept_id": 8507, "ssn": "512-44-9031"})
    assert {"PATIENT_REFERENCE", "US_SOCIAL_SECURITY_NUMBER"} <= {
        f.info_type for f in phiscan.scan(data).findings
    }


def test_masked_records_stay_json_and_are_found_no_more():
    data = as_list(ROWS[1][0])
    masked = phiscan.redact(data, phiscan.scan(data))
    row = json.loads(masked)["data"][0]
    assert (row["person_id"], row["condition_start_date"]) == (0, "XXX")
    assert phiscan.scan(masked).verdict is not Verdict.PHI
