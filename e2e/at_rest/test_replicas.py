"""A real primary with its replica: the replica is read, and left alone when it falls behind."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from servers import mariadb_server, postgres_server
from servers.mariadb_server import MariadbServer
from servers.postgres_server import PostgresServer

from atrest.manners import Manners
from atrest.readers import replica
from atrest.readers.registry import open_source
from atrest.source import Budget, ReadError, Reason, Rows
from atrest.spec import parse
from atrest.unit import Unit

pytestmark = pytest.mark.slow
PATIENCE = 60
ROWS = 3_000
Pair = tuple[PostgresServer, PostgresServer]
Maria = tuple[MariadbServer, MariadbServer]


@pytest.fixture(autouse=True)
def _no_long_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "_PATIENCE", 1.0)
    monkeypatch.setattr(replica, "_BETWEEN", 0.0)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Pair]:
    programs = postgres_server.programs()
    if programs is None:
        pytest.skip("NOT RUN: no PostgreSQL here (apt-get install postgresql)")
    with (
        postgres_server.postgres_server(programs) as primary,
        postgres_server.standby_of(primary) as standby,
    ):
        with primary.admin() as admin:
            admin.run(f"CREATE TABLE t AS SELECT generate_series(1, {ROWS}) AS id")
        with standby.admin() as admin:
            until(lambda: bool(admin.run("SELECT to_regclass('t') IS NOT NULL")[0][0]))
        yield primary, standby


def test_the_standby_is_read_whichever_is_named_first(postgres: Pair) -> None:
    primary, standby = postgres
    for first, second in ((primary, standby), (standby, primary)):
        text = f"postgres://postgres@localhost:{first.port},localhost:{second.port}/postgres"
        source = open_source(parse(text), Manners(), {"PGPASSWORD": postgres_server.PASSWORD})
        assert [each.name for each in source.list() if isinstance(each, Unit)] == ["public.t"]
        assert source._session._address.port == standby.port  # type: ignore[attr-defined]
        source.close()


def test_a_standby_that_is_behind_is_left_alone_until_it_has_caught_up(postgres: Pair) -> None:
    primary, standby = postgres
    text = f"postgres://postgres@localhost:{standby.port}/postgres"
    environ = {"PGPASSWORD": postgres_server.PASSWORD}
    source = open_source(parse(text), Manners(lag_seconds=2), environ)
    (unit,) = [each for each in source.list() if isinstance(each, Unit)]
    items = source.read(unit, Budget(rows=0))
    assert isinstance(next(items), Rows)
    with standby.admin() as there, primary.admin() as here:
        there.run("SELECT pg_wal_replay_pause()")
        here.run("CREATE TABLE later (id int)")
        behind = "SELECT clock_timestamp() - pg_last_xact_replay_timestamp() > '3 s' "
        until(lambda: bool(there.run(behind)[0][0]))
        with pytest.raises(ReadError) as during:
            list(items)
        with pytest.raises(ReadError) as before:
            list(source.list())
        assert {during.value.reason, before.value.reason} == {Reason.LAGGING}
        there.run("SELECT pg_wal_replay_resume()")
        caught_up = "SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
        until(lambda: bool(there.run(caught_up)[0][0]))
        rows = [item for item in source.read(unit, Budget(rows=0)) if isinstance(item, Rows)]
        assert sum(len(item.rows) for item in rows) == ROWS
    source.close()


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Maria]:
    if not mariadb_server.is_installed():
        pytest.skip("NOT RUN: no MariaDB here (apt-get install mariadb-server)")
    number = os.getpid() % 10_000 + 1
    with (
        mariadb_server.mariadb_server("--log-bin=log", f"--server-id={number}") as primary,
        mariadb_server.mariadb_server(f"--server-id={number + 1}", "--read-only") as standby,
    ):
        with primary.admin() as admin:
            admin.execute("RESET MASTER")
        with standby.admin() as admin:
            admin.execute(
                f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={primary.port}, "
                f"MASTER_USER='admin', MASTER_PASSWORD='{mariadb_server.PASSWORD}'"
            )
            admin.execute("START SLAVE")
        with primary.admin() as admin:
            admin.execute(f"CREATE USER reader IDENTIFIED BY '{mariadb_server.PASSWORD}'")
            admin.execute("GRANT SELECT ON *.* TO reader")
            admin.execute("CREATE DATABASE ehr")
            admin.execute("CREATE TABLE ehr.t (id int PRIMARY KEY)")
            values = ", ".join(f"({number})" for number in range(ROWS))
            admin.execute(f"INSERT INTO ehr.t VALUES {values}")  # noqa: S608
        until(lambda: replicated(standby, "t"))
        yield primary, standby


def replicated(standby: MariadbServer, table: str) -> bool:
    with standby.admin() as admin:
        admin.execute(f"SHOW TABLES IN ehr LIKE '{table}'") if databases(admin) else None
        return bool(admin.fetchall())


def databases(admin: object) -> bool:
    admin.execute("SHOW DATABASES LIKE 'ehr'")  # type: ignore[attr-defined]
    return bool(admin.fetchall())  # type: ignore[attr-defined]


def test_mariadb_s_replica_is_read_and_left_alone_when_it_is_behind(mariadb: Maria) -> None:
    primary, standby = mariadb
    text = f"mysql://reader@localhost:{primary.port},localhost:{standby.port}/ehr"
    environ = {"MYSQL_PWD": mariadb_server.PASSWORD}
    source = open_source(parse(text), Manners(lag_seconds=2), environ)
    (unit,) = [each for each in source.list() if isinstance(each, Unit)]
    assert source._session._address.port == standby.port  # type: ignore[attr-defined]
    with standby.admin() as there, primary.admin() as here:
        there.execute("STOP SLAVE")
        there.execute("CHANGE MASTER TO MASTER_DELAY=3600")
        there.execute("START SLAVE")
        here.execute("CREATE TABLE ehr.later (id int)")
        time.sleep(3)
        assert any(source.list()), "the role may not ask how far it is behind"
        here.execute("GRANT SLAVE MONITOR ON *.* TO reader")
        there.execute("SET GLOBAL read_only = 0")
        there.execute("SET sql_log_bin = 0")
        there.execute("GRANT SLAVE MONITOR ON *.* TO reader")
        there.execute("SET GLOBAL read_only = 1")
        source.close()
        with pytest.raises(ReadError) as caught:
            until(lambda: not list(source.list()))
        assert caught.value.reason is Reason.LAGGING
        there.execute("STOP SLAVE")
        there.execute("CHANGE MASTER TO MASTER_DELAY=0")
        there.execute("START SLAVE")
        until(lambda: replicated(standby, "later"))
        rows = [item for item in source.read(unit, Budget(rows=0)) if isinstance(item, Rows)]
        assert sum(len(item.rows) for item in rows) == ROWS
    source.close()
