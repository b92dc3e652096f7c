"""Where the keys of JSON documents lead. All documents share one tree of places: a process sees the same paths all day."""

from collections.abc import Callable
from typing import Final

import orjson

Wanted = bool | tuple[tuple[str, ...], ...]
"""Whether a key's values are wanted; a tuple of path ends, all of one length, wants them where the path above the key ends so."""

RESOURCE_TYPE: Final = "resourceType"
_MOST: Final = 20_000
"""Places that are remembered; without a bound, senders of made-up keys fill the memory."""
_LONGEST: Final = 128
"""Bytes of a key, and at most `_DEEPEST` keys above it, for its place to be remembered."""
_DEEPEST: Final = 32


class Place(dict[bytes, "Place"]):
    """Where one path of keys leads; it holds the places below by their keys as they are written.

    An array stands at the place of its key, and so do the objects and the scalars in it.

    Args:
        path: the keys that lead here from the top.
        wanted: whether scalars here are wanted.
        places: the tree that it belongs to.

    Attributes:
        key: the last of the path; empty at the top.
        is_read: whether a scalar here is looked at: a wanted one, or a `resourceType`.
    """

    __slots__ = ("_places", "is_read", "key", "path", "wanted")

    def __init__(self, path: tuple[str, ...], places: "Places", *, wanted: bool) -> None:
        super().__init__()
        self.path = path
        self.key = path[-1] if path else ""
        self.wanted = wanted
        self.is_read = wanted or self.key == RESOURCE_TYPE
        self._places = places

    def __missing__(self, raw: bytes) -> "Place":
        key = decode(raw)
        ends = self._places.wanted(key)
        wanted = ends if isinstance(ends, bool) else self.path[-len(ends[0]) :] in ends
        place = Place((*self.path, key), self._places, wanted=wanted)
        if len(raw) <= _LONGEST and len(self.path) < _DEEPEST:
            self._places.remember(self, raw, place)
        return place


class Places:
    """The tree.

    Args:
        wanted: says of a key whether its values are wanted.
    """

    def __init__(self, wanted: Callable[[str], Wanted]) -> None:
        self.wanted = wanted
        self._count = 0
        self.top = self._new_top()

    def _new_top(self) -> Place:
        ends = self.wanted("")
        return Place((), self, wanted=ends is True)

    def remember(self, above: Place, raw: bytes, place: Place) -> None:
        """Keep a place for the documents to come. A full tree is given up: else its sender slows down everybody after him."""
        if self._count >= _MOST:
            self._count = 0
            self.top = self._new_top()
        self._count += 1
        above[raw] = place


def decode(raw: bytes) -> str:
    """The text of a JSON string's content; escapes that cannot be read stay as they are."""
    if b"\\" in raw:
        try:
            return str(orjson.loads(b'"' + raw + b'"'))
        except orjson.JSONDecodeError:
            pass
    return raw.decode("utf-8", "replace")
