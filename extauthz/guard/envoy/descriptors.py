"""Envoy's schemas as protobuf descriptors, made from the dataclasses of envoy-data-plane.

The module walks the message types that `Check` and both `Process` calls can reach. It writes one
file descriptor for each protobuf package, as protoc would from Envoy's own .proto files: nested
messages, oneofs, proto3 `optional`, map entries, enums and the services. The cost is linear in the
number of fields; there are about fifty messages.
"""

import dataclasses
import typing
import warnings
from collections.abc import Iterator
from typing import Any, Final

import betterproto2
from google.protobuf import descriptor_pb2, descriptor_pool

# pydantic deprecates the way in which envoy-data-plane declares its validators
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as _filter
    from envoy_data_plane.envoy.service.auth import v3 as _auth
    from envoy_data_plane.envoy.service.ext_proc import v3 as _ext_proc
    from envoy_data_plane.envoy.service.network_ext_proc import v3 as _network
    from envoy_data_plane.message_pool import default_message_pool

AUTHORIZATION: Final = "envoy.service.auth.v3.Authorization"
EXTERNAL_PROCESSOR: Final = "envoy.service.ext_proc.v3.ExternalProcessor"
NETWORK_PROCESSOR: Final = "envoy.service.network_ext_proc.v3.NetworkExternalProcessor"

_ROOTS: Final = (
    _auth.CheckRequest,
    _auth.CheckResponse,
    _ext_proc.ProcessingRequest,
    _ext_proc.ProcessingResponse,
    _filter.ProcessingMode,
    _network.ProcessingRequest,
    _network.ProcessingResponse,
)
_RPCS: Final = (
    (AUTHORIZATION, "Check", "CheckRequest", "CheckResponse", False),
    (EXTERNAL_PROCESSOR, "Process", "ProcessingRequest", "ProcessingResponse", True),
    (NETWORK_PROCESSOR, "Process", "ProcessingRequest", "ProcessingResponse", True),
)

_Field = descriptor_pb2.FieldDescriptorProto
_OPTIONAL: Final = _Field.LABEL_OPTIONAL
_REPEATED: Final = _Field.LABEL_REPEATED


def _classes(hint: object) -> Iterator[type]:
    """Yield every class inside a type hint, generic arguments included."""
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for argument in typing.get_args(hint):
        yield from _classes(argument)


def _fields(cls: type) -> "tuple[dataclasses.Field[Any], ...]":
    """Return the fields of a message class. mypy cannot know that each `type` is a dataclass."""
    return dataclasses.fields(typing.cast("Any", cls))


def _meta(field: "dataclasses.Field[Any]") -> betterproto2.FieldMetadata:
    return betterproto2.FieldMetadata.get(field)


def _target(meta: betterproto2.FieldMetadata, hint: object) -> type | None:
    """Return the message or enum class that a field refers to, or None for a scalar."""
    # Python's own types stand in the hints of Duration, Timestamp and the wrappers
    if meta.unwrap is not None:
        return meta.unwrap()
    found = (c for c in _classes(hint) if issubclass(c, (betterproto2.Message, betterproto2.Enum)))
    return next(found, None)


def _reachable() -> dict[type, dict[str, Any]]:
    """Return every reachable message and enum class, each message with its resolved type hints."""
    seen: dict[type, dict[str, Any]] = {}
    waiting: list[type] = list(_ROOTS)
    while waiting:
        cls = waiting.pop()
        if cls in seen:
            continue
        seen[cls] = {}
        if issubclass(cls, betterproto2.Enum):
            continue
        seen[cls] = hints = typing.get_type_hints(cls)
        targets = (_target(_meta(f), hints[f.name]) for f in _fields(cls))
        waiting.extend(t for t in targets if t is not None)
    return seen


class _Names:
    """`(package, name)` of each class; `AttributeContext.Peer` for nested ones."""

    def __init__(self, classes: dict[type, dict[str, Any]]) -> None:
        self._names: dict[type, tuple[str, str]] = {}
        enums = [c for c in classes if issubclass(c, betterproto2.Enum)]
        for cls in classes:
            if cls not in enums:
                package = cls.__module__.removeprefix("envoy_data_plane.")
                url = default_message_pool.type_to_url[cls]
                self._names[cls] = package, url.partition("/")[2].removeprefix(f"{package}.")
        for cls in enums:
            self._names[cls] = self._enum(cls)

    def _enum(self, cls: type) -> tuple[str, str]:
        """Return the name of an enum: `SocketAddressProtocol` is `SocketAddress.Protocol`.

        The message pool does not know enums, so the name of the enclosing message is found by
        prefix.
        """
        package = cls.__module__.removeprefix("envoy_data_plane.")
        outer = [
            n
            for p, n in self._names.values()
            if p == package and cls.__name__.startswith(n.replace(".", ""))
        ]
        if not outer:
            return package, cls.__name__
        parent = max(outer, key=len)
        return package, f"{parent}.{cls.__name__.removeprefix(parent.replace('.', ''))}"

    def __getitem__(self, cls: type) -> tuple[str, str]:
        return self._names[cls]

    def full(self, cls: type) -> str:
        """Return the name in the form of a field's `type_name`, with a leading dot."""
        return "." + ".".join(self._names[cls])


class _Files:
    """File descriptors under construction, one for each package."""

    def __init__(self, names: _Names) -> None:
        self._names = names
        self._files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
        self._messages: dict[tuple[str, str], descriptor_pb2.DescriptorProto] = {}

    def file(self, package: str) -> descriptor_pb2.FileDescriptorProto:
        """Return the file of a package. It is made on first use."""
        if package not in self._files:
            name = package.replace(".", "/") + ".proto"
            self._files[package] = descriptor_pb2.FileDescriptorProto(
                name=name, package=package, syntax="proto3"
            )
        return self._files[package]

    def message(self, package: str, name: str) -> descriptor_pb2.DescriptorProto:
        """Return a message's descriptor. It is made on first use, inside its parent or its file."""
        if (package, name) not in self._messages:
            parent, _, own = name.rpartition(".")
            container = (
                self.message(package, parent).nested_type
                if parent
                else self.file(package).message_type
            )
            self._messages[package, name] = container.add(name=own)
        return self._messages[package, name]

    def depend(self, package: str, other: str) -> None:
        """Record that the file of one package imports the file of another."""
        imports = self.file(package).dependency
        name = self.file(other).name
        if package != other and name not in imports:
            imports.append(name)

    def add_enum(self, cls: type[betterproto2.Enum]) -> None:
        """Write one enum."""
        package, name = self._names[cls]
        parent, _, own = name.rpartition(".")
        container = (
            self.message(package, parent).enum_type if parent else self.file(package).enum_type
        )
        enum = container.add(name=own)
        for member in cls:
            enum.value.add(name=member.proto_name or member.name, number=member.value)

    def add_message(self, cls: type, hints: dict[str, Any]) -> None:
        """Write one message with its fields, oneofs and map entries."""
        package, name = self._names[cls]
        message = self.message(package, name)
        singles: list[descriptor_pb2.FieldDescriptorProto] = []
        for source in _fields(cls):
            meta, hint = _meta(source), hints[source.name]
            field = message.field.add(name=source.name, number=meta.number, label=_OPTIONAL)
            if meta.map_meta is not None:
                self._map(field, self._names[cls], meta.map_meta, hint)
                continue
            self._type(field, package, meta, hint)
            if meta.repeated:
                field.label = _REPEATED
            elif meta.group:
                field.oneof_index = _oneof(message, meta.group)
            elif meta.optional and meta.proto_type not in ("message", "group"):
                singles.append(field)
        # a proto3 `optional` is a synthetic oneof, and those must come last
        for field in singles:
            field.proto3_optional = True
            field.oneof_index = _oneof(message, f"_{field.name}")

    def _type(
        self,
        field: descriptor_pb2.FieldDescriptorProto,
        package: str,
        meta: betterproto2.FieldMetadata,
        hint: object,
    ) -> None:
        field.type = _Field.Type.Value(f"TYPE_{meta.proto_type.upper()}")
        target = _target(meta, hint) if meta.proto_type in ("message", "enum") else None
        if target is not None:
            field.type_name = self._names.full(target)
            self.depend(package, self._names[target][0])

    def _map(
        self,
        field: descriptor_pb2.FieldDescriptorProto,
        owner: tuple[str, str],
        metas: tuple[betterproto2.FieldMetadata, betterproto2.FieldMetadata],
        hint: object,
    ) -> None:
        """Write `map<K, V>` as protoc does.

        It is a repeated nested message `NameEntry` with the fields `key` and `value`.
        """
        package, name = owner
        entry = self.message(package, name).nested_type.add(
            name=field.name.title().replace("_", "") + "Entry"
        )
        entry.options.map_entry = True
        for own, meta, part in zip(("key", "value"), metas, typing.get_args(hint), strict=True):
            self._type(
                entry.field.add(name=own, number=meta.number, label=_OPTIONAL), package, meta, part
            )
        field.label, field.type = _REPEATED, _Field.TYPE_MESSAGE
        field.type_name = f".{package}.{name}.{entry.name}"

    def add_services(self) -> None:
        """Write the services, so that gRPC reflection can describe them."""
        for service, method, request, response, streaming in _RPCS:
            package, _, own = service.rpartition(".")
            self.file(package).service.add(name=own).method.add(
                name=method,
                input_type=f".{package}.{request}",
                output_type=f".{package}.{response}",
                client_streaming=streaming,
                server_streaming=streaming,
            )

    def pool(self) -> descriptor_pool.DescriptorPool:
        """Return a new pool with all files. Each file is added after the files that it imports."""
        pool = descriptor_pool.DescriptorPool()
        added: set[str] = set()
        by_name = {f.name: f for f in self._files.values()}

        def add(file: descriptor_pb2.FileDescriptorProto) -> None:
            if file.name in added:
                return
            added.add(file.name)
            for name in file.dependency:
                add(by_name[name])
            pool.Add(file)

        for file in self._files.values():
            add(file)
        return pool


def _oneof(message: descriptor_pb2.DescriptorProto, name: str) -> int:
    """Return the index of a oneof. It is made on first use."""
    for index, declared in enumerate(message.oneof_decl):
        if declared.name == name:
            return index
    message.oneof_decl.add(name=name)
    return len(message.oneof_decl) - 1


def build() -> descriptor_pool.DescriptorPool:
    """Return a new pool that holds every reachable message and both services."""
    classes = _reachable()
    files = _Files(_Names(classes))
    for cls, hints in classes.items():
        if issubclass(cls, betterproto2.Enum):
            files.add_enum(cls)
        else:
            files.add_message(cls, hints)
    files.add_services()
    return files.pool()
