"""Specs: how a source is named on a command line, without credentials.

/data/exports                        a folder or a file
sqlite:///var/lib/app/app.db         the tables of a SQLite database
postgres://reader@db.clinic/ehr      the tables of a PostgreSQL database
postgres://a.clinic:5433,b.clinic/x  the same database on several servers
s3://bucket/prefix                   the objects of a bucket
s3://bucket?endpoint=https://HOST    the objects of a store that is not Amazon's
az://container/prefix?account=NAME   the blobs of a container
gs://bucket/prefix                   the objects of a bucket of Google's
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES: Final = {
    "file": "folders and files of this machine",
    "sqlite": "the tables of a SQLite database",
    "postgres": "the tables of a PostgreSQL database",
    "s3": "the objects of a bucket",
    "az": "the blobs of a container of Azure Blob Storage",
    "gs": "the objects of a bucket of Google Cloud Storage",
    "mysql": "the tables of a MySQL or MariaDB database, or of all",
    "fhir+https": "a FHIR server, by its bulk export",
    "fhir+http": "the same without TLS",
    "dicomweb+https": "the studies of a DICOM store, by DICOMweb",
    "dicomweb+http": "the same without TLS",
    "kafka": "the topics of a Kafka cluster",
    "mongodb": "the collections of a MongoDB database, or of all",
    "duckdb": "the tables of a DuckDB database",
}

_STORE: Final = ("account", "endpoint")
"""Options that say which store has a bucket of this name."""
_LOCAL: Final = frozenset(("file", "sqlite", "duckdb"))
"""Stores whose path is one of this machine."""


_SEVERAL: Final = frozenset(("postgres", "mysql"))
"""Stores that may have several servers with the same content."""


class SpecError(ValueError):
    """A spec is wrong. The text is one line that names the fix, without a credential."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A source as a user names it.

    Args:
        scheme: the kind of store.
        user: the role; empty for the store's default.
        host: of a server or the name of a bucket. Of several servers `HOST:PORT,HOST`.
        port: of a server; 0: the store's default.
        path: behind the host, with its first slash.
        options: of the query part.
    """

    scheme: str
    user: str = ""
    host: str = ""
    port: int = 0
    path: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The source's name for the catalogue: no user, and of the options the store alone.

        Two stores may each have a bucket of one name.
        """
        port = f":{self.port}" if self.port else ""
        said = [f"{name}={self.option(name)}" for name in _STORE if self.option(name)]
        place = f"?{'&'.join(said)}" if said else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{place}"

    def option(self, name: str, default: str = "") -> str:
        """Return an option of the query part."""
        return dict(self.options).get(name, default)


def parse(text: str) -> Spec:
    """Read a spec. Raises SpecError."""
    if "://" not in text:
        return Spec("file", path=_plain(text))
    try:
        url = urlsplit(text)
        host, port = _server(url)
    except ValueError:
        raise SpecError(
            "a source with a wrong host or port; write SCHEME://HOST:PORT/PATH"
        ) from None
    if url.scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise SpecError(f"{url.scheme}://: no such kind of source; one of {known}, or a path")
    if url.password is not None:
        raise SpecError(
            f"{url.scheme}://{url.hostname or ''}: a password on the command line stays in the "
            "shell's history; set it in the environment or a file instead"
        )
    options = parse_qsl(url.query, keep_blank_values=True)
    return Spec(
        url.scheme,
        unquote(url.username or ""),
        host,
        port,
        _plain(unquote(url.path)) if url.scheme in _LOCAL else unquote(url.path),
        tuple(options),
    )


def _server(url: SplitResult) -> tuple[str, int]:
    """Return host and port. Several servers are one host. Raises ValueError for a wrong port."""
    servers = url.netloc.rpartition("@")[2]
    if url.scheme not in _SEVERAL or "," not in servers:
        return url.hostname or "", url.port or 0
    for server in servers.split(","):
        one = urlsplit(f"//{server}")
        if not one.hostname or one.port == 0:
            raise ValueError
    return servers.lower(), 0


def _plain(path: str) -> str:
    """Return a path as its source names it: `exports/` and `./exports` are `exports`."""
    return str(PurePosixPath(path))
