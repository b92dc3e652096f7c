"""One connection to MySQL or MariaDB that can only read."""

import struct
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

import pymysql
from pymysql import converters
from pymysql.cursors import Cursor, DictCursor, SSCursor

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.address import Address
from atrest.readers.mysql.errors import number, read_error, refusal
from atrest.readers.snapshots import GRACE, SnapshotSession
from atrest.readers.tls import SslMode
from atrest.source import ReadError

FAILURES: Final = (
    pymysql.err.Error, OSError, UnicodeError, ValueError, AttributeError, IndexError, KeyError,
    TypeError, AssertionError, struct.error,
)  # fmt: skip
"""What the driver raises. An answer that makes no sense is one of the later ones."""
_PATIENCE: Final = 3600
"""Seconds that the server waits until a piece of its answer is taken."""
_SNAPSHOT: Final = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
_REPLICATION: Final = "SHOW REPLICA STATUS"
_MARIADB_REPLICATION: Final = "SHOW ALL SLAVES STATUS"
_LAGS: Final = frozenset(("Seconds_Behind_Source", "Seconds_Behind_Master"))
_NOT_TOLD: Final = (1064, 1142, 1227)
"""The server is older than the statement, or the role may not ask."""

Row = Sequence[bytes | None]


class Session(SnapshotSession["pymysql.Connection[Cursor]"]):
    """A connection to one server. Its snapshots are those of InnoDB."""

    failures = FAILURES
    refusals = pymysql.err.DatabaseError
    asked = "Ssl_cipher"

    def __init__(self, addresses: Sequence[Address], manners: Manners) -> None:
        super().__init__(addresses, manners)
        self.is_mariadb = False

    def run(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement with a short answer. `%s` stands for a value."""
        with self._opened().cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def stream(self, sql: str, *, is_timed: bool = True) -> Generator[Row]:
        """Run a statement and yield its rows while the server sends them.

        Args:
            sql: the statement. `%` stands for itself.
            is_timed: whether the statement may take so long only. What waits for the detectors
                counts, too. So it is not timed where the server sends all the time.
        """
        connection = self._opened()
        self._limit(self._manners.statement_seconds if is_timed else 0)
        cursor = connection.cursor(SSCursor)
        try:
            cursor.execute(sql)
            while (row := cursor.fetchone()) is not None:
                yield row
        except BaseException as error:
            if not isinstance(error, pymysql.err.DatabaseError):
                self.close()  # else the rest would have to be read
            _forget(cursor)
            raise
        cursor.close()
        self._limit(self._manners.statement_seconds)

    def _open(self) -> None:
        address = self._address
        seconds = self._manners.statement_seconds + GRACE
        connection: pymysql.Connection[Cursor] = pymysql.connect(
            user=address.user,
            password=address.password or "",
            host=None if address.is_socket else address.host,
            port=address.port,
            database=address.database or None,
            charset="utf8mb4",
            conv=dict[Any, Any](converters.encoders),  # every cell as the server writes it
            use_unicode=False,  # bytes: some texts are not what they say
            read_timeout=seconds,
            write_timeout=seconds,
            local_infile=False,
            program_name="phiguard",
            defer_connect=True,
            **_tls(address),
        )
        wire = address.connect(address.host, seconds)
        try:
            connection.connect(wire)
        except FAILURES as error:
            wire.close()
            raise refusal(error) from None
        self._connection = connection
        self.is_mariadb = b"MariaDB" in (self.run("SELECT VERSION()")[0][0] or b"")
        for setting in self._settings():
            self.run(f"SET SESSION {setting}")
        self._limit(self._manners.statement_seconds)
        self._transport = self._asked()

    def _settings(self) -> Iterator[str]:
        """What this session may do, and how its answers are written."""
        yield "TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        yield "TRANSACTION READ ONLY"
        yield "sql_mode = ''"
        yield "time_zone = '+00:00'"
        yield f"lock_wait_timeout = {max(1, self._manners.lock_seconds)}"
        yield f"net_write_timeout = {_PATIENCE}"
        if not self.is_mariadb:
            yield "information_schema_stats_expiry = 0"  # else what it says is a day old

    def _limit(self, seconds: int) -> None:
        if self.is_mariadb:
            self.run(f"SET SESSION max_statement_time = {seconds}")
        else:
            self.run(f"SET SESSION max_execution_time = {seconds * 1000}")

    def _asked(self) -> Evidence:
        if self._address.is_socket:
            return Evidence("connection", "a Unix socket", Shield.UNKNOWN)
        found = {
            name: (value or b"").decode("ascii", "replace")
            for name, value in self.run("SHOW SESSION STATUS LIKE 'Ssl\\_%'")
        }
        cipher = found.get(b"Ssl_cipher", "")
        if not cipher:
            return Evidence(self.asked, "off", Shield.DOWN)
        return Evidence(self.asked, f"{found.get(b'Ssl_version', '')} {cipher}", Shield.UP)

    def _is_replica(self) -> bool:
        """Whether nobody may write to it, which is how replicas are set up and all may ask."""
        return self.run("SELECT @@GLOBAL.read_only")[0][0] == b"1"

    def _seconds_behind(self) -> float | None:
        """Return what the server says of its replication, where the role may ask."""
        try:
            with self._opened().cursor(DictCursor) as cursor:
                cursor.execute(_MARIADB_REPLICATION if self.is_mariadb else _REPLICATION)
                channels = cursor.fetchall()
        except pymysql.err.DatabaseError as error:
            if number(error) in _NOT_TOLD:
                return None
            raise
        lags = [
            float(value)
            for channel in channels
            for name, value in channel.items()
            if name in _LAGS and value is not None
        ]
        return max(lags, default=None)

    def _begin(self) -> None:
        self.run(_SNAPSHOT)

    def _roll_back(self, connection: "pymysql.Connection[Cursor]") -> None:
        connection.rollback()

    def _read_error(self, error: Exception) -> ReadError:
        return read_error(error)


def _forget(cursor: SSCursor) -> None:
    """Keep the driver from reading the rest of an answer when its objects are deleted."""
    cursor.connection = None  # type: ignore[assignment]
    result = getattr(cursor, "_result", None)
    if result is not None:
        result.unbuffered_active = False


def _tls(address: Address) -> dict[str, Any]:
    """Return the driver's arguments. Without any it prefers TLS."""
    if address.is_socket or address.tls.mode is SslMode.DISABLE:
        return {"ssl_disabled": True}
    if address.tls.mode is SslMode.PREFER:
        return {}
    return {"ssl": address.tls.context()}
