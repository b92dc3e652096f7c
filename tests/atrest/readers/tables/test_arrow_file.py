import io
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import feather

from atrest.readers.tables import arrow_file
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled


def written(table: pa.Table, chunk: int = 1000) -> io.BytesIO:
    file = io.BytesIO()
    feather.write_feather(table, file, compression="zstd", chunksize=chunk)
    return io.BytesIO(file.getvalue())


def rows_in(items: list[object]) -> list[tuple[object, ...]]:
    return [row for item in items if isinstance(item, Rows) for row in item.rows]


def test_the_columns_of_each_batch_are_brought_together():
    coded = pa.array(["F", "M", "F"]).dictionary_encode()
    table = pa.table({"mrn": ["1", "2", "3"], "sex": coded, "names": [[{"f": "R"}], [], None]})
    found = list(arrow_file.read(written(table, chunk=2), Budget(rows=0)))
    assert found[0].columns == ("mrn", "sex", "names")
    assert rows_in(found) == [("1", "F", [{"f": "R"}]), ("2", "M", []), ("3", "F", None)]
    assert found[-1] == Sampled(Method.ALL, 0)


def test_a_sample_is_drawn_over_all_batches():
    found = list(arrow_file.read(written(pa.table({"n": range(10_000)})), Budget(rows=500, seed=3)))
    numbers = [n for (n,) in rows_in(found)]
    assert len(set(numbers)) == 500
    assert {n // 1000 for n in numbers} == set(range(10))
    assert found[-1] == Sampled(Method.RANDOM, 3)


def test_a_file_of_this_machine_is_mapped_and_a_large_batch_is_not_read_whole(tmp_path: Path):
    table = pa.table({"a": [f"{n:0100d}" for n in range(200_000)]}).combine_chunks()
    place = tmp_path / "t.arrow"
    with pa.OSFile(str(place), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    before, most = pa.total_allocated_bytes(), 0

    with place.open("rb") as opened:
        for item in arrow_file.read(opened, Budget(rows=500, seed=1)):
            most = max(most, pa.total_allocated_bytes() - before)
            assert not isinstance(item, Rows) or len(item.rows[0][0]) == 100

    assert place.stat().st_size > 20_000_000
    assert most < 1 << 20


def test_a_table_without_columns_has_nothing_to_read():
    assert list(arrow_file.read(written(pa.table({})), Budget())) == []


def test_a_torn_file_is_malformed_and_its_error_quotes_nothing():
    table = pa.table({"name": [f"Ana Ruiz {n}" for n in range(1000)]})
    with pytest.raises(ReadError) as caught:
        list(arrow_file.read(io.BytesIO(written(table).getvalue()[:-100]), Budget()))
    assert caught.value.reason is Reason.MALFORMED
    assert "Ruiz" not in str(caught.value)


def test_the_first_version_of_feather_is_named():
    with pytest.raises(ReadError) as caught:
        list(arrow_file.read(io.BytesIO(b"FEA1\0\0\0\0"), Budget()))
    assert caught.value.reason is Reason.NO_READER
