import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atrest.readers.tables import parquet
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled

ALL = Budget(rows=0)


def written(table: pa.Table, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    file.seek(0)
    return file


def rows_in(items: list[object]) -> list[tuple[object, ...]]:
    return [row for item in items if isinstance(item, Rows) for row in item.rows]


def test_cells_are_python_values_and_nested_ones_lists_and_dicts():
    table = pa.table(
        {
            "mrn": ["00123", None],
            "dob": [date(1958, 3, 14), None],
            "seen": pa.array([datetime(2026, 1, 2, 3, 4, tzinfo=UTC), None]),
            "paid": [Decimal("12.50"), None],
            "names": [[{"family": "Ruiz", "given": ["Ana"]}], []],
            "scan": [b"\x00\xff", None],
        }
    )

    found = list(parquet.read(written(table), ALL))

    assert found[0].columns == ("mrn", "dob", "seen", "paid", "names", "scan")
    assert rows_in(found) == [
        (
            "00123",
            date(1958, 3, 14),
            datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            Decimal("12.50"),
            [{"family": "Ruiz", "given": ["Ana"]}],
            b"\x00\xff",
        ),
        (None, None, None, None, [], None),
    ]
    assert found[-1] == Sampled(Method.ALL, 0)


@pytest.mark.parametrize("rows", [0, 300])
def test_maps_are_read_whole_and_in_a_sample(rows: int):
    kind = pa.map_(pa.string(), pa.struct([("at", pa.list_(pa.string()))]))
    maps = [[(f"key {n}", {"at": ["x", f"{n}"]})] for n in range(1000)]
    table = pa.table({"n": range(1000), "tags": pa.array(maps, kind)})

    found = rows_in(list(parquet.read(written(table), Budget(rows=rows, seed=1))))

    assert len(found) == (rows or 1000)
    assert [tags for _, tags in found] == [maps[n] for n, _ in found]


def test_a_sample_is_drawn_over_all_row_groups():
    table = pa.table({"n": range(10_000)})

    found = list(parquet.read(written(table, row_group_size=1000), Budget(rows=500, seed=3)))

    numbers = [n for (n,) in rows_in(found)]
    assert len(set(numbers)) == 500
    assert {n // 1000 for n in numbers} == set(range(10))
    assert found[-1] == Sampled(Method.RANDOM, 3)


def test_only_row_groups_with_a_drawn_row_are_read():
    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            self.read_bytes += len(data)
            return data

    words = [f"{n * 7919:032d}" for n in range(100_000)]
    table = pa.table({"a": words})
    plain = {"use_dictionary": False, "compression": None}
    file = Counting(written(table, row_group_size=1000, **plain).getvalue())

    list(parquet.read(file, Budget(rows=3)))

    assert file.read_bytes < len(file.getvalue()) / 10


def test_a_large_column_is_read_in_pieces_and_its_texts_are_not_collected():
    class Watched(io.BytesIO):
        longest = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            self.longest = max(self.longest, len(data))
            return data

    table = pa.table({"a": [f"{n * 7919:0100d}" for n in range(200_000)]})
    file = Watched(written(table, compression=None).getvalue())
    before = pa.total_allocated_bytes()
    most = 0
    for _ in parquet.read(file, Budget(rows=500)):
        most = max(most, pa.total_allocated_bytes() - before)

    assert len(file.getvalue()) > 20_000_000
    assert file.longest < 3 << 20
    assert most < 10 << 20


def test_a_long_text_that_is_repeated_often_is_never_written_out():
    """As values the 4,000 rows would take 4 GB."""
    values = pa.DictionaryArray.from_arrays(pa.array([0] * 4000, pa.int32()), ["x" * 1_000_000])
    before = pa.total_allocated_bytes()
    most = 0
    for item in parquet.read(written(pa.table({"a": values})), Budget(rows=20)):
        most = max(most, pa.total_allocated_bytes() - before)
        assert not isinstance(item, Rows) or len(item.rows) <= 4
    assert most < 64 << 20


def test_a_cell_that_is_longer_than_a_document_is_cut_and_says_so_by_one_byte_more():
    found = rows_in(
        list(
            parquet.read(
                written(pa.table({"t": ["é" * 600], "b": [b"z" * 2000], "s": ["short"]})),
                Budget(rows=0, document_bytes=1000),
            )
        )
    )
    ((text, data, short),) = found
    assert text.startswith("é" * 500)
    assert len(data) == 1001
    assert short == "short"


def test_times_with_nanoseconds_and_dates_after_9999_have_a_text():
    far = pa.array([4_000_000], pa.date32())
    exact = pa.array([1_700_000_000_123_456_789], pa.timestamp("ns"))
    nested = pa.array([[1_700_000_000_123_456_789]], pa.list_(pa.timestamp("ns")))
    table = pa.table({"far": far, "exact": exact, "nested": nested})

    ((day, moment, moments),) = rows_in(list(parquet.read(written(table), ALL)))

    assert day == "12921-08-18"  # 27 times 400 years after 18 August 2121
    assert moment == datetime.fromisoformat("2023-11-14T22:13:20.123456")
    assert moments == [moment]


def test_text_that_is_not_utf_8_is_read_with_a_sign_in_its_place():
    raw = pa.array([b"Mu\xf1oz", b"Ruiz"], pa.binary())
    table = pa.table({"name": pa.StringArray.from_buffers(2, *raw.buffers()[1:])})
    assert rows_in(list(parquet.read(written(table), ALL))) == [("Mu\ufffdoz",), ("Ruiz",)]


def test_an_encrypted_footer_is_named():
    with pytest.raises(ReadError) as caught:
        list(parquet.read(io.BytesIO(b"PARE" + b"\0" * 100 + b"PARE"), ALL))
    assert caught.value.reason is Reason.ENCRYPTED


def test_encrypted_columns_are_named_with_their_reason():
    encryption = pytest.importorskip("pyarrow.parquet.encryption")

    class Kms(encryption.KmsClient):
        def __init__(self, _: object) -> None:
            encryption.KmsClient.__init__(self)

        def wrap_key(self, key: bytes, _: str) -> bytes:
            return key.hex().encode()

        def unwrap_key(self, key: bytes, _: str) -> bytes:
            return bytes.fromhex(key.decode())

    factory = encryption.CryptoFactory(Kms)
    settings = encryption.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["ssn"]}, plaintext_footer=True
    )
    table = pa.table({"ssn": ["536-90-4431"] * 10})
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), settings)

    with pytest.raises(ReadError) as caught:
        list(parquet.read(written(table, encryption_properties=properties), ALL))
    assert caught.value.reason is Reason.ENCRYPTED


@pytest.mark.parametrize("kept", [4, 200, 3000])
def test_a_torn_file_is_malformed_and_its_error_quotes_nothing(kept: int):
    table = pa.table({"name": [f"Ana Ruiz {n}" for n in range(1000)]})
    data = written(table).getvalue()[:kept]

    with pytest.raises(ReadError) as caught:
        list(parquet.read(io.BytesIO(data), ALL))

    assert caught.value.reason is Reason.MALFORMED
    assert "Ruiz" not in str(caught.value)


def test_a_torn_page_ends_a_read_that_has_begun():
    table = pa.table({"name": [f"Ana Ruiz {n}" for n in range(100_000)]})
    data = bytearray(written(table, row_group_size=10_000, compression="gzip").getvalue())
    data[len(data) // 2 : len(data) // 2 + 4000] = b"\xff" * 4000
    seen = []

    with pytest.raises(ReadError) as caught:
        seen.extend(parquet.read(io.BytesIO(bytes(data)), ALL))

    assert caught.value.reason is Reason.MALFORMED
    assert seen


def test_an_error_of_the_file_below_passes_as_it_is():
    class Failing(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            if self.reads > 3:
                raise ReadError(Reason.UNREACHABLE, "503")
            return super().read(size)

    file = Failing(written(pa.table({"a": range(50_000)}), row_group_size=1000).getvalue())
    with pytest.raises(ReadError) as caught:
        list(parquet.read(file, ALL))
    assert caught.value.reason is Reason.UNREACHABLE
