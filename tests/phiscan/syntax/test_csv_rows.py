"""Rows and cells with their offsets."""

import pytest

from phiscan.syntax.csv_rows import Cell, headers, passed, row_end, rows


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\r\nc,d", [[b"a", b"b"], [b"c", b"d"]]),
        (b'"a,1",b\nc', [[b"a,1", b"b"], [b"c"]]),
        (b'"a\nb",c\n', [[b"a\nb", b"c"]]),
        (b"a,b\n\n \nc,d\n", [[b"a", b"b"], [b"c", b"d"]]),  # blank lines are no rows
        (b'5" pipe,b\n', [[b'5" pipe', b"b"]]),  # a quote within a cell opens nothing
        (b'a,"b\nc,d', [[b"a", b'"b\nc,d']]),  # an open quote takes what is left
    ],
)
def test_rows_have_cells_with_their_offsets(data, expected):
    found = list(rows(data, 0, b","))
    assert [[cell.text for cell in row] for row in found] == expected
    assert all(data[cell.start : cell.end] == cell.text for row in found for cell in row)


def test_the_end_of_a_row_is_the_same_with_and_without_its_cells():
    data = b'a,b\n"c\nd",e\nf'
    assert passed(data, 0, b",") == ([], 4)
    cells, end = passed(data, 4, b",")
    assert ([cell.text for cell in cells], end) == ([b"c\nd", b"e"], 12)
    assert row_end(data, cells[-1]) == 12
    assert passed(data, 12, b",") == ([], 14)


@pytest.mark.parametrize(
    ("row", "labels"),
    [
        (b"id,notes,", ("id", "notes", "")),
        (b'"id"," notes"', ("id", "notes")),
        (b"id", None),  # one column is a text
        (b"id,1961", None),  # a value
        (b"name,string", None),  # a data dictionary
        (b"id,id,id", None),  # a row of equal words
    ],
)
def test_a_header_has_labels_and_no_types(row, labels):
    found = list(headers(row + b"\r\n7,x\n", 0, b",", 8))
    assert found == ([(labels, len(row) + 2)] if labels else [])


def test_a_header_is_one_of_the_first_rows():
    data = b"\n8,x\n\nid,notes"
    assert list(headers(data, 0, b",", 2)) == [(("id", "notes"), len(data))]
    assert list(headers(data, 0, b",", 1)) == []


def test_a_cell_shows_no_value():
    assert repr(Cell(b"Ana", 3)) == "Cell(3)"
    assert Cell(b' a ""b"" ', 0).value() == 'a "b"'
