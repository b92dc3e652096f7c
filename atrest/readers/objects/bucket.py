"""What a store of objects is asked for. Each kind of store answers in a module of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from atrest.protection import Evidence, Shield


@dataclass(frozen=True, slots=True)
class Listed:
    """An object in a listing.

    Args:
        key: its name in the bucket.
        size: bytes.
        tag: changes when its content changes: an ETag.
    """

    key: str
    size: int
    tag: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of an object, and what the store says of the whole of it.

    Args:
        data: the bytes.
        content_type: as the store says, or empty.
        content_encoding: as the store says, or empty.
        stored: how the object is stored.
    """

    data: bytes = field(repr=False)
    content_type: str
    content_encoding: str
    stored: tuple[Evidence, ...]


class Bucket(Protocol):
    """One bucket. It is only read, and nothing in it is restored."""

    def objects(self, prefix: str) -> Iterator[Listed]:
        """Yield the objects whose keys begin so, in the order of their keys. Raises ReadError."""
        ...

    def piece(self, key: str, tag: str, start: int, end: int) -> Piece:
        """Return the bytes from `start` to before `end` of an object.

        Raises:
            ReadError: CHANGED when its content is no longer that of the tag, GONE, ARCHIVED, ...
        """
        ...

    def stored(self, key: str) -> tuple[Evidence, ...]:
        """Return the evidence on how an object is stored. Never raises."""
        ...

    def connection(self) -> tuple[Evidence, ...]:
        """Return the evidence on how the store is reached."""
        ...

    def close(self) -> None:
        """End the connections."""
        ...


def reached_by(address: str) -> tuple[Evidence, ...]:
    """Return the evidence on a connection: whether a store's address is one of TLS."""
    is_tls = address.startswith("https://")
    shield = Shield.UP if is_tls else Shield.DOWN
    return (Evidence("scheme", "https" if is_tls else "http", shield),)
