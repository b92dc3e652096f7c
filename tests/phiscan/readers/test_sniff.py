"""The kind of an undeclared document: a text that only begins like JSON is no JSON."""

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.readers.registry import MEDIA


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            '[2024-05-17 10:02:11] INFO "GET /health" 200\n[2024-05-17 10:02:12] INFO "GET /" 200\n',
            "a log",
        ),
        (
            '[    0.004127] usb 1-1: Product: "Keyboard"\n[    0.004131] usb 1-2: ready\n',
            "a kernel's log",
        ),
        ('[1] "Standards for codes", 2019.\n[2] "A further one", 2021.\n', "references"),
        ('[[package]]\nname = "anyio"\nversion = "4.0"\n\n[[package]]\nname = "idna"\n', "TOML"),
    ],
)
def test_a_text_that_begins_with_a_bracket_is_no_broken_json(data, reason):
    report = phiscan.scan(data.encode())
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE), reason


def test_and_what_it_says_of_somebody_is_found():
    line = '[2024-05-17 10:02:11] INFO "patient": "Ana Ruiz", "ssn": "512-44-9031", diagnosis="asthma"\n'
    assert phiscan.scan(line.encode()).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "data",
    [b'[1, "a"]', b'[[1], ["a"]]', b'[["a"]]', b'[{"a": 1}]', b"[-1.5e3]", b'[1, "a"]\n[2, "b"]\n'],
)
def test_json_is_known_without_a_label(data):
    assert MEDIA.sniff(data, "").name == "json"


@pytest.mark.parametrize("data", [b'[1, "a"', b'[2024-05-17 10:02:11] "x"'])
def test_what_is_declared_to_be_json_and_is_none_is_malformed(data):
    assert phiscan.scan(data, content_type="application/json").gap is Gap.MALFORMED


@pytest.mark.parametrize(
    ("content_type", "media"),
    [
        ("application/hl7-v2", "hl7v2"),
        ("x-application/hl7-v2+er7; charset=utf-8", "hl7v2"),
        ("application/edi-hl7", "hl7v2"),
        ("application/EDI-X12", "x12"),
        ("application/x12", "x12"),
        ("application/vnd.ncpdp", "ncpdp"),
    ],
)
def test_what_is_declared_as_a_format_and_is_none_is_a_gap(content_type, media):
    report = phiscan.scan(b"M5H|^~\\&|A\rP1D|1||77120", content_type=content_type)
    assert (report.media, report.gap) == (media, Gap.MALFORMED)


@pytest.mark.parametrize(
    ("data", "content_type", "media"),
    [
        (b'{"status": "ok"}', "application/hl7-v2", "json"),
        (b"<html><body>Not found</body></html>", "application/edi-x12", "html"),
        (b"", "application/hl7-v2", "empty"),
        (b"MSH|^~\\&|A\rMSA|AA|7\r", "application/hl7-v2", "hl7v2"),
    ],
)
def test_the_bytes_override_what_is_declared(data, content_type, media):
    report = phiscan.scan(data, content_type=content_type)
    assert (report.media, report.coverage) == (media, Coverage.COMPLETE)
