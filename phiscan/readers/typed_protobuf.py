"""Writes a protobuf message of a known type as JSON, with field names as labels.

    clinic.Patient { family_name: "Ruiz" birth_date: { seconds: -275788800 } ssn: 123456780 }
    {"family_name": "Ruiz", "birth_date": "1961-04-05", "ssn": 123456780}

As in `phiscan.readers.packed`, ranges of the JSON are mapped back to the message, so that redaction
masks there. A field that is not in the type, or has another wire type, is left to
`phiscan.readers.protobuf`. A repeated field repeats its name. A message that has only a `value` is
written as that value (google.protobuf.StringValue, FHIR's primitive types).
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import orjson

from phiscan.evidence import Evidence
from phiscan.protobuf import wire as wire_format
from phiscan.protobuf.schemas import FieldType, MessageType, Schemas
from phiscan.protobuf.wire import Field, NotAMessageError
from phiscan.text.offsets import Derived

_MAX_DEPTH: Final = 64
_TIMESTAMP, _DATE, _ANY = "google.protobuf.Timestamp", "google.type.Date", "google.protobuf.Any"
_NUMBERS: Final = (wire_format.VARINT, wire_format.FIXED64, wire_format.FIXED32, wire_format.LENGTH)
"""Wire types of numbers. Packed repeated numbers are length-delimited."""
_MICROSECONDS: Final = "value_us"
"""The field of google.fhir.r4.core.Date: FHIR's protos write a date as microseconds since 1970."""


class TypedMessage:
    """Writes messages of known types as JSON, one document a line."""

    def __init__(self, data: bytes, schemas: Schemas, evidence: Evidence) -> None:
        self._data = data
        self._messages = schemas.messages
        self._evidence = evidence
        self.text = Derived()

    def write(self, kind: str, start: int, end: int) -> None:
        """Append the message from `start` to `end`. `kind` is the full name of its type."""
        self._message(kind, (start, end), 0)
        self._sign("\n", end)

    def _message(self, kind: str, span: tuple[int, int], depth: int) -> None:
        fields = self._messages.get(kind)
        if fields is None or depth > _MAX_DEPTH:
            self._sign("null", span[0])
            return
        found: list[Field] = []
        # the fields before an error are read; `phiscan.readers.protobuf` reports the gap
        with suppress(NotAMessageError):
            found.extend(self._evidence.context.timed(wire_format.fields(self._data, *span)))
        if not (self._special(kind, found, depth) or self._wrapped(fields, found, depth)):
            self._object(fields, found, span[0], depth)

    def _object(self, fields: MessageType, found: Iterable[Field], at: int, depth: int) -> None:
        self._sign("{", at)
        separator = ""
        for field in found:
            field_type = fields.get(field.number)
            if field_type is not None and _fits(field, field_type):
                self._sign(f"{separator}{orjson.dumps(field_type.name).decode()}:", field.start)
                self._value(field, field_type, depth)
                separator = ","
        self._sign("}", at)

    def _value(self, field: Field, field_type: FieldType, depth: int) -> None:
        if field_type.message:
            self._message(field_type.message, (field.start, field.end), depth + 1)
        elif field_type.is_text:
            self._string(field)
        elif (
            field_type.is_bytes
            or field_type.is_real
            or (field_type.is_fixed and field.kind == wire_format.LENGTH)
        ):
            # `phiscan.readers.protobuf` reads bytes as documents
            self._sign("null", field.start)
        elif field.kind == wire_format.LENGTH:
            self._packed(field, field_type)
        else:
            self._put(str(_number(field, field_type)), field)

    def _packed(self, field: Field, field_type: FieldType) -> None:
        """Write packed repeated numbers."""
        self._sign("[", field.start)
        at, separator = field.start, ""
        with suppress(NotAMessageError):
            while at < field.end:
                value, end = wire_format.varint(self._data, at, field.end)
                one = Field(field.number, wire_format.VARINT, at, end, value)
                self._sign(separator, at)
                self._put(str(_number(one, field_type)), one)
                at, separator = end, ","
        self._sign("]", field.end)

    def _special(self, kind: str, found: list[Field], depth: int) -> bool:
        """Write the message if it is a Timestamp, a Date or an Any. Return whether it is one."""
        numbers = {f.number: f for f in found}
        first = numbers.get(1)
        if first is None:
            return False
        if kind == _TIMESTAMP and first.kind == wire_format.VARINT:
            self._day(first, _signed(first.value))
        elif kind == _DATE and first.kind == wire_format.VARINT:
            month, day = (numbers[n].value if n in numbers else 0 for n in (2, 3))
            self._put(f'"{first.value:04d}-{month:02d}-{day:02d}"' if first.value else "0", first)
        elif kind == _ANY and 2 in numbers and first.kind == numbers[2].kind == wire_format.LENGTH:
            name = self._data[first.start : first.end].decode("utf-8", "replace").rpartition("/")[2]
            self._message(name, (numbers[2].start, numbers[2].end), depth + 1)
        else:
            return False
        return True

    def _wrapped(self, fields: MessageType, found: list[Field], depth: int) -> bool:
        """Write the message if it only wraps a value. Return whether it does."""
        field_type = fields.get(1)
        first = next((f for f in found if f.number == 1), None)
        if field_type is None or first is None or not _fits(first, field_type):
            return False
        if field_type.name == _MICROSECONDS:
            self._day(first, _signed(first.value) // 1_000_000)
            return True
        if field_type.name == "value" and len(found) == 1 and not field_type.message:
            self._value(first, field_type, depth)
            return True
        return False

    def _day(self, field: Field, seconds: int) -> None:
        """Write a point in time as its day, or 0 for the epoch, because a mask writes zero."""
        try:
            day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            day = ""
        self._put(f'"{day}"' if day and seconds else "0", field)

    def _string(self, field: Field) -> None:
        value = self._data[field.start : field.end]
        plain = orjson.dumps(value.decode("utf-8", "replace"))
        self._sign('"', field.start)
        if plain[1:-1] == value:
            self.text.copy(self._data, field.start, field.end)
        else:
            self.text.put(plain[1:-1], field.start, field.end)
        self._sign('"', field.end)

    def _put(self, text: str, field: Field) -> None:
        self.text.put(text.encode(), field.start, field.end)

    def _sign(self, sign: str, at: int) -> None:
        self.text.put(sign.encode(), at, at)


def _fits(field: Field, field_type: FieldType) -> bool:
    """Whether a field has the wire type that the schema says."""
    has_length = field_type.is_text or field_type.is_bytes or bool(field_type.message)
    return field.kind == wire_format.LENGTH if has_length else field.kind in _NUMBERS


def _number(field: Field, field_type: FieldType) -> int:
    if field_type.is_zigzag:
        return (field.value >> 1) ^ -(field.value & 1)
    return (
        _signed(field.value)
        if field_type.is_signed and field.kind == wire_format.VARINT
        else field.value
    )


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
