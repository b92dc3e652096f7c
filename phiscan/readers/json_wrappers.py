"""JSON in which a value stands in an object of its own: `{"ssn": {"S": "..."}}` is what `{"ssn": "..."}` is.

Wrappers of MongoDB's Extended JSON, DynamoDB's attribute values, Firestore's REST API, Avro's JSON encoding of unions, converters from
XML, and models that give a value its unit, its precision or its history.
"""

from typing import Final

from phiscan.syntax.json_walk import Frame
from phiscan.words.labels import read_label

WRAPPERS: Final = frozenset(
    # MongoDB, DynamoDB, Firestore
    "$date $oid $numberLong $numberInt S N stringValue integerValue timestampValue"
    # Avro; XML to JSON
    " string long int #text _text $t _ __text $ @value $value"
    # models of values
    " value val point date dateTime text content raw current formatted displayValue".split()
)
"""Keys whose value is their holder's."""


def unwrapped(path: tuple[str, ...], frame: Frame) -> tuple[tuple[str, ...], Frame]:
    """The path of the label that a wrapped value has, and the object that holds the label; as given
    when nothing is wrapped.

    Args:
        path: the keys that lead to a value.
        frame: the object that holds it.
    """
    last = len(path)
    while last > 1 and path[last - 1] in WRAPPERS:
        last -= 1
    if last == len(path) or read_label(path[last - 1]).rule is None:
        return path, frame
    for _ in range(len(path) - last):
        frame = _around(frame)
    return path[:last], frame


def _around(frame: Frame) -> Frame:
    """The object around an object, through arrays."""
    at = frame.parent
    while at is not None and not at.is_object:
        at = at.parent
    return at or frame
