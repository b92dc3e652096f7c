"""openEHR in canonical XML (ITS-XML): elements are attributes, and `xsi:type` names the class.

<composition xmlns="http://schemas.openehr.org/v1" archetype_node_id="openEHR-EHR-COMPOSITION...">
  <composer xsi:type="PARTY_IDENTIFIED"><name>...</name></composer>
"""

from typing import Final

from phiscan.evidence import Evidence
from phiscan.formats.openehr import tables
from phiscan.formats.openehr.objects import Node, ObjectReader, Value
from phiscan.syntax.xml_elements import Document, Element
from phiscan.syntax.xml_values import text

NAMESPACE: Final = "schemas.openehr.org/v1"
_ARCHETYPED: Final = "archetype_node_id="
ROOTS: Final = {
    "composition": "COMPOSITION",
    "ehr_status": "EHR_STATUS",
    "ehr": "EHR",
    "person": "PERSON",
    "organisation": "ORGANISATION",
    "version": "ORIGINAL_VERSION",
    "versions": "ORIGINAL_VERSION",
    "contribution": "CONTRIBUTION",
    "party_relationship": "PARTY_RELATIONSHIP",
}
"""The classes of root elements, which need no `xsi:type`."""
_CLASSES: Final = {
    "identities": "PARTY_IDENTITY",
    "contacts": "CONTACT",
    "addresses": "ADDRESS",
    "identifiers": "DV_IDENTIFIER",
}
"""The classes of attributes that can hold one class only."""


def begins(name: str, attributes: str) -> bool:
    """Whether a start tag begins openEHR data, and no template or archetype.

    Args:
        name: the element's name without prefix.
        attributes: the attributes of the tag as they are written.
    """
    if name in tables.MODELS:
        return False
    return _ARCHETYPED in attributes or (
        NAMESPACE in attributes and (name in ROOTS or ":type=" in attributes)
    )


class OpenEhrXmlReader:
    """Reads elements in the order in which they close. Call `finish` at the end."""

    def __init__(self, document: Document, evidence: Evidence) -> None:
        self._document = document
        self._reader = ObjectReader(evidence)
        self._nodes: dict[int, Node] = {}

    def element(self, element: Element) -> None:
        """Take the value of one element."""
        if not element.leaf:
            node = self._node(element)
            node.end = element.end
            if node.kind in tables.ENTRIES:
                self._reader.entry(node)
            return
        value = text(self._document, element) if element.runs else None
        if value is not None and element.parent is not None:
            node = self._node(element.parent)
            self._reader.value(Value(node, element.name, value.text, value.start, value.end))

    def finish(self) -> None:
        """Add what the values say to the evidence."""
        self._reader.finish()

    def _node(self, element: Element) -> Node:
        """The object that an element is. It is made once, with all objects around it."""
        missing = []
        at: Element | None = element
        while at is not None and at.start not in self._nodes:
            missing.append(at)
            at = at.parent
        for each in reversed(missing):
            parent = self._nodes[each.parent.start] if each.parent is not None else None
            self._nodes[each.start] = self._made(each, parent)
        return self._nodes[element.start]

    def _made(self, element: Element, parent: Node | None) -> Node:
        attributes = self._document.attributes(element)
        kind = attributes["type"].text.rpartition(":")[2] if "type" in attributes else ""
        if not kind:
            known = _CLASSES if parent is not None and parent.is_model else ROOTS
            kind = known.get(element.name, "")
        archetype = (
            attributes["archetype_node_id"].text if "archetype_node_id" in attributes else ""
        )
        if not kind and ".openEHR-EHR-COMPOSITION." in f".{archetype}":
            kind = "COMPOSITION"
        return Node(element.name, parent, element.content, kind=kind, archetype=archetype)
