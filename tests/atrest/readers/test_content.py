"""What lies in a file: recognised by its bytes, read in pieces, never unpacked into memory."""

import bz2
import gzip
import io
import lzma

import pytest
import zstandard

from atrest.readers import content
from atrest.readers.content import PIECE, Opened, is_lines, items
from atrest.source import Budget, Document, Method, Reason, Rows, Sampled, Unread

TABLE = b"id,mrn\n" + b"".join(b"%d,%d\n" % (n, 7_000_000 + n) for n in range(40_000))
LINES = b"".join(b'{"n": %d, "text": "nothing"}\n' % n for n in range(60_000))
PACKED = [gzip.compress, bz2.compress, lzma.compress, zstandard.compress]


def read(data, budget=None):
    return list(items(Opened(io.BytesIO(data), len(data)), budget or Budget()))


def documents(found):
    return [item for item in found if isinstance(item, Document)]


def test_a_short_file_is_one_document():
    assert read(b'{"a": 1}') == [Document(b'{"a": 1}')]
    assert read(b"") == [Document(b"")]


def test_a_long_document_is_cut_off_and_says_so():
    (found,) = read(b"\x00\xff" * 5_000_000, Budget(document_bytes=1 << 20))
    assert found == Document(b"\x00\xff" * (1 << 19), truncated=True)


@pytest.mark.parametrize("pack", [bytes, *PACKED])
def test_a_table_is_rows_compressed_or_not(pack):
    rows, sampled = read(pack(TABLE), Budget(rows=1_000))
    assert rows.columns == ("id", "mrn")
    assert len(rows.rows) == 1_000
    assert sampled == Sampled(Method.RANDOM, 0)


@pytest.mark.parametrize("pack", [bytes, *PACKED])
def test_long_lines_are_pieces_that_end_where_lines_end(pack):
    found = documents(read(pack(LINES)))
    assert b"".join(item.data for item in found) == LINES
    assert len(found) > 1
    assert all(item.data.endswith(b"\n") for item in found)
    assert max(len(item.data) for item in found) < 2 * PIECE


@pytest.mark.parametrize("pack", PACKED)
def test_a_torn_stream_is_malformed_and_its_beginning_is_read(pack):
    found = read(pack(LINES * 4)[:-40])
    assert found[-1] == Unread(Reason.MALFORMED)


def test_a_bomb_takes_no_memory():
    packed = gzip.compress(b"0" * (64 << 20))
    (found,) = read(packed, Budget(document_bytes=1 << 20))
    # the document is handed on as it is: phiscan unpacks it under its own limits
    assert found.data == packed


def test_a_line_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(content, "_LONGEST_LINE", 1 << 20)
    data = b"short\nlines\nhere\n" + b"x" * (5 << 20)
    found = documents(read(data))
    assert b"".join(item.data for item in found) == data
    assert any(item.truncated for item in found)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b'{\n  "a": 1,\n  "b": 2\n}\n', "JSON over lines"),
        (b"[\n1,\n2\n]\n", "an array over lines"),
        (b"<a>\n<b/>\n</a>\n", "XML"),
        (b"one line\n", "nothing to cut"),
        (b"%PDF-1.7\n1 0 obj\n<<\n", "a PDF"),
        (b"a\0b\nc\nd\n", "binary"),
    ],
)
def test_what_is_not_made_of_lines(head, why):
    assert not is_lines(head), why


@pytest.mark.parametrize(
    "head",
    [
        b'{"a":1}\n{"a":2}\n{"a":3}\n',
        b"2026-11-30 INFO x\n2026 y\nz\n",
        b"MSH|^~\\&|\nPID|\nPV1|\n",
    ],
)
def test_what_is_made_of_lines(head):
    assert is_lines(head)


def test_rows_are_rows_whatever_the_chunks_of_the_stream():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7) if size > 0 else size)

    found = list(items(Opened(Slow(TABLE), len(TABLE)), Budget(rows=0)))
    assert sum(len(item.rows) for item in found if isinstance(item, Rows)) == 40_000
