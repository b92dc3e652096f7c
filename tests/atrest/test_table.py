"""Rows become CSV, and each byte of it leads back to its cell."""

import csv
import datetime
import decimal
import io
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atrest.source import Rows
from atrest.table import HEADER, batch, document_of, text_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=11)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=8))
def test_each_byte_leads_to_its_cell(rows):
    found = batch(Rows(("a", "b", "c"), rows), 1000)
    assert found.cell_at(0) == (HEADER, 0)
    read = list(csv.reader(io.StringIO(found.data.decode(), newline="")))
    assert [tuple(row) for row in read] == [("a", "b", "c"), *rows]
    for index, start in enumerate(found.starts):
        row, column = divmod(index, 3)
        end = found.starts[index + 1] if index + 1 < len(found.starts) else len(found.data)
        assert {found.cell_at(at) for at in range(start, end)} == {(row - 1, column)}


def test_filled_cells_are_counted():
    rows = [("x", None), ("", b""), ("y", 0), ("z", False)]
    assert batch(Rows(("a", "b"), rows), 1000).filled == (3, 2)


@pytest.mark.parametrize(
    "value",
    [
        b"\x89PNG\r\n\x1a\n123456",
        b"a text in a blob",
        '{"resourceType":"Patient"}',
        "  <ClinicalDocument xmlns='urn:hl7-org:v3'/>",
        "MSH|^~\\&|A|B",
        "ISA*00*          *00*",
        {"name": "x" * 20},
        [{"name": "x" * 20}],
        "word " * 20_000,
    ],
)
def test_a_cell_that_is_a_document_is_scanned_by_its_own_bytes(value):
    found = batch(Rows(("id", "body"), [(1, value)]), 1 << 20)
    assert [(cell.row, cell.column) for cell in found.cells] == [(0, 1)]
    assert found.data == b"id,body\r\n1,\r\n"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "NULL"),
        (b"", "empty"),
        (b"M", "a letter in a BINARY column"),
        ("", "empty"),
        ("seen today, no change", "a text"),
        ("{}", "too short to hold anything"),
        (3, "a number"),
        ([], "an empty list"),
    ],
)
def test_what_is_no_document(value, why):
    assert document_of(value, 1000) is None, why


def test_a_long_document_is_cut_and_says_so():
    found = document_of(b"\0" * 50, 40)
    assert found is not None
    assert len(found.data) == 40
    assert found.truncated


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a", "a"),
        (True, "True"),
        (decimal.Decimal("1.50"), "1.50"),
        (datetime.date(1958, 3, 14), "1958-03-14"),
        (datetime.datetime.fromisoformat("1958-03-14 01:02"), "1958-03-14 01:02:00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"M", "M"),
        ([1, "x"], '[1,"x"]'),
        ({"d": datetime.date(1958, 3, 14)}, '{"d":"1958-03-14"}'),
        ({"d": decimal.Decimal("1.5"), "b": b"x"}, '{"d":"1.5","b":"x"}'),
    ],
)
def test_cells_as_text(value, text):
    assert text_of(value) == text


def test_a_column_whose_name_is_a_value_has_a_number():
    found = batch(Rows(("id", "Ana Ruiz"), [(1, 2)], "sheet"), 1000)
    assert found.number_of(1) == "sheet.column 2"
    assert found.name_of(0) == "sheet.id"
