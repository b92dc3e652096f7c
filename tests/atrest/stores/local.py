"""The hospital in every store that is a file: `STORES` by name, each fills a folder.

Each returns the spec by which `phiguard rest scan` names what was written.
"""

import contextlib
import csv
import datetime
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import duckdb
import fastavro
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather, orc
from stores.hospital import Table, text
from workbooks import Day, xlsx

_EPOCH: Final = datetime.date(1899, 12, 30)  # of Excel's days
_SHEET: Final = "Sheet1"
Fill = Callable[[Path, Sequence[Table]], str]


def _file_each(ending: str, write: Callable[[Path, Table], None]) -> Fill:
    def fill(folder: Path, tables: Sequence[Table]) -> str:
        folder.mkdir()
        for table in tables:
            write(folder / f"{table.name}.{ending}", table)
        return str(folder)

    return fill


def _csv(path: Path, table: Table) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows(map(text, row) for row in table.rows)


def arrow(table: Table) -> pa.Table:
    """A table in Arrow's types: dates and decimals are what they are, documents are texts."""
    columns = zip(*table.rows, strict=True)
    return pa.table(
        {
            name: [text(cell) if isinstance(cell, dict) else cell for cell in column]
            for name, column in zip(table.columns, columns, strict=True)
        }
    )


def _parquet(path: Path, table: Table) -> None:
    pq.write_table(arrow(table), path)


def _orc(path: Path, table: Table) -> None:
    orc.write_table(arrow(table), path)


def _feather(path: Path, table: Table) -> None:
    feather.write_feather(arrow(table), path)


def _avro(path: Path, table: Table) -> None:
    kinds = {"int": "int", "date": {"type": "int", "logicalType": "date"}}
    fields = [
        {"name": name, "type": ["null", kinds.get(sql, "string")]}
        for name, sql in table.columns.items()
    ]
    schema = {"type": "record", "name": table.name, "fields": fields}
    records = (
        {n: text(c) if isinstance(c, (dict, Decimal)) else c for n, c in record.items()}
        for record in table.records()
    )
    with path.open("wb") as file:
        fastavro.writer(file, schema, records, "deflate")


def _workbook(path: Path, table: Table) -> None:
    rows = [list(table.columns), *([_excel(cell) for cell in row] for row in table.rows)]
    path.write_bytes(xlsx({_SHEET: rows}))


def _excel(cell: object) -> object:
    if isinstance(cell, datetime.date):
        return Day((cell - _EPOCH).days)
    return cell if isinstance(cell, (int, Decimal)) else text(cell) or ""


def create(table: Table) -> str:
    """The statement that makes a table."""
    columns = ", ".join(f"{name} {sql}" for name, sql in table.columns.items())
    return f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY (id))"


def insert(table: Table) -> str:
    """The statement that fills it. No value of the hospital holds a quote."""
    rows = (f"({', '.join(map(_literal, row))})" for row in table.rows)
    return f"INSERT INTO {table.name} VALUES {', '.join(rows)}"


def _literal(cell: object) -> str:
    said = text(cell)
    return "NULL" if said is None else f"'{said}'"


def _sqlite(folder: Path, tables: Sequence[Table]) -> str:
    folder.mkdir()
    with contextlib.closing(sqlite3.connect(folder / "ehr.db")) as database, database:
        for table in tables:
            database.execute(create(table))
            database.execute(insert(table))
    database.close()
    return f"sqlite://{folder}/ehr.db"


def _duckdb(folder: Path, tables: Sequence[Table]) -> str:
    folder.mkdir()
    with duckdb.connect(str(folder / "ehr.duckdb")) as database:
        for table in tables:
            database.execute(create(table))
            database.execute(insert(table))
    return f"duckdb://{folder}/ehr.duckdb"


def _delta(folder: Path, tables: Sequence[Table]) -> str:
    """Tables of Delta Lake, written from its protocol (github.com/delta-io/delta)."""
    for table in tables:
        path = folder / table.name
        (path / "_delta_log").mkdir(parents=True)
        data = arrow(table)
        pq.write_table(data, path / "part-0.parquet")
        fields = [
            {"name": name, "type": "string", "nullable": True, "metadata": {}}
            for name in table.columns
        ]
        size = (path / "part-0.parquet").stat().st_size
        actions = [
            {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
            {
                "metaData": {
                    "id": table.name,
                    "format": {"provider": "parquet", "options": {}},
                    "schemaString": orjson.dumps({"type": "struct", "fields": fields}).decode(),
                    "partitionColumns": [],
                    "configuration": {},
                    "createdTime": 0,
                }
            },
            {
                "add": {
                    "path": "part-0.parquet",
                    "partitionValues": {},
                    "size": size,
                    "modificationTime": 0,
                    "dataChange": True,
                    "stats": orjson.dumps({"numRecords": len(table.rows)}).decode(),
                }
            },
        ]
        log = path / "_delta_log" / f"{0:020}.json"
        log.write_bytes(b"\n".join(map(orjson.dumps, actions)))
    return str(folder)


def _iceberg(folder: Path, tables: Sequence[Table]) -> str:
    """Tables of Apache Iceberg of the first version of its format (iceberg.apache.org/spec)."""
    for table in tables:
        path = folder / table.name
        (path / "metadata").mkdir(parents=True)
        (path / "data").mkdir()
        place = f"file://{path}"
        pq.write_table(arrow(table), path / "data" / "0.parquet")
        file = {
            "file_path": f"{place}/data/0.parquet",
            "file_format": "PARQUET",
            "record_count": len(table.rows),
        }
        with (path / "metadata" / "m0.avro").open("wb") as manifest:
            fastavro.writer(manifest, _MANIFEST, [{"status": 1, "data_file": file}])
        described = {
            "format-version": 1,
            "location": place,
            "current-snapshot-id": 1,
            "snapshots": [{"snapshot-id": 1, "manifests": [f"{place}/metadata/m0.avro"]}],
        }
        (path / "metadata" / "v1.metadata.json").write_bytes(orjson.dumps(described))
    return str(folder)


_MANIFEST: Final = {
    "type": "record",
    "name": "manifest_entry",
    "fields": [
        {"name": "status", "type": "int"},
        {
            "name": "data_file",
            "type": {
                "type": "record",
                "name": "r2",
                "fields": [
                    {"name": "file_path", "type": "string"},
                    {"name": "file_format", "type": "string"},
                    {"name": "record_count", "type": "long"},
                ],
            },
        },
    ],
}

STORES: Final[Mapping[str, Fill]] = {
    "csv": _file_each("csv", _csv),
    "parquet": _file_each("parquet", _parquet),
    "orc": _file_each("orc", _orc),
    "arrow": _file_each("feather", _feather),
    "avro": _file_each("avro", _avro),
    "xlsx": _file_each("xlsx", _workbook),
    "sqlite": _sqlite,
    "duckdb": _duckdb,
    "delta": _delta,
    "iceberg": _iceberg,
}
