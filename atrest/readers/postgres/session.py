"""One connection to PostgreSQL that can only read."""

import ssl
from collections.abc import Iterator, Sequence
from typing import Final

import pg8000.native
from pg8000.exceptions import DatabaseError, Error

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.address import Address
from atrest.readers.postgres.errors import read_error, refusal
from atrest.readers.snapshots import GRACE, SnapshotSession, let_go
from atrest.readers.tls import SslMode
from atrest.source import ReadError

FAILURES: Final = (Error, OSError, UnicodeError, ValueError, AttributeError, IndexError, KeyError)
"""What the driver raises. An answer that makes no sense is a KeyError or an IndexError of it."""
_TLS: Final = "SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
_IS_REPLICA: Final = "SELECT pg_is_in_recovery()"
# of a server that is no replica these places are unknown; one that has replayed all is not behind
_BEHIND: Final = """
SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL
  WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END
"""
_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Session(SnapshotSession[pg8000.native.Connection]):
    """A connection to one database."""

    failures = FAILURES
    refusals = DatabaseError
    asked = "pg_stat_ssl"

    def __init__(self, addresses: Sequence[Address], manners: Manners) -> None:
        super().__init__(addresses, manners)
        self._is_raw = False

    def run(self, sql: str, **values: object) -> Sequence[Sequence[object]]:
        """Run one statement of a snapshot and return its rows."""
        return self._opened().run(sql, **values) or ()

    def text(self, value: str) -> str:
        """Return a cell as text. A database without an encoding (SQL_ASCII) holds any bytes."""
        return value.encode("latin-1").decode("utf-8", "replace") if self._is_raw else value

    def _open(self) -> None:
        address = self._address
        seconds = self._manners.statement_seconds + GRACE
        wire = address.connect(f"{address.host}/.s.PGSQL.{address.port}", seconds)
        try:
            self._connection = pg8000.native.Connection(
                address.user,
                host=address.host,
                database=address.database,
                password=address.password,
                sock=wire,
                ssl_context=_tls(address),
                application_name="phiguard",
            )
        except FAILURES as error:
            let_go(error)
            wire.close()
            raise refusal(error, has_password=address.password is not None) from None
        self._is_raw = self._connection.parameter_statuses.get("server_encoding") == "SQL_ASCII"
        for name, value in self._settings():
            self._connection.run("SELECT set_config(:name, :value, false)", name=name, value=value)
        self._transport = self._asked()

    def _asked(self) -> Evidence:
        if self._address.is_socket:
            return Evidence("connection", "a Unix socket", Shield.UNKNOWN)
        found = self.run(_TLS)
        if not found:
            return Evidence(self.asked, "nothing", Shield.UNKNOWN)
        has_tls, version, cipher = found[0]
        if not has_tls:
            return Evidence(self.asked, "off", Shield.DOWN)
        return Evidence(self.asked, f"{version} {cipher}", Shield.UP)

    def _settings(self) -> Iterator[tuple[str, str]]:
        """What this session may do, and how its answers are written."""
        yield "search_path", "pg_catalog"  # no function or operator of a user's schema is called
        yield "default_transaction_read_only", "on"
        yield "statement_timeout", f"{self._manners.statement_seconds}s"
        yield "lock_timeout", f"{self._manners.lock_seconds}s"
        yield "idle_in_transaction_session_timeout", "0"  # the detectors take their time
        yield "client_encoding", "LATIN1" if self._is_raw else "UTF8"
        yield "datestyle", "ISO"
        yield "intervalstyle", "iso_8601"
        yield "bytea_output", "hex"

    def _is_replica(self) -> bool:
        return bool(self.run(_IS_REPLICA)[0][0])

    def _seconds_behind(self) -> float | None:
        (seconds,) = self.run(_BEHIND)[0]
        return None if seconds is None else float(str(seconds))

    def _begin(self) -> None:
        self.run(_SNAPSHOT)

    def _roll_back(self, connection: pg8000.native.Connection) -> None:
        connection.run("ROLLBACK")

    def _read_error(self, error: Exception) -> ReadError:
        return read_error(error)


def _tls(address: Address) -> ssl.SSLContext | bool | None:
    """Return what the driver calls for: None prefers TLS, False goes without it."""
    if address.is_socket:
        return False
    if address.tls.mode is SslMode.PREFER:
        return None
    return address.tls.context() or False
