"""On a real PostgreSQL server: every type of cell, long cells, and uniform samples."""

import pytest
from reading import ALL, chosen, opened, read

from atrest.manners import Manners
from atrest.readers.throttle import Pace, Throttle
from atrest.source import Budget, Rows, Unread

MANY = 20_000


@pytest.fixture
def source(postgres):
    found = []

    def make(database, **manners):
        text = f"postgres://postgres@localhost:{postgres.port}/{database}"
        found.append(opened(text, {"PGPASSWORD": "correct horse"}, Manners(**manners)))
        return found[-1]

    yield make
    for each in found:
        each.close()


CELLS = [
    ("text", "'José, \"x\"'", 'José, "x"'),
    ("int", "7", "7"),
    ("bool", "true", "true"),
    ("numeric", "1.50", "1.50"),
    ("numeric", "'NaN'", "NaN"),
    ("date", "'1958-03-14'", "1958-03-14"),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("timestamptz", "'infinity'", "infinity"),
    ("interval", "'1 year 2 days'", "P1Y2D"),
    ("uuid", "'0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10'", "0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10"),
    ("inet", "'10.0.0.1'", "10.0.0.1/32"),
    ("char(8)", "'ab'", "ab"),
    ("bytea", r"'\x00ff41'", b"\x00\xffA"),
    ("jsonb", """'{"mrn": "A1"}'""", '{"mrn": "A1"}'),
    ("xml", "'<a>b</a>'", "<a>b</a>"),
    ("text[]", "ARRAY['Ana', 'Ruiz, B']", '["Ana","Ruiz, B"]'),
    ("name_and_born", "ROW('Ana', '1958-03-14')", '{"name":"Ana","born":"1958-03-14"}'),
    ("blob", r"'\x255044'", b"%PD"),
    ("names", "ARRAY['Ana']", '["Ana"]'),
    ("int4range", "'[1,5)'", "[1,5)"),
    ("text", "NULL", None),
    ("bytea", "NULL", None),
]
TYPES = (
    "CREATE TYPE name_and_born AS (name text, born date)",
    "CREATE DOMAIN raw AS bytea",
    "CREATE DOMAIN blob AS raw",
    "CREATE DOMAIN names AS text[]",
)


def test_each_type_is_read(postgres, source):
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _, _) in enumerate(CELLS))
    values = ", ".join(value for _, value, _ in CELLS)
    fill = f"INSERT INTO t VALUES ({values})"
    with postgres.database("types", *TYPES, f"CREATE TABLE t ({columns})", fill) as name:
        (row,) = read(source(name), "public.t")[0]
        assert list(row.values()) == [expected for _, _, expected in CELLS]


def test_strange_names_of_tables_and_columns_are_read(postgres, source):
    create = 'CREATE TABLE "a""b\'; --.é" ("select" int, "x:y ""z""" int)'
    insert = 'INSERT INTO "a""b\'; --.é" VALUES (1, 2)'
    with postgres.database("strange", create, insert) as name:
        rows = read(source(name), 'public."a""b\'; --.é"')[0]
        assert rows == [{"select": "1", 'x:y "z"': "2"}]


def test_a_table_without_columns_is_read(postgres, source):
    with postgres.database("bare", "CREATE TABLE t ()", "INSERT INTO t DEFAULT VALUES") as name:
        assert read(source(name), "public.t") == ([], "all", [])


def test_a_database_without_an_encoding_is_read(postgres, source):
    statements = "CREATE TABLE t (c text)", r"INSERT INTO t VALUES (E'caf\303\251'), (E'caf\351')"
    with postgres.database("ascii", *statements, encoding="SQL_ASCII") as name:
        assert [row["c"] for row in read(source(name), "public.t")[0]] == ["café", "caf\ufffd"]


def test_an_encoding_of_its_own_is_converted(postgres, source):
    statements = "CREATE TABLE t (c text)", "INSERT INTO t VALUES ('café')"
    with postgres.database("latin", *statements, encoding="LATIN1") as name:
        assert read(source(name), "public.t")[0] == [{"c": "café"}]


def test_every_row_of_a_small_table_is_read(postgres, source):
    create = f"CREATE TABLE t AS SELECT g AS id FROM generate_series(1, {MANY}) g"
    with postgres.database("small", create) as name:
        rows, method, unread = read(source(name), "public.t", Budget(rows=MANY))
        assert {row["id"] for row in rows} == {str(n) for n in range(1, MANY + 1)}
        assert (method, unread) == ("all", [])


def test_a_sample_has_about_the_rows_asked_for_and_its_seed_repeats_it(postgres, source):
    create = f"CREATE TABLE t AS SELECT g AS id FROM generate_series(1, {MANY}) g"
    with postgres.database("sampled", create) as name:
        mine = source(name)
        first = chosen(mine, "public.t", "id", rows=1000, seed=7)
        assert 800 < len(first) < 1200
        assert chosen(mine, "public.t", "id", rows=1000, seed=7) == first
        assert chosen(mine, "public.t", "id", rows=1000, seed=8) != first


def test_the_oldest_and_the_newest_rows_have_the_same_chance(postgres, source):
    create = f"CREATE TABLE t AS SELECT g AS id FROM generate_series(1, {MANY}) g"
    with postgres.database("fair", create) as name:
        mine = source(name)
        ids = [
            int(value)
            for seed in range(20)
            for value in chosen(mine, "public.t", "id", rows=500, seed=seed)
        ]
    tenths = [sum(n * MANY // 10 < i <= (n + 1) * MANY // 10 for i in ids) for n in range(10)]
    # 1,000 each with a standard deviation of 31
    assert all(850 < tenth < 1150 for tenth in tenths)


def test_an_estimate_is_scaled_by_the_pages_that_have_come_since(postgres, source, monkeypatch):
    monkeypatch.setattr("atrest.readers.postgres.rows._COUNTED", 0)
    create = (
        "CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 1000) g",
        "ANALYZE t",
        f"INSERT INTO t SELECT g FROM generate_series(1001, {MANY}) g",
    )
    with postgres.database("grown", *create) as name:
        assert 800 < len(chosen(source(name), "public.t", "id", rows=1000, seed=1)) < 1350


def test_long_cells_are_read_whole_and_over_the_limit_one_byte_more(postgres, source):
    create = (
        "CREATE TABLE t (id int, note text, scan bytea, list int[])",
        "INSERT INTO t SELECT 1, repeat('é', 1200000), decode(repeat('ab', 1200000), 'hex'), "
        "ARRAY(SELECT generate_series(1, 200000))",
        "INSERT INTO t VALUES (2, 'x', 'y', '{3}')",
    )
    with postgres.database("long", *create) as name:
        rows, _, unread = read(source(name), "public.t", Budget(rows=0, document_bytes=16 << 20))
        assert [len(rows[0][c]) for c in ("note", "scan")] == [1_200_000, 1_200_000]
        assert rows[0]["list"].endswith(",199999,200000]")
        assert rows[1] == {"id": "2", "note": "x", "scan": b"y", "list": "[3]"}
        assert unread == []
        rows = read(source(name), "public.t", Budget(rows=0, document_bytes=1_100_000))[0]
        assert len(rows[0]["note"]) == len(rows[0]["scan"]) == 1_100_001


def test_a_row_of_too_many_long_cells_keeps_some_cut_and_says_so(postgres, source, monkeypatch):
    monkeypatch.setattr("atrest.readers.postgres.rows._ROW", 100_000)
    create = "CREATE TABLE t AS SELECT repeat('a', 200000) AS a, repeat('b', 200000) AS b"
    with postgres.database("wide", create) as name:
        rows, _, unread = read(source(name), "public.t")
        assert len(rows[0]["a"]) == 200_000
        assert len(rows[0]["b"]) < 200_000
        assert unread == [Unread("OVER_LIMIT", "b")]


def test_long_rows_come_in_small_pieces(postgres, source):
    create = (
        "CREATE TABLE t AS SELECT g AS id, repeat(chr(64 + g), 1500000) AS note "
        "FROM generate_series(1, 8) g"
    )
    with postgres.database("pieces", create) as name:
        mine = source(name)
        unit = next(iter(mine.list()))
        pieces = [item for item in mine.read(unit, ALL) if isinstance(item, Rows)]
        assert [len(piece.rows) for piece in pieces] == [3, 3, 2]


def test_the_rows_of_one_moment_are_read(postgres, source):
    create = "CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 600) g"
    with postgres.database("moment", create) as name:
        mine = source(name)
        items = mine.read(next(iter(mine.list())), ALL)
        seen = [len(next(items).rows)]
        with postgres.admin(name) as admin:
            admin.run("DELETE FROM t")
        seen += [len(item.rows) for item in items if isinstance(item, Rows)]
        assert seen == [250, 250, 100]


def test_a_read_that_is_given_up_leaves_the_connection_usable(postgres, source):
    create = "CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 600) g"
    with postgres.database("given_up", create) as name:
        mine = source(name)
        items = mine.read(next(iter(mine.list())), ALL)
        next(items)
        items.close()
        assert len(read(mine, "public.t")[0]) == 600


def test_rows_are_paced(postgres, source):
    create = "CREATE TABLE t AS SELECT g AS id, 'xyz' AS c FROM generate_series(100, 199) g"
    with postgres.database("paced", create) as name:
        mine, slept = source(name), []
        now = [0.0]

        def sleep(seconds):
            slept.append(seconds)
            now[0] += seconds

        mine._pace = Pace(*(Throttle(rate, lambda: now[0], sleep) for rate in (10, 0)))
        pieces = [i for i in mine.read(next(iter(mine.list())), ALL) if isinstance(i, Rows)]
        assert {len(piece.rows) for piece in pieces} == {10}, "no more at once than in one second"
        assert sum(slept) == pytest.approx(10), "100 rows, ten a second"
