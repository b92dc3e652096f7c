"""On a real PostgreSQL server: what is listed, what is known of it, and what a role may not see."""

import pytest
from reading import ALL, everything_said, opened, read, sockets, units

from atrest.manners import Manners
from atrest.protection import Shield
from atrest.source import ReadError, Reason, Unlisted, Unread
from atrest.unit import Unit, UnitKind

CANARY = "Ruiz-Canary-1958"


@pytest.fixture
def source(postgres):
    """Opens sources, and closes them at the end."""
    found = []

    def make(database, options="", user="postgres", **manners):
        text = f"postgres://{user}@localhost:{postgres.port}/{database}{options}"
        found.append(opened(text, {"PGPASSWORD": "correct horse"}, Manners(**manners)))
        return found[-1]

    yield make
    for each in found:
        each.close()


def test_what_holds_rows_of_its_own_is_listed_once(postgres, source):
    statements = (
        "CREATE TABLE patient (mrn int, name text)",
        "INSERT INTO patient VALUES (1, 'a')",
        "CREATE SCHEMA ward",
        'CREATE TABLE ward."Bed.Plan" (id int)',
        "CREATE VIEW seen AS SELECT * FROM patient",
        "CREATE MATERIALIZED VIEW kept AS SELECT * FROM patient",
        "CREATE MATERIALIZED VIEW empty AS SELECT * FROM patient WITH NO DATA",
        "CREATE TABLE visit (day date) PARTITION BY RANGE (day)",
        "CREATE TABLE visit_25 PARTITION OF visit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "CREATE TABLE note (text text)",
        "CREATE TABLE note_old () INHERITS (note)",
        "INSERT INTO note_old VALUES ('x')",
    )
    with postgres.database("listed", *statements) as database:
        found = units(source(database))
        assert list(found) == [
            "public.kept", "public.note", "public.note_old", "public.patient", "public.visit_25",
            'ward."Bed.Plan"',
        ]  # fmt: skip
        assert {each.kind for each in found.values()} == {UnitKind.TABLE}
        assert {each.source for each in found.values()} == {
            f"postgres://localhost:{postgres.port}/listed"
        }
        assert read(source(database), "public.note")[0] == []
        assert read(source(database), 'ward."Bed.Plan"')[0] == []


def test_the_size_and_the_rows_are_those_of_the_last_analysis(postgres, source):
    create = "CREATE TABLE t AS SELECT g, repeat('x', 100) FROM generate_series(1, 1000) g"
    with postgres.database("sizes", create) as database:
        assert units(source(database))["public.t"].rows == -1
        with postgres.admin(database) as admin:
            admin.run("ANALYZE t")
        found = units(source(database))["public.t"]
        assert (found.rows, found.size % 8192) == (1000, 0)
        assert 100_000 < found.size < 200_000


def test_large_objects_are_named_as_not_read(postgres, source):
    with postgres.database("blobs", "SELECT lo_from_bytea(0, 'x')") as database:
        assert [each for each in source(database).list() if isinstance(each, Unlisted)] == [
            Unlisted(f"postgres://localhost:{postgres.port}/blobs", "pg_largeobject",
                     Reason.NO_READER, "large objects are not read")
        ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO t VALUES (2)",
        "UPDATE t SET id = 3",
        "DELETE FROM t",
        "TRUNCATE t",
        "ALTER TABLE t ADD COLUMN name text DEFAULT 'Ruiz'",
        "ALTER TABLE t RENAME COLUMN id TO mrn",
        "SELECT pg_stat_reset()",
    ],
)
def test_a_change_gives_a_new_version(postgres, source, change):
    with postgres.database(
        "versions", "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)"
    ) as name:
        before = units(source(name))["public.t"].version
        assert before
        assert units(source(name))["public.t"].version == before
        with postgres.admin(name) as admin:
            admin.run(change)
        # the session's end has written its counters
        assert units(source(name))["public.t"].version != before


def test_a_crash_gives_a_new_version_although_the_counters_may_come_to_the_same(postgres, source):
    create = "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)"
    with postgres.database("crashed", *create) as name:
        with postgres.admin(name) as admin:
            admin.run("CHECKPOINT")
        before = units(source(name))["public.t"].version
        postgres.crash()
        with postgres.admin(name) as admin:
            admin.run("INSERT INTO t VALUES (2)")
        after = units(source(name))["public.t"].version
        assert before.split(":")[1] == after.split(":")[1] == "1", "both count one insert"
        assert after != before


def test_without_counters_there_is_no_version(postgres, source):
    with postgres.database("uncounted", "CREATE TABLE t (id int)") as name:
        with postgres.admin(name) as admin:
            admin.run(f"ALTER DATABASE {name} SET track_counts = off")
        assert units(source(name))["public.t"].version == ""


ROLE = (
    "CREATE ROLE reader LOGIN PASSWORD 'correct horse'",
    "CREATE TABLE patient (id int, name text, ssn text)",
    "INSERT INTO patient VALUES (1, 'a', 's'), (2, 'b', 's')",
    "CREATE TABLE open (id int)",
    "GRANT SELECT ON open TO reader",
)


@pytest.fixture
def reader(postgres):
    """A database with a role that may read less."""
    with postgres.database("roles", *ROLE) as name:
        yield name
    with postgres.admin() as admin:
        admin.run("DROP ROLE reader")


def test_a_table_that_the_role_may_not_read_costs_only_itself(reader, source):
    mine = source(reader, user="reader")
    with pytest.raises(ReadError) as caught:
        read(mine, "public.patient")
    assert caught.value.reason is Reason.NOT_PERMITTED
    assert read(mine, "public.open") == ([], "all", [])


def test_columns_that_the_role_may_not_read_are_named(postgres, reader, source):
    with postgres.admin(reader) as admin:
        admin.run("GRANT SELECT (id, name) ON patient TO reader")
    rows, _, unread = read(source(reader, user="reader"), "public.patient")
    assert rows == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]
    assert unread == [Unread(Reason.NOT_PERMITTED, "ssn")]


def test_a_role_that_sees_less_says_so(postgres, reader, source):
    with postgres.admin(reader) as admin:
        admin.run("GRANT SELECT ON patient TO reader")
        admin.run("ALTER TABLE patient ENABLE ROW LEVEL SECURITY")
        admin.run("CREATE POLICY first_only ON patient USING (id = 1)")
    rows, _, unread = read(source(reader, user="reader"), "public.patient")
    assert [row["id"] for row in rows] == ["1"]
    assert unread == [Unread(Reason.SEES_LESS)]
    assert read(source(reader), "public.patient")[2] == [], "the owner sees all"


def test_a_grant_gives_a_new_version(postgres, reader, source):
    before = units(source(reader, user="reader"))["public.patient"].version
    with postgres.admin(reader) as admin:
        admin.run("GRANT SELECT ON patient TO reader")
    assert units(source(reader, user="reader"))["public.patient"].version != before


def test_a_table_that_is_gone_says_so(postgres, source):
    with postgres.database("gone") as name:
        items = source(name).read(Unit("", "public.t", UnitKind.TABLE), ALL)
        with pytest.raises(ReadError) as caught:
            next(items)
    assert caught.value.reason is Reason.GONE


def test_a_locked_table_is_not_waited_for(postgres, source):
    with postgres.database("locked", "CREATE TABLE t (id int)", "CREATE TABLE u (id int)") as name:
        mine = source(name, lock_seconds=1)
        with postgres.admin(name) as admin:
            admin.run("BEGIN")
            admin.run("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
            assert "public.t" in units(mine), "a listing waits for no table"
            with pytest.raises(ReadError) as caught:
                read(mine, "public.t")
            assert read(mine, "public.u")[0] == [], "the connection goes on"
    assert (caught.value.reason, caught.value.detail) == (Reason.OUT_OF_TIME, "SQLSTATE 55P03")


def test_a_statement_that_takes_too_long_is_ended(postgres, source):
    create = (
        "CREATE FUNCTION slow(int) RETURNS int LANGUAGE sql VOLATILE "
        "AS 'SELECT $1 FROM pg_sleep(60)'",
        "CREATE DOMAIN d AS int",
        "CREATE TABLE t (id int)",
        "INSERT INTO t VALUES (1)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "CREATE ROLE hurried LOGIN PASSWORD 'correct horse'",
        "GRANT SELECT ON t TO hurried",
        "CREATE POLICY slowly ON t USING (slow(id) = id)",
    )
    with postgres.database("slow", *create) as name, pytest.raises(ReadError) as caught:
        read(source(name, user="hurried", statement_seconds=1), "public.t")
    with postgres.admin() as admin:
        admin.run("DROP ROLE hurried")
    assert (caught.value.reason, caught.value.detail) == (Reason.OUT_OF_TIME, "SQLSTATE 57014")


def test_the_driver_s_error_quotes_no_row(postgres, source):
    create = (
        f"CREATE TABLE t AS SELECT '{CANARY}'::text AS name",
        "CREATE FUNCTION fails(text) RETURNS bool LANGUAGE sql AS 'SELECT $1::int = 1'",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE ROLE curious LOGIN PASSWORD 'correct horse'",
        "GRANT SELECT ON t TO curious",
        "CREATE POLICY failing ON t USING (fails(name))",
    )
    with postgres.database("quoting", *create) as name, pytest.raises(ReadError) as caught:
        read(source(name, user="curious"), "public.t")
    with postgres.admin() as admin:
        admin.run("DROP ROLE curious")
    assert caught.value.reason is Reason.MALFORMED
    assert CANARY not in everything_said(caught.value)


def test_nothing_can_be_written(postgres, source):
    with postgres.database("written", "CREATE TABLE t (id int)") as name:
        mine = source(name)
        with pytest.raises(ReadError) as caught, mine._session.snapshot() as session:
            session.run("INSERT INTO t VALUES (1)")
        assert caught.value.detail == "SQLSTATE 42P01", "no schema of a user is searched"
        with pytest.raises(ReadError) as caught, mine._session.snapshot() as session:
            session.run("INSERT INTO public.t VALUES (1)")
        assert caught.value.detail == "SQLSTATE 25006", "read-only"


def test_one_connection_is_used_and_given_back(postgres, source):
    with postgres.database("counted", "CREATE TABLE t (id int)") as name:
        mine = source(name)
        units(mine)
        read(mine, "public.t")
        mine.protection(Unit(mine.name, "public.t", UnitKind.TABLE))
        asked = f"SELECT state FROM pg_stat_activity WHERE datname = '{name}'"
        with postgres.admin() as admin:
            assert admin.run(asked) == [["idle"]]


def test_the_connection_s_encryption_is_known_and_the_disk_s_is_not(postgres, source):
    with postgres.database("protected", "CREATE TABLE t (id int)") as name:
        unit = Unit("", "public.t", UnitKind.TABLE)
        found = source(name).protection(unit)
        assert (found.stored, found.carried) == (Shield.UNKNOWN, Shield.UP)
        assert found.connection[0].answer.startswith("TLSv1.3 ")
        assert source(name, "?sslmode=disable").protection(unit).carried is Shield.DOWN


def test_a_server_that_cannot_be_asked_is_unknown(postgres):
    mine = opened("postgres://postgres@localhost:1/x", {})
    found = mine.protection(Unit("", "public.t", UnitKind.TABLE))
    assert (found.stored, found.carried) == (Shield.UNKNOWN, Shield.UNKNOWN)
    with pytest.raises(ReadError) as caught:
        units(mine)
    assert caught.value.reason is Reason.UNREACHABLE


def test_after_a_lost_connection_the_next_read_opens_another(postgres, source):
    with postgres.database("lost", "CREATE TABLE t (id int)") as name:
        mine = source(name)
        units(mine)
        with postgres.admin() as admin:
            admin.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            )
        before = sockets()
        with pytest.raises(ReadError) as caught:
            units(mine)
        assert caught.value.reason is Reason.UNREACHABLE
        assert len(sockets()) == len(before) - 1  # while the error is kept
        assert list(units(mine)) == ["public.t"]
