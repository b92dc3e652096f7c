"""JSON in which labels are values."""

import json

import pytest

import phiscan
from phiscan.finding import Verdict


def values(document):
    data = json.dumps(document).encode()
    return {
        (f.info_type, data[f.location.start : f.location.end].decode())
        for f in phiscan.scan(data).findings
        if f.identifier
    }


@pytest.mark.parametrize(
    "document",
    [
        [{"name": "ssn", "value": "512449031"}],
        {"fields": [{"key": "Patient SSN", "val": "512449031"}, {"key": "color", "val": "red"}]},
        {"columns": ["id", "ssn"], "rows": [["1", "512449031"]]},
        {"columns": [{"name": "id"}, {"name": "ssn"}], "data": [["1", "512449031"], ["2", "x"]]},
        [["id", "ssn"], ["1", "512449031"]],
        {"item": [{"text": "Social security number", "answer": [{"valueString": "512449031"}]}]},
    ],
)
def test_a_label_that_is_a_value_names_the_value_beside_it(document):
    assert ("US_SOCIAL_SECURITY_NUMBER", "512449031") in values(document)


def test_the_pairs_of_one_list_are_one_record():
    pairs = [{"name": "name", "value": "Noor Haddad"}, {"name": "dob", "value": "1988-02-29"}]
    assert ("PERSON_NAME", "Noor Haddad") in values(pairs)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([{"name": "replicas", "value": "512449031"}], "another label"),
        ({"columns": ["count", "total"], "rows": [["1", "512449031"]]}, "other columns"),
        ({"rows": [[1, 2], [3, 4]], "columns": []}, "no columns"),
        (
            {
                "name": "ssn",
                "about": "a sentence that is longer than any context window",
                "n": {"x": "512449031"},
            },
            "not beside it",
        ),
    ],
)
def test_a_look_alike_is_no_identifier(document, reason):
    assert phiscan.scan(json.dumps(document).encode()).verdict is Verdict.NONE, reason
