"""Results of AQL queries: a column's path says what its cells are."""

import json

import pytest

import phiscan
from phiscan.finding import Subject, Verdict

QUERY = (
    "SELECT e/ehr_id/value, c/context/start_time/value AS seen, c/name, "
    "c/uid/value, c/composer/name AS who, o/data[at0001, 'a, b']/items[at0002]/value/value as dob "
    "FROM EHR e CONTAINS COMPOSITION c"
)
ROW = [
    "81433066-c417",
    "2017-02-16T13:50:11+01:00",
    {"_type": "DV_TEXT", "value": "Labs"},
    "9091::clinic::1",
    "Kwame Osei",
    "1950-02-11",
]
EXPECTED = {
    ("MEDICAL_RECORD_NUMBER", "81433066-c417"),
    ("SERVICE_DATE", "2017-02-16T13:50:11+01:00"),
    ("UNIQUE_CODE", "9091::clinic::1"),
    ("DATE_OF_BIRTH", "1950-02-11"),
}


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    return report, {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


def columns():
    paths = ["/ehr_id/value", "/context/start_time/value", "/name", "/uid/value", "/composer/name"]
    named = [{"name": f"#{n}", "path": path} for n, path in enumerate(paths)]
    return [*named, {"path": "/data[at0001]/items[at0002]/value/value", "name": "dob"}]


@pytest.mark.parametrize(
    "document",
    [
        {"q": QUERY, "columns": columns(), "rows": [ROW]},
        {"columns": columns(), "rows": [ROW]},
        {"q": QUERY, "rows": [ROW]},
        {"meta": {"_executed_aql": QUERY}, "rows": [ROW]},
        {
            "aql": QUERY,
            "resultSet": [
                dict(zip(["#0", "seen", "#2", "#3", "who", "dob"], ROW, strict=True)),
            ],
        },
    ],
    ids=["paths and query", "paths", "query", "query in meta", "rows as objects"],
)
def test_a_path_says_what_its_column_holds(document):
    report, values = found(document)
    assert values == EXPECTED
    assert (report.media, report.verdict) == ("openehr+json", Verdict.PHI)


@pytest.mark.parametrize(
    "document",
    [
        {"q": QUERY},  # a query that has not been answered
        {"q": QUERY, "columns": columns(), "rows": []},  # nobody matched
        {"q": "SELECT * FROM users", "rows": [["a", 1]]},  # another query language
        {"op": "replace", "path": "/items/value", "value": "2020-01-02"},  # a JSON Patch
    ],
)
def test_without_rows_a_query_is_nobodys(document):
    report, values = found(document)
    assert report.verdict is Verdict.NONE
    assert not values


def test_a_count_names_nobody():
    document = {"q": "SELECT count(e/ehr_id/value) FROM EHR e", "rows": [[512]]}
    assert found(document)[0].verdict is Verdict.HEALTH
