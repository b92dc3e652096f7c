"""Real DuckDB files: what is listed, how it is read and sampled, and what cannot be read."""

import subprocess
import sys

import duckdb
import pytest
from reading import ALL, chosen, everything_said, opened, read, units

from atrest.protection import Shield
from atrest.source import Budget, ReadError, Reason, Rows, Unread
from atrest.unit import Unit, UnitKind

MANY = 50_000
CELLS = [
    ("VARCHAR", "'José, \"x\"'", 'José, "x"'),
    ("INTEGER", "-7", "-7"),
    ("HUGEINT", "170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
    ("DECIMAL(5, 2)", "1.5", "1.50"),
    ("DATE", "'1958-03-14'", "1958-03-14"),
    ("DATE", "'infinity'", "infinity"),
    ("TIMESTAMP", "'2026-01-02 03:04:05'", "2026-01-02 03:04:05"),
    ("UUID", "'0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10'", "0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10"),
    ("ENUM('a]', 'b')", "'a]'", "a]"),
    ("BLOB", r"'\x00\xFFA'", b"\x00\xffA"),
    ("JSON", """'{"mrn": "A1"}'""", '{"mrn": "A1"}'),
    ("VARCHAR[]", "['Ana', 'Ruiz, B']", '["Ana","Ruiz, B"]'),
    ("INTEGER[2]", "[1, 2]", "[1,2]"),
    ("STRUCT(name VARCHAR, born DATE)", "{'name': 'Ana', 'born': '1958-03-14'}",
     '{"name":"Ana","born":"1958-03-14"}'),
    ("MAP(VARCHAR, INTEGER)", "MAP {'a': 1}", '{"a":1}'),
    ("VARCHAR", "NULL", None),
    ("BLOB", "NULL", None),
]  # fmt: skip


@pytest.fixture
def made(tmp_path):
    """A database file of some statements, as a source."""

    def make(*statements):
        path = tmp_path / "o'brien.duckdb"
        with duckdb.connect(str(path)) as database:
            for statement in statements:
                database.execute(statement)
        return opened(f"duckdb://{path}", {})

    return make


def unit(name):
    return Unit("", name, UnitKind.TABLE)


def test_tables_of_all_schemas_are_listed_without_views(made, tmp_path):
    mine = made(
        "CREATE TABLE patient (mrn INTEGER)",
        "INSERT INTO patient VALUES (1), (2)",
        'CREATE SCHEMA ward; CREATE TABLE ward."Bed.Plan" (id INTEGER)',
        "CREATE VIEW seen AS SELECT * FROM patient",
    )
    found = units(mine)
    assert list(found) == ["main.patient", 'ward."Bed.Plan"']
    assert found["main.patient"].rows == 2
    assert read(mine, 'ward."Bed.Plan"') == ([], "all", [])
    assert mine.name == f"duckdb://{tmp_path}/o'brien.duckdb"


def test_a_change_gives_a_new_version_and_a_read_gives_none(made, tmp_path):
    mine = made("CREATE TABLE t (id INTEGER)")
    before = units(mine)["main.t"].version
    read(mine, "main.t")
    assert units(mine)["main.t"].version == before
    with duckdb.connect(str(tmp_path / "o'brien.duckdb")) as database:
        database.execute("INSERT INTO t VALUES (1)")
    assert units(mine)["main.t"].version != before


def test_each_type_is_read(made):
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _, _) in enumerate(CELLS))
    values = ", ".join(value for _, value, _ in CELLS)
    mine = made(f"CREATE TABLE t ({columns})", f"INSERT INTO t VALUES ({values})")
    (row,) = read(mine, "main.t")[0]
    assert list(row.values()) == [expected for _, _, expected in CELLS]


def test_strange_names_are_read(made):
    mine = made(
        """CREATE TABLE "a""b'; --" ("select" INTEGER, "x""y" INTEGER)""",
        """INSERT INTO "a""b'; --" VALUES (1, 2)""",
    )
    assert read(mine, """main."a""b'; --\"""")[0] == [{"select": "1", 'x"y': "2"}]


def test_every_row_of_a_small_table_is_read(made):
    mine = made(f"CREATE TABLE t AS SELECT range AS id FROM range({MANY})")
    rows, method, unread = read(mine, "main.t", Budget(rows=MANY))
    assert {row["id"] for row in rows} == {str(n) for n in range(MANY)}
    assert (method, unread) == ("all", [])


def test_a_sample_is_uniform_and_its_seed_repeats_it(made):
    mine = made(f"CREATE TABLE t AS SELECT range AS id FROM range({MANY})")
    first = chosen(mine, "main.t", "id", rows=1000, seed=7)
    assert 800 < len(first) < 1200
    assert chosen(mine, "main.t", "id", rows=1000, seed=7) == first
    assert chosen(mine, "main.t", "id", rows=1000, seed=8) != first
    ids = [int(n) for s in range(10) for n in chosen(mine, "main.t", "id", rows=1000, seed=s)]
    tenths = [sum(n * MANY // 10 <= i < (n + 1) * MANY // 10 for i in ids) for n in range(10)]
    # 1,000 each with a standard deviation of 31
    assert all(850 < tenth < 1150 for tenth in tenths)


def test_long_cells_are_read_up_to_the_limit_and_one_byte_more(made):
    mine = made(
        "CREATE TABLE t AS SELECT repeat('é', 300000) AS note, encode(repeat('z', 300000)) AS scan"
    )
    rows, _, unread = read(mine, "main.t")
    assert [len(cell) for cell in rows[0].values()] == [300_000, 300_000]
    assert unread == []
    rows = read(mine, "main.t", Budget(rows=0, document_bytes=200_000))[0]
    assert [len(cell) for cell in rows[0].values()] == [200_001, 200_001]


def test_a_row_of_too_many_long_cells_is_cut_and_says_so(made, monkeypatch):
    monkeypatch.setattr("atrest.readers.duckdb_source._ROW", 100_000)
    mine = made("CREATE TABLE t AS SELECT repeat('a', 60000) AS a, 'b' AS b")
    rows, _, unread = read(mine, "main.t")
    assert [len(cell) for cell in rows[0].values()] == [50_000, 1]
    assert unread == [Unread(Reason.OVER_LIMIT, "a")]


@pytest.mark.slow
def test_a_table_whose_values_do_not_fit_into_memory_says_so(made, tmp_path):
    mine = made(
        "CREATE TABLE t AS SELECT repeat(chr(65 + range::INTEGER), 2000000) AS note FROM range(200)"
    )
    items = mine.read(unit("main.t"), ALL)
    with pytest.raises(ReadError) as caught:
        list(items)
    assert (caught.value.reason, caught.value.detail) == (
        Reason.OVER_LIMIT, "OutOfMemoryException",
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["o'brien.duckdb"], "nothing is written"


def test_a_read_that_is_given_up_leaves_the_source_usable(made):
    mine = made(f"CREATE TABLE t AS SELECT range AS id FROM range({MANY})")
    items = mine.read(unit("main.t"), ALL)
    assert isinstance(next(items), Rows)
    items.close()
    assert len(read(mine, "main.t")[0]) == MANY


def test_a_table_that_is_gone_says_so(made):
    items = made("CREATE TABLE t (id INTEGER)").read(unit("main.u"), ALL)
    with pytest.raises(ReadError) as caught:
        next(items)
    assert caught.value.reason is Reason.GONE


def why(text):
    with pytest.raises(ReadError) as caught:
        units(opened(text, {}))
    return caught.value


def test_a_file_that_is_no_database_says_so_without_its_text(tmp_path):
    path = tmp_path / "x.duckdb"
    path.write_text("Ruiz-Canary " * 1000)
    found = why(f"duckdb://{path}")
    assert (found.reason, found.detail) == (Reason.MALFORMED, "IOException")
    assert "Canary" not in everything_said(found)
    assert why(f"duckdb://{tmp_path}/none").reason is Reason.GONE


def test_a_database_that_is_written_to_is_not_read(made, tmp_path):
    made("CREATE TABLE t (id INTEGER)")
    path = str(tmp_path / "o'brien.duckdb")
    hold = f"import duckdb; c = duckdb.connect({path!r}); print('held', flush=True); input()"
    with subprocess.Popen(  # noqa: S603 - the line above
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        found = why(f"duckdb://{path}")
        other.communicate(b"\n")
    assert (found.reason, found.detail) == (Reason.UNREACHABLE, "another process writes to it")


def test_of_the_disk_is_said_what_is_known(made):
    mine = made("CREATE TABLE t (id INTEGER)")
    found = mine.protection(unit("main.t"))
    assert found.stored in (Shield.UP, Shield.UNKNOWN)
    assert found.storage[0].asked == "dm-crypt"
    assert opened("duckdb:///none", {}).protection(unit("x")).stored is Shield.UNKNOWN
