"""What the readers of MessagePack, CBOR and BSON have in common: their tokens."""

from enum import Enum
from typing import Final, NamedTuple

MAX_DEPTH: Final = 512
"""Containers within containers, as for JSON."""


class NotPackedError(Exception):
    """The bytes are not what they should be. `why` says whether that is a fault, a limit or a lock.

    Args:
        encrypted: they are encrypted to somebody else.
        deep: they nest deeper than MAX_DEPTH.
    """

    def __init__(self, *, encrypted: bool = False, deep: bool = False) -> None:
        super().__init__()
        self.encrypted = encrypted
        self.deep = deep


class PackedKind(Enum):
    """What a token is. In a map, each item at an even place is a key."""

    MAP = "{"
    ARRAY = "["
    END = "end"
    TEXT = "text"
    BYTES = "bytes"
    NUMBER = "number"
    ID = "id"
    OTHER = "other"


class PackedToken(NamedTuple):
    """One item.

    Args:
        spans: where its content stands, without type and length; more than one for a string in
            chunks.
        shown: how a NUMBER (a date too) or an ID reads as text.
    """

    kind: PackedKind
    spans: tuple[tuple[int, int], ...] = ()
    shown: str = ""

    def text(self, data: bytes) -> bytes:
        """Its content."""
        return b"".join(data[start:end] for start, end in self.spans)


END: Final = PackedToken(PackedKind.END)
OTHER: Final = PackedToken(PackedKind.OTHER)


def in_bounds(data: bytes, start: int, size: int) -> int:
    """The end of `size` bytes from `start`.

    Raises:
        NotPackedError: the document ends before.
    """
    if start + size > len(data):
        raise NotPackedError
    return start + size
