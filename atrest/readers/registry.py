"""Opens the source that a spec names. A store's module is imported when its source is opened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from atrest.manners import Manners
from atrest.readers import extras
from atrest.source import Source
from atrest.spec import Spec

Environ = Mapping[str, str]
Opener = Callable[[Spec, Manners, Environ], Source]


@dataclass(frozen=True, slots=True)
class _Store:
    """A kind of store.

    Args:
        module: with a function `open_source(spec, manners, environ)`.
        extra: that installs its library, or empty.
        is_server: whether connections to it are counted.
    """

    module: str
    extra: str
    is_server: bool = False


_STORES: Final[Mapping[str, _Store]] = {
    "file": _Store("atrest.readers.files", ""),
    "sqlite": _Store("atrest.readers.sqlite_source", ""),
    "postgres": _Store("atrest.readers.postgres.source", "rest-postgres", is_server=True),
    "s3": _Store("atrest.readers.objects.s3", "rest-s3"),
    "az": _Store("atrest.readers.objects.azure", "rest-azure"),
    "gs": _Store("atrest.readers.objects.gcs", "rest-gcs"),
    "mysql": _Store("atrest.readers.mysql.source", "rest-mysql", is_server=True),
    "fhir+https": _Store("atrest.readers.web.fhir", "rest-web", is_server=True),
    "fhir+http": _Store("atrest.readers.web.fhir", "rest-web", is_server=True),
    "dicomweb+https": _Store("atrest.readers.web.dicomweb", "rest-web", is_server=True),
    "dicomweb+http": _Store("atrest.readers.web.dicomweb", "rest-web", is_server=True),
    "kafka": _Store("atrest.readers.kafka.source", "rest-kafka", is_server=True),
    "mongodb": _Store("atrest.readers.mongodb.source", "rest-mongo", is_server=True),
    "duckdb": _Store("atrest.readers.duckdb_source", "rest-duckdb"),
}


def open_source(spec: Spec, manners: Manners, environ: Environ) -> Source:
    """Open a source. Nothing is connected before it is listed or read.

    Args:
        spec: which.
        manners: how it may be used.
        environ: where credentials come from.

    Raises:
        ReadError: the extra that reads it is not installed, or credentials are missing.
    """
    store = _STORES[spec.scheme]
    opener: Opener = extras.load(store.module, "open_source", store.extra)
    return opener(spec, manners, environ)


def is_server(spec: Spec) -> bool:
    """Whether connections to the source are counted."""
    return _STORES[spec.scheme].is_server
