"""One connection to MySQL or MariaDB that can only read."""

import contextlib
import struct
from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

import pymysql
from pymysql import converters
from pymysql.cursors import Cursor, SSCursor

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.address import Address
from atrest.readers.mysql.errors import read_error, refusal
from atrest.readers.tls import SslMode
from atrest.source import ReadError, Reason

FAILURES: Final = (
    pymysql.err.Error, OSError, UnicodeError, ValueError, AttributeError, IndexError, KeyError,
    TypeError, AssertionError, struct.error,
)  # fmt: skip
"""What the driver raises. An answer that makes no sense is one of the later ones."""
_GRACE: Final = 30
_PATIENCE: Final = 3600
"""Seconds that the server waits until a piece of its answer is taken."""
_SNAPSHOT: Final = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

Row = Sequence[bytes | None]


class Session:
    """A connection that is opened when it is first needed.

    Args:
        address: where, and who.
        manners: how long a statement and a lock may take.
    """

    def __init__(self, address: Address, manners: Manners) -> None:
        self._address = address
        self._manners = manners
        self._connection: pymysql.Connection[Cursor] | None = None
        self._transport: Evidence | None = None
        self.is_mariadb = False

    @contextlib.contextmanager
    def snapshot(self) -> Iterator["Session"]:
        """One read-only transaction: every statement in it sees InnoDB at one moment.

        Raises:
            ReadError: the connection cannot be made, or a statement fails.
        """
        try:
            if self._connection is None:
                self._open()
            self.run(_SNAPSHOT)
            yield self
        except FAILURES as error:
            if not isinstance(error, pymysql.err.DatabaseError):
                self.close()  # nobody knows where in an answer the driver stands
            raise read_error(error) from None
        finally:
            self._end()

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

    def transport(self) -> Evidence:
        """How the connection is protected, as the server says. Raises ReadError."""
        if self._transport is None:
            with self.snapshot():
                pass
        return self._transport or Evidence("Ssl_cipher", "nothing", Shield.UNKNOWN)

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*FAILURES):
                connection.close()

    def _opened(self) -> "pymysql.Connection[Cursor]":
        if self._connection is None:
            raise ReadError(Reason.UNREACHABLE, "the connection is closed")
        return self._connection

    def _open(self) -> None:
        address = self._address
        seconds = self._manners.statement_seconds + _GRACE
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
            return Evidence("Ssl_cipher", "off", Shield.DOWN)
        return Evidence("Ssl_cipher", f"{found.get(b'Ssl_version', '')} {cipher}", Shield.UP)

    def _end(self) -> None:
        """End the transaction. A connection that cannot do so is given up."""
        if self._connection is None:
            return
        try:
            self._connection.rollback()
        except FAILURES:
            self.close()


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
