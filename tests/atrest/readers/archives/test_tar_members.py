"""Long tape archives, packed or not: every member is read as it comes."""

import bz2
import gzip
import io
import tarfile

import pytest

from atrest.readers.content import Opened, items
from atrest.source import Budget, Document, Reason, Rows, Unread

LIMIT = 100_000
BUDGET = Budget(document_bytes=LIMIT)
TABLE = b"id,mrn\n" + b"".join(b"%d,%d\n" % (n, 7_000_000 + n) for n in range(12_000))
MEMBERS = [(f"note{n}.txt", b"seen in clinic %d" % n) for n in range(120)]


def tar(*members, form=tarfile.GNU_FORMAT):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, data in members:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            header.uname = "mruiz"
            archive.addfile(header, io.BytesIO(data))
    return file.getvalue()


def read(data):
    return list(items(Opened(io.BytesIO(data), len(data)), BUDGET))


def contents(found):
    return [item.data for item in found if isinstance(item, Document)]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_each_member_is_a_document(form, pack):
    found = read(pack(tar(*MEMBERS, ("empty", b""), form=form)))
    *members, names = contents(found)
    assert members == [data for _, data in MEMBERS] + [b""]
    assert names.startswith(b"note0 .txt\nmruiz\nnote1 .txt")
    assert not [i for i in found if isinstance(i, Unread)]


def test_a_short_archive_is_one_document_as_before():
    data = tar(("a", b"x"))[: 4 * 512]
    assert read(data) == [Document(data)]
    packed = gzip.compress(data)
    assert read(packed) == [Document(data)]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_known_and_read(form):
    name = "ward/" * 40 + "ruiz_ana.txt"
    found = read(tar((name, b"x"), *MEMBERS, form=form))
    text, member, *_, names = contents(found)
    assert (b"ruiz_ana.txt" in text, member) == (True, b"x")
    assert b"ruiz ana .txt" in names
    assert b"mruiz" in names


def test_long_members_are_rows_archives_or_a_beginning():
    inner = tar(("in.txt", b"inside"), ("more.bin", bytes(range(256)) * 600))
    found = read(tar(("t.csv", TABLE), ("in.tar.gz", gzip.compress(inner, 0)), ("last.txt", b"x")))
    (rows,) = [i for i in found if isinstance(i, Rows)]
    assert (rows.table, len(rows.rows)) == ("t.csv", 5_000)
    inside, more, _, last, _ = contents(found)
    assert (inside, len(more), last) == (b"inside", LIMIT, b"x")


def test_an_archive_in_an_archive_in_an_archive_ends_somewhere():
    data = tar(("last.bin", bytes(range(256)) * 600))
    for _ in range(6):
        data = tar(("in.tar", data))
    assert Reason.OVER_LIMIT in {i.reason for i in read(data) if isinstance(i, Unread)}


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_that_is_cut_off_says_so_and_its_beginning_is_read(pack):
    data = tar(*MEMBERS, ("last.bin", bytes(range(256)) * 600))
    found = read(pack(data[: 512 * 300]))
    assert [i.reason for i in found if isinstance(i, Unread)] == [Reason.MALFORMED]
    assert b"seen in clinic 119" in contents(found)


def test_a_broken_header_ends_the_read_and_is_named():
    data = bytearray(tar(*MEMBERS))
    data[512 * 20] ^= 1
    found = read(bytes(data))
    assert [i.reason for i in found if isinstance(i, Unread)] == [Reason.MALFORMED]
    assert len(contents(found)) == 10 + 1
