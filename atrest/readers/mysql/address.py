"""Where a MySQL server is and who asks: the spec, then the variables of MySQL's own client."""

from collections.abc import Mapping

from atrest.readers import tls
from atrest.readers.address import Address, port
from atrest.readers.credentials import secret
from atrest.spec import Spec


def address(spec: Spec, environ: Mapping[str, str]) -> Address:
    """Return the address that a spec and the environment name. Its database may be empty: all.

    Raises:
        ReadError: a file of credentials cannot be read, or `sslmode` is none.
    """
    socket = spec.option("socket") or ("" if spec.host else environ.get("MYSQL_UNIX_PORT", ""))
    host = socket or spec.host or environ.get("MYSQL_HOST", "") or "localhost"
    return Address(
        host,
        spec.port or port(environ, "MYSQL_TCP_PORT", 3306),
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
