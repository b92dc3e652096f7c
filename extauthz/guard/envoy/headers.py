"""From HTTP headers as Envoy sends them to `mesh.message.headers`."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mesh.message.headers import Headers, Pairs

OWN_PREFIX: Final = "x-phiguard-"
"""Prefix of the headers that only the guard may write.

A client's own are removed, so that a service can trust them.
"""


def guard_only_names(headers: Headers) -> tuple[str, ...]:
    """Return the names of headers that only the guard may write: each once, sorted."""
    return tuple(sorted(name for name in headers.names if name.startswith(OWN_PREFIX)))


def map_pairs(headers: Mapping[str, str]) -> Pairs:
    """Return the pairs of the `headers` of a CheckRequest.

    Envoy sends names in lower case. A forged request may not.
    """
    return tuple([(name.lower(), value) for name, value in headers.items()])


def header_map_pairs(headers: Iterable[Any]) -> Pairs:
    """Return the pairs of the HeaderValue messages of a HeaderMap.

    Each has a `value` or, as Envoy writes it, a `raw_value`. Bytes that are not UTF-8 are read as
    Latin-1, so that the scanner sees every byte.
    """
    return tuple((h.key.lower(), h.value or _text(h.raw_value)) for h in headers)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
