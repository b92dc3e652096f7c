"""The headers or the trailers of one message: parsed once, looked up by name."""

from dataclasses import dataclass, field
from typing import Final

from mesh.message.decimals import decimal

Pairs = tuple[tuple[str, str], ...]
"""Names and values in their order; a name that occurs twice gives two pairs."""


@dataclass(frozen=True, slots=True, repr=False)
class Headers:
    """The headers of one message.

    Args:
        pairs: names in lower case, with pseudo-headers (`:path`, `:status`).
    """

    pairs: Pairs = ()
    _values: dict[str, tuple[str, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        values: dict[str, tuple[str, ...]] = {}
        for name, value in self.pairs:
            values[name] = (*values[name], value) if name in values else (value,)
        object.__setattr__(self, "_values", values)

    def __repr__(self) -> str:
        """The count only: names and values must not reach a log through a repr."""
        return f"Headers({len(self.pairs)})"

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header in their order; empty when the header is absent."""
        return self._values.get(name, ())

    def get(self, name: str) -> str:
        """The values of a header joined with `, ` (RFC 9110, section 5.3); empty when it is absent.

        All values are joined, so that none can hide the others.
        """
        return ", ".join(self._values.get(name, ()))

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct names, in order of first occurrence."""
        return tuple(self._values)

    @property
    def content_length(self) -> int | None:
        """The number of bytes that the sender announced.

        None when the header is absent, is not a number, or has two different values.
        """
        values = self._values.get("content-length")
        if not values:
            return None
        first = values[0].strip()
        is_one = len(values) == 1 or all(value.strip() == first for value in values)
        return decimal(first) if is_one else None


NO_HEADERS: Final = Headers()
