"""Writes MessagePack, CBOR and BSON from the specifications, for tests."""

import struct
from datetime import UTC, datetime

BIRTH = datetime(1961, 4, 2, tzinfo=UTC)


def msgpack(value):
    return _MSGPACK[type(value)](value)


def _msgpack_number(value):
    if -32 <= value <= 127:
        return struct.pack("b", value)
    return (
        b"\xce" + struct.pack(">I", value)
        if 0 <= value < 1 << 32
        else b"\xd3" + struct.pack(">q", value)
    )


def _msgpack_text(value):
    raw = value.encode()
    if len(raw) < 32:
        return bytes((0xA0 | len(raw),)) + raw
    return (
        b"\xd9" + bytes((len(raw),)) + raw
        if len(raw) < 256
        else b"\xda" + struct.pack(">H", len(raw)) + raw
    )


def _msgpack_map(value):
    head = (
        bytes((0x80 | len(value),)) if len(value) < 16 else b"\xde" + struct.pack(">H", len(value))
    )
    return head + b"".join(msgpack(k) + msgpack(v) for k, v in value.items())


_MSGPACK = {
    type(None): lambda _: b"\xc0",
    bool: lambda value: b"\xc3" if value else b"\xc2",
    int: _msgpack_number,
    float: lambda value: b"\xcb" + struct.pack(">d", value),
    str: _msgpack_text,
    bytes: lambda value: b"\xc5" + struct.pack(">H", len(value)) + value,
    datetime: lambda value: b"\xc7\x0c\xff" + struct.pack(">Iq", 0, int(value.timestamp())),
    list: lambda value: b"\xdc" + struct.pack(">H", len(value)) + b"".join(map(msgpack, value)),
    dict: _msgpack_map,
}


def cbor(value):
    return _CBOR[type(value)](value)


def _head(major, count):
    if count < 24:
        return bytes((major << 5 | count,))
    info, size = next((i, s) for i, s in ((24, 1), (25, 2), (26, 4), (27, 8)) if count < 1 << 8 * s)
    return bytes((major << 5 | info,)) + count.to_bytes(size)


_CBOR = {
    type(None): lambda _: b"\xf6",
    bool: lambda value: b"\xf5" if value else b"\xf4",
    int: lambda value: _head(0, value) if value >= 0 else _head(1, -1 - value),
    float: lambda value: b"\xfb" + struct.pack(">d", value),
    str: lambda value: _head(3, len(value.encode())) + value.encode(),
    bytes: lambda value: _head(2, len(value)) + value,
    datetime: lambda value: b"\xc1" + cbor(int(value.timestamp())),
    list: lambda value: _head(4, len(value)) + b"".join(map(cbor, value)),
    dict: lambda value: (
        _head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())
    ),
}


def bson(value):
    items = b"".join(
        _element(str(k), v)
        for k, v in (value.items() if isinstance(value, dict) else enumerate(value))
    )
    return struct.pack("<i", len(items) + 5) + items + b"\0"


def _element(name, value):
    kind, body = _BSON[type(value)]
    return bytes((kind,)) + name.encode() + b"\0" + body(value)


_BSON = {
    type(None): (0x0A, lambda _: b""),
    bool: (0x08, lambda value: bytes((value,))),
    int: (0x12, lambda value: struct.pack("<q", value)),
    float: (0x01, lambda value: struct.pack("<d", value)),
    str: (0x02, lambda value: struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"),
    bytes: (0x05, lambda value: struct.pack("<i", len(value)) + b"\0" + value),
    datetime: (0x09, lambda value: struct.pack("<q", int(value.timestamp() * 1000))),
    dict: (0x03, bson),
    list: (0x04, bson),
}
WRITERS = {"msgpack": msgpack, "cbor": cbor, "bson": bson}
