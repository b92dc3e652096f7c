"""FHIR as JSON-LD: the graph of `fhir.rdf` in JSON, with addresses or prefixed names as keys.

    {"@type": "fhir:Patient", "fhir:Patient.name": {"fhir:HumanName.family": {"fhir:value": "..."}}}
    {"@type": ["http://hl7.org/fhir/Patient"], "http://hl7.org/fhir/name": [...]}

JSON-LD that has `resourceType` is read as the FHIR JSON that it also is.
"""

import re
from collections.abc import Sequence
from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.fhir.rdf import NAMESPACE, Node, Text, local, read
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf

_VOCABULARY: Final = re.compile(rb'"@vocab"\s*:\s*"http://hl7\.org/fhir/"')
SIGNS: Final = (
    # matches `"fhir:Patient.name":`, `"fhir:v" :`; not `"fhir:Patient",`
    r'"fhir:[A-Za-z.]{1,60}"\s*:',
    # matches `"http://hl7.org/fhir/HumanName.family":`; not `"http://hl7.org/fhir/sid/us-ssn"`
    r'"http://hl7\.org/fhir/[A-Za-z.]{1,60}"\s*:',
    # matches `"@vocab": "http://hl7.org/fhir/"`; not `"@vocab": "http://schema.org/"`
    r'"@vocab"\s*:\s*"http://hl7\.org/fhir/"',
)
"""Hyperscan expressions, one of which occurs in each such document."""
_PREFIXES: Final = ("fhir:", NAMESPACE)
_TYPES: Final = frozenset(("@type", "type"))
_ADDRESSES: Final = frozenset(("@id", "id"))
_LITERAL: Final = "@value"
# matches "name", "HumanName.family"; not "@context", "rdf:type"
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z.]{0,60}")


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Add what the resources among `leaves` say, and return the leaves outside them."""
    graph = _Graph(data)
    for leaf in evidence.context.timed(leaves):
        graph.add(leaf)
    read(data, evidence, graph.nodes.values())
    return [leaf for leaf in leaves if not graph.holds(leaf.frame)]


class _Graph:
    """The nodes of a document, by the frames of its objects."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._has_vocabulary = _VOCABULARY.search(data) is not None
        self._held: dict[int, bool] = {}
        self.nodes: dict[int, Node] = {}

    def add(self, leaf: Leaf) -> None:
        """Take a value of a node."""
        frame, name = _object(leaf.frame), _name(leaf.key)
        if frame is None or "@context" in leaf.path:
            return
        text = Text(leaf.start, leaf.end)
        if leaf.key in _TYPES:
            self._type(leaf, frame)
        elif leaf.key == _LITERAL:
            self._literal(frame, text)
        elif leaf.key in _ADDRESSES:
            self._address(frame, text)
        elif name:
            self._node(frame).properties.append((name, text))

    def holds(self, frame: Frame) -> bool:
        """Whether a frame is a resource or within one."""
        held = self._held.get(id(frame))
        if held is None:
            node = self.nodes.get(id(frame))
            held = (node is not None and node.resource != "") or (
                frame.parent is not None and self.holds(frame.parent)
            )
            self._held[id(frame)] = held
        return held

    def _type(self, leaf: Leaf, frame: Frame) -> None:
        name = decode(self._data[leaf.start : leaf.end])
        prefix = next((p for p in _PREFIXES if name.startswith(p)), "")
        if prefix or self._has_vocabulary:
            self._node(frame).kinds.append(name.removeprefix(prefix))

    def _literal(self, frame: Frame, text: Text) -> None:
        """Take a literal that is written as an object: `"fhir:v": {"@value": "..."}`."""
        above, name = _object(frame.parent), _name(frame.place.key)
        if above is not None and name:
            self._node(above).properties.append((name, text))

    def _address(self, frame: Frame, text: Text) -> None:
        """Take the address of a node, or of the node that a link leads to."""
        at = self._data.rfind(b"/", text.start, text.end) + 1
        node = self._node(frame)
        node.address = Text(max(at, text.start), text.end)
        above = _object(frame.parent)
        if _name(frame.place.key) in ("link", "l") and above is not None:
            self._node(above).properties.append(("link", text._replace(is_address=True)))

    def _node(self, frame: Frame) -> Node:
        node = self.nodes.get(id(frame))
        if node is None:
            node = self.nodes[id(frame)] = Node(frame.start)
            above = _object(frame.parent)
            name = _name(frame.place.key)
            if above is not None and name:
                self._node(above).properties.append((name, node))
        return node


def _name(key: str) -> str:
    """The element that a key names, or "" if it names none."""
    for prefix in _PREFIXES:
        if key.startswith(prefix):
            return local(key.removeprefix(prefix))
    return local(key) if _PLAIN.fullmatch(key) else ""


def _object(frame: Frame | None) -> Frame | None:
    """The object that a frame is or is in. Arrays in between do not count."""
    while frame is not None and not frame.is_object:
        frame = frame.parent
    return frame
