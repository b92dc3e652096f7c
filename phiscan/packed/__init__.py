"""Binary formats with the data model of JSON: MessagePack, CBOR and BSON.

Unlike protobuf, they need no schema, because the keys are on the wire. This package only splits
them into tokens. `phiscan.readers.packed` makes JSON of the tokens.
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
"""The tokenizer of each format, by the name that `declared` and `sniff` return.

Each raises NotPackedError.
"""
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
"""The most tokens that `sniff` reads."""


def declared(media: str) -> str:
    """Return the format that a media type names: `msgpack`, `cbor`, `bson` or empty.

    Args:
        media: the media type in lower case, without parameters.
    """
    name = media.removeprefix("application/")
    return "" if name == media else _TYPES.get(name) or _TYPES.get(name.rpartition("+")[2], "")


def sniff(data: bytes) -> str:
    """Return the format that the bytes show: `msgpack`, `cbor`, `bson` or empty.

    The document must be a map or an array that ends where `data` ends. It must hold printable
    strings.
    """
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
