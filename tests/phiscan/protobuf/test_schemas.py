"""Message types from descriptors."""

import contextlib

import pytest
from clinic_proto import DESCRIPTORS, METHOD
from hypothesis import given
from hypothesis import strategies as st

from phiscan.protobuf import schemas
from phiscan.protobuf.schemas import NO_SCHEMAS, Rpc, SchemaError


def test_types_and_methods_are_read():
    found = schemas.parse(DESCRIPTORS)
    patient = found.messages["clinic.v1.Patient"]
    assert (patient[1].name, patient[1].is_text) == ("family_name", True)
    assert patient[2].message == "google.protobuf.Timestamp"
    assert patient[6].is_zigzag
    assert patient[4].is_fixed
    assert found.messages["clinic.v1.Patient.AttributesEntry"][2].name == "value"
    assert found.of(Rpc(METHOD)) == "clinic.v1.Patient"
    assert found.of(Rpc(METHOD + "?x=1", is_response=True)) == "clinic.v1.Receipt"
    assert found.of(Rpc("/clinic.v1.Records/Get")) == ""
    assert NO_SCHEMAS.of(Rpc(METHOD)) == found.of(None) == ""


def test_several_sets_are_one():
    assert schemas.parse(DESCRIPTORS, DESCRIPTORS) == schemas.parse(DESCRIPTORS)


@pytest.mark.parametrize(
    "data", [b"", b"syntax = 'proto3';", DESCRIPTORS[:-3], b"\x0a\x02\x08\x80"]
)
def test_what_is_no_set_is_told_without_its_bytes(data):
    with pytest.raises(SchemaError, match="protoc --include_imports"):
        schemas.parse(data)


def test_types_that_never_end_are_told():
    nested = b""
    for _ in range(3000):
        message = b"\x0a\x01a" + nested  # DescriptorProto: name, nested_type
        nested = b"\x1a" + _size(len(message)) + message
    file = b"\x22" + nested[1:]  # FileDescriptorProto: message_type
    with pytest.raises(SchemaError, match="nested more than"):
        schemas.parse(b"\x0a" + _size(len(file)) + file)


def _size(number):
    out = b""
    while number > 0x7F:
        out, number = out + bytes((number & 0x7F | 0x80,)), number >> 7
    return out + bytes((number,))


def test_a_path_of_another_request_shows_in_no_repr():
    assert "123-45-6780" not in repr(Rpc("/patients/123-45-6780"))


@given(st.binary(max_size=300) | st.integers(0, len(DESCRIPTORS)).map(lambda n: DESCRIPTORS[:n]))
def test_any_bytes_are_types_or_told(data):
    with contextlib.suppress(SchemaError):
        schemas.parse(data)
