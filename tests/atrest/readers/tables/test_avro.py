import io
import zlib
from datetime import date

import fastavro
import pytest

from atrest.readers.tables import avro
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled

PATIENT = {
    "type": "record",
    "name": "Patient",
    "fields": [
        {"name": "mrn", "type": ["null", "string"]},
        {"name": "dob", "type": {"type": "int", "logicalType": "date"}},
        {"name": "names", "type": {"type": "array", "items": "string"}},
    ],
}
NUMBER = {"type": "record", "name": "N", "fields": [{"name": "n", "type": "long"}]}


def written(schema: object, records: list[object], codec: str = "null", every: int = 16_000):
    file = io.BytesIO()
    fastavro.writer(file, schema, records, codec, sync_interval=every)
    return io.BytesIO(file.getvalue())


def rows_in(items: list[object]) -> list[tuple[object, ...]]:
    return [row for item in items if isinstance(item, Rows) for row in item.rows]


def test_records_are_rows_and_logical_types_are_python_values():
    record = {"mrn": "00123", "dob": date(1958, 3, 14), "names": ["Ana", "Ruiz"]}
    found = list(avro.read(written(PATIENT, [record, {**record, "mrn": None}]), Budget(rows=0)))
    assert found[0].columns == ("mrn", "dob", "names")
    assert rows_in(found) == [
        ("00123", date(1958, 3, 14), ["Ana", "Ruiz"]),
        (None, date(1958, 3, 14), ["Ana", "Ruiz"]),
    ]
    assert found[-1] == Sampled(Method.ALL, 0)


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_a_sample_is_drawn_over_all_blocks(codec: str):
    file = written(NUMBER, [{"n": n} for n in range(10_000)], codec, every=500)
    found = list(avro.read(file, Budget(rows=500, seed=3)))
    numbers = [n for (n,) in rows_in(found)]
    assert len(set(numbers)) == 500
    assert {n // 1000 for n in numbers} == set(range(10))
    assert found[-1] == Sampled(Method.RANDOM, 3)


def test_a_file_of_texts_has_one_column():
    found = list(avro.read(written("string", ["a", "b"]), Budget()))
    assert found[0] == Rows(("value",), [("a",), ("b",)])


def test_a_block_that_unpacks_to_too_much_is_over_the_limit():
    bomb = zlib.compress(b"\0" * (80 << 20), wbits=-15)
    assert read_error(block(b"deflate", 1, bomb)).reason is Reason.OVER_LIMIT


def test_a_block_that_says_more_rows_than_it_has_bytes_is_malformed():
    assert read_error(block(b"null", 1 << 40, b"\2\4\6")).reason is Reason.MALFORMED


@pytest.mark.parametrize(
    "items",
    [
        '"null"',
        '{"type": {"type": "null"}}',
        '{"type": "fixed", "name": "F", "size": 0}',
        '{"type": "record", "name": "R", "fields": [{"name": "n", "type": "null"}]}',
    ],
)
def test_an_array_of_values_without_bytes_is_not_read(items: str):
    """It says here that it has 2**40 of them. They would all be made."""
    schema = f'{{"type": "array", "items": {items}}}'.encode()
    data = number(1 << 40) + number(0)
    assert read_error(block(b"null", 1, data, schema)).reason is Reason.OVER_LIMIT


def test_a_type_may_name_itself_and_an_array_may_hold_anything_with_bytes():
    node = {"name": "below", "type": {"type": "array", "items": "Node"}}
    union = {"name": "x", "type": ["null", {"type": "map", "values": "int"}]}
    schema = {"type": "record", "name": "Node", "fields": [node, union]}
    records = [{"below": [{"below": [], "x": None}], "x": {"a": 1}}]
    found = list(avro.read(written(schema, records), Budget()))
    assert found[0] == Rows(("below", "x"), [([{"below": [], "x": None}], {"a": 1})])


def test_an_unknown_codec_is_named():
    assert read_error(block(b"lz77", 1, b"\2")).reason is Reason.NO_READER


@pytest.mark.parametrize("kept", [3, 10, 100, 3000, -1])
def test_a_torn_file_is_malformed_and_its_error_quotes_nothing(kept: int):
    data = written("string", [f"Ana Ruiz {n}" for n in range(1000)]).getvalue()
    error = read_error(data[:kept])
    assert error.reason is Reason.MALFORMED
    assert "Ruiz" not in str(error)


def read_error(data: bytes) -> ReadError:
    with pytest.raises(ReadError) as caught:
        list(avro.read(io.BytesIO(data), Budget(rows=0)))
    return caught.value


def block(codec: bytes, count: int, data: bytes, schema: bytes = b'"long"') -> bytes:
    """A file of longs with one block, written by hand."""
    pairs = [(b"avro.schema", schema), (b"avro.codec", codec)]
    header = number(2) + b"".join(number(len(part)) + part for pair in pairs for part in pair)
    sync = b"s" * 16
    return b"Obj\x01" + header + number(0) + sync + number(count) + number(len(data)) + data + sync


def number(value: int) -> bytes:
    value = value << 1
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
