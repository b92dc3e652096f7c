"""A health document is read although a program printed it as its own language writes objects."""

import datetime
import json

import pytest

import phiscan
from phiscan.embedded import printed_json
from phiscan.finding import Coverage, Verdict
from tests.phiscan.embedded.cut import NODE

PATIENT = {
    "resourceType": "Patient",
    "active": True,
    "deceasedBoolean": None,
    "name": [{"family": "O'Sandoval", "given": ("Rosa",)}],
    "birthDate": datetime.date(1961, 4, 12),
}
RUBY = (
    '{"resourceType"=>"Patient", :active=>true, "deceasedBoolean"=>nil,'
    ' "name"=>[{"family"=>"O\'Sandoval", "given"=>["Rosa"]}], "birthDate"=>"1961-04-12"}'
)
PRINTED = {
    "python": repr(PATIENT),
    "node": NODE.replace("'Sandoval'", '"O\'Sandoval"'),
    "ruby": RUBY,
}


@pytest.mark.parametrize(
    "around",
    ["{}", "2024-01-02 10:00:00 INFO can't save {} now\n", "a {{b}} {}", "JSON"],
    ids=["alone", "in a log", "behind brackets", "in a string of JSON"],
)
@pytest.mark.parametrize("printed", PRINTED)
def test_a_printed_resource_is_read_and_masked(printed, around):
    text = PRINTED[printed]
    data = (
        json.dumps({"message": f"got {text}"}) if around == "JSON" else around.format(text)
    ).encode()
    report = phiscan.scan(data)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    found = {data[f.location.start : f.location.end].decode() for f in report.findings}
    assert "O'Sandoval" in found
    assert found & {"1961-04-12", "datetime.date(1961, 4, 12)"}
    assert b"Sandoval" not in phiscan.redact(data, report)


def test_a_printed_resource_that_is_cut_off_is_read_as_far_as_it_goes():
    assert phiscan.scan(f"got {PATIENT!r}"[:-30].encode()).verdict is Verdict.PHI


def test_escapes_within_a_literal_are_decoded_and_keep_their_place():
    data = rb"{'resourceType': 'Patient', 'name': [{'text': 'Jos\xe9 \"Pepe\" Ruiz\n'}]}"
    (found,) = printed_json.find(data)
    assert json.loads(found.data)["name"][0]["text"] == 'José "Pepe" Ruiz\n'
    at = found.data.index(b"Ruiz")
    assert data[slice(*found.origin.origin(at, at + 4))] == b"Ruiz"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("type Patient = { resourceType: string, name: string }", "a type and no value"),
        ("{'type': 'Patient', 'name': 'x'}", "no sign of a health format"),
        ("the field 'resourceType': see FHIR", "no bracket"),
        ('{"resourceType": "Patient"}', "JSON, which its reader reads"),
    ],
)
def test_other_texts_are_no_printed_resources(text, reason):
    assert [found for found in printed_json.find(text.encode()) if found] == [], reason
