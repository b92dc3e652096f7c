"""Files and tables are read no faster than allowed, whoever reads them."""

import contextlib
import gzip
import io
import sqlite3

import pytest

from atrest.manners import Manners
from atrest.readers import registry
from atrest.readers.paced import Meter
from atrest.readers.throttle import Pace, Throttle
from atrest.source import Budget, Rows
from atrest.spec import parse
from atrest.unit import Unit

TEXT = b"id,mrn\n" + b"".join(b"%d,%d\n" % (n, 7_000_000 + n) for n in range(2_000))


@pytest.fixture
def slept(monkeypatch):
    """What all throttles wait, on a clock of their own."""
    now = [0.0]
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(
        Pace, "of", lambda m: Pace(*(Throttle(r, lambda: now[0], sleep)
                                     for r in (m.rows_per_second, m.bytes_per_second))),
    )  # fmt: skip
    return waits


def read(spec, manners, rows=0):
    source = registry.open_source(parse(spec), manners, {})
    (unit,) = [each for each in source.list() if isinstance(each, Unit)]
    found = [item for item in source.read(unit, Budget(rows=rows)) if isinstance(item, Rows)]
    source.close()
    return sum(len(item.rows) for item in found)


def test_the_bytes_of_a_file_are_paced(tmp_path, slept):
    (tmp_path / "t.csv").write_bytes(TEXT)
    assert read(str(tmp_path), Manners(bytes_per_second=1_000), rows=10) == 10
    assert sum(slept) >= len(TEXT) / 1_000


def test_what_comes_out_of_a_packed_file_is_paced(tmp_path, slept):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(TEXT))
    assert read(str(tmp_path), Manners(bytes_per_second=1_000)) == 2_000
    assert sum(slept) > 2_000 * 10 / 1_000


def test_the_rows_of_a_file_are_paced(tmp_path, slept):
    (tmp_path / "t.csv").write_bytes(TEXT)
    assert read(str(tmp_path), Manners(rows_per_second=100)) == 2_000
    assert sum(slept) == pytest.approx(20)


@pytest.mark.parametrize("scheme", ["sqlite://", ""])
def test_a_database_that_its_library_reads_is_paced(tmp_path, slept, scheme):
    path = tmp_path / "app.db"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE t (note)")
        database.executemany("INSERT INTO t VALUES (?)", [("x" * 100,)] * 500)
    database.close()
    assert read(f"{scheme}{path}", Manners(bytes_per_second=1_000)) == 500
    assert sum(slept) >= 50
    slept.clear()
    assert read(f"{scheme}{path}", Manners(rows_per_second=100)) == 500
    assert sum(slept) == pytest.approx(5)


def test_without_a_limit_a_file_is_not_wrapped():
    file = io.BytesIO(b"x")
    assert Meter(Pace.of(Manners())).file(file) is file


def test_a_limit_is_shared_by_those_that_read_at_once():
    manners = Manners(100, 1_000, lag_seconds=7).share(4)
    assert (manners.rows_per_second, manners.bytes_per_second, manners.lag_seconds) == (25, 250, 7)
