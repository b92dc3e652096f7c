"""Rich Text Format: the text within its control words is read, and masked in place."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.finding import Coverage, Gap, Verdict

NOTE = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\colortbl;\red0\green0\blue0;}\f0\fs20 "
    rb"{\b Patient:} Ana Ru\'edz\par MRN: A1001\u55?7\par DOB: 1961-04-02\tab Sex: F\par "
    rb"Diagnosis: asthma \{mild\}\par{\field{\*\fldinst HYPERLINK mailto:ana@fernmail.net}{\fldrslt mail}}}"
)


def values(data, report):
    return {
        (f.info_type, data[f.location.start : f.location.end])
        for f in report.findings
        if f.identifier
    }


def test_the_text_is_read_and_masked_where_it_stands():
    report = phiscan.scan(NOTE, content_type="application/rtf")
    assert (report.media, report.verdict, report.gap) == ("rtf", Verdict.PHI, Gap.NONE)
    assert values(NOTE, report) >= {
        ("PERSON_NAME", rb"Ana Ru\'edz"),
        ("MEDICAL_RECORD_NUMBER", rb"A1001\u55?7"),
        ("DATE_OF_BIRTH", b"1961-04-02"),
        ("EMAIL_ADDRESS", b"ana@fernmail.net"),
    }
    masked = phiscan.redact(NOTE, report)
    assert masked.count(b"{") == NOTE.count(b"{")
    assert masked.startswith(rb"{\rtf1\ansi")
    again = phiscan.scan(masked)
    assert (again.media, again.verdict) == ("rtf", Verdict.HEALTH)
    assert phiscan.redact(masked, again) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        (rb"{\b Ana} Ruiz", rb"{\b XXX}"),
        (rb"Ana {\b Ruiz}", rb"XXX{}"),
        (rb"{\b An}{\i a} Ruiz", rb"{\b XXX}{}"),
    ],
)
def test_groups_stay_closed_where_a_value_is_masked(name, masked):
    data = rb"{\rtf1\ansi Patient: " + name + rb"\par MRN: 12345678\par Dx: asthma}"
    redacted = phiscan.redact(data, phiscan.scan(data))
    assert redacted == rb"{\rtf1\ansi Patient: " + masked + rb"\par MRN: XXX\par Dx: asthma}"
    assert (phiscan.scan(redacted).coverage, phiscan.scan(redacted).verdict) == (
        Coverage.COMPLETE,
        Verdict.HEALTH,
    )


@pytest.mark.parametrize(
    "wrapped",
    [
        json.dumps({"data": base64.b64encode(NOTE).decode()}).encode(),
        b"MSH|^~\\&|A|B|C|D|20240101||ORU^R01|1|P|2.5\rPID|1||88123^^^H^MR\rOBX|1|ED|1^x||^TEXT^RTF^Base64^"
        + base64.b64encode(NOTE)
        + b"\r",
    ],
    ids=["base64 in JSON", "OBX"],
)
def test_an_attachment_is_read(wrapped):
    report = phiscan.scan(wrapped)
    assert (report.coverage, report.verdict) == (Coverage.COMPLETE, Verdict.PHI)
    assert "DATE_OF_BIRTH" in {f.info_type for f in report.findings}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb"SSN: 512-44-9031", b"512-44-9031"),
        (rb"SSN: 5{\b 12}-44-9031", rb"5{\b 12}-44-9031"),
        (rb"SSN: \'35\'31\'32-44-9031", rb"\'35\'31\'32-44-9031"),
        (rb"SSN: \u53?\u49?\u50?-44-9031", rb"\u53?\u49?\u50?-44-9031"),
        (rb"\uc0 SSN: \u53\u49\u50-44-9031", rb"\u53\u49\u50-44-9031"),
        (rb"{\*\unknown SSN: 512-44-9031}", b"512-44-9031"),
        (rb"\uc11\u32 512-44-9031", b"512-44-9031"),
        (rb"\uc11\u32\'35\'31\'32-44-9031", rb"\'35\'31\'32-44-9031"),
        (rb"{\fonttbl{\f1 SSN: 512-44-9031;}}", b"512-44-9031"),
        (rb"SSN\~512\_44\_9031", rb"512\_44\_9031"),
        (b"SSN: 512-\r\n44-9031", b"512-\r\n44-9031"),
        (rb"\ssn512449031", rb"\ssn512449031"),
    ],
)
def test_no_spelling_hides_a_number(text, value):
    data = rb"{\rtf1\ansi " + text + b"}"
    report = phiscan.scan(data)
    assert (report.media, report.coverage) == ("rtf", Coverage.COMPLETE)
    assert ("US_SOCIAL_SECURITY_NUMBER", value) in values(data, report)


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (rb"{\rtf1 Ana{\pict\pngblip 89504e47}}", Gap.UNSUPPORTED_MEDIA),
        (rb"{\rtf1 Ana{\object{\*\objdata 0105}}}", Gap.UNSUPPORTED_MEDIA),
        (rb"{\rtf1 Ana{\*\themedata 504b}}", Gap.UNSUPPORTED_MEDIA),
        (rb"{\rtf1 Ana", Gap.MALFORMED),
        (rb"{\rtf1 Ana}}", Gap.MALFORMED),
        (b"{\\rtf1 " + b"{" * 600 + b"}" * 601, Gap.OVER_LIMIT),
    ],
    ids=["picture", "object", "theme", "open", "closed twice", "deep"],
)
def test_what_is_not_seen_is_a_gap(data, gap):
    report = phiscan.scan(data, content_type="application/rtf")
    assert (report.coverage, report.gap) == (Coverage.UNSCANNABLE, gap)


def test_a_codepage_says_what_bytes_are():
    data = rb"{\rtf1\ansi\ansicpg1251 Patient: \'c0\'ed\'ed\'e0 Ruiz, asthma\par}"
    assert ("PERSON_NAME", rb"\'c0\'ed\'ed\'e0 Ruiz") in values(data, phiscan.scan(data))


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_read(data, at):
    report = phiscan.scan(b"{\\rtf1 " + data[:at] + b"\\u53?{\\b x}" + data[at:])
    assert report.gap is not Gap.INTERNAL_ERROR
