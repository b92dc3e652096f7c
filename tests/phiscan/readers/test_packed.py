"""MessagePack, CBOR and BSON are read as JSON with the same content, and masked in place."""

import base64
import json

import pytest
from packed_writers import BIRTH, WRITERS, cbor, msgpack

import phiscan
from phiscan import packed
from phiscan.finding import Coverage, Gap, Verdict

RECORD = {
    "patientName": 'Ana "Ñ" Ruiz',
    "ssn": 123456780,
    "birthDate": BIRTH,
    "mrn": "A10017",
    "diagnosis": "asthma",
    "age": 93,
    "lat": 40.712776,
    "photo": b"\xff\xd8\xff\xe0",
}
FHIR = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Ruiz", "given": ["Ana"]}],
    "birthDate": "1961-04-02",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "123456780"}],
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("document", [RECORD, FHIR], ids=["record", "fhir"])
@pytest.mark.parametrize("is_declared", [True, False])
def test_labels_and_elements_are_found_and_masked_in_place(kind, document, is_declared):
    data = WRITERS[kind](document)
    media = f"application/{kind}" if is_declared else ""
    report = phiscan.scan(data, content_type=media)
    assert (report.media, report.verdict, report.coverage) == (kind, Verdict.PHI, Coverage.COMPLETE)
    assert {"PERSON_NAME", "US_SOCIAL_SECURITY_NUMBER", "DATE_OF_BIRTH"} <= {
        f.info_type for f in report.findings
    }
    if document is RECORD:
        assert {"AGE_OVER_89", "GEO_COORDINATE", "MEDICAL_RECORD_NUMBER"} <= {
            f.info_type for f in report.findings
        }
    masked = phiscan.redact(data, report)
    assert len(masked) == len(data)
    assert [token.kind for token in packed.TOKENS[kind](masked)] == [
        token.kind for token in packed.TOKENS[kind](data)
    ]
    again = phiscan.scan(masked, content_type=media)
    assert (again.verdict in (Verdict.NONE, Verdict.HEALTH), again.coverage) == (
        True,
        Coverage.COMPLETE,
    )
    assert phiscan.redact(masked, again) == masked


def test_one_document_behind_the_other_is_read_too():
    data = msgpack({"a": "hello"}) + msgpack({"ssn": "123-45-6780"})
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in phiscan.scan(data).findings}


def test_an_embedded_document_is_read():
    data = cbor({"body": cbor(FHIR), "text": json.dumps(FHIR)})
    fields = [f for f in phiscan.scan(data).findings if f.info_type == "DATE_OF_BIRTH"]
    assert len(fields) == 2


def test_base64_of_a_packed_document_is_read():
    data = json.dumps({"blob": base64.b64encode(msgpack(RECORD)).decode()}).encode()
    assert phiscan.scan(data).verdict is Verdict.PHI


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_declared_and_broken_is_a_gap_with_what_was_read(kind):
    data = WRITERS[kind]({"ssn": "123456780", "text": "a text that is cut off"})[:-3]
    report = phiscan.scan(data, content_type=f"application/{kind}")
    assert report.gap is Gap.MALFORMED
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}


def test_encrypted_cose_is_a_gap():
    assert (
        phiscan.scan(
            b"\xd0" + cbor([b"\xa1\x01\x01", {}, bytes(32)]), content_type="application/cose"
        ).gap
        is Gap.ENCRYPTED
    )


def test_a_file_within_is_a_gap():
    assert (
        phiscan.scan(cbor({"file": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"})).gap is Gap.MALFORMED
    )


@pytest.mark.parametrize("kind", WRITERS)
def test_an_ordinary_document_is_clean(kind):
    data = WRITERS[kind](
        {
            "service": "cart",
            "items": [{"sku": "A-1", "price": 12.5, "count": 3}],
            "when": BIRTH,
            "total": 123456780,
        }
    )
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.coverage) == (
        kind,
        Verdict.NONE,
        Coverage.COMPLETE,
    )
