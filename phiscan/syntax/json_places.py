"""A cached tree of the key paths of JSON documents.

Theory. A process sees the same paths all day, so all documents share one tree. Each place of the
tree is one path of keys, and the next key costs one dictionary look-up. Only paths of which all
keys are words of the tables stay in the tree. A place for any other key belongs to one document,
and so do all places below it. `phiscan.memory` removes it when the scan ends.

Cost: a document pays 2 us for each different path that is not in the tree, and nothing more when it
has the path again.
"""

import re
from collections.abc import Callable
from typing import Final

import orjson

from phiscan.memory import until_report
from phiscan.text.offsets import Deferred, Derived

Wanted = bool | tuple[tuple[str, ...], ...]
"""Whether the values of a key are wanted.

A tuple of path ends, all of one length, means: wanted where the path above the key has such an end.
"""

# matches rb"\ud83d\ude00", a pair of surrogates, whole, and rb"\u00e9" and rb"\n"; not b"u00e9"
_ESCAPES: Final = re.compile(
    rb"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.", re.DOTALL
)
RESOURCE_TYPE: Final = "resourceType"
_MOST: Final = 20_000
"""The most places of a tree. Without a limit, made-up keys could fill the memory."""
_LONGEST: Final = 128
"""The most bytes of a key whose place is cached."""
_SHALLOW: Final = 32
"""The most keys of a path that a place stores. A longer path is put together on request."""


class Place(dict[bytes, "Place"]):
    """One path of keys. A dictionary of the places below, by their keys as raw bytes.

    An array has the place of its key, and so have the objects and scalars in the array.

    Args:
        key: the last key of the path. Empty at the top.
        places: the tree that the place belongs to.
        wanted: whether scalars at this place are wanted.

    Attributes:
        names: whether the key names its value also where that is the only member of an object:
            `{"ssn": {"anything": "..."}}`.
        path: the keys from the top to this place.
        generation: the generation of the tree that the place is cached in, or 0 if it is not.
        is_read: whether a scalar here must be read: a wanted one, or a `resourceType`.
        stays: whether all keys of the path are words of the tables.
    """

    __slots__ = ("_places", "generation", "is_read", "key", "names", "path", "stays", "wanted")
    path: tuple[str, ...]

    def __init__(self, key: str, places: "Places", *, wanted: bool) -> None:
        super().__init__()
        self.key = key
        self.generation = 0
        self.stays = False
        self.wanted = wanted
        self.is_read = wanted or key == RESOURCE_TYPE
        self.names = wanted and places.is_wrapper is not None
        self._places = places

    def __missing__(self, raw: bytes) -> "Place":
        key = decode(raw)
        ends = self._places.wanted(key)
        wanted = ends if isinstance(ends, bool) else self._last(len(ends[0])) in ends
        if self.names and not wanted and self._places.is_wrapper is not None:
            wanted = self._places.is_wrapper(key)
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
        """Show no keys, because a key may hold a value."""
        return f"Place({len(self)} places below)"

    def _below(self, key: str, *, wanted: bool) -> "Place":
        if len(self.path) == _SHALLOW:
            return _DeepPlace(key, self, self._places, wanted=wanted)
        place = Place(key, self._places, wanted=wanted)
        place.path = (*self.path, key)
        return place

    def _last(self, count: int) -> tuple[str, ...]:
        """Return the last `count` keys of the path."""
        return self.path[-count:]


class _DeepPlace(Place):
    """A place with a long path, which is not stored.

    A document with many such places would fill the memory with paths.
    """

    __slots__ = ("_above",)

    def __init__(self, key: str, above: Place, places: "Places", *, wanted: bool) -> None:
        super().__init__(key, places, wanted=wanted)
        self._above = above

    @property
    def path(self) -> tuple[str, ...]:  # type: ignore[override]  # a property is slow for others
        """The keys from the top to this place."""
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
    """A tree of places.

    Args:
        wanted: returns whether the values of a key are wanted.
        is_word: returns whether a key is a word of the tables.
        is_wrapper: returns whether a key says nothing of its value. Then its value is wanted where
            that of the key above is. None if every key has a meaning, as in a published format.
    """

    def __init__(
        self,
        wanted: Callable[[str], Wanted],
        is_word: Callable[[str], bool],
        is_wrapper: Callable[[str], bool] | None = None,
    ) -> None:
        self.wanted = wanted
        self.is_word = is_word
        self.is_wrapper = is_wrapper
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
        """Whether a place below `above` may be cached. `above` must be cached in this tree itself.

        A full tree is replaced by an empty one. Otherwise one sender could slow down all later
        documents. The document that filled the tree caches nothing more.
        """
        if above.generation != self.generation:
            return False
        if self._count >= _MOST:
            self._begin()
            return False
        self._count += 1
        return True


def decode(raw: bytes) -> str:
    """Decode the content of a JSON string. If it has an invalid escape, all escapes are kept."""
    if b"\\" in raw:
        try:
            return str(orjson.loads(b'"' + raw + b'"'))
        except orjson.JSONDecodeError:
            pass
    return raw.decode("utf-8", "replace")


def unescaped(data: bytes, start: int, end: int) -> Derived:
    """Decode the content of a JSON string from `start` to `end`, with ranges mapped back."""
    try:
        text = str(orjson.loads(b'"%b"' % data[start:end])).encode()
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return _unescaped_by_pieces(data, start, end)
    return Deferred(text, lambda: _unescaped_by_pieces(data, start, end))


def _unescaped_by_pieces(data: bytes, start: int, end: int) -> Derived:
    out = Derived()
    add_unescaped(out, data, start, end)
    return out


def add_unescaped(out: Derived, data: bytes, start: int, end: int) -> None:
    """Append the decoded content of a JSON string from `start` to `end`."""
    at = start
    for match in _ESCAPES.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(decode(match[0]).encode("utf-8", "replace"), *match.span())
        at = match.end()
    out.copy(data, at, end)
