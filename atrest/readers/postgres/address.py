"""Where a PostgreSQL server is and who asks: the spec, then libpq's own variables."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from atrest.readers import tls
from atrest.readers.address import Address, servers
from atrest.readers.address import port as port_of
from atrest.readers.credentials import secret
from atrest.spec import Spec

Environ = Mapping[str, str]


def addresses(spec: Spec, environ: Environ) -> list[Address]:
    """Return the addresses that a spec and the environment name, one for each server.

    Raises:
        ReadError: a file of credentials cannot be read, or `sslmode` is none.
    """
    hosts = spec.host or spec.option("host") or environ.get("PGHOST", "") or "localhost"
    default = spec.port or port_of(environ, "PGPORT", 5432)
    return [_address(spec, environ, *server) for server in servers(hosts, default)]


def _address(spec: Spec, environ: Environ, host: str, port: int) -> Address:
    user = spec.user or environ.get("PGUSER", "") or environ.get("USER", "") or "postgres"
    database = spec.path.strip("/") or environ.get("PGDATABASE", "") or user
    password = secret(environ, "PGPASSWORD")
    if password is None:
        password = _of_file(environ, (host, str(port), database, user))
    mode = tls.mode(spec.option("sslmode") or environ.get("PGSSLMODE", ""), host)
    protected = tls.Tls(
        mode,
        spec.option("sslrootcert") or environ.get("PGSSLROOTCERT", ""),
        environ.get("PGSSLCERT", ""),
        environ.get("PGSSLKEY", ""),
    )
    return Address(host, port, database, user, password, protected)


def _of_file(environ: Environ, wanted: tuple[str, str, str, str]) -> str | None:
    """Look a password up in the password file, as libpq does (PostgreSQL, 34.16).

    A file that others may read is not used, as libpq does not.
    """
    path = Path(environ.get("PGPASSFILE") or Path(environ.get("HOME", "/"), ".pgpass"))
    try:
        if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        parts = list(_parts(line))
        if len(parts) == 5 and all(
            part in ("*", want) for part, want in zip(parts, wanted, strict=False)
        ):
            return parts[4]
    return None


def _parts(line: str) -> Iterator[str]:
    r"""Cut `host:port:database:user:password` at its colons; `\:` and `\\` stand for themselves."""
    if line.startswith("#"):
        return
    part, rest = "", iter(line)
    for letter in rest:
        if letter == "\\":
            part += next(rest, "")
        elif letter == ":":
            yield part
            part = ""
        else:
            part += letter
    yield part
