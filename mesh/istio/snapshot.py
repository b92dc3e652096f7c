"""The objects and mesh configurations in manifests or in `kubectl get -o yaml` output.

Istio and Envoy read protobuf JSON, where `failOpen` and `fail_open` are the same field. So every
key is converted to snake_case here, once. A check that knew only one spelling would miss the other.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from mesh.istio.installation import ROOT_NAMESPACE

# in one file; `kubectl get` of a large cluster gives some hundred thousand
_MOST_VALUES = 5_000_000
# matches the `O` of `failOpen` and the `T` of `mesh_mTLS`; not in `TLS`
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class SnapshotError(ValueError):
    """Text that is not YAML. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a YAML document.

    A missing place is an empty node, so that paths can be followed without checks.
    """

    value: object = None

    def at(self, *path: str) -> "Node":
        """The node at this path of snake_case keys; an empty node when it is absent."""
        value = self.value
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return Node(value)

    def __iter__(self) -> Iterator["Node"]:
        return map(Node, self.value if isinstance(self.value, list) else ())

    @property
    def text(self) -> str:
        """The scalar as text; empty for a missing place, a list or a mapping."""
        return (
            "" if self.value is None or isinstance(self.value, list | Mapping) else str(self.value)
        )

    @property
    def is_true(self) -> bool:
        """Whether a flag is set, quoted or not."""
        return self.text.lower() == "true"

    @property
    def missing(self) -> bool:
        """Whether the place is absent or empty."""
        return self.value is None or self.value in ([], {}, "")

    def everywhere(self, key: str) -> Iterator["Node"]:
        """All values of this key, at any depth."""
        if isinstance(self.value, Mapping):
            for name, child in self.value.items():
                if name == key:
                    yield Node(child)
                yield from Node(child).everywhere(key)
        for item in self:
            yield from item.everywhere(key)


@dataclass(frozen=True, slots=True)
class MeshObject:
    """One Kubernetes object, or one mesh configuration.

    A mesh configuration has kind `MeshConfig`, and its fields are under `spec`.
    """

    file: str
    kind: str
    name: str
    namespace: str
    annotations: Node
    spec: Node

    @property
    def title(self) -> str:
        """The object's name in messages: `EnvoyFilter clinic/phiguard`."""
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else f"{self.kind} {self.name}".rstrip()
        )


@dataclass(frozen=True, slots=True)
class MeshSnapshot:
    """All objects that were given, in the order given."""

    documents: tuple[MeshObject, ...]

    def kind(self, name: str) -> tuple[MeshObject, ...]:
        """The documents of one kind."""
        return tuple(document for document in self.documents if document.kind == name)


def read(files: Mapping[str, str]) -> MeshSnapshot:
    """Parse files, given as text by file name.

    Raises:
        SnapshotError: names the file and the line.
    """
    return MeshSnapshot(
        tuple(document for file, text in files.items() for document in _documents(file, text))
    )


def _documents(file: str, text: str) -> Iterator[MeshObject]:
    for value in _load_all(file, text):
        yield from _unpack(file, Node(value))


def _load_all(file: str, text: str) -> list[object]:
    try:
        count = itertools.count()
        return [_snake(value, count) for value in yaml.safe_load_all(text)]
    # ValueError: an impossible date such as May 45; RecursionError: `a: &a [*a]`
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise SnapshotError(
            f"{file}{line}: is not YAML; give manifests or the output of `kubectl get -o yaml`"
        ) from None


def _unpack(file: str, node: Node) -> Iterator[MeshObject]:
    kind = node.at("kind").text
    if kind.endswith("List"):
        for item in node.at("items"):
            yield from _unpack(file, item)
    # the ConfigMap that istiod reads: `istio` in `istio-system`
    elif kind == "ConfigMap" and not node.at("data", "mesh").missing:
        for value in _load_all(file, node.at("data", "mesh").text):
            yield _mesh_config(file, node.at("metadata"), Node(value))
    elif mesh := next((found for found in _mesh_config_places(node) if not found.missing), None):
        yield _mesh_config(file, node.at("metadata"), mesh)
    elif kind:
        metadata = node.at("metadata")
        namespace = metadata.at("namespace").text
        yield MeshObject(
            file,
            kind,
            metadata.at("name").text,
            namespace,
            metadata.at("annotations"),
            node.at("spec"),
        )


def _mesh_config_places(node: Node) -> Iterable[Node]:
    bare = Node() if node.at("extension_providers").missing or not node.at("kind").missing else node
    # in Helm values, in an IstioOperator, or as a bare MeshConfig
    return node.at("mesh_config"), node.at("spec", "mesh_config"), bare


def _mesh_config(file: str, metadata: Node, mesh: Node) -> MeshObject:
    return MeshObject(
        file, "MeshConfig", metadata.at("name").text, metadata.at("namespace").text, Node(), mesh
    )


def _snake(value: object, count: Iterator[int]) -> object:
    """The value with its keys in snake_case.

    Aliases are expanded here: ten lines of them can stand for gigabytes, hence the limit.
    """
    if next(count) > _MOST_VALUES:
        raise ValueError("too many values")
    if isinstance(value, Mapping):
        return {
            _CAPITAL.sub(r"_\1", str(key)).lower(): _snake(child, count)
            for key, child in value.items()
        }
    if isinstance(value, list):
        return [_snake(item, count) for item in value]
    return value


def in_root(document: MeshObject) -> bool:
    """Whether the object is in the root namespace, and so applies to the whole mesh."""
    return document.namespace == ROOT_NAMESPACE
