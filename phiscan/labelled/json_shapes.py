"""Reads JSON in which labels are values: pairs of a label and a value, and tables.

Cost: nothing beyond a search for such labels if no string of the document is one.
"""

from collections.abc import Collection, Iterator

from phiscan.evidence import Evidence
from phiscan.labelled.json_joins import Joins
from phiscan.labelled.json_pairs import Pairs
from phiscan.labelled.json_schemas import may_have_types
from phiscan.labelled.json_tables import Tables
from phiscan.labelled.json_text import JsonText
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import RESOURCE_TYPE, decode
from phiscan.syntax.json_tree import Box, Scalar, grow, tokens


def read(
    data: bytes, evidence: Evidence, closed: Collection[str] = frozenset()
) -> Iterator[Labelled]:
    """The labelled values that `data` holds as pairs and as tables.

    `closed` names the resources whose elements have a published meaning. They are left out.
    """
    label_ends = evidence.context.label_values(data)
    if label_ends is not None and not label_ends and not may_have_types(data):
        return
    boxes = grow(data, evidence.context.timed(tokens(data)))
    if closed:
        boxes = _open(data, boxes, closed)
    text = JsonText(data, boxes, label_ends)
    pairs = Pairs(text)
    for box in boxes:
        if box.is_object and text.may_name(box):
            yield from pairs.read(box)
        elif text.may_name(box):
            yield from pairs.read_list(box)
    tables = Tables(text)
    yield from tables.read()
    yield from Joins(text, tables.headers()).read()


def _open(data: bytes, boxes: list[Box], closed: Collection[str]) -> list[Box]:
    """The boxes of which the innermost resource around them, or they themselves, is not closed."""
    is_closed: dict[int, bool] = {-1: False}
    for box in boxes[1:]:
        resource = _resource(data, box) if box.is_object else ""
        above = box.parent.start if box.parent is not None else -1
        is_closed[box.start] = resource in closed if resource else is_closed[above]
    return [box for box in boxes if not is_closed[box.start]]


def _resource(data: bytes, box: Box) -> str:
    for item in box.items(data):
        if isinstance(item, Scalar) and item.key == RESOURCE_TYPE.encode():
            return decode(data[item.start : item.end])
    return ""
