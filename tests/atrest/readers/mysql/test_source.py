"""On a real MariaDB server: what is listed, what is known of it, and what a role may not see."""

import time

import pytest
from reading import ALL, everything_said, opened, read, units

from atrest.protection import Shield
from atrest.source import ReadError, Reason, Unread
from atrest.unit import Unit, UnitKind

CANARY = "Ruiz-Canary-1958"
PATIENCE = 30


def unit(name):
    return Unit("", name, UnitKind.TABLE)


def test_what_holds_rows_of_its_own_is_listed_once(mariadb, source):
    statements = (
        "CREATE TABLE patient (mrn int, name text)",
        "CREATE TABLE `Bed.Plan` (id int)",
        "CREATE TABLE `a``b` (id int)",
        "CREATE VIEW seen AS SELECT * FROM patient",
        "CREATE TABLE visit (day int) PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (9))",
        "CREATE TABLE kept (id int) WITH SYSTEM VERSIONING",
        "CREATE TABLE m1 (id int) ENGINE=MyISAM",
        "CREATE TABLE both_ (id int) ENGINE=MERGE UNION=(m1)",
        "CREATE SEQUENCE numbers",
    )
    with mariadb.database("listed", *statements) as database:
        found = units(source(database))
        assert list(found) == [
            "listed.`Bed.Plan`", "listed.`a``b`", "listed.kept", "listed.m1", "listed.patient",
            "listed.visit",
        ]  # fmt: skip
        assert {each.kind for each in found.values()} == {UnitKind.TABLE}
        for name in found:
            assert read(source(database), name) == ([], "all", [])


def test_without_a_database_all_are_listed_but_the_system_s(mariadb, source):
    with (
        mariadb.database("one", "CREATE TABLE t (id int)"),
        mariadb.database("two", "CREATE TABLE t (id int)"),
    ):
        assert list(units(source())) == ["one.t", "two.t"]
        assert source().name == f"mysql://127.0.0.1:{mariadb.port}/"


def settled(source, name):
    """The version of a table, when the last change is long enough ago to have one."""
    until = time.monotonic() + PATIENCE
    while not (found := units(source)[name].version):
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


@pytest.mark.slow
def test_a_change_of_rows_columns_or_rights_gives_a_new_version(mariadb, source):
    create = "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)"
    with mariadb.database("versions", *create) as name:
        mine = source(name)
        assert units(mine)["versions.t"].version == "", "another change may follow in this second"
        before = settled(mine, "versions.t")
        assert units(mine)["versions.t"].version == before
        with mariadb.admin(name) as admin:
            admin.execute("ALTER TABLE t ADD COLUMN name text DEFAULT 'Ruiz'")
        altered = settled(mine, "versions.t")
        assert altered != before
        with mariadb.admin(name) as admin:
            admin.execute("UPDATE t SET id = 2")
        assert settled(mine, "versions.t") != altered


@pytest.fixture
def reader(mariadb):
    """A database with a role that may read less."""
    statements = (
        "CREATE TABLE patient (id int, name text, ssn text)",
        "INSERT INTO patient VALUES (1, 'a', 's'), (2, 'b', 's')",
        "CREATE TABLE open_ (id int)",
        "CREATE USER reader@'%' IDENTIFIED BY 'correct horse'",
        "GRANT SELECT ON open_ TO reader@'%'",
    )
    with mariadb.database("roles", *statements) as name:
        yield name
    with mariadb.admin() as admin:
        admin.execute("DROP USER reader@'%'")


def test_a_table_that_the_role_may_not_read_costs_only_itself(mariadb, reader, source):
    with mariadb.admin(reader) as admin:
        admin.execute("GRANT INSERT ON patient TO reader@'%'")
    mine = source(reader, user="reader")
    assert list(units(mine)) == ["roles.open_", "roles.patient"]
    with pytest.raises(ReadError) as caught:
        read(mine, "roles.patient")
    assert caught.value.reason is Reason.NOT_PERMITTED
    assert read(mine, "roles.open_") == ([], "all", [])


def test_columns_that_the_role_may_not_read_are_named(mariadb, reader, source):
    with mariadb.admin(reader) as admin:
        admin.execute("GRANT SELECT (id, name), INSERT (ssn) ON patient TO reader@'%'")
    rows, _, unread = read(source(reader, user="reader"), "roles.patient")
    assert rows == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]
    assert unread == [Unread(Reason.NOT_PERMITTED, "ssn")]


@pytest.mark.parametrize("name", ["gone.t", "nowhere.t", "t"])
def test_a_table_that_is_gone_says_so(mariadb, source, name):
    with mariadb.database("gone"):
        items = source("gone").read(unit(name), ALL)
        with pytest.raises(ReadError) as caught:
            next(items)
    assert caught.value.reason is Reason.GONE


def test_a_locked_table_is_not_waited_for(mariadb, source):
    with mariadb.database("locked", "CREATE TABLE t (id int)", "CREATE TABLE u (id int)") as name:
        mine = source(name, lock_seconds=1)
        with mariadb.admin(name) as admin:
            admin.execute("LOCK TABLES t WRITE")
            items = mine.read(unit("locked.t"), ALL)
            with pytest.raises(ReadError) as caught:
                next(items)
            assert list(mine.read(unit("locked.u"), ALL)), "the connection goes on"
    assert (caught.value.reason, caught.value.detail) == (Reason.OUT_OF_TIME, "error 1205")


def failure(source, name, sql, meanwhile=lambda: None, **manners):
    """The error of one statement of a snapshot."""

    def run():
        with source(name, **manners)._session.snapshot() as session:
            meanwhile()
            session.run(sql)

    with pytest.raises(ReadError) as caught:
        run()
    return caught.value


def test_a_statement_that_takes_too_long_is_ended(mariadb, source):
    sql = "SELECT SLEEP(60) FROM (SELECT 1 UNION SELECT 2) x WHERE SLEEP(60) = 0"
    with mariadb.database("slow") as name:
        found = failure(source, name, sql, statement_seconds=1)
    assert (found.reason, found.detail) == (Reason.OUT_OF_TIME, "error 1969")


def test_a_table_that_is_altered_after_the_snapshot_says_so(mariadb, source):
    with mariadb.database("altered", "CREATE TABLE t (id int)", "INSERT INTO t VALUES (1)") as name:

        def alter():
            with mariadb.admin(name) as admin:
                admin.execute("ALTER TABLE t ADD PRIMARY KEY (id), ALGORITHM=COPY")

        assert failure(source, name, "SELECT * FROM altered.t", alter).reason is Reason.CHANGED


def test_the_driver_s_error_quotes_no_row(mariadb, source):
    create = "CREATE TABLE t (name text)", f"INSERT INTO t VALUES ('{CANARY}')"
    sql = "SELECT EXTRACTVALUE('<a/>', CONCAT('/[', name)) FROM quoting.t"
    with mariadb.database("quoting", *create) as name:
        found = failure(source, name, sql)
    assert found.detail == "error 1105"
    assert CANARY not in everything_said(found)


def test_nothing_can_be_written(mariadb, source):
    with mariadb.database("written", "CREATE TABLE t (id int)") as name:
        found = failure(source, name, "INSERT INTO written.t VALUES (1)")
    assert found.detail == "error 1792", "read-only"


def test_one_connection_is_used_and_given_back(mariadb, source):
    with mariadb.database("counted", "CREATE TABLE t (id int)") as name:
        mine = source(name)
        read(mine, "counted.t")
        mine.protection(unit("counted.t"))
        with mariadb.admin() as admin:
            admin.execute(
                "SELECT COMMAND FROM information_schema.PROCESSLIST p WHERE p.DB = %s", (name,)
            )
            assert admin.fetchall() == (("Sleep",),)
            admin.execute("SELECT COUNT(*) FROM information_schema.INNODB_TRX")
            assert admin.fetchall() == ((0,),), "no transaction is left open"


def test_an_encrypted_tablespace_and_connection_are_known(mariadb, source):
    create = "CREATE TABLE up (id int) ENCRYPTED=YES", "CREATE TABLE down (id int) ENCRYPTED=NO"
    with mariadb.database("protected", *create) as name:
        mine = source(name)
        up, down = (mine.protection(unit(f"protected.{each}")) for each in ("up", "down"))
        assert (up.stored, up.carried) == (Shield.UP, Shield.UP)
        assert up.storage[1].answer == "ENCRYPTION_SCHEME 1"
        assert up.connection[0].answer.startswith("TLSv1.3 ")
        assert down.storage[1].shield is Shield.DOWN
        assert down.stored is Shield.UNKNOWN, "the disk below may be encrypted"
        assert source(name, "?sslmode=disable").protection(unit("x.y")).carried is Shield.DOWN


def test_each_partition_has_to_be_encrypted(mariadb, source):
    create = (
        "CREATE TABLE t (day int) ENCRYPTED=YES PARTITION BY RANGE (day) "
        "(PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN (19))"
    )
    with mariadb.database("parts", create) as name:
        assert source(name).protection(unit("parts.t")).stored is Shield.UP


def test_without_the_right_to_ask_storage_is_unknown(mariadb, reader, source):
    found = source(reader, user="reader").protection(unit("roles.open_"))
    assert (found.stored, found.carried) == (Shield.UNKNOWN, Shield.UP)
    assert len(found.storage) == 1


def test_a_server_that_cannot_be_asked_is_unknown():
    mine = opened("mysql://admin@127.0.0.1:1/x", {})
    found = mine.protection(unit("x.y"))
    assert (found.stored, found.carried) == (Shield.UNKNOWN, Shield.UNKNOWN)
    with pytest.raises(ReadError) as caught:
        units(mine)
    assert caught.value.reason is Reason.UNREACHABLE


def test_after_a_lost_connection_the_next_read_opens_another(mariadb, source):
    with mariadb.database("lost", "CREATE TABLE t (id int)") as name:
        mine = source(name)
        units(mine)
        with mariadb.admin() as admin:
            admin.execute(
                "SELECT ID FROM information_schema.PROCESSLIST p WHERE p.DB = %s", (name,)
            )
            ((connection,),) = admin.fetchall()
            admin.execute(f"KILL {connection}")
        with pytest.raises(ReadError) as caught:
            units(mine)
        assert caught.value.reason is Reason.UNREACHABLE
        assert list(units(mine)) == ["lost.t"]
