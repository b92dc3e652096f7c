"""Documents become rows; each type of BSON becomes something that the detectors read."""

import uuid
from datetime import datetime

import bson
import pytest
from bson.raw_bson import RawBSONDocument

from atrest.readers.mongodb.documents import OPTIONS, as_items, fields, pieces
from atrest.source import Document, Rows

IDENTITY = uuid.UUID("0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10")
OBJECT = bson.ObjectId("6b0d3b9d43c8a10405376903")


def read(value):
    """A value as a field, and within a list."""
    found = fields(bson.decode(bson.encode({"a": value, "b": [value]}), OPTIONS))
    return found["a"], found["b"][0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (bson.Int64(7), 7),
        ("é", "é"),
        (OBJECT, "6b0d3b9d43c8a10405376903"),
        (bson.Decimal128("1.50"), "1.50"),
        (datetime(1958, 3, 14), "1958-03-14 00:00:00"),  # noqa: DTZ001 - as BSON holds it
        (bson.datetime_ms.DatetimeMS(-(10**15)), "-1000000000000000"),
        (bson.Timestamp(0, 1), "1970-01-01 00:00:00+00:00"),
        (bson.Regex("^Ruiz"), "^Ruiz"),
        (bson.Code("x"), "x"),
        (bson.DBRef("patient", OBJECT), "6b0d3b9d43c8a10405376903"),
        (bson.Binary.from_uuid(IDENTITY), str(IDENTITY)),
        ({"a": {"b": [OBJECT]}}, {"a": {"b": ["6b0d3b9d43c8a10405376903"]}}),
    ],
)
def test_each_type_is_readable(value, expected):
    assert read(value) == (expected, expected)


def test_bytes_stay_bytes_in_a_field_and_are_base64_within_one():
    assert read(b"%PDF") == (b"%PDF", "JVBERg==")
    assert read(bson.Binary(b"short", 4)) == (b"short", "c2hvcnQ="), "a UUID has 16 bytes"


def test_text_that_is_no_utf_8_is_read():
    raw = bson.encode({"a": "xx"}).replace(b"xx", b"x\xff")
    assert fields(bson.decode(raw, OPTIONS)) == {"a": "x\ufffd"}


def test_a_document_without_a_field_has_an_empty_cell():
    found = list(as_items([{"a": 1}, {"b": 2, "a": None}, {}]))
    assert found == [Rows(("a", "b"), [[1, None], [None, 2], [None, None]])]


def test_documents_without_fields_are_nothing():
    assert list(as_items([{}])) == []


def test_maps_whose_names_are_data_stay_documents():
    documents = [{f"patient {n}": {"name": "Ruiz"}} for n in range(501)]
    found = list(as_items(documents))
    assert len(found) == 501
    assert found[7] == Document(b'{"patient 7":{"name":"Ruiz"}}')


def test_pieces_are_small():
    raw = [RawBSONDocument(bson.encode({"n": n})) for n in range(25)]
    assert [len(some) for some, _ in pieces(raw, 10)] == [10, 10, 5]
    assert sum(weight for _, weight in pieces(raw, 10)) == sum(len(each.raw) for each in raw)
    large = [RawBSONDocument(bson.encode({"n": "x" * 3_000_000})) for _ in range(3)]
    assert [len(some) for some, _ in pieces(large, 10)] == [2, 1]
