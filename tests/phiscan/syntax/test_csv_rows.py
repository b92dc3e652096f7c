"""Rows and cells with their offsets."""

import pytest

from phiscan.syntax.csv_rows import Cell, can_be_header, passed, row_end, rows


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


def test_a_header_has_labels_and_no_types():
    assert can_be_header(("id", "notes", ""))
    assert not can_be_header(("id",))  # one column is a text
    assert not can_be_header(("id", "1961"))  # a value
    assert not can_be_header(("name", "string"))  # a data dictionary
    assert not can_be_header(("id", "id", "id"))  # a row of equal words


def test_a_cell_shows_no_value():
    assert repr(Cell(b"Ana", 3)) == "Cell(3)"
    assert Cell(b' a ""b"" ', 0).value() == 'a "b"'
