import io
from pathlib import Path

import orjson
import pyarrow
import pyarrow.parquet
from kept_units import PATIENTS, UNITS

from atrest.catalogue import entries
from atrest.exports import parquet
from atrest.exports.names import identifier_of

LIBRARY = (pyarrow, pyarrow.parquet)
SCHEMA = orjson.loads((Path(__file__).parents[3] / "docs" / "catalogue.schema.json").read_bytes())
ARROW = {"string": "string", "boolean": "bool", "integer": "int64", "number": "double"}


def rows(units=UNITS):
    return [e.to_json(identifier_of(e.info_type)) for kept in units for e in entries(kept)]


def read(found):
    data = b"".join(parquet.pieces(found, LIBRARY))
    return pyarrow.parquet.read_table(io.BytesIO(data))


def test_what_is_written_is_read_again():
    table = read(rows())
    back = [
        {**row, "lastSeen": row["lastSeen"].isoformat().replace("+00:00", "Z")}
        for row in table.to_pylist()
    ]
    assert back == rows()


def test_the_columns_are_the_keys_of_the_schema_with_its_types():
    table = read(rows())
    assert table.column_names == list(SCHEMA["properties"])
    for key, about in SCHEMA["properties"].items():
        kind = about["type"] if isinstance(about["type"], str) else about["type"][0]
        if key != "lastSeen":
            assert str(table.schema.field(key).type) == ARROW[kind], key


def test_an_empty_catalogue_is_a_file_without_rows():
    assert read([]).num_rows == 0


def test_a_row_group_is_given_away_as_soon_as_it_is_full():
    one, taken = rows([PATIENTS])[0], []
    written = parquet.pieces((taken.append(n) or one for n in range(3 * parquet.ROWS)), LIBRARY)
    assert next(written).startswith(b"PAR1")
    assert len(taken) == parquet.ROWS
    assert b"".join(written).endswith(b"PAR1")
