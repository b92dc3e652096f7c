"""A value of every infoType in every store, and rows that break what reads them."""

import contextlib
import csv
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq
from canaries import BODY, CANARIES, SOUGHT
from stores import local
from stores.hospital import Table

SSN = CANARIES["ssn"]
ROWS = 30
NAMED = f"SSN-{SSN}"
BROKEN = "breaks-its-reader.txt"


def tables() -> list[Table]:
    """The values under telling names, under useless ones, and as one document."""
    telling = ["id", *(f"{name}_1" for name in CANARIES)]
    useless = ["id", *(f"c{number}" for number in range(len(CANARIES))), "body"]
    values = list(CANARIES.values())
    return [
        _table("telling", telling, values),
        _table("useless", useless, [*values, BODY.decode()]),
    ]


def named() -> Table:
    """A table whose own name is a value."""
    return _table(NAMED, ["id", "city"], ["Boston"])


def _table(name: str, columns: Sequence[str], row: Sequence[object]) -> Table:
    kinds = {column: "int" if column == "id" else "text" for column in columns}
    return Table(name, kinds, [(number, *row) for number in range(ROWS)], {})


def broken_files(folder: Path) -> str:
    """Write files of each format that are torn, and names and contents that are values."""
    folder.mkdir()
    whole = folder.with_name(f"{folder.name}-whole")
    whole.mkdir()
    for name, fill in local.STORES.items():
        place = whole / name
        fill(place, tables())
        for path in place.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                stem = f"{name}-{path.name}"
                (folder / f"cut-{stem}").write_bytes(data[: len(data) * 2 // 3])
                middle = len(data) // 2
                (folder / f"turned-{stem}").write_bytes(
                    data[:middle] + data[middle : middle + 64][::-1] + data[middle + 64 :]
                )
    for number, value in enumerate(CANARIES.values()):
        (folder / f"one{number}.txt").write_text(value)
    (folder / f"{NAMED}.txt").write_text(SSN)
    (folder / BROKEN).write_bytes(BODY)
    (folder / "torn.json").write_bytes(BODY[:-7])
    (folder / "torn.gz").write_bytes(b"\x1f\x8b\x08" + BODY)
    (folder / "latin.csv").write_bytes(b"mrn,name\n" + "\n".join(_latin()).encode("latin-1"))
    with (folder / "pivoted.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["mrn", SSN, CANARIES["creditCard"]], ["1", "2", "3"]])
    with contextlib.closing(sqlite3.connect(folder / "undecodable.db")) as database, database:
        database.execute("CREATE TABLE t (mrn, ssn)")
        database.execute("INSERT INTO t VALUES (1, CAST(x'ff' || ? AS TEXT))", (SSN,))
    database.close()
    wrong = local.arrow(tables()[0])
    pq.write_table(wrong, folder / "encrypted.parquet")
    data = (folder / "encrypted.parquet").read_bytes()
    (folder / "encrypted.parquet").write_bytes(data[:-4] + b"PARE")
    return str(folder)


def watched(place: Path) -> dict[str, str]:
    """The environment of a scan whose processes log everything below `place`."""
    (place / "site").mkdir()
    shutil.copy(Path(__file__).with_name("canary_site.py"), place / "site" / "sitecustomize.py")
    (place / "logs").mkdir()
    return os.environ | {
        "PYTHONPATH": f"{place / 'site'}:{os.environ.get('PYTHONPATH', '')}",
        "CANARY_LOG": str(place / "logs" / "log"),
        "CANARY_BROKEN": BROKEN,
    }


def _latin() -> Iterator[str]:
    return (f"{CANARIES['mrn']},{CANARIES['patientName']} \xe9\xff" for _ in range(ROWS))


def postgres_that_quotes() -> list[str]:
    """Statements for tables whose reading fails with an error that quotes a row.

    A policy of row-level security runs for a role that is no superuser, over each row.
    """
    name = CANARIES["patientName"]
    filled = "CREATE TABLE {0} (id int, {1} text); INSERT INTO {0} VALUES (1, '{2}')"
    return [
        filled.format("quoted", "ssn", SSN),
        "ALTER TABLE quoted ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON quoted USING (ssn::int > 0)",
        filled.format("dated", "name", name),
        "ALTER TABLE dated ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON dated USING (name::date > '2000-01-01')",
        "CREATE ROLE reader LOGIN PASSWORD 'correct horse'",
        "GRANT pg_read_all_data TO reader",
    ]


def leaks(data: bytes) -> set[bytes]:
    """Which of the values, their encodings and their unkeyed hashes stand in something.

    Read as it is and as UTF-16, of both orders.
    """
    found = {value for value in SOUGHT if len(value) > 3 and value in data}
    wide = data.replace(b"\0", b"") if b"\0" in data else b""
    return found | {value for value in SOUGHT if len(value) > 7 and value in wide}


def leaks_of(files: Iterable[Path]) -> dict[str, set[bytes]]:
    """The same of files, by their names."""
    found = ((path, leaks(path.read_bytes())) for path in files if path.is_file())
    return {str(path): values for path, values in found if values}
