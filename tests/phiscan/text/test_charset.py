"""Character encodings: read as UTF-8, written back unchanged, never open to a second reading."""

import pytest

import phiscan
from phiscan.finding import Gap, Verdict
from phiscan.text.charset import PREFIX, Recoded, codec_of, from_coding, to_coding, to_utf8

TEXT = "Patient: Ana Peña\nSSN: 123-45-6780\nDiagnosis: asthma\n"


@pytest.mark.parametrize(
    ("encoded", "content_type"),
    [
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), "text/plain; charset=utf-16"),
        ("\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("utf-32-be"), ""),
        (TEXT.encode("latin-1"), ""),
        (TEXT.replace("ñ", "’ñ").encode("cp1252"), ""),
        (TEXT.encode("cp037"), ""),
        (TEXT.encode("cp500"), "text/plain; charset=IBM500"),
        (TEXT.replace("ñ", "ń").encode("iso-8859-2"), "text/plain; charset=ISO-8859-2"),
        (TEXT.replace("ñ", "日").encode("shift_jis"), 'text/plain; charset="Shift_JIS"'),
    ],
)
def test_an_encoding_is_read_and_written_back(encoded, content_type):
    report = phiscan.scan(encoded, content_type=content_type)
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)
    masked = phiscan.redact(encoded, report)
    coding = report.encodings[0]
    text = from_coding(masked, coding).decode()
    assert "123-45-6780" not in text
    assert "Diagnosis: asthma" in text
    assert to_coding(from_coding(encoded, coding), coding) == encoded


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"\xff\xfe" + TEXT.encode(), ""),  # a UTF-16 mark before UTF-8 text
        (TEXT.encode("utf-16") + TEXT.encode(), ""),  # two encodings in a row
        (TEXT.encode(), "text/plain; charset=utf-16"),
        (TEXT.encode(), "text/plain; charset=cp037"),
        (TEXT.encode("utf-7"), "text/plain; charset=utf-7"),
        (b"\x1b$B4A\x1b(B", "text/plain; charset=iso-2022-jp"),
        (TEXT.encode(), "text/plain; charset=no-such-charset"),
        (TEXT.encode("utf-16")[:-1], ""),  # half a character
    ],
)
def test_two_readings_or_none_are_a_gap(data, content_type):
    assert phiscan.scan(data, content_type=content_type).gap is Gap.UNKNOWN_ENCODING


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (TEXT.encode(), "text/plain; charset=latin-1"),  # a wrong label: the text is UTF-8
        (b"plain", "text/plain; charset=US-ASCII"),
        ("Peña".encode()[:-2], ""),  # cut within a character
        ("１".encode() + b"\xff", ""),  # UTF-8 with an error, which lenient receivers accept
        (bytes(range(256)), ""),  # not text
        (b"\x00\x01" * 50, ""),
        (b"", ""),
        (
            b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xf1</a>',
            "",
        ),  # XML declares its own
    ],
)
def test_what_is_utf8_or_no_text_stays(data, content_type):
    recoded = to_utf8(data, content_type)
    assert (recoded.data, recoded.coding, recoded.gap) == (data, "", Gap.NONE)


def test_no_content_encoding_header_names_a_charset():
    report = phiscan.scan(TEXT.encode(), content_encoding=PREFIX + "utf-16-le")
    assert report.gap is Gap.UNKNOWN_ENCODING


def test_a_json_document_in_latin_1_is_read():
    report = phiscan.scan(
        '{"patientName": "Ana Peña", "diagnosis": "asma"}'.encode("latin-1"),
        content_type="application/json",
    )
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.NONE)


def test_json_may_begin_with_a_byte_order_mark():
    report = phiscan.scan(b'\xef\xbb\xbf{"ssn": "123-45-6780"}', content_type="application/json")
    assert (report.verdict, report.gap) == (Verdict.IDENTIFIERS, Gap.NONE)


@pytest.mark.parametrize(
    "content_type",
    ["application/x-protobuf; proto=a.B", "application/grpc+proto", "application/proto"],
)
@pytest.mark.parametrize(
    "data", [b" \x80 ", b'\x0a\x00"\x00*\x00'], ids=["a letter of cp1252", "UTF-16"]
)
def test_a_message_that_could_be_a_text_in_some_charset_stays_as_it_is(data, content_type):
    assert to_utf8(data, content_type) == Recoded(data)
    assert to_utf8(data, "").data != data


@pytest.mark.parametrize("name", ["punycode", "idna", "PunyCode", "x.idna"])
def test_encodings_of_domain_names_are_not_known(name):
    """Python needs the square of the length for them: a body could stop a scanner for hours."""
    assert codec_of(name) == ""
