"""Fields of the wire format, and zeros in as many bytes as a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phiscan.protobuf import wire as wire_format
from phiscan.protobuf.wire import FIXED32, FIXED64, LENGTH, VARINT, Field, NotAMessageError


def test_each_wire_type_is_read():
    data = (
        b"\x08\x96\x01"
        + b"\x11"
        + bytes(range(8))
        + b"\x1a\x02hi"
        + b"\x25\x01\x00\x00\x00"
        + b"\x2b\x30\x07\x2c"
    )
    found = list(wire_format.fields(data, 0, len(data)))
    assert found[0] == Field(1, VARINT, 1, 3, 150)
    assert found[1] == Field(2, FIXED64, 4, 12, int.from_bytes(bytes(range(8)), "little"))
    assert found[2] == Field(3, LENGTH, 14, 16)
    assert found[3] == Field(4, FIXED32, 17, 21, 1)
    assert [f.number for f in found[4:]] == [
        5,
        6,
        5,
    ]  # a group: start, field, end


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01", "field number 0"),
        (b"\x0a\x05hi", "longer than the message"),
        (b"\x08\x96", "a number that does not end"),
        (b"\x08" + b"\xff" * 11, "a number of more than 64 bits"),
        (b"\x11\x00", "four bytes of eight"),
        (b"\x0e", "wire type 6"),
        (b"\x2b", "a group that does not end"),
        (b"\x2c", "a group that does not begin"),
    ],
)
def test_what_is_no_message_is_told(data, reason):
    with pytest.raises(NotAMessageError):
        list(wire_format.fields(data, 0, len(data)))


@given(st.integers(0, (1 << 64) - 1))
def test_zero_is_one_number_of_the_same_length(number):
    data = b"\x08"
    while number > 0x7F:
        data, number = data + bytes((number & 0x7F | 0x80,)), number >> 7
    data += bytes((number,))
    masked = data[:1] + wire_format.zero(data[1:])
    assert [(f.start, f.end, f.value) for f in wire_format.fields(masked, 0, len(masked))] == [
        (1, len(data), 0)
    ]


def test_zero_of_a_fixed_width_is_zero():
    assert wire_format.zero(b"\x01\x02\x03\x04") == bytes(4)
