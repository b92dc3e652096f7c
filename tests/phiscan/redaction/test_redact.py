"""Redaction: values are gone, the document still parses in the same encoding, the rest stays."""

import gzip
import json

import pytest

import phiscan
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES
from phiscan.redaction import dates
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.redact import masked, redact


def only(data, info_type):
    report = phiscan.scan(data)
    return masked(data, report, [f for f in report.findings if f.info_type == info_type]).data


RECORD = {
    "patient": {"firstName": "Ilse", "lastName": "Brandt", "ssn": 512449031, "dob": "1950-07-01"},
    "diagnosis": "E11.9",
    "visits": 3,
    "note": "Ilse Brandt called.\nPhone 515-234-8890 \u00e9",
}


def test_json_stays_json_and_numbers_stay_numbers():
    data = json.dumps(RECORD).encode()
    result = json.loads(redact(data, phiscan.scan(data)))
    assert result["patient"] == {"firstName": "XXX", "lastName": "XXX", "ssn": 0, "dob": "XXX"}
    assert (result["visits"], result["diagnosis"]) == (3, "E11.9")


def test_what_the_structure_named_is_masked_in_free_text_too():
    data = json.dumps(RECORD).encode()
    assert "Brandt" not in redact(data, phiscan.scan(data)).decode()


def test_redacted_then_scanned_holds_no_identifier():
    data = json.dumps(RECORD).encode()
    assert phiscan.scan(redact(data, phiscan.scan(data))).verdict is Verdict.HEALTH


def test_only_the_asked_infotypes_are_masked():
    data = json.dumps(RECORD).encode()
    patient = json.loads(only(data, "US_SOCIAL_SECURITY_NUMBER"))["patient"]
    assert (patient["ssn"], patient["lastName"]) == (0, "Brandt")


def test_the_content_coding_is_kept():
    data = gzip.compress(json.dumps(RECORD).encode())
    result = redact(data, phiscan.scan(data, content_encoding="gzip"))
    assert json.loads(gzip.decompress(result))["patient"]["lastName"] == "XXX"


def test_hl7_keeps_its_segments_and_fields():
    data = b"MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||88123^^^H^MR||BRANDT^ILSE||19500701|F|||12 Elm St^^Ames^IA^50010\r"
    result = redact(data, phiscan.scan(data))
    assert (
        result
        == b"MSH|^~\\&|A|B|C|D|20240102||ADT^A01|1|P|2.5\rPID|1||XXX^^^H^MR||XXX^XXX||XXX|F|||XXX^^XXX^IA^XXX\r"
    )


def test_an_incomplete_scan_cannot_be_redacted():
    with pytest.raises(RedactionError, match="UNSCANNABLE"):
        redact(b"{", phiscan.scan(b'{"a', content_type="application/json"))


def test_a_value_outside_of_the_body_cannot_be_redacted(engine):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed_field("query.ssn", "512-44-9031")
    with pytest.raises(RedactionError, match="outside"):
        redact(b"", scanner.finish())


def test_a_document_without_findings_is_returned_as_it_is():
    assert redact(b"hello", phiscan.scan(b"hello")) == b"hello"


def test_health_information_cannot_be_masked():
    data = b"MSH|^~\\&|A\rPID|1||88123\rDG1|1||E11.9\r"
    with pytest.raises(RedactionError, match="health information"):
        only(data, "DIAGNOSIS")


def test_a_number_of_a_json_document_within_a_string_stays_a_number():
    inner = json.dumps(
        {"patient": {"ssn": 512449031, "mrn": "A-44718"}, "diagnosis": "asthma"}, indent=1
    )
    data = json.dumps({"message": inner}).encode()
    report = phiscan.scan(data, content_type="application/json")
    result = json.loads(json.loads(redact(data, report))["message"])
    assert result == {"patient": {"ssn": 0, "mrn": "XXX"}, "diagnosis": "asthma"}


def test_a_mask_takes_whole_characters():
    # Detectors work on bytes, so a range may begin or end within a character. Half of a character
    # cannot be written in any charset.
    data = "né 512-44-9031é".encode()
    place = Location("", 2, len(data) - 1)
    finding = Finding.of(INFO_TYPES["PERSON_NAME"], Likelihood.LIKELY, "t", place, Subject.PERSON)
    assert redact(data, ScanReport((finding,), media="text")) == b"nXXX"


def test_no_repr_of_a_mask_shows_the_document():
    data = json.dumps(RECORD).encode()
    report = phiscan.scan(data)
    done = masked(data, report, [f for f in report.findings if f.info_type == "PERSON_NAME"])
    assert "asthma" not in repr(done)
    assert "E11.9" not in repr(done)
    assert "XXX" not in repr(done.edits)
    assert "1961" not in repr(dates.read("1961-11-23"))
