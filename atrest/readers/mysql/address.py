"""Where a MySQL server is and who asks: the spec, then the variables of MySQL's own client."""

from collections.abc import Mapping

from atrest.readers import tls
from atrest.readers.address import Address, port, servers
from atrest.readers.credentials import secret
from atrest.spec import Spec


def addresses(spec: Spec, environ: Mapping[str, str]) -> list[Address]:
    """Return the addresses that a spec and the environment name, one for each server.

    Their database may be empty: all.

    Raises:
        ReadError: a file of credentials cannot be read, or `sslmode` is none.
    """
    socket = spec.option("socket") or ("" if spec.host else environ.get("MYSQL_UNIX_PORT", ""))
    hosts = socket or spec.host or environ.get("MYSQL_HOST", "") or "localhost"
    default = spec.port or port(environ, "MYSQL_TCP_PORT", 3306)
    return [_address(spec, environ, *server) for server in servers(hosts, default)]


def _address(spec: Spec, environ: Mapping[str, str], host: str, port: int) -> Address:
    return Address(
        host,
        port,
        spec.path.strip("/"),
        spec.user or environ.get("USER", ""),
        secret(environ, "MYSQL_PWD"),
        tls.Tls(
            tls.mode(spec.option("sslmode"), host),
            spec.option("sslrootcert"),
            spec.option("sslcert"),
            spec.option("sslkey"),
        ),
    )
