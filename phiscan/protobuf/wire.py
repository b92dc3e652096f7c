"""The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding).

message = (tag value)*      tag = varint(field number << 3 | wire type)
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

VARINT, FIXED64, LENGTH, GROUP, GROUP_END, FIXED32 = range(6)
"""The wire types."""
HIGHEST_NUMBER: Final = (1 << 29) - 1
"""The highest field number that protobuf allows."""
_LONGEST_VARINT: Final = 70  # bits
_FIXED: Final = {FIXED64: 8, FIXED32: 4}


class NotAMessageError(Exception):
    """The bytes are not a message in the wire format."""


class Field(NamedTuple):
    """One field.

    Args:
        number: the field number.
        kind: the wire type.
        start: the offset of the value.
        end: the end of the value.
        value: the value of a VARINT, FIXED32 or FIXED64, unsigned; else 0.
    """

    number: int
    kind: int
    start: int
    end: int
    value: int = 0


def fields(data: bytes, at: int, end: int, highest: int = HIGHEST_NUMBER) -> Iterator[Field]:
    """Yield the fields of the message from `at` to `end`, in order.

    The fields within a group are yielded as fields of the message.

    Args:
        highest: the highest field number to accept.

    Raises:
        NotAMessageError: the bytes are not a message. The fields before the error are yielded
            first.
    """
    groups: list[int] = []
    while at < end:
        tag, at = varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if not 0 < number <= highest:
            raise NotAMessageError
        if kind in (GROUP, GROUP_END):
            _group(kind, number, groups)
            yield Field(number, kind, at, at)
            continue
        field = _field(data, number, kind, (at, end))
        yield field
        at = field.end
    if groups:
        raise NotAMessageError


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the varint at `at` (seven bits a byte) and its end. Raises NotAMessageError."""
    value = shift = 0
    while at < end and shift < _LONGEST_VARINT:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at
    raise NotAMessageError


def zero(number: bytes) -> bytes:
    """Return zero in as many bytes as `number` has, as a varint if `number` is one."""
    is_varint = number[-1:] < b"\x80" and all(byte >= 0x80 for byte in number[:-1])
    return b"\x80" * (len(number) - 1) + b"\x00" if is_varint else bytes(len(number))


def _field(data: bytes, number: int, kind: int, span: tuple[int, int]) -> Field:
    start, end = span
    if kind == VARINT:
        value, stop = varint(data, start, end)
        return Field(number, kind, start, stop, value)
    if kind == LENGTH:
        size, start = varint(data, start, end)
        stop, value = start + size, 0
    elif kind in _FIXED:
        stop = start + _FIXED[kind]
        value = int.from_bytes(data[start:stop], "little")
    else:
        raise NotAMessageError
    if stop > end:
        raise NotAMessageError
    return Field(number, kind, start, stop, value)


def _group(kind: int, number: int, groups: list[int]) -> None:
    if kind == GROUP:
        groups.append(number)
    elif not groups or groups.pop() != number:
        raise NotAMessageError
