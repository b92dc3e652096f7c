"""On a real MariaDB server: every type of cell, long cells, and uniform samples."""

import pytest
from reading import ALL, chosen, read

from atrest.readers.throttle import Pace, Throttle
from atrest.source import Budget, Rows, Unread

MANY = 20_000
CELLS = [
    ("varchar(20)", "'José, \"x\"'", 'José, "x"'),
    ("int", "-7", "-7"),
    ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    ("decimal(5,2)", "1.5", "1.50"),
    ("date", "'1958-03-14'", "1958-03-14"),
    ("date", "'0000-00-00'", "0000-00-00"),
    ("datetime(3)", "'2026-01-02 03:04:05.6'", "2026-01-02 03:04:05.600"),
    ("time", "'-838:59:59'", "-838:59:59"),
    ("year", "2026", "2026"),
    ("enum('a','b')", "'b'", "b"),
    ("set('a','b')", "'a,b'", "a,b"),
    ("text character set latin1", "'café'", "café"),
    ("json", """'{"mrn": "A1"}'""", '{"mrn": "A1"}'),
    ("blob", "X'00FF41'", b"\x00\xffA"),
    ("varbinary(8)", "'%PDF'", b"%PDF"),
    ("longtext", "'😀'", "😀"),
    ("uuid", "'0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10'", "0b5f3c1e-8d44-4c3a-9a5f-1c0e6b7d9f10"),
    ("inet6", "'::1'", "::1"),
    ("point", "ST_PointFromText('POINT(1 2)')", "POINT(1 2)"),
    ("text", "NULL", None),
    ("blob", "NULL", None),
]
SEQUENCE = "SELECT seq FROM seq_1_to_{}"


def test_each_type_is_read(mariadb, source):
    columns = ", ".join(f"c{n} {kind}" for n, (kind, _, _) in enumerate(CELLS))
    values = ", ".join(value for _, value, _ in CELLS)
    statements = (
        "SET sql_mode = ''",
        f"CREATE TABLE t ({columns}) CHARACTER SET utf8mb4",
        f"INSERT INTO t VALUES ({values})",
    )
    with mariadb.database("types", *statements) as name:
        (row,) = read(source(name), "types.t")[0]
        assert list(row.values()) == [expected for _, _, expected in CELLS]


def test_strange_names_of_tables_and_columns_are_read(mariadb, source):
    statements = (
        "CREATE TABLE `a``b'; --.é%s` (`select` int, `x:%s ``z```int)",
        "INSERT INTO `a``b'; --.é%s` VALUES (1, 2)",
    )
    with mariadb.database("strange-name", *statements) as name:
        rows = read(source(name), "`strange-name`.`a``b'; --.é%s`")[0]
        assert rows == [{"select": "1", "x:%s `z`": "2"}]


def test_old_versions_of_rows_are_read_too(mariadb, source):
    statements = (
        "CREATE TABLE t (id int PRIMARY KEY, name text) WITH SYSTEM VERSIONING",
        "INSERT INTO t VALUES (1, 'before')",
        "UPDATE t SET name = 'after'",
    )
    with mariadb.database("versioned", *statements) as name:
        assert {row["name"] for row in read(source(name), "versioned.t")[0]} == {"before", "after"}


@pytest.mark.parametrize("key", ["id int PRIMARY KEY", "id varchar(9) PRIMARY KEY", "id int"])
def test_every_row_of_a_table_is_read_by_pages_or_at_once(mariadb, source, key):
    create = f"CREATE TABLE t ({key})", f"INSERT INTO t {SEQUENCE.format(12_345)}"
    with mariadb.database("whole", *create) as name:
        rows, method, unread = read(source(name), "whole.t")
        assert len(rows) == 12_345
        assert {row["id"] for row in rows} == {str(n) for n in range(1, 12_346)}
        assert (method, unread) == ("all", [])
        assert read(source(name), "whole.t", Budget(rows=12_345))[1] == "all"


def test_keys_that_are_negative_or_huge_are_read(mariadb, source):
    create = (
        "CREATE TABLE t (id bigint PRIMARY KEY)",
        f"INSERT INTO t VALUES ({-(2**63)}), (-1), (0), ({2**63 - 1})",
    )
    with mariadb.database("huge", *create) as name:
        assert len(read(source(name), "huge.t")[0]) == 4
        rows, method, _ = read(source(name), "huge.t", Budget(rows=3))
        assert method == "bernoulli", "nearly all keys are gaps"
        assert len(rows) <= 4


KEYED = "CREATE TABLE t (id int PRIMARY KEY)"
GAPS = "DELETE FROM t WHERE id % 7 <> 0"


@pytest.mark.parametrize(
    ("create", "change", "method"),
    [
        (KEYED, "DO 0", "random"),
        (KEYED, GAPS, "random"),
        ("CREATE TABLE t (id int)", "DO 0", "bernoulli"),
        (KEYED, "UPDATE t SET id = id * 1000 ORDER BY id DESC", "bernoulli"),
    ],
)
def test_a_sample_has_about_the_rows_asked_for_and_its_seed_repeats_it(
    mariadb, source, create, change, method
):
    statements = create, f"INSERT INTO t {SEQUENCE.format(MANY)}", change
    with mariadb.database("sampled", *statements) as name:
        mine = source(name)
        assert read(mine, "sampled.t", Budget(rows=1000, seed=7))[1] == method
        first = chosen(mine, "sampled.t", "id", rows=1000, seed=7)
        assert 800 < len(first) < 1300
        assert chosen(mine, "sampled.t", "id", rows=1000, seed=7) == first
        assert chosen(mine, "sampled.t", "id", rows=1000, seed=8) != first


@pytest.mark.parametrize("create", [KEYED, "CREATE TABLE t (id int)"])
def test_rows_between_gaps_have_the_same_chance_as_others(mariadb, source, create):
    # the first half has all of its keys, the second one of ten: keyset sampling by the next key
    # would take those of the second half ten times as often
    statements = (
        create,
        f"INSERT INTO t {SEQUENCE.format(10_000)}",
        "INSERT INTO t SELECT 10000 + 10 * seq FROM seq_1_to_10000",
    )
    with mariadb.database("fair", *statements) as name:
        mine = source(name)
        ids = [
            int(value)
            for seed in range(20)
            for value in chosen(mine, "fair.t", "id", rows=500, seed=seed)
        ]
    tenths = [0] * 10
    for each in ids:
        row = each if each <= 10_000 else 10_000 + (each - 10_000) // 10
        tenths[(row - 1) // 2000] += 1
    share = len(ids) / 10
    # about 1,100 each with a standard deviation of 32
    assert all(abs(tenth - share) < 150 for tenth in tenths), tenths


def test_long_cells_are_read_up_to_the_limit_and_one_byte_more(mariadb, source):
    statements = (
        "CREATE TABLE t (note longtext, scan longblob)",
        "INSERT INTO t VALUES (REPEAT('é', 1200000), REPEAT(X'ab', 1200000))",
    )
    with mariadb.database("long", *statements) as name:
        rows, _, unread = read(source(name), "long.t")
        assert [len(cell) for cell in rows[0].values()] == [1_200_000, 1_200_000]
        assert unread == []
        rows = read(source(name), "long.t", Budget(rows=0, document_bytes=1_100_000))[0]
        assert [len(cell) for cell in rows[0].values()] == [1_100_001, 1_100_001]


def test_a_row_of_too_many_long_cells_is_cut_and_says_so(mariadb, source, monkeypatch):
    monkeypatch.setattr("atrest.readers.mysql.rows._ROW", 100_000)
    create = "CREATE TABLE t AS SELECT REPEAT('a', 60000) AS a, 'b' AS b"
    with mariadb.database("wide", create) as name:
        rows, _, unread = read(source(name), "wide.t")
        assert [len(cell) for cell in rows[0].values()] == [50_000, 1]
        assert unread == [Unread("OVER_LIMIT", "a")]


def test_long_rows_come_in_small_pieces(mariadb, source):
    create = "CREATE TABLE t AS SELECT seq, REPEAT('x', 1500000) AS note FROM seq_1_to_8"
    with mariadb.database("pieces", create) as name:
        mine = source(name)
        pieces = [i for i in mine.read(next(iter(mine.list())), ALL) if isinstance(i, Rows)]
        assert [len(piece.rows) for piece in pieces] == [3, 3, 2]


def test_the_rows_of_one_moment_are_read(mariadb, source):
    create = KEYED, f"INSERT INTO t {SEQUENCE.format(MANY)}"
    with mariadb.database("moment", *create) as name:
        mine = source(name)
        items = mine.read(next(iter(mine.list())), ALL)
        seen = len(next(items).rows)
        with mariadb.admin(name) as admin:
            admin.execute("DELETE FROM t")
        seen += sum(len(item.rows) for item in items if isinstance(item, Rows))
        assert seen == MANY


@pytest.mark.parametrize("create", [KEYED, "CREATE TABLE t (id int)"])
def test_a_read_that_is_given_up_leaves_the_source_usable(mariadb, source, create):
    with mariadb.database("given_up", create, f"INSERT INTO t {SEQUENCE.format(MANY)}") as name:
        mine = source(name)
        items = mine.read(next(iter(mine.list())), ALL)
        next(items)
        items.close()
        assert len(read(mine, "given_up.t")[0]) == MANY


def test_rows_are_paced(mariadb, source):
    with mariadb.database("paced", KEYED, f"INSERT INTO t {SEQUENCE.format(100)}") as name:
        mine, slept = source(name), []
        now = [0.0]

        def sleep(seconds):
            slept.append(seconds)
            now[0] += seconds

        mine._pace = Pace(*(Throttle(rate, lambda: now[0], sleep) for rate in (10, 0)))
        pieces = [i for i in mine.read(next(iter(mine.list())), ALL) if isinstance(i, Rows)]
        assert {len(piece.rows) for piece in pieces} == {10}
        assert sum(slept) == pytest.approx(10), "100 rows, ten a second"
