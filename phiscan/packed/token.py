"""The tokens that the tokenizers of MessagePack, CBOR and BSON have in common."""

from enum import Enum
from typing import Final, NamedTuple

MAX_DEPTH: Final = 512
"""The most levels of nested containers. The same limit holds for JSON."""


class NotPackedError(Exception):
    """The bytes cannot be read as the format. Without an argument, they are malformed.

    Args:
        encrypted: the bytes are an encrypted message.
        deep: containers are nested deeper than MAX_DEPTH.
    """

    def __init__(self, *, encrypted: bool = False, deep: bool = False) -> None:
        super().__init__()
        self.encrypted = encrypted
        self.deep = deep


class PackedKind(Enum):
    """The kind of a token. In a map, the items at even positions (0, 2, ...) are the keys."""

    MAP = "{"
    ARRAY = "["
    END = "end"
    TEXT = "text"
    BYTES = "bytes"
    NUMBER = "number"
    ID = "id"
    OTHER = "other"


class PackedToken(NamedTuple):
    """One item, or the end of a container.

    Args:
        kind: the kind of the token.
        spans: the byte ranges of its content, without type and length. A string in chunks has
            several.
        shown: the text of a NUMBER (also of a date) or of an ID.
    """

    kind: PackedKind
    spans: tuple[tuple[int, int], ...] = ()
    shown: str = ""

    def text(self, data: bytes) -> bytes:
        """Return its content."""
        return b"".join(data[start:end] for start, end in self.spans)


END: Final = PackedToken(PackedKind.END)
OTHER: Final = PackedToken(PackedKind.OTHER)


def in_bounds(data: bytes, start: int, size: int) -> int:
    """Return `start + size`, the end of a value.

    Raises:
        NotPackedError: the document ends before that.
    """
    if start + size > len(data):
        raise NotPackedError
    return start + size
