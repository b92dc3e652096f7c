import io
from datetime import date

import pyarrow as pa
import pytest
from pyarrow import orc as writer

from atrest.readers.tables import orc
from atrest.source import Budget, Method, ReadError, Reason, Rows, Sampled


def written(table: pa.Table, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    writer.write_table(table, file, **options)
    return io.BytesIO(file.getvalue())


def rows_in(items: list[object]) -> list[tuple[object, ...]]:
    return [row for item in items if isinstance(item, Rows) for row in item.rows]


def test_cells_are_python_values_and_nested_ones_lists_and_dicts():
    table = pa.table(
        {"mrn": ["00123"], "dob": [date(1958, 3, 14)], "names": [[{"family": "Ruiz"}]]}
    )
    found = list(orc.read(written(table), Budget(rows=0)))
    assert found[0].columns == ("mrn", "dob", "names")
    assert rows_in(found) == [("00123", date(1958, 3, 14), [{"family": "Ruiz"}])]
    assert found[-1] == Sampled(Method.ALL, 0)


def test_a_sample_is_drawn_over_the_whole_file():
    found = list(orc.read(written(pa.table({"n": range(10_000)})), Budget(rows=500, seed=3)))
    numbers = [n for (n,) in rows_in(found)]
    assert len(set(numbers)) == 500
    assert {n // 1000 for n in numbers} == set(range(10))
    assert found[-1] == Sampled(Method.RANDOM, 3)


def test_a_torn_file_is_malformed_and_its_error_quotes_nothing():
    table = pa.table({"name": [f"Ana Ruiz {n}" for n in range(1000)]})
    with pytest.raises(ReadError) as caught:
        list(orc.read(io.BytesIO(written(table).getvalue()[:-300]), Budget()))
    assert caught.value.reason is Reason.MALFORMED
    assert "Ruiz" not in str(caught.value)
