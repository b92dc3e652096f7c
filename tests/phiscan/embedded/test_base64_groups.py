"""Base64 in groups is decoded whatever separates them, and words are words."""

import base64
import json

import pytest

import phiscan
from phiscan.embedded import base64_groups
from phiscan.finding import Coverage, Verdict

NOTE = b"Patient: Rosa Sandoval\nMRN: 7730145\nSSN: 512-44-9031\nDiagnosis: asthma, since May."
FHIR = b'{"resourceType": "Patient", "name": [{"family": "Sandoval"}], "birthDate": "1944-11-30"}'


def grouped(content, size, separator):
    text = base64.b64encode(content).decode()
    return separator.join(text[i : i + size] for i in range(0, len(text), size))


CLAIM = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304*^*00501"
    b"*000000905*0*P*:~GS*HC*A*B*20240102*0304*1*X*005010X222A1~ST*837*0021*005010X222A1~"
    b"NM1*IL*1*SANDOVAL*ROSA****MI*JS00111223~DMG*D8*19441130*F~HI*ABK:J45909~SE*5*0021~GE*1*1~"
    b"IEA*1*000000905~"
)


@pytest.mark.parametrize("content", [NOTE, FHIR, CLAIM], ids=["note", "fhir", "capitals"])
@pytest.mark.parametrize(
    "separator", [" ", ",", ", ", ";", ".", ":", "|", "-", "_", "*", "  ", "\t"]
)
@pytest.mark.parametrize("size", [5, 10, 13])
def test_groups_are_decoded_and_masked(size, separator, content):
    for data in (
        json.dumps({"d": grouped(content, size, separator)}),
        f"got {grouped(content, size, separator)} in 3 ms\n",
        f"<d>{grouped(content, size, separator)}</d>",
    ):
        report = phiscan.scan(data.encode())
        assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
        assert not phiscan.scan(phiscan.redact(data.encode(), report)).identifiers


def test_zero_bytes_hide_no_groups():
    text = grouped(b"\0" * 300 + NOTE, 10, " ").encode()
    run = text.replace(b" ", b"")
    assert base64_groups._looks_encoded(run)
    assert not base64_groups._looks_encoded(b"A" * 400)


def test_segments_of_x12_are_not_tried():
    assert next(filter(None, base64_groups.find(CLAIM)), None) is None
    runs = [m[0].translate(None, b"*~:") for m in base64_groups._GROUPS.finditer(CLAIM)]
    assert runs
    assert not any(map(base64_groups._looks_encoded, runs))


@pytest.mark.parametrize("widths", [(3, 17, 8), (30, 1, 2), (12,)])
def test_so_are_lines_of_any_length(widths):
    text, lines = base64.b64encode(NOTE * 2).decode(), []
    while text:
        width = widths[len(lines) % len(widths)]
        lines.append(text[:width])
        text = text[width:]
    report = phiscan.scan("\n   ".join(lines).encode())
    assert report.verdict is Verdict.PHI


@pytest.mark.parametrize(
    "text",
    [
        "Words In Title Case Are No Groups Of Base64, However Many There Are",
        "valueCodeableConcept.coding.code, valueQuantity.unit, valueDateTime, valueString, aB",
        "patientId,firstName,lastName,birthDate,homePhone,zipCode,createdAt,updatedAt",
        "v1 V2 x3 Y4 1A 2B 3C 4D 5E 6F 7A 8B",
        "aGVs bG8g",  # too short
    ],
)
def test_words_decode_to_nothing(text):
    assert [n for n in base64_groups.find(text.encode()) if n] == []


@pytest.mark.parametrize("content", [NOTE, FHIR, CLAIM], ids=["note", "fhir", "capitals"])
@pytest.mark.parametrize("separator", [" ", ",", ", ", ";", "\n", "\t", "|"])
@pytest.mark.parametrize("size", [20, 48, 64])
def test_few_long_groups_are_decoded_and_masked(size, separator, content):
    for data in (
        json.dumps({"d": grouped(content, size, separator)}),
        f"got {grouped(content, size, separator)} in 3 ms\n",
        grouped(content, size, separator),
    ):
        report = phiscan.scan(data.encode())
        assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
        masked = phiscan.redact(data.encode(), report)
        assert phiscan.scan(masked).verdict in (Verdict.NONE, Verdict.HEALTH)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("d41d8cd98f00b204e9800998ecf8427e d41d8cd98f00b204e9800998ecf8427e", "digests"),
        ("internationalization institutionalization", "long words"),
        ("valueCodeableConceptText,medicationCodeableConcept", "names of programs"),
        ("eyJhbGciOiJIUzI1NiJ9AAAA.eyJzdWIiOiIxMjM0NTY3ODkwIn0", "the parts of a token"),
    ],
)
def test_other_long_words_are_no_groups(text, reason):
    assert [found for found in base64_groups.find_long(text.encode()) if found] == [], reason
