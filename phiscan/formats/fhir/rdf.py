"""FHIR as RDF (https://hl7.org/fhir/rdf.html): the same resources as in JSON, from a graph.

    <http://hl7.org/fhir/Patient/7> a fhir:Patient ;
      fhir:Patient.name [ fhir:HumanName.family [ fhir:value "Haddad" ] ] .      (STU3, R4)
      fhir:name ( [ fhir:family [ fhir:v "Haddad" ] ] ) .                        (R5)

An element is a property, whose last part is its name in JSON. A node has the element's own value in
`fhir:value` or `fhir:v`. Each node becomes the frame or the leaf that JSON would have, and
`fhir.resources.ResourceReader` reads it. Turtle and JSON-LD write such graphs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from phiscan.evidence import Evidence
from phiscan.formats.fhir import tables
from phiscan.formats.fhir.resources import Resource, ResourceReader
from phiscan.syntax.json_places import Places
from phiscan.syntax.json_walk import MAX_DEPTH, Frame, Leaf

NAMESPACE: Final = "http://hl7.org/fhir/"
_VALUES: Final = frozenset(("v", "value"))
_LINKS: Final = frozenset(("link", "l"))
"""Properties that refer to another resource by its address."""
_SILENT: Final = frozenset(("nodeRole", "index"))
ITEM: Final = ""
"""The name of a property that leads from a list to its items, which are of the list's element."""
_PLACES: Final = Places(lambda _: True, tables.ELEMENTS.__contains__)
_KNOWN: Final = frozenset(tables.WANTED) | tables.ELEMENTS


class Text(NamedTuple):
    """A literal, or the address of something: its byte range, without quotes and brackets."""

    start: int
    end: int
    is_address: bool = False


@dataclass(slots=True, eq=False)
class Node:
    """A node of the graph.

    Args:
        start: the offset where it is first named.
        address: the byte range of its own address, or None for a blank node.
        kinds: the names of its types in the namespace of FHIR.
        properties: name and value, in order. The name is the last part of the property's.
    """

    start: int
    address: Text | None = None
    kinds: list[str] = field(default_factory=list)
    properties: list[tuple[str, "Node | Text"]] = field(default_factory=list)

    @property
    def resource(self) -> str:
        """The type of the resource that this node is, or ""."""
        return next((kind for kind in self.kinds if kind in tables.RESOURCES), "")


def local(name: str) -> str:
    """The last part of a property's name: `HumanName.family` is `family`."""
    return name.rpartition(".")[2]


def read(data: bytes, evidence: Evidence, nodes: Iterable[Node]) -> bool:
    """Add what the resources among `nodes` say. False if some of them nest too deep."""
    is_whole = True
    for node in evidence.context.timed(nodes):
        if node.resource:
            walk = _Walk(node)
            ResourceReader(data, evidence, Resource(node.resource, walk.top, walk.leaves)).read()
            is_whole &= walk.is_whole
    return is_whole


class _Walk:
    """The leaves of one resource, without those of resources within it."""

    def __init__(self, root: Node) -> None:
        self.top = Frame(_PLACES.top[root.resource.encode()], root.start, None)
        self.leaves: list[Leaf] = []
        self.is_whole = True
        self._entered = {id(root)}
        if root.address is not None and root.resource in tables.PERSONS:
            self._leaf(self.top, "id", root.address)
        waiting = [(root, self.top, 0)]
        while waiting:
            node, frame, depth = waiting.pop()
            if depth > MAX_DEPTH:
                self.is_whole = False
                break
            waiting += [(*child, depth + 1) for child in self._children(node, frame)]

    def _children(self, node: Node, frame: Frame) -> list[tuple[Node, Frame]]:
        """Take the literals of a node, and return the nodes below it with their frames."""
        children: list[tuple[Node, Frame]] = []
        for name, value in node.properties:
            if name in _SILENT:
                continue
            if isinstance(value, Text):
                if not value.is_address:
                    self._literal(frame, name, value)
                elif name in _LINKS:
                    self._leaf(frame, "reference", value)
            elif not value.resource and id(value) not in self._entered:
                self._entered.add(id(value))
                if name == ITEM:
                    children.append((value, frame))
                    continue
                place = frame.place[_element(name, value).encode()]
                children.append((value, Frame(place, value.start, frame)))
        return children

    def _literal(self, frame: Frame, name: str, value: Text) -> None:
        """Take the own value of an element, or an element that is written as a literal."""
        if name in (*_VALUES, ITEM) and frame.parent is not None:
            self.leaves.append(Leaf(frame.place, value.start, value.end, frame.parent))
        else:
            self._leaf(frame, name, value)

    def _leaf(self, frame: Frame, name: str, value: Text) -> None:
        place = frame.place[name.encode()]
        self.leaves.append(Leaf(place, value.start, value.end, frame))


def _element(name: str, node: Node) -> str:
    """The element's name in JSON. R5 names the type of `value[x]` in the node."""
    for kind in node.kinds:
        chosen = f"{name}{kind[:1].upper()}{kind[1:]}"
        if chosen in _KNOWN:
            return chosen
    return name
