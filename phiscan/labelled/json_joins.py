"""Values of JSON that name their column by a key of its own.

    {"columns": [{"id": 7, "title": "SSN"}], "cells": [{"columnId": 7, "value": "..."}]}
    {"questions": [{"id": "q1", "text": "SSN"}], "answers": {"q1": "..."}}

The objects of a header have a label and, beside it, an identifier that no other of them has. It
stands for the label wherever it is a key, or the value of a key that refers to something.

Cost: nothing without a header of objects. Otherwise each object costs a look-up for its members.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from phiscan.labelled.json_tables import Header
from phiscan.labelled.json_text import JsonText, record_of
from phiscan.labelled.json_wrappers import is_wrapper
from phiscan.labelled.records import Labelled
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_tree import Box, Scalar

_LONGEST: Final = 64
"""Bytes of the longest identifier of a column."""
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_IDENTIFYING: Final = frozenset(
    "id ids key field ref code name column question link identifier reference".split()
)
"""Last words of keys whose value identifies something: `columnId`, `field`."""
# An identifier that no other word is. matches "q1", "70001"; not "text"
_UNLIKE_WORDS: Final = re.compile(rb".*\d.*", re.DOTALL)

Labels = tuple[str, ...]


class Joins:
    """Reads the values that refer to headers.

    Args:
        text: the text.
        headers: its headers.
    """

    def __init__(self, text: JsonText, headers: Iterable[Header]) -> None:
        self._text = text
        self._labels: dict[bytes, Labels] = {}
        for header in headers:
            self._labels.update(self._identified(header))

    def read(self) -> Iterator[Labelled]:
        """The labelled values."""
        if not self._labels:
            return
        for box in self._text.boxes:
            if box.is_object:
                items = box.items(self._text.data)
                yield from self._by_key(box, items)
                yield from self._by_reference(box, items)

    def _identified(self, header: Header) -> dict[bytes, Labels]:
        """The labels of a header by what identifies its columns."""
        found: list[tuple[bytes, Labels]] = []
        for item, label in zip(header.box.items(self._text.data), header.labels, strict=True):
            if isinstance(item, Scalar) or label is None or label.rule is None:
                continue
            own = {
                self._text.data[m.start : m.end]
                for m in item.items(self._text.data)
                if isinstance(m, Scalar)
                and self._text.label(m) is None
                and m.end - m.start <= _LONGEST
                and _identifies(m.key)
            }
            found += [(raw, label.labels) for raw in own if raw]
        counts = Counter(raw for raw, _ in found)
        return {
            raw: labels
            for raw, labels in found
            if counts[raw] == 1 and _UNLIKE_WORDS.fullmatch(raw) is not None
        }

    def _by_key(self, box: Box, items: Iterable[Scalar | Box]) -> Iterator[Labelled]:
        for item in items:
            labels = self._labels.get(item.key)
            if labels is not None:
                for scalar in self._values(item):
                    yield self._text.labelled(
                        (*self._text.path(box), *labels), scalar, record_of(box)
                    )

    def _by_reference(self, box: Box, items: Iterable[Scalar | Box]) -> Iterator[Labelled]:
        scalars = [item for item in items if isinstance(item, Scalar)]
        labels = next(
            (
                labels
                for scalar in scalars
                if (labels := self._labels.get(self._text.data[scalar.start : scalar.end]))
                and _identifies(scalar.key)
            ),
            None,
        )
        if labels is None:
            return
        for item in items:
            if is_wrapper(decode(item.key)):
                for scalar in self._values(item):
                    path = (*self._text.path(box), *labels)
                    yield self._text.labelled(path, scalar, record_of(box.parent or box))

    def _values(self, item: Scalar | Box) -> Iterator[Scalar]:
        if isinstance(item, Scalar):
            yield item
            return
        items = item.items(self._text.data)
        for inner in items:
            if isinstance(inner, Scalar) and (len(items) == 1 or is_wrapper(decode(inner.key))):
                yield inner


def _identifies(key: bytes) -> bool:
    words = _WORD.findall(decode(key)) if len(key) <= _LONGEST else []
    return bool(words) and words[-1].lower() in _IDENTIFYING
