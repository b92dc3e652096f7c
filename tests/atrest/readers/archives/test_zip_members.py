"""Long ZIP files: every member is read, and what is wrong with one is said of it."""

import io
import struct
import zipfile
import zlib

import pytest

from atrest.readers.content import Opened, items
from atrest.readers.objects.range_file import RangeFile
from atrest.source import Budget, Document, Method, Reason, Rows, Sampled, Unread

LIMIT = 100_000
BUDGET = Budget(document_bytes=LIMIT)
FILLER = b"".join(b"%06d no complaint\n" % number for number in range(8_000))


def zipped(*members, method=zipfile.ZIP_DEFLATED, filler=True, comment=b""):
    """A ZIP file that is longer than a document may be."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
        if filler:
            archive.writestr("filler.bin", bytes(range(256)) * 600, zipfile.ZIP_STORED)
        archive.comment = comment
    return file.getvalue()


def read(data, budget=BUDGET):
    return list(items(Opened(io.BytesIO(data), len(data)), budget))


def unread(data):
    return [(item.reason, item.member) for item in read(data) if isinstance(item, Unread)]


def contents(data):
    return [item.data for item in read(data) if isinstance(item, Document)]


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_each_member_is_a_document(method):
    members = [(f"note{n}.txt", b"seen in clinic %d" % n) for n in range(300)]
    data = zipped(*members, ("empty", b""), ("folder/", b""), method=method)
    *found, filler, names = contents(data)
    assert filler == (bytes(range(256)) * 600)[:LIMIT]
    assert found == [each for _, each in members] + [b""]
    assert names.startswith(b"note0 .txt\nnote1 .txt")
    assert unread(data) == []


def test_an_object_in_a_bucket_is_read_from_its_beginning_to_its_end():
    data = zipped(
        *[(f"{n}.txt", b"seen in clinic %d" % n) for n in range(5_000)], ("t.log", FILLER)
    )
    fetched = []

    def fetch(start, end):
        fetched.append(end - start)
        return data[start:end]

    file = io.BufferedReader(RangeFile(fetch, len(data)))
    assert list(items(Opened(file, len(data)), BUDGET)) == read(data)
    # the beginning, the end, the directory, and then everything once
    assert sum(fetched) < len(data) + 4 * (256 << 10)
    assert len(fetched) < 12


def test_a_short_archive_is_one_document_as_before():
    data = zipped(("a", b"x"), filler=False)
    assert read(data) == [Document(data)]


def test_names_and_comments_are_a_text():
    data = zipped(("labs/ruiz_ana.pdf", b"x"), comment=b"of Maria Lopez")
    assert contents(data)[-1] == b"labs ruiz ana .pdf\nfiller .bin\nof Maria Lopez"


def test_long_members_are_rows_lines_or_a_beginning():
    table = b"id,mrn\n" + b"".join(b"%d,%d\n" % (n, 7_000_000 + n) for n in range(12_000))
    found = read(zipped(("t.csv", table), ("log.txt", FILLER)))
    rows, sampled = (next(i for i in found if isinstance(i, kind)) for kind in (Rows, Sampled))
    assert (rows.table, rows.columns, len(rows.rows)) == ("t.csv", ("id", "mrn"), 5_000)
    assert sampled.method is Method.RANDOM
    *log, cut, _ = [item for item in found if isinstance(item, Document)]
    assert b"".join(item.data for item in log) == FILLER
    assert (len(cut.data), cut.truncated) == (LIMIT, True)


def test_containers_in_members_are_read_when_short_and_named_when_long():
    inner = zipped(("a.txt", b"x"))
    short = zipped(("b.txt", b"y"), filler=False)
    data = zipped(
        ("long.zip", inner), ("short.zip", short), ("t.sqlite", b"SQLite format 3\0" * LIMIT)
    )
    assert unread(data) == [("OVER_LIMIT", "long.zip"), ("OVER_LIMIT", "t.sqlite")]
    assert short in contents(data)


def patched(data, name, offset, value):
    """The archive with other bytes in the directory's entry of a member."""
    at = data.index(b"PK\1\2", data.rindex(name, 0, data.rindex(name)) + 1)
    while data[at + 46 : at + 46 + len(name)] != name:
        at = data.index(b"PK\1\2", at + 1)
    return data[: at + offset] + value + data[at + offset + len(value) :]


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (8, b"\1\0", Reason.ENCRYPTED),
        (10, b"\x63\0", Reason.ENCRYPTED),
        (10, b"\x61\0", Reason.NO_READER),
        (16, b"\0\0\0\0", Reason.MALFORMED),  # the checksum
        (24, b"\1\0\0\0", Reason.MALFORMED),  # the size
        (20, b"\xf0\xff\xff\0", Reason.MALFORMED),  # the packed size
        (42, b"\1\0\0\0", Reason.MALFORMED),  # the place
    ],
)
def test_a_member_that_cannot_be_read_is_named_and_the_others_are_read(offset, value, reason):
    data = zipped(("first.txt", b"one"), ("bad.txt", b"two two two"), ("last.txt", b"three"))
    found = patched(data, b"bad.txt", offset, value)
    assert (reason, "bad.txt") in unread(found)
    assert b"one" in contents(found)


def test_members_that_overlap_are_read_once():
    data = zipped(("one.txt", b"the same bytes"), ("two.txt", b"other"))
    place = data.index(b"PK\3\4", 4)
    assert data[place + 30 :].startswith(b"two.txt")
    found = patched(data, b"two.txt", 42, struct.pack("<L", 0))
    assert unread(found) == [("MALFORMED", "two.txt")]
    assert contents(found).count(b"the same bytes") == 1
    (skipped,) = [each for each in contents(found) if each.startswith(b"PK\3\4")]
    assert b"two.txt" in skipped


def test_bytes_that_no_member_explains_are_documents():
    data = zipped(("one.txt", b"x"))
    hidden = b"MZ\0 MRN 00123456, Ana Ruiz"
    found = contents(hidden + data)
    assert found[:2] == [hidden, b"x"]


def test_bytes_behind_the_end_of_a_packed_member_are_an_error():
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(b"seen") + packer.flush()
    data = zipped(("a.bin", packed + b"hidden"), method=zipfile.ZIP_STORED)
    size = len(packed) + 6
    for offset, value in ((10, 8), (24, 4), (16, zlib.crc32(b"seen"))):
        data = patched(data, b"a.bin", offset, struct.pack("<L" if offset > 10 else "<H", value))
    assert size < 100
    assert unread(data) == [("MALFORMED", "a.bin")]


def test_a_bomb_is_named_and_the_next_member_is_read():
    data = zipped(("bomb.txt", b"a line\n" * 4_000_000), ("last.txt", b"x"))
    assert ("OVER_LIMIT", "bomb.txt") in unread(data)
    assert b"x" in contents(data)


def test_the_end_of_a_very_long_archive_is_understood():
    data = zipped(("one.txt", b"x"))
    at, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    long = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, end - at, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    full = data[end : end + 8] + b"\xff" * 12 + data[end + 20 :]
    assert contents(data[:end] + long + locator + full)[0] == b"x"
    assert contents(b"MZ\0\0" + data[:end] + long + locator + full)[1] == b"x"


def test_numbers_too_long_for_four_bytes_stand_in_the_extra_field():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        with archive.open("one.txt", "w", force_zip64=True) as member:
            member.write(b"x" * 20)
        archive.writestr("filler.bin", bytes(range(256)) * 600)
    data = file.getvalue()
    at = data.index(b"PK\1\2")
    # as a writer of a long member does: both sizes in the extra field
    extra = struct.pack("<2H2Q", 1, 16, 20, 20)
    entry = data[at : at + 20] + b"\xff" * 8 + data[at + 28 : at + 30]
    entry += struct.pack("<H", len(extra)) + data[at + 32 : at + 46] + b"one.txt" + extra
    end = data.index(b"PK\5\6")
    rest = data[at + 46 + 7 : end]
    length = struct.pack("<L", len(entry + rest))
    data = data[:at] + entry + rest + data[end : end + 12] + length + data[end + 16 :]
    assert contents(data)[0] == b"x" * 20


def test_what_only_begins_like_an_archive_is_a_document():
    data = b"PK\3\4" + b"x" * 2 * LIMIT
    assert read(data) == [Document(data[:LIMIT], truncated=True)]


def test_a_torn_directory_is_a_document_too():
    data = bytearray(zipped(("one.txt", b"x")))
    at = data.index(b"PK\1\2")
    data[at] = 0
    (found,) = read(bytes(data))
    assert found.truncated
