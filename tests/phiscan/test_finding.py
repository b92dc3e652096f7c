"""A report as JSON: what was found, how sure and where, and no value of the document."""

import json

import pytest

import phiscan
from phiscan.finding import Gap, worse

BODY = b'{"patientName": "Ana Ruiz", "ssn": "536-22-8790", "diagnosis": "E11.9"}'


def test_a_report_as_json_says_what_was_found_and_where():
    report = phiscan.scan(BODY)
    plain = report.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert {key: plain[key] for key in plain if key != "findings"} == {
        "media": "json",
        "parts": [],
        "verdict": "phi",
        "coverage": "COMPLETE",
        "reason": "",
        "unlisted": 0,
        "opaque": [],
        "bytes": len(BODY),
    }
    assert {
        "infoType": "US_SOCIAL_SECURITY_NUMBER",
        "identifier": "G",
        "likelihood": "VERY_LIKELY",
        "detector": "json_key",
        "field": "ssn",
        "start": 36,
        "end": 47,
    } in plain["findings"]
    assert len(plain["findings"]) == len(report.findings)


def test_a_report_as_json_holds_no_value():
    said = json.dumps(phiscan.scan(BODY).to_dict())
    assert all(value not in said for value in ("Ana", "Ruiz", "536", "8790", "E11"))


def test_health_information_has_no_class():
    (found,) = phiscan.scan(b'{"diagnosis": "E11.9"}').to_dict()["findings"]
    assert (found["infoType"], found["identifier"]) == ("DIAGNOSIS", None)


def test_a_gap_has_its_reason():
    plain = phiscan.scan(b'{"a": ').to_dict()
    assert (plain["coverage"], plain["reason"]) == ("UNSCANNABLE", "MALFORMED")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (Gap.NONE, Gap.MALFORMED, Gap.MALFORMED),
        (Gap.MALFORMED, Gap.NONE, Gap.MALFORMED),
        (Gap.MALFORMED, Gap.OVER_LIMIT, Gap.MALFORMED),
        (Gap.PIXELS, Gap.OVER_LIMIT, Gap.OVER_LIMIT),
        # no policy can waive it
        (Gap.MALFORMED, Gap.OUT_OF_TIME, Gap.OUT_OF_TIME),
        (Gap.PIXELS, Gap.OUT_OF_TIME, Gap.OUT_OF_TIME),
        (Gap.OUT_OF_TIME, Gap.MALFORMED, Gap.OUT_OF_TIME),
    ],
)
def test_no_gap_hides_a_worse_one(first, second, said):
    assert worse(first, second) is said
