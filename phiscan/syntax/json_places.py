"""Where the keys of JSON documents lead.

Theory. All documents share one tree of places, because a process sees the same paths all day: a key costs one look-up in
the place that it stands in. Only paths of words of the tables stay in the tree. A place behind any other key belongs to its
document, as all places below it do; `phiscan.memory` cuts it off when the report is made. A document that has such keys
pays 2 us for each different path, and no more for the second time that it has it.
"""

import re
from collections.abc import Callable
from typing import Final

import orjson

from phiscan.memory import until_report
from phiscan.text.offsets import Derived

Wanted = bool | tuple[tuple[str, ...], ...]
"""Whether a key's values are wanted; a tuple of path ends, all of one length, wants them where the
path above the key ends so."""

_ESCAPES: Final = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+|\\.", re.DOTALL)
RESOURCE_TYPE: Final = "resourceType"
_MOST: Final = 20_000
"""Places of a tree; without a bound, senders of made-up keys fill the memory."""
_LONGEST: Final = 128
"""Bytes of a key for its place to be remembered."""
_SHALLOW: Final = 32
"""Keys of a path that a place keeps; longer ones are put together when they are asked for."""


class Place(dict[bytes, "Place"]):
    """Where one path of keys leads; it holds the places below by their keys as they are written.

    An array stands at the place of its key, and so do the objects and the scalars in it.

    Args:
        key: the last key of the path; empty at the top.
        places: the tree that it belongs to.
        wanted: whether scalars here are wanted.

    Attributes:
        path: the keys that lead here from the top.
        generation: that of the tree that remembers it; 0 when none does.
        is_read: whether a scalar here is looked at: a wanted one, or a `resourceType`.
        stays: whether all keys of the path are words of the tables.
    """

    __slots__ = ("_places", "generation", "is_read", "key", "path", "stays", "wanted")
    path: tuple[str, ...]

    def __init__(self, key: str, places: "Places", *, wanted: bool) -> None:
        super().__init__()
        self.key = key
        self.generation = 0
        self.stays = False
        self.wanted = wanted
        self.is_read = wanted or key == RESOURCE_TYPE
        self._places = places

    def __missing__(self, raw: bytes) -> "Place":
        key = decode(raw)
        ends = self._places.wanted(key)
        wanted = ends if isinstance(ends, bool) else self._last(len(ends[0])) in ends
        place = self._below(key, wanted=wanted)
        if len(raw) <= _LONGEST and self._places.has_room(self):
            place.stays = self.stays and b"\\" not in raw and self._places.is_word(key)
            if self.stays and not place.stays:
                is_remembered = until_report(self, raw, place)
            else:
                self[raw], is_remembered = place, True
            place.generation = self.generation if is_remembered else 0
        return place

    def __repr__(self) -> str:
        """Without its keys, which a document can hold values in."""
        return f"Place({len(self)} places below)"

    def _below(self, key: str, *, wanted: bool) -> "Place":
        if len(self.path) == _SHALLOW:
            return _DeepPlace(key, self, self._places, wanted=wanted)
        place = Place(key, self._places, wanted=wanted)
        place.path = (*self.path, key)
        return place

    def _last(self, count: int) -> tuple[str, ...]:
        """The last keys of the path."""
        return self.path[-count:]


class _DeepPlace(Place):
    """A place whose path is long: as many of them as a document has keys would fill the memory with
    paths."""

    __slots__ = ("_above",)

    def __init__(self, key: str, above: Place, places: "Places", *, wanted: bool) -> None:
        super().__init__(key, places, wanted=wanted)
        self._above = above

    @property
    def path(self) -> tuple[str, ...]:  # type: ignore[override]  # a property would make all other places slower
        """The keys that lead here from the top."""
        keys: list[str] = []
        place: Place = self
        while isinstance(place, _DeepPlace):
            keys.append(place.key)
            place = place._above
        return (*place.path, *reversed(keys))

    def _below(self, key: str, *, wanted: bool) -> Place:
        return _DeepPlace(key, self, self._places, wanted=wanted)

    def _last(self, count: int) -> tuple[str, ...]:
        last = (self.key,)
        above = self._above
        return last if count == 1 else (*above._last(count - 1), *last)


class Places:
    """The tree.

    Args:
        wanted: says of a key whether its values are wanted.
        is_word: whether a key is a word of the tables.
    """

    def __init__(self, wanted: Callable[[str], Wanted], is_word: Callable[[str], bool]) -> None:
        self.wanted = wanted
        self.is_word = is_word
        self.generation = 0
        self._begin()

    def _begin(self) -> None:
        self.generation += 1
        self._count = 0
        self.top = Place("", self, wanted=self.wanted("") is True)
        self.top.path = ()
        self.top.generation = self.generation
        self.top.stays = True

    def has_room(self, above: Place) -> bool:
        """Whether a place below `above` is to be remembered: only one that is remembered itself has
        any below.

        A full tree is given up, else its sender slows down everybody after him; the document that
        filled it remembers no more."""
        if above.generation != self.generation:
            return False
        if self._count >= _MOST:
            self._begin()
            return False
        self._count += 1
        return True


def decode(raw: bytes) -> str:
    """The text of a JSON string's content; escapes that cannot be read stay as they are."""
    if b"\\" in raw:
        try:
            return str(orjson.loads(b'"' + raw + b'"'))
        except orjson.JSONDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def unescaped(data: bytes, start: int, end: int) -> Derived:
    """The text that a string's content from `start` to `end` stands for."""
    out, at = Derived(), start
    for match in _ESCAPES.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(decode(match[0]).encode("utf-8", "replace"), *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out
