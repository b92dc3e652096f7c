"""Escape sequences of HL7 v2: what they stand for, and where their values stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.formats.hl7v2 import escapes
from phiscan.formats.hl7v2.delimiters import V2Delimiters

HEAD = (
    b"MSH|^~\\&|EHR|C|LAB|F|20260311||ORU^R01|M1|P|2.5.1\r"
    b"PID|1||MRN-5530917^^^C^MR||Lindqvist^Maria||19611123|F\r"
    b"OBR|1|||24331-1^Lipid panel^LN|||20260311\r"
)


def decoded(text):
    found = escapes.decoded(HEAD + text)
    return (found.text() if found else HEAD + text)[len(HEAD) :]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"541\X2D\27\X2D\8860", b"541-27-8860"),
        (rb"541\X2d\27\x2d\8860", b"541-27-8860"),
        (rb"\X3534312D32372D38383630\ ", b"541-27-8860 "),
        (rb"\X35 34 31\-27", b"541-27"),
        (rb"\X35\\X34\\X31\-27", b"541-27"),
        (rb"O\T\Brien", b"O&Brien"),
        (rb"a\F\b\S\c\R\d\E\e\P\f", b"a|b^c~d\\e#f"),
        (rb"541\H\-27-\N\8860", b"541-27-8860"),
        (rb"one\.br\two\.sp3\three\.ce\four", b"one\ntwo\nthree\nfour"),
        (rb"one\.sk 4\two\.in+3\three\.ti-2\four\.fi\\.nf\five", b"one two three fourfive"),
        (rb"C:\temp\file", rb"C:\temp\file"),
        (rb"50% \ 3", rb"50% \ 3"),
        (rb"\X3\ and \X2G\ ", rb"\X3\ and \X2G\ "),
    ],
)
def test_a_sequence_is_what_it_stands_for(written, read):
    assert decoded(b"NTE|1||" + written) == b"NTE|1||" + read


@pytest.mark.parametrize(
    ("written", "again"),
    [
        (rb"SSN \Z541-27-8860\ seen", b"SSN  541-27-8860"),
        (rb"SSN 541\Zpause\-27-8860", b"SSN 541 pause"),
        (rb"SSN 541\C2842\-27-8860", b"SSN 541 2842"),
        (rb"SSN 541\M2442\-27-8860", b"SSN 541 2442"),
        (rb"SSN 541\Q\-27-8860", b"SSN 541 "),
    ],
)
def test_a_sites_own_sequence_is_left_out_and_read_again_behind_the_text(written, again):
    text = decoded(b"NTE|1||" + written)
    first, _, behind = text.partition(b"\n")
    assert b"\\" not in first
    assert again in behind


@pytest.mark.parametrize(
    "value",
    [
        rb"541\X2D\27\X2D\8860",
        rb"\X3534312D32372D38383630\ ",
        rb"541\H\-27-\N\8860",
        rb"541\Zpause\-27-8860",
        rb"\Z541-27-8860\ ",
        rb"541\C2842\-27-8860",
        rb"541\M2442\-27-8860",
        rb"541\.in2\27\.in2\8860",
    ],
)
def test_a_number_in_a_note_is_found_and_masked(value):
    data = HEAD + b"NTE|1||SSN " + value + b" diabetes\r"
    report = phiscan.scan(data)
    assert "US_SOCIAL_SECURITY_NUMBER" in {f.info_type for f in report.findings}
    masked = phiscan.redact(data, report)
    assert value.strip() not in masked
    assert b"8860" not in masked
    assert masked.startswith(HEAD[:50])
    assert masked.endswith(b" diabetes\r")


def test_custom_escape_characters_count():
    data = HEAD.replace(b"^~\\&", b"^~!&") + b"NTE|1||SSN 541!X2D!27!X2D!8860 diabetes\r"
    assert b"8860" not in phiscan.redact(data, phiscan.scan(data))


def test_each_message_has_an_escape_character_of_its_own():
    other = b"MSH|^~!&|A\rNTE|1||541!X2D!27 541\\X2D\\27\r"
    data = HEAD + b"NTE|1||541!X2D!27 541\\X2D\\27\r" + other
    found = escapes.decoded(data)
    assert found is not None
    assert found.text().count(b"541!X2D!27 541-27") == 1
    assert found.text().count(b"541-27 541\\X2D\\27") == 1


def test_a_date_with_a_sequence_is_a_date():
    data = HEAD.replace(b"19611123", rb"1961\X31\123")
    assert rb"1961\X31\123" not in phiscan.redact(data, phiscan.scan(data))


def test_a_document_in_hexadecimal_is_read():
    inner = b'{"patientName":"Ines Okafor","mrn":"7741-22","diagnosis":"E11.9"}'
    data = HEAD[:50] + b"||ORU^R01|1\rOBX|1|ED|1||\\X" + inner.hex().upper().encode() + b"\\\r"
    report = phiscan.scan(data)
    assert "MEDICAL_RECORD_NUMBER" in {f.info_type for f in report.findings}
    assert inner.hex().upper().encode() not in phiscan.redact(data, report)


def test_a_text_without_sequences_is_not_copied():
    assert escapes.decoded(HEAD) is None


@given(st.binary(max_size=40))
def test_hexadecimal_gives_its_bytes(value):
    written = b"\\X" + value.hex().encode() + b"\\" if value else b""
    assert escapes.plain(b"a" + written + b"b", V2Delimiters()) == b"a" + value + b"b"


@given(st.text(alphabet="\\X2DZHF.br| \r", max_size=40))
def test_each_range_lies_in_the_document(text):
    data = HEAD + text.encode()
    found = escapes.decoded(data)
    if found is None:
        return
    size = len(found.text())
    for at in range(size):
        start, end = found.origin(at, at + 1)
        assert 0 <= start < end <= len(data)
