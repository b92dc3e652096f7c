"""A real MariaDB server (Debian: mariadb-server)."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
from processes import certificate, folder, free_port, run, serving

OWNER = "mysql"
PASSWORD = "correct horse"
PROGRAMS = ("mariadbd", "mariadb-install-db")


def is_installed() -> bool:
    """Whether the programs are there. Debian puts the server itself into /usr/sbin."""
    return all(shutil.which(program, path="/usr/sbin:/usr/bin") for program in PROGRAMS)


@dataclass(frozen=True)
class MariadbServer:
    """A running server.

    Args:
        port: of 127.0.0.1.
        socket: its Unix socket.
        certificate: its own, which is its own authority.
    """

    port: int
    socket: Path
    certificate: Path

    @contextlib.contextmanager
    def admin(self, database: str | None = None) -> Iterator[pymysql.cursors.Cursor]:
        """A cursor of the administrator."""
        with pymysql.connect(
            user="admin", password=PASSWORD, host="127.0.0.1", port=self.port, database=database,
            autocommit=True,
        ) as connection, connection.cursor() as cursor:  # fmt: skip
            yield cursor

    @contextlib.contextmanager
    def database(self, name: str, *statements: str) -> Iterator[str]:
        """A new database. It is the spec's path."""
        with self.admin() as admin:
            admin.execute(f"CREATE DATABASE `{name}`")
        try:
            with self.admin(name) as admin:
                for statement in statements:
                    admin.execute(statement)
            yield name
        finally:
            with self.admin() as admin:
                admin.execute(f"DROP DATABASE `{name}`")


@contextlib.contextmanager
def mariadb_server(*options: str) -> Iterator[MariadbServer]:
    """A server with TLS and keys for tablespaces, whose administrator is `admin`."""
    with folder(OWNER) as place:
        server = MariadbServer(free_port(), place / "sock", certificate(place, OWNER))
        (place / "keys").write_text("1;770A8A65DA156D24EE2A093277530142\n")
        (place / "keys").chmod(0o644)
        account = place / "account.sql"
        account.write_text(
            f"CREATE USER admin@'%' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;\n"
        )
        account.chmod(0o644)
        run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={place / 'data'}",
             "--auth-root-authentication-method=normal", "--skip-test-db", "--force"],
            OWNER, cwd=place,
        )  # fmt: skip
        command = [
            shutil.which("mariadbd", path="/usr/sbin:/usr/bin"), "--no-defaults",
            f"--datadir={place / 'data'}", f"--socket={server.socket}", f"--port={server.port}",
            "--bind-address=127.0.0.1", f"--pid-file={place / 'pid'}", f"--init-file={account}",
            f"--ssl-cert={server.certificate}", f"--ssl-key={place / 'server.key'}",
            "--plugin-load-add=file_key_management", "--skip-log-bin", "--skip-name-resolve",
            f"--loose-file-key-management-filename={place / 'keys'}",
            "--debug-no-sync", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
            *options,
        ]  # fmt: skip
        with serving(command, OWNER, server.port):
            yield server
