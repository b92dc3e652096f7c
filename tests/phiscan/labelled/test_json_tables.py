"""JSON in which labels are values: tables in every envelope, and lists that are none."""

import json

import pytest
from envelopes import ENVELOPES, LINES, ROW

import phiscan
from phiscan.finding import Coverage, Verdict


def values(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
        if f.identifier
    }


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ENVELOPES)
def test_a_row_is_read_by_its_columns_in_every_envelope(name, indent):
    data = json.dumps(ENVELOPES[name], indent=indent).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    masked = phiscan.redact(data, report)
    assert not [value for value in ROW[:2] if value.encode() in masked]
    json.loads(masked)


def test_lines_of_arrays_are_a_table_with_a_header_row():
    assert ("PERSON_NAME", "Maria Lindqvist") in values(LINES)
    assert ("US_SOCIAL_SECURITY_NUMBER", "602118391") in values(LINES)


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["id", "ssn"], "rows": [["1", "512449031"]]},
        {"columns": [{"name": "id"}, {"name": "ssn"}], "data": [["1", "512449031"], ["2", "x"]]},
        [["id", "ssn"], ["1", "512449031"]],
        {"odd": {"heads": ["id", "ssn"]}, "even": {"deep": {"bodies": [[1, 512449031]]}}},
        {"columns": ["größe", "ssn"], "rows": [["1", "512449031"]]},
        {"columns": ["id", "ssn", "a"], "rows": [["1", "512449031", {"any": ["thing"]}]]},
        {"columns": ["id", "a", "ssn"], "rows": [["1", {"any": {}}, "512449031"]]},
        {"columns": ["id", "a", "ssn"], "rows": [["1", [], "512449031"]]},
    ],
)
def test_a_cell_has_the_label_of_its_place(document):
    assert ("US_SOCIAL_SECURITY_NUMBER", "512449031") in values(document)


def test_an_escaped_label_is_read_too():
    data = b'{"columns": ["id", "\\u0073sn"], "rows": [["1", "512449031"]]}'
    assert ("US_SOCIAL_SECURITY_NUMBER", "512449031") in values(data)


def test_a_row_is_a_record_and_a_table_of_patients_is_about_patients():
    by_row = {"columns": ["name", "dob"], "rows": [["Noor Haddad", "1988-02-29"], ["lamp", ""]]}
    assert values(by_row) == {("PERSON_NAME", "Noor Haddad"), ("DATE_OF_BIRTH", "1988-02-29")}
    named = {"table": "patients", "columns": ["id", "name"], "rows": [["77123", "Noor Haddad"]]}
    assert values(named) == {
        ("MEDICAL_RECORD_NUMBER", "77123"),
        ("PERSON_NAME", "Noor Haddad"),
    }


def test_each_row_has_the_nearest_header():
    result = [
        {"columns": ["ssn", "x"], "rows": [["512449031", "Ana"]]},
        {"columns": ["x", "first_name"], "rows": [["602118391", "Noor"]]},
    ]
    assert values(result) == {
        ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
        ("PERSON_NAME", "Noor"),
    }


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"columns": ["count", "total"], "rows": [["1", "512449031"]]}, "other columns"),
        ({"rows": [[1, 2], [3, 4]], "columns": []}, "no columns"),
        (
            {"columns": ["name", "id", "status"], "rows": [["web-1", "4471992", "up"]]},
            "a table of machines has a name and an id, and nobody's",
        ),
        (
            {"unique_together": [["first_name", "last_name"], ["email", "status"]]},
            "a schema names columns, and its rows are columns too",
        ),
        (
            {"columns": ["First name", "Last name"], "buttons": ["Save", "Cancel"]},
            "two lists of one length",
        ),
        (
            {"required": ["email", "phone"], "items": [{"id": 1, "tags": ["a", "b"]}]},
            "the lists of records are no rows",
        ),
        (
            {"a": {"b": {"c": {"d": {"e": {"f": ["first_name", "x"]}}}}}, "z": [["Noor", "Y"]]},
            "the labels stand too far away",
        ),
        ({"columns": ["first_name", "x"], "rows": [["Noor", "Y", "Z"]]}, "another number of cells"),
        (
            {"columns": ["lat", "count"], "rows": [["40.7128", 3], ["41.8781", 5]]},
            "places where nobody lives",
        ),
        ({"series": [{"columns": ["time", "name"], "values": [[1, "cpu"]]}]}, "metrics"),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.NONE, reason


def test_the_first_label_of_a_header_is_not_that_of_the_last_column():
    table = [["LAST_NAME", "DOB", "DIAGNOSIS"], ["Haddad", "2000-08-28", "J44.1"]]
    assert values(table) == {("PERSON_NAME", "Haddad"), ("DATE_OF_BIRTH", "2000-08-28")}
