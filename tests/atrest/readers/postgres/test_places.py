"""On a real PostgreSQL server: rows at random places have the same chance, and bounds hold."""

import pytest
from reading import chosen, opened, read, rows_of

from atrest.claim import claim
from atrest.source import Budget

MANY = 20_000
PASSWORD = {"PGPASSWORD": "correct horse"}
FILL = f"CREATE TABLE t AS SELECT g AS id, 'x' AS note FROM generate_series(1, {MANY}) g"


@pytest.fixture(autouse=True)
def _every_table_is_a_large_one(monkeypatch):
    monkeypatch.setattr("atrest.readers.postgres.rows._COUNTED", 0)
    monkeypatch.setattr("atrest.readers.postgres.places._RANDOM_COST", 0)


@pytest.fixture
def source(postgres):
    found = []

    def make(database, user="postgres"):
        text = f"postgres://{user}@localhost:{postgres.port}/{database}"
        found.append(opened(text, PASSWORD))
        return found[-1]

    yield make
    for each in found:
        each.close()


def test_a_sample_has_about_the_rows_asked_for_each_once_and_its_seed_repeats_it(postgres, source):
    with postgres.database("places", FILL) as name:
        mine = source(name)
        rows, method, unread = read(mine, "public.t", Budget(rows=5_000, seed=7))
        ids = [row["id"] for row in rows]
        assert (method, unread) == ("random", [])
        assert 5_000 <= len(ids) < 5_250
        assert len(set(ids)) == len(ids)
        assert chosen(mine, "public.t", "id", rows=5_000, seed=7) == set(ids)
        assert chosen(mine, "public.t", "id", rows=5_000, seed=8) != set(ids)


def test_old_new_moved_and_lonely_rows_have_the_same_chance(postgres, source):
    # full pages, pages with one row of ten, rows that moved to the end, and their old versions
    change = (
        f"DELETE FROM t WHERE id <= {MANY} / 2 AND id % 10 > 0",
        f"UPDATE t SET note = 'y' WHERE id > {MANY} / 2 AND id % 2 = 0",
    )
    with postgres.database("fair_places", FILL, *change) as name:
        mine = source(name)
        ids = [
            int(value)
            for seed in range(20)
            for value in chosen(mine, "public.t", "id", rows=500, seed=seed)
        ]
    lonely = sum(i <= MANY // 2 for i in ids) / len(ids)
    moved = sum(i > MANY // 2 and i % 2 == 0 for i in ids) / len(ids)
    # 1 of 11 and 5 of 11 rows, among 10,000 that were drawn: standard deviations 0.003 and 0.005
    assert lonely == pytest.approx(1 / 11, abs=0.015)
    assert moved == pytest.approx(5 / 11, abs=0.025)


def test_over_two_hundred_seeds_the_bound_covers_rows_that_lie_on_a_few_pages(postgres, source):
    covered = dict.fromkeys((0.004, 0.05, 0.5), 0)
    with postgres.database("clustered", FILL) as name:
        mine = source(name)
        (table,) = mine.list()
        for seed in range(200):
            items = mine.read(table, Budget(rows=60, seed=seed))
            ids = [int(row["id"]) for row in rows_of(items)]
            for share in covered:
                bound = claim(sum(i <= share * MANY for i in ids), len(ids))
                covered[share] += bound.least <= share <= bound.most
    assert min(covered.values()) >= 190, covered


def test_a_role_that_sees_some_rows_gets_a_sample_of_those(postgres, source):
    statements = (
        FILL,
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY half ON t USING (id > {MANY} / 2)",
        "CREATE ROLE sees_half LOGIN PASSWORD 'correct horse'",
        "GRANT SELECT ON t TO sees_half",
    )
    with postgres.database("half", *statements) as name:
        rows, method, unread = read(source(name, "sees_half"), "public.t", Budget(rows=500))
        assert (method, [each.reason for each in unread]) == ("random", ["SEES_LESS"])
        assert 500 <= len(rows) < 750
        assert min(int(row["id"]) for row in rows) > MANY // 2


def test_a_role_without_the_right_to_ask_for_places_reads_through_the_table(postgres, source):
    statements = (
        FILL,
        "ANALYZE t",
        "CREATE ROLE sees_ids LOGIN PASSWORD 'correct horse'",
        "GRANT SELECT (id) ON t TO sees_ids",
    )
    with postgres.database("ids", *statements) as name:
        _, method, _ = read(source(name, "sees_ids"), "public.t", Budget(rows=500))
        assert method == "bernoulli"


def test_a_table_whose_rows_are_gone_is_read_through(postgres, source):
    with postgres.database("gone_rows", FILL, "DELETE FROM t") as name:
        assert read(source(name), "public.t", Budget(rows=500)) == ([], "all", [])


def test_where_random_pages_would_cost_more_the_table_is_read_through(
    postgres, source, monkeypatch
):
    monkeypatch.setattr("atrest.readers.postgres.places._RANDOM_COST", 4)
    with postgres.database("dear", FILL) as name:
        assert read(source(name), "public.t", Budget(rows=500))[1] == "bernoulli"


def test_long_cells_of_rows_at_random_places_are_read_whole(postgres, source):
    create = "CREATE TABLE t AS SELECT g, repeat('é', 60000) AS note FROM generate_series(1, 300) g"
    with postgres.database("long_places", create) as name:
        rows, method, _ = read(source(name), "public.t", Budget(rows=1))
        assert method == "random"
        assert {len(row["note"]) for row in rows} == {60_000}
