"""The objects and mesh configurations in manifests or in `kubectl get` output."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from mesh.istio import documents
from mesh.istio.documents import Fields, Items, SnapshotError
from mesh.istio.installation import ROOT_NAMESPACE

__all__ = ["MeshObject", "MeshSnapshot", "Node", "SnapshotError", "in_root", "read"]

INJECTOR = "istio-sidecar-injector"
"""The ConfigMap, one for each revision, that holds the values which sidecars are made with."""
_MOST_DIGITS = 18  # of a 64-bit number


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a document.

    A missing place is an empty node, so that paths can be followed without checks.

    Args:
        path: keys as they are written, and indices as `[0]`.
        line: in its file; 0 when unknown.
    """

    value: object = None
    path: tuple[str, ...] = field(default=(), compare=False)
    line: int = field(default=0, compare=False)

    def at(self, *path: str) -> "Node":
        """The node at this path of snake_case keys; an empty node when it is absent."""
        # a mesh is read by hundreds of thousands of paths: one node is made, at the end
        value, place, line = self.value, self.path, self.line
        for key in path:
            if isinstance(value, Fields) and key in value:
                own, name = value.places.get(key, (0, key))
                value, place, line = value[key], (*place, name), own or line
            else:
                value = value.get(key) if isinstance(value, dict) else None
                place = (*place, _spelled(key, place))
        return Node(value, place, line)

    def __iter__(self) -> Iterator["Node"]:
        if isinstance(self.value, list):
            lines = self.value.lines if isinstance(self.value, Items) else [0] * len(self.value)
            for index, (item, line) in enumerate(zip(self.value, lines, strict=True)):
                yield Node(item, (*self.path, f"[{index}]"), line or self.line)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Each key of a mapping, as it is written, with its node."""
        if isinstance(self.value, dict):
            for key in self.value:
                node = self.at(key)
                yield node.path[-1], node

    @property
    def labels(self) -> dict[str, str]:
        """A mapping of names to texts, such as labels or a selector."""
        return {name: node.text for name, node in self.items()}

    @property
    def field(self) -> str:
        """The path as text: `spec.configPatches[0].patch`."""
        return ".".join(self.path).replace(".[", "[")

    @property
    def text(self) -> str:
        """The scalar as text; empty for a missing place, a list or a mapping."""
        value = self.value
        if isinstance(value, str):
            return value
        return "" if value is None or isinstance(value, list | dict) else str(value)

    @property
    def number(self) -> int | None:
        """The scalar as a whole number that is not negative; None for anything else.

        A number of more digits than any field has is none: to read it would take long.
        """
        text = self.text
        is_one = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
        return int(text) if is_one else None

    @property
    def texts(self) -> list[str]:
        """The scalars of a list as texts."""
        return [item.text for item in self]

    @property
    def is_true(self) -> bool:
        """Whether a flag is set, quoted or not."""
        return self.text.lower() == "true"

    @property
    def is_false(self) -> bool:
        """Whether a flag is set to false, quoted or not; not when it is absent."""
        return self.text.lower() == "false"

    @property
    def missing(self) -> bool:
        """Whether the place is absent or empty."""
        return self.value is None or self.value in ([], {}, "")

    def everywhere(self, key: str) -> Iterator["Node"]:
        """All values of this key, at any depth."""
        if _holds(self.value, key):
            yield from self._found(key)

    def _found(self, key: str) -> Iterator["Node"]:
        if isinstance(self.value, dict):
            for name in self.value:
                child = self.at(name)
                if name == key:
                    yield child
                yield from child._found(key)
        for item in self:
            yield from item._found(key)


def _holds(value: object, key: str) -> bool:
    """Whether a key is anywhere in a value: most are in none, and nodes take time to make."""
    if isinstance(value, dict):
        return key in value or any(_holds(child, key) for child in value.values())
    return isinstance(value, list) and any(_holds(item, key) for item in value)


def _spelled(key: str, path: tuple[str, ...]) -> str:
    """A key that is absent, as a user would write it: Envoy's own fields are in snake_case."""
    return key if "typed_config" in path else _in_camel_case(key)


@lru_cache(maxsize=1024)
def _in_camel_case(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True)
class MeshObject:
    """One Kubernetes object, or one mesh configuration.

    A mesh configuration has kind `MeshConfig`, and Helm's values of Istio have kind `MeshValues`.
    Their fields are under `spec`.

    Args:
        body: the whole object.
        in_force: whether it is what istiod reads, and so whole; else a part of it may be elsewhere.
    """

    file: str
    kind: str
    name: str
    namespace: str
    body: Node
    spec: Node
    in_force: bool = False

    @cached_property
    def annotations(self) -> Node:
        """The annotations, with their keys as they are written."""
        return self.body.at("metadata", "annotations")

    @cached_property
    def labels(self) -> dict[str, str]:
        """The object's own labels."""
        return self.body.at("metadata", "labels").labels

    @property
    def title(self) -> str:
        """The object's name in messages: `EnvoyFilter clinic/phiguard`."""
        return (
            f"{self.kind} {self.namespace}/{self.name}"
            if self.namespace
            else f"{self.kind} {self.name}".rstrip()
        )


@dataclass(frozen=True)
class MeshSnapshot:
    """All objects that were given, in the order given.

    Args:
        listed: kinds of which every object was given, as a live server lists them. Of other kinds
            nothing follows from an object that is not there.
    """

    documents: tuple[MeshObject, ...]
    listed: frozenset[str] = frozenset()

    @cached_property
    def _by_kind(self) -> dict[str, tuple[MeshObject, ...]]:
        found: dict[str, list[MeshObject]] = {}
        for document in self.documents:
            found.setdefault(document.kind, []).append(document)
        return {kind: tuple(documents) for kind, documents in found.items()}

    def kind(self, name: str) -> tuple[MeshObject, ...]:
        """The documents of one kind."""
        return self._by_kind.get(name, ())

    def knows(self, name: str) -> bool:
        """Whether anything can be said of objects of a kind that are not there."""
        return name in self.listed or name in self._by_kind


def read(files: Mapping[str, str]) -> MeshSnapshot:
    """Parse files, given as text by file name.

    Raises:
        SnapshotError: names the file and the line.
    """
    return MeshSnapshot(
        tuple(document for file, text in files.items() for document in _documents(file, text))
    )


def of_values(file: str, values: Iterable[object], listed: frozenset[str]) -> MeshSnapshot:
    """The snapshot of objects as JSON values, from a server.

    Args:
        file: where they come from, for messages.
        values: the objects, each with its kind.
        listed: kinds of which these are all objects.
    """
    found = (each for value in values for each in _unpack(file, Node(documents.converted(value))))
    return MeshSnapshot(tuple(found), listed)


def _documents(file: str, text: str) -> Iterator[MeshObject]:
    for value, line in documents.load(file, text):
        yield from _unpack(file, Node(value, (), line))


def _unpack(file: str, node: Node) -> Iterator[MeshObject]:
    kind = node.at("kind").text
    if kind.endswith("List") and isinstance(node.at("items").value, list):
        for item in node.at("items"):
            # the items of `kubectl get --raw` do not repeat their kind
            if isinstance(item.value, Fields) and not item.at("kind").text and kind != "List":
                item.value["kind"] = kind.removesuffix("List")
            yield from _unpack(file, Node(item.value, (), item.line))
        return
    yield from _configurations(file, node)
    is_configuration = kind in ("ConfigMap", "IstioOperator") and _is_of_istio(node)
    if kind and not is_configuration:
        metadata = node.at("metadata")
        name, namespace = metadata.at("name").text, metadata.at("namespace").text
        if documents.is_templated(name + namespace):
            raise SnapshotError(
                f"{file}:{node.line}: is a template; render it first: "
                "`helm template CHART | phiguard istio check -`"
            )
        yield MeshObject(file, kind, name, namespace, node, node.at("spec"))


def _is_of_istio(node: Node) -> bool:
    return node.at("kind").text == "IstioOperator" or any(True for _ in _configurations("", node))


def _configurations(file: str, node: Node) -> Iterator[MeshObject]:
    """The mesh configuration and the values of Istio that a document holds."""
    metadata = node.at("metadata")
    name, namespace = metadata.at("name").text, metadata.at("namespace").text
    if node.at("kind").text == "ConfigMap":
        data = node.at("data")
        # the ConfigMap that istiod reads: `istio`, or `istio-REVISION`, in its own namespace
        for key, kind in (("mesh", "MeshConfig"), ("values", "MeshValues")):
            if data.at(key).missing or (key == "values" and not name.startswith(INJECTOR)):
                continue
            text = data.at(key)
            for value, line in documents.load(file, text.text, before=text.line):
                within = Node(value, ("data", key), line if text.line else 0)
                yield MeshObject(file, kind, name, namespace, node, within, in_force=True)
        return
    meshes = (node.at("mesh_config"), node.at("spec", "mesh_config"), _bare(node))
    if mesh := next((found for found in meshes if not found.missing), None):
        yield MeshObject(file, "MeshConfig", name, namespace, node, mesh)
    bare = Node() if node.at("kind").text else node
    for values in (node.at("spec", "values"), bare):
        if not values.at("global", "proxy").missing or not values.at("pilot", "env").missing:
            yield MeshObject(file, "MeshValues", name, namespace, node, values)


def _bare(node: Node) -> Node:
    """A MeshConfig that stands alone."""
    is_one = not node.at("kind").text and any(
        not node.at(key).missing for key in ("extension_providers", "root_namespace")
    )
    return node if is_one else Node()


def in_root(document: MeshObject) -> bool:
    """Whether the object is in the root namespace, and so applies to the whole mesh."""
    return document.namespace == ROOT_NAMESPACE
