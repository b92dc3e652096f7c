"""Bodies in aws-chunked are read as what they carry, and never rewritten."""

import gzip

import pytest

import phiscan
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.redaction.edits import RedactionError
from phiscan.text.aws_chunked import remove, shows
from phiscan.text.decompress import Bound

BOUND = Bound(1 << 20, lambda: False)
NOTE = b'{"patient_name": "Rosa Sandoval", "ssn": "512-44-9031", "diagnosis": "asthma"}'
SIGNATURE = b";chunk-signature=" + b"ad80c730a1b2c3d4" * 4
CHECKSUM = b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
SIGNED_TRAILER = CHECKSUM + b"x-amz-trailer-signature:" + b"63bddb248ad2590c" * 4 + b"\r\n"


def framed(data, size=20, extension=b"", trailer=b""):
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return (
        b"".join(b"%x%b\r\n%b\r\n" % (len(piece), extension, piece) for piece in pieces)
        + b"0%b\r\n" % extension
        + trailer
        + b"\r\n"
    )


FORMS = {
    "signed": framed(NOTE, extension=SIGNATURE),
    "signed, with trailers": framed(NOTE, extension=SIGNATURE, trailer=SIGNED_TRAILER),
    "unsigned, with a trailer": framed(NOTE, trailer=CHECKSUM),
    "unsigned": framed(NOTE),
    "in one piece": framed(NOTE, size=1 << 16),
}


@pytest.mark.parametrize("declared", ["aws-chunked", "AWS-Chunked", ""])
@pytest.mark.parametrize("form", FORMS)
def test_a_framed_body_is_read_by_its_coding_and_by_its_shape(form, declared):
    report = phiscan.scan(FORMS[form], content_encoding=declared)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)
    assert report.encodings == ("aws-chunked",)
    assert report.media == "json"


@pytest.mark.parametrize("declared", ["aws-chunked,gzip", "gzip, aws-chunked", ""])
def test_what_is_compressed_and_then_framed_is_read(declared):
    report = phiscan.scan(framed(gzip.compress(NOTE)), content_encoding=declared)
    assert (report.verdict, report.encodings) == (Verdict.PHI, ("gzip", "aws-chunked"))


@pytest.mark.parametrize("form", FORMS)
def test_no_framed_body_is_rewritten(form):
    data = FORMS[form]
    with pytest.raises(RedactionError, match="aws-chunked: its sender has signed"):
        phiscan.redact(data, phiscan.scan(data, content_encoding="aws-chunked"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FORMS["signed"][:-40], "it is cut off"),
        (FORMS["signed"].replace(b"14;", b"15;", 1), "a length is wrong"),
        (FORMS["unsigned"] + NOTE, "bytes behind its end"),
        (framed(NOTE, trailer=b"x-amz-meta-name:Rosa Sandoval\r\n"), "a trailer with words"),
        (framed(NOTE, extension=b";name=Rosa"), "an extension that S3 does not know"),
        (NOTE, "no frame at all"),
    ],
)
def test_a_broken_frame_is_a_gap(data, reason):
    assert remove(data, BOUND) == (b"", Gap.MALFORMED), reason
    assert phiscan.scan(data, content_encoding="aws-chunked").gap is Gap.MALFORMED


def test_more_bytes_than_the_limit_are_a_gap():
    assert remove(framed(NOTE), Bound(30, lambda: False)) == (b"", Gap.OVER_LIMIT)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"5\r\nhello world\r\n", "the length is another one"),
        (b"12\r\n34\r\n56\r\n", "numbers on lines"),
        (b"a\r\nbc\r\n", "a letter on a line"),
        (b"0\r\n\r\n", "no piece"),
        (b"2\r\nab\r\nc\r\n", "no end"),
        (b"", "nothing"),
    ],
)
def test_a_text_that_begins_with_a_number_has_no_frame(data, reason):
    assert not shows(data), reason
    assert phiscan.scan(data).coverage is Coverage.COMPLETE
