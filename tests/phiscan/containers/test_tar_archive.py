"""Tape archives: members keep their ranges and are masked in place; what is odd is a gap."""

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import pytest
import zstandard
from containers.documents import MESSAGE, ORDINARY, RECORD

import phiscan
from phiscan.finding import Coverage, Gap, Verdict

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def tarred(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return out.getvalue()


def contents(data: bytes) -> list[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return [archive.extractfile(member).read() for member in archive.getmembers()]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress]
)
def test_a_record_is_found_and_masked_in_place(form, pack):
    data = pack(tarred(("a.txt", ORDINARY), ("r.json", RECORD), ("m.hl7", MESSAGE), form=form))
    report = phiscan.scan(data)
    assert (report.media, report.verdict, report.coverage) == (
        "tar",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    masked = phiscan.redact(data, report)
    assert not phiscan.scan(masked).identifiers
    with tarfile.open(
        fileobj=io.BytesIO(masked)
        if pack is not zstandard.compress
        else io.BytesIO(zstandard.decompress(masked))
    ) as archive:
        record = json.loads(archive.extractfile("r.json").read())
    assert record["ssn"] == "X" * 11


def test_the_oldest_form_has_no_mark_and_is_known_by_its_checksum():
    data = bytearray(tarred(("r.json", RECORD), form=tarfile.USTAR_FORMAT))
    data[257:265] = bytes(8)
    data[265:345] = bytes(80)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    report = phiscan.scan(bytes(data))
    assert (report.media, report.verdict) == ("tar", Verdict.PHI)


@pytest.mark.parametrize("form", FORMATS)
def test_long_names_are_read_as_text(form):
    name = "labs/" + "x" * 60 + "/patient_SSN_512-44-9031.txt"
    report = phiscan.scan(tarred((name, ORDINARY), form=form))
    assert "tar>names" in {f.location.field for f in report.findings}


def test_a_name_is_not_masked():
    data = tarred(("patient_ana_SSN_512-44-9031_E11.9.json", RECORD))
    with pytest.raises(phiscan.RedactionError):
        phiscan.redact(data, phiscan.scan(data))


def test_a_packed_archive_in_base64_in_json_is_read():
    letters = base64.b64encode(gzip.compress(tarred(("r.json", RECORD)))).decode()
    report = phiscan.scan(json.dumps({"payload": letters}).encode())
    assert (report.verdict, report.coverage) == (Verdict.PHI, Coverage.COMPLETE)


def test_an_ordinary_archive_is_clean():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            header = tarfile.TarInfo(f"d{kind.decode()}")
            header.type, header.linkname = kind, "elsewhere"
            archive.addfile(header)
    report = phiscan.scan(out.getvalue())
    assert (report.media, report.coverage, report.findings) == ("tar", Coverage.COMPLETE, ())


@pytest.mark.parametrize("cut", [520, 1000, 1024])
def test_a_cut_archive_is_a_gap(cut):
    data = tarred(("a.txt", ORDINARY * 20), form=tarfile.USTAR_FORMAT)
    assert phiscan.scan(data[:cut]).coverage is Coverage.UNSCANNABLE


def test_what_stands_behind_the_end_is_read_and_a_gap():
    """`tar --ignore-zeros` reads on."""
    report = phiscan.scan(tarred(("a.txt", ORDINARY)) + tarred(("r.json", RECORD)))
    assert (report.verdict, report.gap) == (Verdict.PHI, Gap.MALFORMED)


def test_a_size_that_only_one_kind_of_reader_knows_is_a_gap():
    data = tarred(("é.txt", ORDINARY), form=tarfile.PAX_FORMAT)
    at = data.index(b" path=") - 2
    size = b"9 size=3\n"
    changed = (
        data[:at]
        + size.ljust(data.index(b"\n", at) + 1 - at, b"\n")
        + data[data.index(b"\n", at) + 1 :]
    )
    assert phiscan.scan(changed).gap is Gap.MALFORMED


def test_a_member_of_an_unknown_type_is_a_gap():
    data = bytearray(tarred(("a.txt", ORDINARY), form=tarfile.USTAR_FORMAT))
    data[156] = ord("Z")
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert phiscan.scan(bytes(data)).gap is Gap.UNSUPPORTED_MEDIA


def test_a_size_in_base_256_that_is_too_large_is_a_gap():
    data = bytearray(tarred(("a.txt", ORDINARY), form=tarfile.USTAR_FORMAT))
    data[124:136] = b"\x80" + (1 << 60).to_bytes(11, "big")
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert phiscan.scan(bytes(data)).gap is Gap.MALFORMED


def test_a_text_of_many_blanks_is_no_archive():
    assert phiscan.scan(b" " * 148 + b"000000\0 " + b" " * 400 + b"x").media != "tar"


@pytest.mark.parametrize("name", ["a.docx", "a.zip"])
@pytest.mark.parametrize("last", [True, False])
def test_an_archive_whose_member_is_a_zip_is_still_a_tar(name, last):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("record.json", RECORD)
    member = (name, packed.getvalue())
    data = tarred(("note.txt", b"no news"), member) if last else tarred(member, ("n", b"no news"))
    report = phiscan.scan(data)
    assert (report.media, report.verdict) == ("tar", Verdict.PHI)
    assert report.coverage is Coverage.COMPLETE


def test_a_zip_behind_the_archive_is_not_passed_over():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("record.json", RECORD)
    report = phiscan.scan(tarred(("note.txt", b"no news")) + packed.getvalue())
    assert report.verdict is Verdict.PHI or report.coverage is not Coverage.COMPLETE
