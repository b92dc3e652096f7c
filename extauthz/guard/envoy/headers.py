"""HTTP headers as Envoy sends them, read once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

OWN_PREFIX: Final = "x-phiguard-"
"""Headers that only the guard writes. A client's own are removed, so that a service can trust
them."""


@dataclass(frozen=True, slots=True, repr=False)
class Headers:
    """The headers of one message, names in lower case, pseudo-headers among them, in their
    order."""

    pairs: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Count only: names and values must not reach a log through a repr."""
        return f"Headers({len(self.pairs)})"

    def get(self, name: str) -> str:
        """Return the values of a header joined with a comma, as HTTP joins them; empty when it is
        absent."""
        return ",".join(v for k, v in self.pairs if k == name)

    @property
    def content_length(self) -> int | None:
        """The length that the sender announced; None when it is absent, no number, or given twice
        differently."""
        values = {v.strip() for k, v in self.pairs if k == "content-length"}
        text = values.pop() if len(values) == 1 else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None

    @property
    def upgrades(self) -> bool:
        """Whether a request asks for a tunnel, after which its bytes cannot be read. `Exchange`
        sees `upgrade` itself."""
        return self.get(":method").upper() == "CONNECT"

    @property
    def own(self) -> tuple[str, ...]:
        """Names of headers that only the guard may write, each once."""
        return tuple(sorted({k for k, _ in self.pairs if k.startswith(OWN_PREFIX)}))


NO_HEADERS: Final = Headers()


def from_map(headers: Mapping[str, str]) -> Headers:
    """Read the `headers` of a CheckRequest. Names are in lower case there; a forged request's may
    not be."""
    return Headers(tuple((k.lower(), v) for k, v in headers.items()))


def from_header_map(headers: Iterable[Any]) -> Headers:
    """Read the HeaderValue messages of a HeaderMap; each has a `value` or, as Envoy writes it, a
    `raw_value`.

    Bytes that are no UTF-8 are read as Latin-1: every byte stays visible to the scanner.
    """
    return Headers(tuple((h.key.lower(), h.value or _text(h.raw_value)) for h in headers))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
