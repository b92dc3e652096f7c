"""Where a database server is, and who asks."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from atrest.readers.tls import Tls
from atrest.source import ReadError, Reason


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and who asks.

    Args:
        host: its name or address, or its Unix socket, or the folder of that.
        port: its port.
        database: one of its databases.
        user: the role.
        password: of the role, or None.
        tls: how the connection is protected.
    """

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(repr=False)
    tls: Tls

    @property
    def is_socket(self) -> bool:
        """Whether the server is asked by a Unix socket."""
        return self.host.startswith("/")

    def connect(self, path: str, seconds: float) -> socket.socket:
        """Open the connection.

        Args:
            path: of the Unix socket, where one is used.
            seconds: that an answer may take, now and later.

        Raises:
            ReadError: there is no server.
        """
        wire: socket.socket | None = None
        try:
            if not self.is_socket:
                return socket.create_connection((self.host, self.port), seconds)
            wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            wire.settimeout(seconds)
            wire.connect(path)
        except OSError as error:
            if wire is not None:
                wire.close()
            raise ReadError(Reason.UNREACHABLE, _why(error)) from None
        return wire


def servers(hosts: str, port: int) -> list[tuple[str, int]]:
    """Return each host with its port: `a.clinic:5433,b.clinic` names two.

    Args:
        hosts: those of a spec or of a variable. A Unix socket is one.
        port: of those that name none.
    """
    if "," not in hosts or hosts.startswith("/"):
        return [(hosts, port)]
    found = (urlsplit(f"//{host}") for host in hosts.split(","))
    return [(each.hostname or "localhost", each.port or port) for each in found]


def port(environ: Mapping[str, str], variable: str, default: int) -> int:
    """Return the port that a variable names. Raises ReadError for what is no number."""
    text = environ.get(variable, "")
    if text and not (text.isascii() and text.isdigit()):
        raise ReadError(Reason.REFUSED, f"{variable} is no port")
    return int(text) if text else default


def _why(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "no host of this name"
    return os.strerror(error.errno) if error.errno else "no answer"
