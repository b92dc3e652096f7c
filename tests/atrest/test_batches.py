"""Batches have one size, and a batch holds rows of one table."""

import pytest

from atrest import batches
from atrest.batches import in_batches
from atrest.source import Document, Method, ReadError, Reason, Rows, Sampled


def sizes(items):
    return [len(item.rows) for item in in_batches(items) if isinstance(item, Rows)]


def rows(count, table="", columns=("a",)):
    return Rows(columns, [("x",)] * count, table)


def test_pieces_are_joined_and_cut():
    assert sizes([rows(100), rows(300), rows(101)]) == [250, 250, 1]


def test_long_rows_fill_a_batch_sooner(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_BYTES", 10)
    assert sizes([Rows(("a",), [("x" * 6,)] * 5)]) == [2, 2, 1]


def test_another_table_and_other_columns_begin_anew():
    assert sizes([rows(2), rows(3, "t"), rows(4, "t", ("b",)), rows(1, "t", ("b",))]) == [2, 3, 5]


def test_what_is_no_row_comes_where_it_came():
    items = [rows(2), Document(b"x"), rows(1), Sampled(Method.ALL)]
    kinds = [type(item).__name__ for item in in_batches(items)]
    assert kinds == ["Rows", "Document", "Rows", "Sampled"]


def test_rows_before_an_error_come_before_it():
    def items():
        yield rows(3)
        raise ReadError(Reason.GONE)

    found = []
    with pytest.raises(ReadError):
        found.extend(in_batches(items()))
    assert [len(item.rows) for item in found] == [3]
