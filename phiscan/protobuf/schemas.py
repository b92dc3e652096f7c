"""Message types of Protocol Buffers, from a FileDescriptorSet (google/protobuf/descriptor.proto).

`protoc --include_imports --descriptor_set_out=FILE` and `buf build -o FILE` write such a file. A
type is looked up by its full name, or by the path of a gRPC method that takes or returns it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from phiscan.protobuf import wire as wire_format
from phiscan.protobuf.wire import NotAMessageError

_DOUBLE, _FLOAT, _BOOL, _STRING, _GROUP, _MESSAGE, _BYTES = 1, 2, 8, 9, 10, 11, 12
_ZIGZAG: Final = (17, 18)
_UNSIGNED: Final = (4, 6, 7, 13)
_FIXED: Final = (6, 7, 15, 16)
# The values above are numbers of FieldDescriptorProto.Type.

_MAX_DEPTH: Final = 64
"""The most dots in the name of a scope: parts of the package and enclosing types."""


class SchemaError(Exception):
    """The bytes are not a FileDescriptorSet. The message is one line and shows no bytes."""


class FieldType(NamedTuple):
    """One field of a message type.

    Args:
        name: the name in the schema.
        kind: a number of FieldDescriptorProto.Type.
        message: the full name of its message type, or empty if it is no message.
    """

    name: str
    kind: int
    message: str

    @property
    def is_text(self) -> bool:
        """Whether it is a string."""
        return self.kind == _STRING

    @property
    def is_bytes(self) -> bool:
        """Whether it is bytes."""
        return self.kind == _BYTES

    @property
    def is_signed(self) -> bool:
        """Whether its numbers are read as two's complement, so that they may be negative."""
        return self.kind not in _UNSIGNED

    @property
    def is_zigzag(self) -> bool:
        """Whether its numbers are zigzag encoded."""
        return self.kind in _ZIGZAG

    @property
    def is_fixed(self) -> bool:
        """Whether its numbers have a fixed width."""
        return self.kind in _FIXED

    @property
    def is_real(self) -> bool:
        """Whether it is a floating point number or a boolean, which no identifier is."""
        return self.kind in (_DOUBLE, _FLOAT, _BOOL)


MessageType = Mapping[int, FieldType]
"""The fields of a message type, by field number."""


@dataclass(frozen=True, slots=True)
class Rpc:
    """Which message of which gRPC method a document may be.

    Args:
        path: the request path: `/package.Service/Method` for gRPC.
        is_response: whether the message is the response.
    """

    path: str = field(repr=False)  # the path of a request that is not gRPC may hold PHI
    is_response: bool = False


@dataclass(frozen=True, slots=True)
class Schemas:
    """The known message types and gRPC methods.

    Args:
        messages: message types by full name.
        methods: the full names of the request and response types, by path of the gRPC method.
    """

    messages: Mapping[str, MessageType] = field(default_factory=lambda: MappingProxyType({}))
    methods: Mapping[str, tuple[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, rpc: Rpc | None) -> str:
        """Return the full name of the type of a gRPC message, or empty when it is not known."""
        pair = self.methods.get(rpc.path.partition("?")[0]) if rpc else None
        return pair[rpc.is_response] if rpc and pair else ""


NO_SCHEMAS: Final = Schemas()


def parse(*sets: bytes) -> Schemas:
    """Return the types and methods of all the FileDescriptorSets. Raises SchemaError."""
    messages: dict[str, MessageType] = {}
    methods: dict[str, tuple[str, str]] = {}
    try:
        for data in sets:
            files = list(_parts(data, (0, len(data)), 1))
            if not files:
                raise SchemaError(
                    "no FileDescriptorSet; write one with protoc --include_imports "
                    "--descriptor_set_out"
                )
            for file in files:
                _file(data, file, messages, methods)
    except (NotAMessageError, UnicodeDecodeError):
        raise SchemaError(
            "no FileDescriptorSet; write one with protoc --include_imports --descriptor_set_out"
        ) from None
    return Schemas(MappingProxyType(messages), MappingProxyType(methods))


_Span = tuple[int, int]


def _file(
    data: bytes, span: _Span, messages: dict[str, MessageType], methods: dict[str, tuple[str, str]]
) -> None:
    """FileDescriptorProto: package 2, message_type 4, service 6."""
    package = _text(data, span, 2)
    for message in _parts(data, span, 4):
        _message(data, message, package, messages)
    for service in _parts(data, span, 6):
        name = _joined(package, _text(data, service, 1))
        # MethodDescriptorProto: name 1, input_type 2, output_type 3
        for method in _parts(data, service, 2):
            ends = _text(data, method, 2).lstrip("."), _text(data, method, 3).lstrip(".")
            methods[f"/{name}/{_text(data, method, 1)}"] = ends


def _message(data: bytes, span: _Span, scope: str, messages: dict[str, MessageType]) -> None:
    """DescriptorProto: name 1, field 2, nested_type 3."""
    if scope.count(".") > _MAX_DEPTH:
        raise SchemaError(f"types are nested more than {_MAX_DEPTH} deep; unfold them")
    name = _joined(scope, _text(data, span, 1))
    messages[name] = MappingProxyType(dict(_field(data, part) for part in _parts(data, span, 2)))
    for nested in _parts(data, span, 3):
        _message(data, nested, name, messages)


def _field(data: bytes, span: _Span) -> tuple[int, FieldType]:
    """FieldDescriptorProto: name 1, number 3, type 5, type_name 6."""
    numbers = {
        f.number: f.value for f in wire_format.fields(data, *span) if f.kind == wire_format.VARINT
    }
    kind = numbers.get(5, 0)
    message = _text(data, span, 6).lstrip(".") if kind in (_MESSAGE, _GROUP) else ""
    return numbers.get(3, 0), FieldType(_text(data, span, 1), kind, message)


def _parts(data: bytes, span: _Span, number: int) -> Iterator[_Span]:
    for part in wire_format.fields(data, *span):
        if part.number == number and part.kind == wire_format.LENGTH:
            yield part.start, part.end


def _text(data: bytes, span: _Span, number: int) -> str:
    return next((data[slice(*part)].decode() for part in _parts(data, span, number)), "")


def _joined(scope: str, name: str) -> str:
    return f"{scope}.{name}" if scope else name
