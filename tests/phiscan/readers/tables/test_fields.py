"""The column that holds a place, by its name or its number."""

import pytest

from phiscan.readers.tables.fields import fields, of_text

MARK = b"HERE"


def places(data):
    offsets, at = [], data.find(MARK)
    while at >= 0:
        offsets.append(at)
        at = data.find(MARK, at + 1)
    return offsets


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"id,queue,notes\n1,a,HERE\n2,HERE,b\n", ["notes", "column 2"]),
        (b'id,queue,notes\n1,"x,\ny",HERE\n2,"HERE",b\n', ["notes", "column 2"]),
        (b"id,queue,notes\n1,a,b\n\n3,a,HERE HERE\n", ["notes", "notes"]),
        (b"\xef\xbb\xbfid;queue;notes\r\n1;a;HERE\r\n", ["notes"]),
        (b'id,queue,notes\n1,5" pipe,HERE\n', ["notes"]),  # a quote within a cell opens nothing
        (b"id,queue,HERE\n1,a,b\n", [""]),  # the header is above the rows
        (b"id,notes\n1,HERE\n", [""]),  # prose has a comma in each line too
        (b"id,queue,notes\n1,HERE\n", [""]),  # a row of another length: no table
        (b"| id | queue | notes |\n|----|----|----|\n| 1 | a | HERE |\n", [""]),  # a drawn table
        (b"1,2,3\n4,5,HERE\n", [""]),  # no header
    ],
)
def test_the_column_of_a_place_in_a_text(data, columns):
    assert list(of_text(data, places(data))) == columns


def test_a_row_longer_than_the_header_has_numbered_columns():
    data = b"id,notes\n1,a,HERE\n"
    assert list(fields(data, places(data), b",", ("id", "notes"), 9)) == ["column 3"]


def test_a_long_table_is_recognised_by_its_head():
    data = b"id,queue,notes\n" + b'1,a,"%b"\n' % (b"x" * 9000) * 4 + b"2,b,HERE\n"
    assert list(of_text(data, places(data))) == ["notes"]
