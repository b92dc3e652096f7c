"""HL7 v2 as JSON: each notation in use gives the findings of the message with delimiters."""

import json

import pytest

import phiscan
from phiscan.finding import Coverage, Subject, Verdict

EXPECTED = {
    ("MEDICAL_RECORD_NUMBER", "77120"),
    ("US_SOCIAL_SECURITY_NUMBER", "512449031"),
    ("PERSON_NAME", "SANDOVAL"),
    ("PERSON_NAME", "ROSA"),
    ("DATE_OF_BIRTH", "19441130"),
    ("CITY", "AMES"),
}

BY_TYPE = {
    "ADT_A01": {
        "MSH": [{"MSH.1": ["|"]}],
        "PID": [
            {
                "PID.3": [
                    {"CX.1": ["77120"], "CX.5": ["MR"]},
                    {"CX.1": ["512449031"], "CX.5": ["SS"]},
                ],
                "PID.5": [{"XPN.1": [{"FN.1": ["SANDOVAL"]}], "XPN.2": ["ROSA"]}],
                "PID.7": [{"TS.1": ["19441130"]}],
                "PID.11": [{"XAD.3": ["AMES"]}],
            }
        ],
    }
}
BY_FIELD = {
    "PID": {
        "PID.3": [{"PID.3.1": "77120", "PID.3.5": "MR"}, {"PID.3.1": "512449031", "PID.3.5": "SS"}],
        "PID.5": {"PID.5.1": {"#text": "SANDOVAL"}, "PID.5.2": "ROSA"},
        "PID.7": {"PID.7.1": "19441130"},
        "PID.11": {"PID.11.3": "AMES"},
    }
}
FLAT = {
    "PID-3": ["77120^^^H^MR", "512449031^^^SSA^SS"],
    "PID-5.1": "SANDOVAL",
    "PID-5.2": "ROSA",
    "PID-7": "19441130",
    "PID-11.3": "AMES",
}
NUMBERED = {
    "segments": [
        {"segmentId": "MSH", "fields": {"1": "|"}},
        {
            "segmentId": "PID",
            "fields": {
                "0": "PID",
                "3[0].1": "77120",
                "3[0].5": "MR",
                "3[1].1": "512449031",
                "3[1].5": "SS",
                "5.1": "SANDOVAL",
                "5.2": "ROSA",
                "7": "19441130",
                "11.3": "AMES",
            },
        },
    ]
}


def found(document):
    data = json.dumps(document).encode()
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.coverage) == (
        "hl7v2+json",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    return {
        (f.info_type, data[f.location.start : f.location.end].decode().partition("^")[0])
        for f in report.findings
        if f.identifier and f.subject is Subject.PATIENT
    }


@pytest.mark.parametrize(
    "document", [BY_TYPE, BY_FIELD, FLAT, NUMBERED], ids=["by-type", "by-field", "flat", "numbered"]
)
def test_each_notation_gives_the_fields_of_the_message(document):
    assert found(document) == EXPECTED


def test_a_whole_field_with_its_delimiters_is_read():
    assert ("PERSON_NAME", "SANDOVAL") in found({"PID-5": "SANDOVAL^ROSA"})


def test_fields_of_several_segments_in_one_object_are_told_apart():
    flat = {
        "MSH-9": "ADT^A01",
        "MSH-3": "LAB",
        "PID-3": "77120^^^H^MR",
        "PID-5": "SANDOVAL^ROSA",
        "PV1-19": "V5501",
    }
    assert found(flat) == {
        ("MEDICAL_RECORD_NUMBER", "77120"),
        ("PERSON_NAME", "SANDOVAL"),
        ("ACCOUNT_NUMBER", "V5501"),
    }


def test_two_patients_are_two_segments():
    two = [{"PID": {"PID.5": {"PID.5.1": name}}} for name in ("SANDOVAL", "MORENO")]
    assert {v for _, v in found(two)} == {"SANDOVAL", "MORENO"}


@pytest.mark.parametrize(
    "document",
    [
        {"PID": 4711, "segment": "PID"},  # a process controller
        {"fields": {"5.1": "a version", "3": "two"}},  # no segment is named
        {"MSH": {"MSH.9": "ACK"}, "MSA": {"MSA.1": "AA"}},  # an acknowledgement has no patient
    ],
    ids=["process", "numbers", "acknowledgement"],
)
def test_what_names_no_patients_segment_is_no_message(document):
    report = phiscan.scan(json.dumps(document).encode())
    assert (report.media, report.verdict) == ("json", Verdict.NONE)


def test_a_controllers_parameters_are_no_patients():
    report = phiscan.scan(b'{"PID_1": 0.5, "PID_3": 77120, "PID_5": 1.25, "PID_12": "fast"}')
    assert report.verdict is Verdict.NONE


def test_redaction_leaves_json_without_identifiers():
    data = json.dumps(BY_TYPE).encode()
    masked = phiscan.redact(data, phiscan.scan(data))
    json.loads(masked)
    assert b"SANDOVAL" not in masked
    assert not [f for f in phiscan.scan(masked).findings if f.identifier]
