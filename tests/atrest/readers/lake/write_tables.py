"""Writes the tables in `written/` with the formats' own libraries, which no test needs.

pip install deltalake==1.6.6 'pyiceberg[sql-sqlite]==0.12.0'
python tests/atrest/readers/lake/write_tables.py
"""

import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog.sql import SqlCatalog

HERE = Path(__file__).parent / "written"
WAREHOUSE = Path("/srv/clinic-lake")
"""Metadata of Iceberg hold absolute paths. The tables are then moved, as people do."""


def patients(first: int, count: int) -> pa.Table:
    numbers = range(first, first + count)
    return pa.table(
        {
            "mrn": [f"{n:06d}" for n in numbers],
            "ward": [("North 1", "South/2")[n % 2] for n in numbers],
            "seen": [[{"at": f"day {n}"}] for n in numbers],
        }
    )


def delta() -> None:
    """Rows 0 to 29; 3 is deleted; a checkpoint at version 2; rows 30 to 39."""
    path = HERE / "delta"
    shutil.rmtree(path, ignore_errors=True)
    write_deltalake(path, patients(0, 20), partition_by=["ward"])
    write_deltalake(path, patients(20, 10), mode="append")
    table = DeltaTable(path)
    table.delete("mrn = '000003'")
    table.create_checkpoint()
    write_deltalake(path, patients(30, 10), mode="append")


def iceberg() -> None:
    """Rows 0 to 29; 3 is deleted."""
    path = HERE / "iceberg"
    shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(WAREHOUSE, ignore_errors=True)
    WAREHOUSE.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{WAREHOUSE}")
        catalog.create_namespace("ehr")
        table = catalog.create_table("ehr.patients", schema=patients(0, 1).schema)
        table.append(patients(0, 20))
        table.append(patients(20, 10))
        table.delete("mrn == '000003'")
    shutil.move(next(WAREHOUSE.rglob("metadata")).parent, path)
    shutil.rmtree(WAREHOUSE)


if __name__ == "__main__":
    delta()
    iceberg()
