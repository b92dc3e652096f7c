"""Binary forms without names that a pattern could read."""

import base64
import gzip
import struct
from typing import Final

from e2e.bypass.technique import Value, body


def _field(number: int, data: bytes) -> bytes:
    """A field of protobuf with a length."""
    return bytes((number << 3 | 2, len(data))) + data


def _message(value: Value) -> bytes:
    return b"\x08\x01" + _field(2, b"note") + _field(15, value.text.encode())


def _framed(message: bytes, *, compressed: bool = False) -> bytes:
    data = gzip.compress(message, mtime=0) if compressed else message
    return struct.pack(">BI", compressed, len(data)) + data


def _packed(value: Value) -> bytes:
    """A map of strings in MessagePack."""
    pairs = (part for pair in value.record.items() for part in pair)
    return bytes((0x80 + len(value.record),)) + b"".join(
        bytes((0xA0 + len(part),)) + part.encode() for part in pairs
    )


def _cbor(value: Value) -> bytes:
    """A map of strings in CBOR, all of indefinite length."""
    pairs = (part.encode() for pair in value.record.items() for part in pair)
    strings = (
        b"\x7f" + b"".join(bytes((0x60 + len(p),)) + p for p in (s[:4], s[4:])) + b"\xff"
        for s in pairs
    )
    return b"\xbf" + b"".join(strings) + b"\xff"


TECHNIQUES: Final = (
    body("gRPC", "frames are binary", "application/grpc", lambda v: _framed(_message(v))),
    body(
        "compressed gRPC",
        "a flag in a frame",
        "application/grpc",
        lambda v: _framed(_message(v), compressed=True),
    ),
    body(
        "second frame of gRPC",
        "the guard reads one frame",
        "application/grpc",
        lambda v: _framed(b"\x08\x01") + _framed(_message(v)),
    ),
    body(
        "gRPC-Web",
        "frames of a browser",
        "application/grpc-web+proto",
        lambda v: _framed(_message(v)),
    ),
    body(
        "gRPC-Web as text",
        "frames in base64",
        "application/grpc-web-text",
        lambda v: base64.b64encode(_framed(_message(v))),
    ),
    body("unknown fields of protobuf", "no schema names them", "application/x-protobuf", _message),
    body("MessagePack", "binary is not read", "application/msgpack", _packed),
    body("MessagePack called octets", "binary is not read", "application/octet-stream", _packed),
    body("CBOR in pieces", "strings of indefinite length", "application/cbor", _cbor),
)
