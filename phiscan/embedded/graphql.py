r"""FHIR's GraphQL interface: whom a query names (https://hl7.org/fhir/graphql.html).

    GET  [base]/$graphql?query={Patient(id:"77301452"){name{family}}}
    POST [base]/$graphql        {"query": "query q($id: ID!) {Patient(id: $id) {birthDate}}",
                                 "variables": {"id": "77301452"}}

A field of the query is a resource type, or a search of one: `PatientList(family: "Ruiz")`. Its
arguments are the id or the search parameters, with `_` for `-`. So each is read as the target that
says the same: `/Patient/77301452`, `/Patient?family=Ruiz`. Queries are texts in JSON, in a
parameter, or whole bodies. Answers hold the elements of resources and are read by their keys.

Cost: the prefilter says whether `MARK` occurs, and a text is looked at where it begins. Where a
query stands, one pass over the text.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats import targets
from phiscan.formats.fhir import tables
from phiscan.media_kind import MediaKind
from phiscan.readers import json_dialects
from phiscan.syntax.targets import Part, Place, Target

MARK: Final = '"query"'
"""A Hyperscan expression. It occurs in every JSON document with a query."""
_PARAMETER: Final = b"query.query: "
_OPERATION_NAME: Final = b"$graphql"
# A body that is a query (https://spec.graphql.org/October2021/#sec-Document).
# matches b"{ Patient(", b"query q($id: ID!) {"; not b'{"query":', b"Query the {"
_QUERY: Final = re.compile(
    rb"\s*+(?:\{\s*+[A-Za-z_]|(?:query|mutation|subscription)\b[^{}\"]{0,2000}\{)"
)
# A field with arguments. Blanks may be escaped, as in a string of JSON.
# matches b'Patient(id: "7")', b'PatientList(family: "Ruiz", _count: 5)'; not b"name(use: official)"
_FIELD: Final = re.compile(rb"\b([A-Z][A-Za-z]{2,40})(?:\s|\\[nrt]){0,8}\(([^(){}]{1,1000})\)")
# One argument: a string, a number or a variable.
# matches b'id: "77"', rb'id: \"77\"', b"id: 77", b"id: $id"; not b"use: official"
_ARGUMENT: Final = re.compile(
    rb"([A-Za-z_]\w{0,60})\s{0,8}:\s{0,8}"
    rb"(?:\\{0,3}\"([^\"\\]{1,200})\\{0,3}\"|(\d{1,20})\b|\$([A-Za-z_]\w{0,60}))"
)
_NAME, _STRING, _NUMBER, _VARIABLE = range(1, 5)
# The value of a variable. matches b'"id": "77"', rb'\"id\":77'; not b'"id": {'
_VALUE: Final = re.compile(
    rb"\"([A-Za-z_]\w{0,60})\\{0,3}\"\s{0,8}:\s{0,8}(?:\\{0,3}\"([^\"\\]{1,200})|(\d{1,20})\b)"
)
_VARIABLES: Final = b"variables"
_MOST_VARIABLES: Final = 64
_SEARCHES: Final = ("List", "Connection")
"""What stands behind a resource type in the name of a search."""


def find(kind: MediaKind, data: bytes, evidence: Evidence, *, is_marked: bool) -> None:
    """Add the patients that queries in a document name.

    Args:
        kind: what the document was read as.
        data: the document.
        is_marked: whether `MARK` occurs in it.
        evidence: where the findings go.
    """
    if (kind in json_dialects.KINDS and is_marked) or (
        kind.is_prose and _QUERY.match(data) is not None
    ):
        for target in _targets(data, lambda *span: Location("", *span), evidence):
            targets.read(target, evidence)


def find_in_fields(text: bytes, evidence: Evidence, place: Place) -> None:
    """Add the patients that queries in the parameters of a request name.

    Args:
        text: the joined fields.
        evidence: where the findings go.
        place: maps a range of the joined fields to the location of its field.
    """
    if _PARAMETER in text:
        for target in _targets(text, place, evidence):
            targets.read(target, evidence)


def _targets(text: bytes, located: Place, evidence: Evidence) -> Iterator[Target]:
    """The targets that say what the fields of the queries in a text say."""
    variables = _variables(text)
    base: tuple[Part, ...] = ()
    if _OPERATION_NAME in text or evidence.context.path.endswith(_OPERATION_NAME.decode()):
        # elsewhere `Person(id: 5)` may be any application's
        base = (Part("", "fhir", located(0, 0)),)
    for field in evidence.context.timed(_FIELD.finditer(text)):
        name = field[1].decode()
        kind = next((name.removesuffix(end) for end in _SEARCHES if name.endswith(end)), name)
        if kind not in tables.RESOURCES:
            continue
        path = (*base, Part("", kind, located(*field.span(1))))
        parts = list(_arguments(field, variables, located))
        ids = tuple(part._replace(name="") for part in parts if part.name == "id" and kind == name)
        yield Target((*path, *ids[:1]), tuple(part for part in parts if part.name != "id"))


def _variables(text: bytes) -> dict[bytes, re.Match[bytes]]:
    at = text.find(_VARIABLES)
    found = islice(_VALUE.finditer(text, at), _MOST_VARIABLES) if at >= 0 else ()
    return {match[1]: match for match in found}


def _arguments(
    field: re.Match[bytes], variables: Mapping[bytes, re.Match[bytes]], located: Place
) -> Iterator[Part]:
    """The arguments of a field, as the parameters of a search."""
    for match in _ARGUMENT.finditer(field.string, *field.span(2)):
        name = match[_NAME].decode()
        name = name[0] + name[1:].replace("_", "-")  # `_count`, `general_practitioner`
        value, group = match, _STRING if match[_STRING] is not None else _NUMBER
        if match[_VARIABLE] is not None:
            if match[_VARIABLE] not in variables:
                continue
            value = variables[match[_VARIABLE]]
            group = 2 if value[2] is not None else 3
        yield Part(name, value[group].decode("utf-8", "replace"), located(*value.span(group)))
