"""JSON that wraps a value in an object: `{"ssn": {"S": "..."}}` means `{"ssn": "..."}`.

Databases name the type of a value so (MongoDB's Extended JSON, DynamoDB, Firestore, Avro), and
converters from XML do, and models that store a value with its unit, precision or history. A data
frame written by its columns wraps the values of a column in an object whose keys are row numbers:
`{"ssn": {"0": "..."}}`. Such keys say nothing of the value.
"""

import re
from typing import Final

from phiscan.labelled.label_steps import rule_of
from phiscan.syntax.json_walk import Frame

_WRAPPERS: Final = frozenset(
    # MongoDB, DynamoDB, Firestore
    "$date $oid $numberLong $numberInt S N integerValue timestampValue"
    # Avro; XML to JSON
    " string long int #text _text $t _ __text $"
    # models of values
    " v val point date dateTime text content raw current formatted".split()
)
# A key that says only that a value follows, or the number of a row.
# matches "value", "stringValue", "valueString", "@value", "0", "row_12"; not "valued", "2024-01-02"
_SAYS_NOTHING: Final = re.compile(
    r"[$@_]{0,2}values?(?:[A-Z_]\w{0,24})?|[A-Za-z_]{1,24}(?:V|_v)alues?"
    r"|[A-Za-z]{0,12}[_:#-]?\d{1,12}"
)


def is_wrapper(key: str) -> bool:
    """Whether a key says nothing of its value, so that the key above names it."""
    return key in _WRAPPERS or _SAYS_NOTHING.fullmatch(key) is not None


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
    while last > 1 and rule_of(path[last - 1]) is None and is_wrapper(path[last - 1]):
        last -= 1
    if last == len(path) or rule_of(path[last - 1]) is None:
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
