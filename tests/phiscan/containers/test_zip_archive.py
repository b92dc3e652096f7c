"""ZIP: members of each method are found, names are texts, and no reader sees more than the scan."""

import base64
import gzip
import io
import json
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from containers.documents import MESSAGE, ORDINARY, RECORD
from hypothesis import given
from hypothesis import strategies as st

import phiscan
from phiscan.engine import Engine
from phiscan.finding import Coverage, Gap, Verdict
from phiscan.scanner import Limits


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


class _Stream(io.RawIOBase):
    """A file that cannot seek, so that sizes follow the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, chunk) -> int:
        self.data += chunk
        return len(chunk)


def streamed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = _Stream()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return bytes(out.data)


def fields(report) -> set[str]:
    return {f.location.field for f in report.findings}


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("write", [zipped, streamed])
def test_a_record_in_an_archive_is_found(write, method):
    report = phiscan.scan(write(("a.txt", ORDINARY), ("b.json", RECORD), method=method))
    assert (report.media, report.verdict, report.coverage) == (
        "zip",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    assert "zip>member 2>ssn" in fields(report)


def test_a_member_packed_with_zstandard_is_read():
    import zstandard  # noqa: PLC0415 - Python's zipfile does not write this method

    packed = zstandard.compress(RECORD)
    plain = zipped(("r.json", packed), method=zipfile.ZIP_STORED)
    for sign, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = plain.index(sign) + place
        plain = plain[:at] + struct.pack("<H", 93) + plain[at + 2 :]
    assert phiscan.scan(plain).verdict is Verdict.PHI


def test_zip64_is_read():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("r.json", "w", force_zip64=True) as member,
    ):
        member.write(RECORD)
    report = phiscan.scan(out.getvalue())
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


def test_an_end_in_zip64_is_read():
    plain = zipped(("r.json", RECORD))
    end = plain.rindex(b"PK\x05\x06")
    start, size = plain.index(b"PK\x01\x02"), end - plain.index(b"PK\x01\x02")
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    unknown = b"PK\x05\x06" + bytes(4) + b"\xff" * 12 + bytes(2)
    report = phiscan.scan(plain[:end] + end64 + locator + unknown)
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


def test_an_ordinary_archive_is_clean():
    report = phiscan.scan(zipped(("a.txt", ORDINARY), ("docs/b.txt", ORDINARY), ("docs/", b"")))
    assert (report.verdict, report.coverage, report.findings) == (
        Verdict.NONE,
        Coverage.COMPLETE,
        (),
    )


def test_names_and_comments_are_read_as_text():
    data = zipped(("labs/mrn_7730145_SSN_512-44-9031.txt", ORDINARY))
    assert "zip>names" in fields(phiscan.scan(data))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", ORDINARY)
        archive.comment = b"Patient: Ana Ruiz, SSN 512-44-9031"
    assert "zip>names" in fields(phiscan.scan(out.getvalue()))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "C:\\a.txt", "a/../b", "x" * 900]
)
def test_a_name_that_leaves_the_folder_is_only_a_name(name):
    report = phiscan.scan(zipped((name, ORDINARY)))
    assert (report.verdict, report.coverage) == (Verdict.NONE, Coverage.COMPLETE)


def test_no_location_shows_a_name():
    report = phiscan.scan(zipped(("Ruiz_Ana.json", RECORD)))
    assert not any("Ruiz" in field for field in fields(report))


def test_an_encrypted_member_is_a_gap_and_the_others_are_read():
    data = bytearray(zipped(("secret.bin", b"x" * 40), ("r.json", RECORD)))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + place] |= 1
    report = phiscan.scan(bytes(data))
    assert (report.gap, report.verdict) == (Gap.ENCRYPTED, Verdict.PHI)


def test_an_unknown_method_is_a_gap():
    data = bytearray(zipped(("a.bin", b"x" * 40), method=zipfile.ZIP_STORED))
    data[data.index(b"PK\x03\x04") + 8] = data[data.index(b"PK\x01\x02") + 10] = 98  # PPMd
    assert phiscan.scan(bytes(data)).gap is Gap.UNSUPPORTED_MEDIA


@pytest.mark.parametrize("before", [b"#!/bin/sh\nexec unzip $0\n", b"MZ" + bytes(range(256)) * 4])
def test_an_archive_behind_other_bytes_is_read(before):
    report = phiscan.scan(before + zipped(("r.json", RECORD)))
    assert (report.media, report.verdict) == ("zip", Verdict.PHI)


def test_what_stands_before_an_archive_is_read():
    report = phiscan.scan(RECORD + b"\n" + zipped(("a.txt", ORDINARY)))
    assert (report.media, report.verdict) == ("zip", Verdict.PHI)


def test_a_member_that_only_local_headers_show_is_read():
    """A reader of streams sees it. One that reads the central directory does not."""
    hidden = zipped(("r.json", RECORD))
    local = hidden[: hidden.index(b"PK\x01\x02")]
    report = phiscan.scan(local + zipped(("a.txt", ORDINARY)))
    assert report.verdict is Verdict.PHI


def test_two_archives_in_one_file_are_both_read():
    report = phiscan.scan(zipped(("r.json", RECORD)) + zipped(("a.txt", ORDINARY)))
    assert report.verdict is Verdict.PHI


def test_an_archive_in_the_comment_of_another_is_read():
    inner = zipped(("a.txt", ORDINARY))
    outer = bytearray(zipped(("r.json", RECORD)))
    outer[-2:] = struct.pack("<H", len(inner))
    assert phiscan.scan(bytes(outer) + inner).verdict is Verdict.PHI


@pytest.mark.parametrize(
    ("place", "value"),
    [(8, 0), (18, 5), (30, ord("z"))],
    ids=["another method", "another size", "another name"],
)
def test_two_headers_that_differ_are_a_gap(place, value):
    data = bytearray(zipped(("r.json", RECORD)))
    data[data.index(b"PK\x03\x04") + place] = value
    assert phiscan.scan(bytes(data)).gap is Gap.MALFORMED


def test_a_directory_of_fewer_members_than_its_end_says_is_a_gap():
    data = bytearray(zipped(("a.txt", ORDINARY)))
    data[data.rindex(b"PK\x05\x06") + 10] = 2
    assert phiscan.scan(bytes(data)).gap is Gap.MALFORMED


@pytest.mark.parametrize("write", [zipped, streamed])
def test_a_cut_archive_is_a_gap_and_what_is_left_is_read(write):
    data = write(("r.json", RECORD), ("a.txt", ORDINARY))
    report = phiscan.scan(data[: data.index(b"PK\x01\x02") + 20])
    assert (report.gap, report.verdict) == (Gap.MALFORMED, Verdict.PHI)


def test_archives_in_archives_are_read():
    data = zipped(("r.json", RECORD))
    for _ in range(2):
        data = zipped(("inner.zip", data), ("a.txt", ORDINARY))
    report = phiscan.scan(data)
    assert "zip>member 1>zip>member 1>zip>member 1>ssn" in fields(report)


def test_too_many_archives_in_archives_are_a_gap():
    data = RECORD
    for _ in range(10):
        data = zipped(("inner.zip", data))
    assert phiscan.scan(data).gap is Gap.OVER_LIMIT


def test_a_compressed_member_is_decompressed():
    assert phiscan.scan(zipped(("r.json.gz", gzip.compress(RECORD)))).verdict is Verdict.PHI


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_a_gap_in_bounded_memory(engine: Engine, method):
    bomb = zipped(*((f"{n}.txt", bytes(48 << 20)) for n in range(4)), method=method)
    scanner = engine.scanner(limits=Limits(seconds=60), clock=time.monotonic)
    scanner.feed(bomb)
    tracemalloc.start()
    report = scanner.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.gap is Gap.OVER_LIMIT
    assert peak < 96 << 20


def test_a_bomb_of_overlapping_members_is_a_gap():
    """Ten thousand entries of the directory name the same data (D. Fifield, 2019)."""
    plain = zipped(("a.txt", b"word " * 100_000))
    first, end = plain.index(b"PK\x01\x02"), plain.rindex(b"PK\x05\x06")
    entries = b""
    for shift in range(2000):
        entry = bytearray(plain[first:end])
        entry[42:46] = struct.pack("<I", shift % 3 * 7)
        entries += bytes(entry)
    tail = bytearray(plain[end:])
    tail[8:12] = struct.pack("<HH", 2000, 2000)
    tail[12:16] = struct.pack("<I", len(entries))
    began = time.process_time()
    report = phiscan.scan(plain[:first] + entries + bytes(tail))
    assert report.gap in (Gap.MALFORMED, Gap.OVER_LIMIT)
    assert time.process_time() - began < 5


def test_too_many_members_are_a_gap():
    assert phiscan.scan(zipped(*((f"{n}", b"") for n in range(10_001)))).gap is Gap.OVER_LIMIT


def test_an_archive_in_base64_in_json_is_read():
    letters = base64.b64encode(zipped(("r.json", RECORD))).decode()
    report = phiscan.scan(json.dumps({"file": letters}).encode())
    assert report.verdict is Verdict.PHI
    assert all(f.location.start >= 0 for f in report.findings)
    assert letters.encode() not in phiscan.redact(json.dumps({"file": letters}).encode(), report)


def test_a_part_of_a_form_that_is_an_archive_is_read_and_not_masked():
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n'
        b"Content-Type: application/zip\r\n\r\n" + zipped(("m.hl7", MESSAGE)) + b"\r\n--b--\r\n"
    )
    report = phiscan.scan(body, content_type="multipart/form-data; boundary=b")
    assert report.verdict is Verdict.PHI
    with pytest.raises(phiscan.RedactionError, match="container"):
        phiscan.redact(body, report)


def test_a_value_in_an_archive_is_not_masked():
    data = zipped(("r.json", RECORD))
    with pytest.raises(phiscan.RedactionError, match="container"):
        phiscan.redact(data, phiscan.scan(data))


@pytest.mark.parametrize("text", [b"PK is a kit", b"see PK\\x05\\x06 in the source", b'{"PK": 5}'])
def test_a_text_about_archives_is_a_text(text):
    assert phiscan.scan(text).media in ("text", "json")


def test_bytes_that_only_look_like_an_end_make_no_archive():
    assert phiscan.scan(b"\x01\x02\x03PK\x05\x06" + b"\x07" * 40).media != "zip"


@given(st.integers(0, 1 << 30), st.binary(min_size=1, max_size=8))
def test_damage_never_makes_a_record_pass_as_a_clean_whole(where, damage):
    """A damaged archive shows the record, or says that it was not read whole."""
    data = bytearray(zipped(("a.txt", ORDINARY), ("r.json", RECORD)))
    at = where % len(data)
    data[at : at + len(damage)] = damage[: len(data) - at]
    report = phiscan.scan(bytes(data))
    assert report.gap is not Gap.INTERNAL_ERROR
    broken = zlib.decompressobj(-15)
    if report.coverage is Coverage.COMPLETE and report.verdict is Verdict.NONE:
        # then no reader of the standard library gets the record out either
        try:
            with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
                texts = [archive.read(name) for name in archive.namelist()]
        except Exception:  # noqa: BLE001 - whatever a broken archive raises
            texts = []
        assert not any(b"512-44-9031" in text for text in texts), broken
