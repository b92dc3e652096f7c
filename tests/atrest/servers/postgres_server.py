"""A real PostgreSQL server (Debian: postgresql)."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pg8000.native
from processes import certificate, folder, free_port, run

OWNER = "postgres"
PASSWORD = "correct horse"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class PostgresServer:
    """A running server.

    Args:
        port: of 127.0.0.1.
        data: its folder.
        certificate: its own, which is its own authority.
        programs: folder of its programs.
    """

    port: int
    data: Path
    certificate: Path
    programs: Path

    @contextlib.contextmanager
    def admin(self, database: str = "postgres") -> Iterator[pg8000.native.Connection]:
        """A connection of the superuser."""
        with pg8000.native.Connection(
            OWNER, host="127.0.0.1", port=self.port, database=database, password=PASSWORD
        ) as found:
            yield found

    @contextlib.contextmanager
    def database(self, name: str, *statements: str, encoding: str = "UTF8") -> Iterator[str]:
        """A new database. It is the spec's path."""
        with self.admin() as admin:
            admin.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")
        with self.admin(name) as admin:
            for statement in statements:
                admin.run(statement)
        try:
            yield name
        finally:
            with self.admin() as admin:
                admin.run(f"DROP DATABASE {name} WITH (FORCE)")

    def crash(self) -> None:
        """Stop it without a checkpoint, and start it again."""
        self._control("stop", "-m", "immediate")
        self._control("start")

    def _control(self, *words: str) -> None:
        log = self.data / "server.log"
        run(
            [self.programs / "pg_ctl", "-w", "-s", "-D", self.data / "pg", "-l", log, *words], OWNER,
            stdin=-3,
        )  # fmt: skip


@contextlib.contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """A server with TLS and SCRAM, whose superuser is `postgres`."""
    with folder(OWNER) as place:
        secret = place / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        run(
            [programs / "initdb", "-D", place / "pg", "-U", OWNER, "-A", "scram-sha-256", "--no-sync",
             "--no-locale", "-E", "UTF8", f"--pwfile={secret}"],
            OWNER, cwd=place,
        )  # fmt: skip
        server = PostgresServer(free_port(), place, certificate(place, OWNER), programs)
        settings = [
            f"port = {server.port}", "listen_addresses = '127.0.0.1'", "fsync = off", "ssl = on",
            f"unix_socket_directories = '{place}'", f"ssl_cert_file = '{server.certificate}'",
            f"ssl_key_file = '{place / 'server.key'}'",
        ]  # fmt: skip
        conf = place / "pg" / "postgresql.conf"
        with conf.open("a") as file:
            file.write("\n".join(settings) + "\n")
        if os.geteuid() == 0:
            (place / "server.crt").chmod(0o644)
        server._control("start")
        try:
            yield server
        finally:
            server._control("stop", "-m", "immediate")


@contextlib.contextmanager
def standby_of(primary: PostgresServer) -> Iterator[PostgresServer]:
    """A second server that replays what the first one writes."""
    with folder(OWNER) as place:
        server = PostgresServer(free_port(), place, primary.certificate, primary.programs)
        with (primary.data / "pg" / "pg_hba.conf").open("a") as file:
            file.write("host replication all 127.0.0.1/32 scram-sha-256\n")
        primary._control("reload")
        run(
            [primary.programs / "pg_basebackup", "-R", "-D", place / "pg", "-c", "fast", "-d",
             f"host=127.0.0.1 port={primary.port} user={OWNER} password='{PASSWORD}'"],
            OWNER, cwd=place,
        )  # fmt: skip
        with (place / "pg" / "postgresql.conf").open("a") as file:
            file.write(f"port = {server.port}\nunix_socket_directories = '{place}'\n")
        server._control("start")
        try:
            yield server
        finally:
            server._control("stop", "-m", "immediate")
