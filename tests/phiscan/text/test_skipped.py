import base64
import gzip
import io
import json

import pytest
import zstandard

import phiscan
from phiscan.finding import Gap, Verdict
from phiscan.text import skipped

NOTE = b"Patient: Ana Ruiz, SSN 123-45-6780, diagnosis E11.9"


def named(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=out, mtime=0) as member:
        member.write(data)
    return out.getvalue()


def flagged(data: bytes, flags: int, fields: bytes) -> bytes:
    plain = gzip.compress(data, mtime=0)
    return plain[:3] + bytes((flags,)) + plain[4:10] + fields + plain[10:]


def framed(data: bytes) -> bytes:
    return b"\x53\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


EXTRA = b"AB" + len(NOTE).to_bytes(2, "little") + NOTE
WAYS = [
    ("gzip", named(b"ok", NOTE.decode())),
    ("gzip", flagged(b"ok", 16, NOTE + b"\0")),
    ("gzip", flagged(b"ok", 4, len(EXTRA).to_bytes(2, "little") + EXTRA)),
    ("gzip", flagged(b"ok", 28, b"\x02\0ABa.txt\0" + NOTE + b"\0")),
    ("gzip", gzip.compress(b"first", mtime=0) + named(b"ok", NOTE.decode())),
    ("zstd", framed(NOTE) + zstandard.compress(b"ok")),
    ("zstd", zstandard.compress(b"ok") + framed(NOTE)),
]


@pytest.mark.parametrize(("coding", "data"), WAYS)
def test_what_a_decoder_skips_is_read(coding, data):
    assert NOTE in skipped.texts(coding, data)
    assert phiscan.scan(data, content_encoding=coding).verdict is Verdict.PHI
    inside = json.dumps({"data": base64.b64encode(data).decode()}).encode()
    for document in (data, inside):  # without a header, the bytes must show the coding
        report = phiscan.scan(document)
        assert report.verdict is Verdict.PHI or report.gap is Gap.UNSUPPORTED_MEDIA


def test_what_is_skipped_below_another_coding_is_read():
    data = zstandard.compress(named(b"ok", NOTE.decode()))
    assert phiscan.scan(data, content_encoding="gzip, zstd").verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(NOTE, mtime=0)),
        ("gzip", flagged(b"ok", 4, b"\x06\0BC\x02\0\x1b\0")),  # blocks of BGZF
        ("zstd", zstandard.compress(NOTE)),
        ("br", NOTE),
        ("gzip", flagged(b"ok", 8, b"cut off without an end")[:14]),
    ],
)
def test_nothing_else_is_skipped(coding, data):
    assert skipped.texts(coding, data) == b""


def test_a_plain_name_of_a_file_is_nothing():
    report = phiscan.scan(named(b"ok", "export-2024.csv"), content_encoding="gzip")
    assert (report.verdict, report.gap) == (Verdict.NONE, Gap.NONE)
