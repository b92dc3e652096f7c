"""openEHR in canonical JSON (ITS-JSON): each object names its class in `_type`.

    {"_type": "EHR_STATUS", "subject": {"external_ref": {"id": {"value": "..."}}}}

Some platforms write `@class`, and attributes in camel case.
"""

import re
from collections.abc import Sequence
from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.openehr import results, simplified, tables
from phiscan.formats.openehr.objects import Node, ObjectReader, Value
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Frame, Leaf

_INSTANCES: Final = "|".join(
    "COMPOSITION EHR_STATUS EHR ORIGINAL_VERSION IMPORTED_VERSION CONTRIBUTION "
    r"VERSIONED_[A-Z_]{4,20} PARTY_(?:IDENTIFIED|RELATED|SELF|REF|IDENTITY|RELATIONSHIP) "
    "FEEDER_AUDIT AUDIT_DETAILS DV_[A-Z_]{3,12}".split()
)
SIGNS: Final = (
    # matches `"_type": "EHR_STATUS"`, `"@class":"DV_TEXT"`; not `"_type": "text"`
    rf'"(?:_type|@class)"\s*:\s*"(?:{_INSTANCES})"',
    # matches `"archetype_node_id": "at0001"`; not `"archetype_id": {`
    r'"archetype_?[nN]ode_?[iI]d"\s*:\s*"',
    # matches `"subjectNamespace": "`; not `"namespace": "`
    r'"subject_?[nN]amespace"\s*:\s*"',
    *simplified.SIGNS,
    *results.SIGNS,
)
"""Hyperscan expressions, one of which occurs in each such document."""
_KINDS: Final = frozenset(("_type", "@class"))
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")  # matches within "externalRef"; not in "EHR"
_SILENT: Final = frozenset(
    "code_string codeString rm_version rmVersion units unit precision magnitude magnitude_status "
    "is_modifiable is_queryable lower_unbounded upper_unbounded lower_included upper_included "
    "preferred_term numerator denominator size formalism width sample_count".split()
)
"""Attributes that identify nobody and are not read."""


def wanted(key: str) -> bool:
    """Whether the values of a key are read in such a document."""
    return key not in _SILENT


def is_word(key: str) -> bool:
    """Whether a key is a word of the tables."""
    return key in tables.ATTRIBUTES


def take(data: bytes, evidence: Evidence, leaves: Sequence[Leaf]) -> list[Leaf]:
    """Add what the openEHR objects among `leaves` say, and return the other leaves."""
    found = results.take(data, evidence, leaves)
    reader = ObjectReader(evidence, about_patient=found.has_rows)
    nodes = _Nodes(data, reader)
    for leaf in leaves:
        nodes.note(leaf)
    # The older REST interface (EhrScape) has an EHR status without classes.
    named = {id(leaf.frame) for leaf in leaves if attribute(leaf.key) == "subject_namespace"}
    rest: list[Leaf] = []
    for leaf in evidence.context.timed(found.rest):
        if nodes.holds(leaf.frame):
            nodes.take(leaf)
        elif attribute(leaf.key) == "subject_id" and id(leaf.frame) in named:
            nodes.take_subject(leaf)
        else:
            rest.append(leaf)
    reader.finish()
    return simplified.take(data, evidence, rest)


class _Nodes:
    """The objects of a document, by the frames of their JSON."""

    def __init__(self, data: bytes, reader: ObjectReader) -> None:
        self._data = data
        self._reader = reader
        self._nodes: dict[int, Node] = {}
        self._held: dict[int, bool] = {}

    def of(self, frame: Frame) -> Node:
        """The node of an object. Arrays have none: an item has the attribute of its array."""
        node = self._nodes.get(id(frame))
        if node is None:
            above = frame.parent
            while above is not None and not above.is_object:
                above = above.parent
            parent = self.of(above) if above is not None else None
            node = Node(attribute(frame.place.key), parent, frame.start)
            self._nodes[id(frame)] = node
        return node

    def note(self, leaf: Leaf) -> None:
        """Note the class and the archetype of an object."""
        if leaf.key in _KINDS and leaf.frame.is_object:
            node = self.of(leaf.frame)
            node.kind = decode(self._data[leaf.start : leaf.end])
            if node.kind in tables.ENTRIES:
                self._reader.entry(node)
        elif attribute(leaf.key) == "archetype_node_id":
            self.of(leaf.frame).archetype = decode(self._data[leaf.start : leaf.end])

    def holds(self, frame: Frame) -> bool:
        """Whether a frame is an object of the Reference Model or within one."""
        held = self._held.get(id(frame))
        if held is None:
            held = self.of(frame).is_model or (
                frame.parent is not None and self.holds(frame.parent)
            )
            self._held[id(frame)] = held
        return held

    def take(self, leaf: Leaf) -> None:
        """Hand a value on to the reader."""
        key = attribute(leaf.key)
        if key not in _KINDS and key != "archetype_node_id":
            text = decode(self._data[leaf.start : leaf.end])
            self._reader.value(Value(self.of(leaf.frame), key, text, leaf.start, leaf.end))

    def take_subject(self, leaf: Leaf) -> None:
        """Hand on the number of an EHR's subject as the reference that it is."""
        subject = Node("subject", self.of(leaf.frame), leaf.frame.start, kind="PARTY_SELF")
        number = Node("id", Node("external_ref", subject, leaf.start), leaf.start)
        text = decode(self._data[leaf.start : leaf.end])
        self._reader.value(Value(number, "value", text, leaf.start, leaf.end))


def attribute(key: str) -> str:
    """An attribute's name in snake case: `externalRef` is `external_ref`."""
    return key if key.islower() else _HUMP.sub("_", key).lower()
