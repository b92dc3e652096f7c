"""The headers or the trailers of one message: read once, looked up by name."""

from dataclasses import dataclass, field
from typing import Final

from mesh.message.decimals import decimal

Pairs = tuple[tuple[str, str], ...]
"""Names and values in their order; a name that comes twice is two pairs."""


@dataclass(frozen=True, slots=True, repr=False)
class Headers:
    """The headers of one message.

    Args:
        pairs: names in lower case, pseudo-headers (`:path`, `:status`) among them.
    """

    pairs: Pairs = ()
    _values: dict[str, tuple[str, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        values: dict[str, tuple[str, ...]] = {}
        for name, value in self.pairs:
            values[name] = (*values[name], value) if name in values else (value,)
        object.__setattr__(self, "_values", values)

    def __repr__(self) -> str:
        """Count only: names and values must not reach a log through a repr."""
        return f"Headers({len(self.pairs)})"

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header in their order; empty when it is absent."""
        return self._values.get(name, ())

    def get(self, name: str) -> str:
        """The values of a header joined with a comma, as HTTP joins them (RFC 9110, section 5.3);
        empty when it is absent. So none of several values can hide the others."""
        return ", ".join(self._values.get(name, ()))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once, in the order in which they first come."""
        return tuple(self._values)

    @property
    def content_length(self) -> int | None:
        """Bytes that the sender announced; None when the header is absent, no number, or given
        twice differently."""
        values = {value.strip() for value in self.all("content-length")}
        return decimal(values.pop()) if len(values) == 1 else None


NO_HEADERS: Final = Headers()
