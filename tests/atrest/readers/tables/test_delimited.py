"""Delimited text as rows: only where it plainly is a table."""

import io

import pytest

from atrest.readers.tables.delimited import Dialect, dialect_of, read
from atrest.source import Budget, Method, Reason, Rows, Sampled, Unread


@pytest.mark.parametrize(
    ("head", "delimiter", "columns"),
    [
        (b"id,mrn\n1,2\n3,4\n", ",", ("id", "mrn")),
        (b"\xef\xbb\xbfid;name\r\n1;a\r\n2;b\r\n", ";", ("id", "name")),
        (b"id\tname\n1\ta, b\n2\tb, c\n", "\t", ("id", "name")),
        (b"id|note\n1|x\n2|y\n", "|", ("id", "note")),
        (b'id,note\n1,"two\nlines"\n2,"a ""q"" b"\n', ",", ("id", "note")),
    ],
)
def test_tables(head, delimiter, columns):
    assert dialect_of(head, is_whole=True) == Dialect(delimiter, columns)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"id,mrn\n1,2\n", "one row is no table"),
        (b"Dear Ana, hello\nI saw you, today\nand\n", "lines with commas"),
        (b"1,2\n3,4\n5,6\n", "no header"),
        (b"id,id\n1,2\n3,4\n", "two columns of one name"),
        (b"id,\n1,2\n3,4\n", "a column without a name"),
        (b"a\0,b\n1,2\n3,4\n", "binary"),
        (b"\xff\xfe,b\n1,2\n3,4\n", "not UTF-8"),
        (b'{"a":1,"b":2}\n{"a":3,"b":4}\n', "JSON lines"),
        (b"MSH|^~\\&|A\nPID|1|B\nPV1|1|C\n", "HL7 v2"),
    ],
)
def test_what_is_no_table(head, why):
    assert dialect_of(head, is_whole=True) is None, why


def test_the_last_row_of_a_head_may_be_cut_off():
    head = b"id,mrn\n1,2\n3,4\n5,6\n7"
    assert dialect_of(head, is_whole=False) == Dialect(",", ("id", "mrn"))
    assert dialect_of(head, is_whole=True) is None


def rows_of(data, budget):
    dialect = dialect_of(data[:60], is_whole=False)
    assert dialect is not None
    return list(read(io.BytesIO(data), dialect, budget))


def test_rows_that_do_not_fit_are_said():
    data = b"id,mrn\n" + b"1,2\n" * 30 + b"1,2,3\n4\n"
    found = rows_of(data, Budget(rows=0))
    assert found[-1] == Unread(Reason.MALFORMED)
    assert [tuple(r) for item in found if isinstance(item, Rows) for r in item.rows][-2:] == [
        ("1", "2"),
        ("4", ""),
    ]


def test_few_rows_are_all_read_and_many_are_sampled():
    data = b"id,mrn\n" + b"".join(b"%d,x\n" % n for n in range(100))
    assert rows_of(data, Budget(rows=100))[-1] == Sampled(Method.ALL)
    found = rows_of(data, Budget(rows=99))
    assert found[-1] == Sampled(Method.RANDOM)
    assert len(found[0].rows) == 99


@pytest.mark.parametrize("rows", [0, 100])
def test_blank_lines_before_the_header_hide_it_not_among_the_rows(rows):
    (found, sampled) = rows_of(b"\r\n\nid,mrn\n1,2\n\n3,4\n5,6\n", Budget(rows=rows))
    assert found.columns == ("id", "mrn")
    assert [tuple(row) for row in found.rows] == [("1", "2"), ("3", "4"), ("5", "6")]
    assert sampled == Sampled(Method.ALL)


def test_all_rows_come_in_pieces():
    data = b"id,mrn\n" + b"".join(b"%d,x\n" % n for n in range(600))
    found = [item for item in rows_of(data, Budget(rows=0)) if isinstance(item, Rows)]
    assert [len(item.rows) for item in found] == [250, 250, 100]
