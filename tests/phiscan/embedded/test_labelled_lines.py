"""A string of JSON with labelled lines is read by its labels, and other strings are not."""

import json

import pytest

import phiscan
from phiscan.embedded import labelled_lines
from phiscan.finding import Verdict

RECORD = (
    "record:\n  fname: 'Graciela'\n  lname: 'Yirfierhies'\n  homePhone: '919-555-0142'\n"
    "  testResult: 'Leukocytes 8.4 10*3/uL'\n"
)


def in_json(text):
    return json.dumps({"messageId": 17, "body": text}).encode()


@pytest.mark.parametrize(
    "text",
    [
        RECORD,
        "fullName: Bondarenko, Omar\npostcode: 81510\nprimaryDiagnosis: C50.911",
        "Received:\n- patient-first-name: Mercedes\n- lab-result: Glucose 66 mg/dL\n",
        'say "hi"\nssn: 541-27-8860\nprimary diagnosis: E11.9',
    ],
)
def test_a_text_of_labelled_lines_has_the_verdict_of_its_own(text):
    alone = phiscan.scan(text.encode())
    assert alone.verdict is Verdict.PHI
    assert phiscan.scan(in_json(text)).verdict is Verdict.PHI
    assert phiscan.scan(json.dumps([{"a": 1}, {"log": text, "b": "c"}]).encode()).verdict is (
        Verdict.PHI
    )


def test_single_values_are_masked():
    data = in_json(RECORD)
    masked = json.loads(phiscan.redact(data, phiscan.scan(data)))["body"]
    assert "Graciela" not in masked
    assert "919-555-0142" not in masked
    assert "fname: " in masked


@pytest.mark.parametrize(
    "text",
    [
        "dob: 1961-04-02",  # one line: the detectors read it
        "name: build\non: push\njobs: test",  # keys of a program, which name nobody
        "ssn: string\nhttp://x.test/a: b",  # one label with a meaning
    ],
)
def test_other_strings_are_no_documents(text):
    assert not any(labelled_lines.find(in_json(text)))


def test_a_string_that_does_not_end_ends_the_search():
    assert list(labelled_lines.find(rb'{"a": "x\nssn: 1\ndob: 2')) == []
