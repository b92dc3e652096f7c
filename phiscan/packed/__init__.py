"""Binary formats with JSON's data model: MessagePack, CBOR, BSON. Tokens only; `phiscan.readers.packed` makes JSON of them.

They need no schema, unlike protobuf: keys are on the wire.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import Final

from phiscan.packed import bson, cbor, msgpack
from phiscan.packed.token import NotPackedError, PackedKind, PackedToken

__all__ = ["TOKENS", "NotPackedError", "PackedKind", "PackedToken", "declared", "sniff"]

TOKENS: Final = MappingProxyType(
    {"msgpack": msgpack.tokens, "cbor": cbor.tokens, "bson": bson.tokens}
)
"""What reads each kind of media that `declared` and `sniff` name. Raises NotPackedError."""
_TYPES: Final = MappingProxyType(
    {
        **dict.fromkeys(
            ("msgpack", "x-msgpack", "vnd.msgpack", "x-messagepack", "messagepack"), "msgpack"
        ),
        **dict.fromkeys(("cbor", "cbor-seq", "cose", "cwt"), "cbor"),
        **dict.fromkeys(("bson", "x-bson", "vnd.mongodb.bson"), "bson"),
    }
)
_SAMPLE: Final = 4096
"""Tokens that a sniff looks at."""


def declared(media: str) -> str:
    """`msgpack`, `cbor`, `bson`, or nothing: what a media type (small letters, no parameters)
    says."""
    name = media.removeprefix("application/")
    return "" if name == media else _TYPES.get(name) or _TYPES.get(name.rpartition("+")[2], "")


def sniff(data: bytes) -> str:
    """As `declared`, by the bytes: a map or an array that ends where the document ends and holds
    readable strings."""
    if bson.begins(data):
        return "bson" if _holds_strings(bson.tokens, data) else ""
    if msgpack.begins(data) and _holds_strings(msgpack.tokens, data):
        return "msgpack"
    return "cbor" if cbor.begins(data) and _holds_strings(cbor.tokens, data) else ""


def _holds_strings(tokens: Callable[[bytes], Iterator[PackedToken]], data: bytes) -> bool:
    longest = 0
    try:
        for token in islice(tokens(data), _SAMPLE):
            if token.kind is PackedKind.TEXT:
                text = token.text(data).decode()
                if not all(c.isprintable() or c.isspace() for c in text[:256]):
                    return False
                longest = max(longest, len(text))
    except (NotPackedError, UnicodeDecodeError):
        return False
    return longest >= 2
