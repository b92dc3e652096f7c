"""Tables in a bucket."""

from pathlib import Path
from typing import Any

from atrest.manners import Manners
from atrest.protection import Shield
from atrest.readers.registry import open_source
from atrest.source import Budget, Rows, Source
from atrest.spec import parse
from atrest.unit import Unit, UnitKind

WRITTEN = Path(__file__).parents[1] / "lake" / "written"


def uploaded(client: Any, bucket: str, prefix: str) -> int:
    files = [path for path in WRITTEN.rglob("*") if path.is_file()]
    for path in files:
        key = prefix + str(path.relative_to(WRITTEN))
        encryption = {} if path.name.startswith("0") else {"ServerSideEncryption": "aws:kms"}
        client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), **encryption)
    return len(files)


def opened(spec: str) -> Source:
    return open_source(parse(spec), Manners(), {})


def test_tables_are_units_in_the_order_of_keys_and_their_live_files_are_none(
    client: Any, endpoint: str
):
    client.create_bucket(Bucket="tables")
    count = uploaded(client, "tables", "lake/")
    client.put_object(Bucket="tables", Key="lake/delta-notes", Body=b"x")
    source = opened(f"s3://tables/lake?endpoint={endpoint}")

    units = [unit for unit in source.list() if isinstance(unit, Unit)]

    assert [unit.name for unit in units] == sorted(unit.name for unit in units)
    tables = {unit.name: unit for unit in units if unit.kind is UnitKind.TABLE}
    assert set(tables) == {"lake/delta", "lake/iceberg"}
    assert len(units) == 2 + count + 1 - 6 - 2
    items = list(source.read(tables["lake/delta"], Budget(rows=0)))
    mrns = [row[0] for item in items if isinstance(item, Rows) for row in item.rows]
    assert len(set(mrns)) == 39


def test_a_table_is_as_well_protected_as_its_weakest_file(client: Any, endpoint: str):
    """The log and the data files of Iceberg have names that begin with 0, and are stored plain."""
    client.create_bucket(Bucket="mixed")
    uploaded(client, "mixed", "")
    source = opened(f"s3://mixed?endpoint={endpoint}")
    tables = [unit for unit in source.list() if unit.kind is UnitKind.TABLE]
    for table in tables:
        list(source.read(table, Budget(rows=0)))
        assert source.protection(table).stored is Shield.UNKNOWN


def test_a_table_can_be_the_whole_bucket(client: Any, endpoint: str):
    client.create_bucket(Bucket="whole")
    for path in (WRITTEN / "delta").rglob("*"):
        if path.is_file():
            key = str(path.relative_to(WRITTEN / "delta"))
            client.put_object(Bucket="whole", Key=key, Body=path.read_bytes())
    source = opened(f"s3://whole?endpoint={endpoint}")
    (table,) = [unit for unit in source.list() if unit.kind is UnitKind.TABLE]
    assert table.name == "."
    items = list(source.read(table, Budget(rows=0)))
    assert sum(len(item.rows) for item in items if isinstance(item, Rows)) == 39
