"""Table files at rest: what their readers cost beside a plain read of the same bytes.

`python -m bench.atrest.table_files` prints processor time, because the machine may be busy. Each
format holds the same 200,000 patients. `all` reads every row, `sample` 5,000 of them. The memory is
the most that a process of its own takes: with nothing but the library loaded, and after `all`.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather, orc

from atrest.source import Budget, Item, Rows
from bench.measure import interleaved

_ROWS = 200_000
_CHUNK = 50_000
_PLAIN = 1 << 20
_SECONDS = 20.0
_READERS = {
    "parquet": "atrest.readers.tables.parquet",
    "orc": "atrest.readers.tables.orc",
    "arrow": "atrest.readers.tables.arrow_file",
    "avro": "atrest.readers.tables.avro",
}


def patients() -> pa.Table:
    """Rows with names, numbers, dates as texts, and a note of 80 letters."""
    numbers = range(_ROWS)
    return pa.table(
        {
            "mrn": [f"{n * 7919 % 10**8:08d}" for n in numbers],
            "name": [f"Ana Ruiz {n % 5000}" for n in numbers],
            "dob": [f"{1930 + n % 80}-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in numbers],
            "ward": [f"W{n % 12}" for n in numbers],
            "weight": [40 + n % 60 + 0.5 for n in numbers],
            "note": [f"{n:010d} seen in clinic, no complaint".ljust(80, ".") for n in numbers],
        }
    )


def write(folder: Path) -> None:
    """Write the table in each format, in row groups, stripes or batches of 50,000 rows."""
    table = patients()
    pq.write_table(table, folder / "parquet", row_group_size=_CHUNK)
    orc.write_table(table, str(folder / "orc"), compression="zlib")
    feather.write_feather(table, str(folder / "arrow"), chunksize=_CHUNK)
    fields = [
        {"name": name, "type": "double" if name == "weight" else "string"}
        for name in table.column_names
    ]
    schema = {"type": "record", "name": "Patient", "fields": fields}
    with (folder / "avro").open("wb") as file:
        fastavro.writer(file, schema, table.to_pylist(), "deflate")


def items(path: Path, rows: int) -> Iterator[Item]:
    """Read a file with the reader of its format."""
    read = import_module(_READERS[path.name]).read
    with path.open("rb") as file:
        yield from read(file, Budget(rows=rows))


def counted(path: Path, rows: int) -> int:
    """Read a file and return how many rows came."""
    return sum(len(item.rows) for item in items(path, rows) if isinstance(item, Rows))


def plain(path: Path) -> int:
    """Read the same bytes and do nothing with them."""
    with path.open("rb") as file:
        return sum(len(piece) for piece in iter(lambda: file.read(_PLAIN), b""))


def memory(path: Path, rows: int) -> int:
    """Return the most MB that a process takes that reads a file. A negative count reads none."""
    code = (
        "import sys; from pathlib import Path; from bench.atrest import table_files as t; "
        "from importlib import import_module; p = Path(sys.argv[1]); n = int(sys.argv[2]); "
        "import_module(t._READERS[p.name]); n < 0 or t.counted(p, n); "
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(rows)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout) // 1024


def main() -> None:
    """Print a line for each format."""
    print("format    file MB  plain ms    all ms  rows/s all  sample ms  MB idle  MB all")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for kind in _READERS:
            _print(folder / kind)


def _print(path: Path) -> None:
    if (counted(path, 0), counted(path, 5_000)) != (_ROWS, 5_000):
        sys.exit(f"{path.name}: rows are missing")
    contenders: dict[str, Callable[[], object]] = {
        "plain": lambda: plain(path),
        "all": lambda: counted(path, 0),
        "sample": lambda: counted(path, 5_000),
    }
    took = interleaved(contenders, _SECONDS, time.process_time)
    size = path.stat().st_size / 1e6
    print(
        f"{path.name:8} {size:8.1f} {took['plain'] * 1e3:9.1f} {took['all'] * 1e3:9.0f} "
        f"{_ROWS / took['all']:11,.0f} {took['sample'] * 1e3:10.0f} "
        f"{memory(path, -1):8} {memory(path, 0):7}"
    )


if __name__ == "__main__":
    main()
