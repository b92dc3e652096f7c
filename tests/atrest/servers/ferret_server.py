"""FerretDB, which speaks MongoDB's protocol over SQLite (`make ferretdb` builds it)."""

import contextlib
import getpass
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import certificate, folder, free_port, serving
from pymongo import MongoClient

PROGRAM = Path(__file__).parents[3] / ".tools" / "ferretdb"


@dataclass(frozen=True)
class FerretServer:
    """A running server.

    Args:
        port: of 127.0.0.1.
        tls_port: the same with TLS.
        certificate: its own, which is its own authority.
    """

    port: int
    tls_port: int
    certificate: Path

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[Any]:
        """A new database, which is dropped at the end."""
        with MongoClient("127.0.0.1", self.port) as client:
            try:
                yield client[name]
            finally:
                client.drop_database(name)


@contextlib.contextmanager
def ferret_server() -> Iterator[FerretServer]:
    """A server with and without TLS."""
    me = getpass.getuser()
    with folder(me) as place:
        server = FerretServer(free_port(), free_port(), certificate(place, me))
        (place / "data").mkdir()
        command: list[object] = [
            PROGRAM, f"127.0.0.1:{server.port}", f"127.0.0.1:{server.tls_port}",
            server.certificate, place / "server.key", place / "data",
        ]  # fmt: skip
        with serving(command, me, server.tls_port):
            yield server
