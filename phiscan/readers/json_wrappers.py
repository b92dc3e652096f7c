"""JSON that wraps a value in an object: `{"ssn": {"S": "..."}}` means `{"ssn": "..."}`.

The wrappers are those of MongoDB's Extended JSON, DynamoDB's attribute values, Firestore's REST
API, Avro's JSON encoding of unions, converters from XML to JSON, and models that store a value with
its unit, precision or history.
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
"""Keys of wrappers. Their value is labelled by the key of the object that has them."""


def unwrapped(path: tuple[str, ...], frame: Frame) -> tuple[tuple[str, ...], Frame]:
    """Remove the wrappers around a value.

    Args:
        path: the keys that lead to the value.
        frame: the object that holds the value.

    Returns:
        The path that ends with the label of the value, and the object that holds this label. Both
        are unchanged if the value is not wrapped.
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
    """Return the nearest enclosing object. Arrays in between do not count."""
    at = frame.parent
    while at is not None and not at.is_object:
        at = at.parent
    return at or frame
