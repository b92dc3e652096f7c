"""FHIR in Turtle and N-Triples (https://hl7.org/fhir/rdf.html)."""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.fhir.rdf import ITEM, NAMESPACE, Node, Text, local, read
from phiscan.media_kind import MediaKind, Sample
from phiscan.syntax.turtle import RDF, RDF_TYPE, Statement, Term, statements
from phiscan.text.possessive import repeated

_TYPES: Final = frozenset(
    ("text/turtle", "application/fhir+turtle", "application/n-triples", "application/x-turtle")
)
_ITEMS: Final = frozenset((RDF + "first", RDF + "rest"))
"""Predicates of a collection that is written as triples."""
# The first token of a graph, behind comments. matches b"@prefix a: <b>", b"<http://x> a",
# b"[ a fhir:Patient"; not b"<Patient>", b"[1]"
_START: Final = re.compile(
    repeated(rb"\s|#[^\n]*+\n|\xef\xbb\xbf", "*")
    + rb"(?:@?(?:prefix|base)\s|<(?:https?:|urn:|>)|_:\w|\[\s*+a\s)",
    re.IGNORECASE,
)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the document is a graph that names FHIR."""
    is_graph = sample.declared in _TYPES or _START.match(sample.head) is not None
    return MEDIA if is_graph and NAMESPACE.encode() in sample.head else None


def read_turtle(data: bytes, evidence: Evidence) -> Gap:
    """Add what the resources of the graph say. OVER_LIMIT if they nest too deep."""
    graph = _Graph(data)
    for statement in evidence.context.timed(statements(data)):
        graph.add(statement)
    return Gap.NONE if read(data, evidence, graph.nodes.values()) else Gap.OVER_LIMIT


class _Graph:
    """The nodes of a document by their names."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.nodes: dict[str, Node] = {}

    def add(self, statement: Statement) -> None:
        """Add one triple."""
        subject = self._node(statement.subject)
        target = statement.object
        if statement.predicate == RDF_TYPE:
            if target.name.startswith(NAMESPACE):
                subject.kinds.append(target.name.removeprefix(NAMESPACE))
        elif statement.predicate in _ITEMS:
            subject.properties.append((ITEM, self._value(target)))
        elif statement.predicate.startswith(NAMESPACE):
            name = local(statement.predicate.removeprefix(NAMESPACE))
            subject.properties.append((name, self._value(target)))

    def _value(self, term: Term) -> Node | Text:
        if term.is_literal:
            return Text(term.start, term.end)
        if term.name.startswith("_:"):
            return self._node(term)
        return Text(term.start, term.end, is_address=True)

    def _node(self, term: Term) -> Node:
        node = self.nodes.get(term.name)
        if node is None:
            node = self.nodes[term.name] = Node(term.start, self._own_number(term))
        return node

    def _own_number(self, term: Term) -> Text | None:
        """The last part of an address, which is the number of the resource."""
        if term.name.startswith("_:"):
            return None
        at = self._data.rfind(b"/", term.start, term.end) + 1
        at = at or self._data.rfind(b":", term.start, term.end) + 1
        return Text(max(at, term.start), term.end) if at < term.end else None


MEDIA: Final = MediaKind("fhir+turtle", read_turtle, names_providers=True)
