"""The tree of a JSON text with what tables and pairs ask of it: texts, labels, paths, records."""

from bisect import bisect_left
from collections.abc import Collection
from typing import Final

from phiscan.labelled.label_paths import LabelPath, read_path
from phiscan.labelled.records import Labelled
from phiscan.memory import Memory
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import Box, Scalar
from phiscan.text.normalise import plain
from phiscan.words.field_names import is_shown

_LONGEST: Final = 200
"""Bytes of the longest string that is read as a label."""
_STRIDE: Final = 1 << 32
"""More than the offset of any byte, so that numbers of records never meet."""


def _said(raw: bytes) -> LabelPath | None:
    return read_path(plain(decode(raw)))


_SAID: Final = Memory(_said, lambda raw, _: is_shown(raw.decode("utf-8", "replace")))
"""What strings name. Documents of one kind repeat theirs: the names of columns, of fields."""


class JsonText:
    """One JSON text.

    Args:
        data: the text.
        boxes: its tree.
        label_ends: the offsets of the closing quotes of the strings that may be labels. None when
            each string may be one.
    """

    def __init__(self, data: bytes, boxes: list[Box], label_ends: Collection[int] | None) -> None:
        self.data = data
        self.boxes = boxes
        self._label_ends = label_ends
        self._in_order = sorted(label_ends) if label_ends is not None else []
        self._paths: dict[int, tuple[str, ...]] = {}

    def text(self, scalar: Scalar) -> str:
        """The decoded text of a scalar."""
        return decode(self.data[scalar.start : scalar.end])

    def is_string(self, scalar: Scalar) -> bool:
        """Whether a scalar is a string."""
        return self.data[scalar.start - 1 : scalar.start] == b'"'

    def may_name(self, box: Box) -> bool:
        """Whether a string within a box may be a label."""
        if self._label_ends is None:
            return True
        at = bisect_left(self._in_order, box.start)
        return at < len(self._in_order) and self._in_order[at] < box.end

    def label(self, scalar: Scalar) -> LabelPath | None:
        """What a string names, if it is a label or a path."""
        if self._label_ends is not None and scalar.end not in self._label_ends:
            return None
        if not self.is_string(scalar) or scalar.end - scalar.start > _LONGEST:
            return None
        return _SAID[self.data[scalar.start : scalar.end]]

    def path(self, box: Box | None) -> tuple[str, ...]:
        """The keys that lead to an object or array, its own last. Arrays have the key of theirs."""
        if box is None:
            return ()
        known = self._paths.get(box.start)
        if known is None or box.parent is None:
            above = self.path(box.parent)
            known = (*above, decode(box.key)) if box.key else above
            self._paths[box.start] = known
        return known

    def labelled(
        self, labels: tuple[str, ...], scalar: Scalar, record: int, family: int = -1
    ) -> Labelled:
        """A labelled value."""
        return Labelled(labels, self.text(scalar), scalar.start, scalar.end, record, family)


def record_of(box: Box, number: int = 0) -> int:
    """The number of a record that stands in an object or array, as its row `number`.

    It is negative, so that it is no number of the walk over the same document.
    """
    return -1 - box.start * _STRIDE - number


def family_of(box: Box | None) -> int:
    """The offset of the outermost object that holds a box within objects only, or -1."""
    family = -1
    while box is not None and box.parent is not None and (box.is_object or family < 0):
        if box.is_object:
            family = box.start
        box = box.parent
    return family
