"""Maps ranges of a text that was made from a document back to ranges of the document.

A normalised text, the joined strings of a protobuf message and a part of a multipart body are all
made of pieces of the document. Detectors run over the made text. Locations and redaction need the
ranges of the document itself.
"""

from bisect import bisect_right
from collections.abc import Callable


class Derived:
    """A text made piece by piece from a document, which maps its ranges back to the document.

    A look-up costs O(log n) for n pieces.

    >>> text = Derived()
    >>> text.copy(b"a%62c", 0, 1)
    >>> text.put(b"b", 1, 4)
    >>> text.origin(1, 2)
    (1, 4)
    """

    __slots__ = ("_at", "_copied", "_pieces", "_size", "_sources")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at: list[int] = []
        self._sources: list[tuple[int, int]] = []
        self._copied: list[bool] = []
        self._size = 0

    def copy(self, data: bytes, start: int, end: int) -> None:
        """Append `data[start:end]` unchanged."""
        self._append(data[start:end], (start, end), copied=True)

    def put(self, text: bytes, start: int, end: int) -> None:
        """Append `text` in place of the document's bytes from `start` to `end`.

        Every part of `text` maps back to the whole range.
        """
        self._append(text, (start, end), copied=False)

    def text(self) -> bytes:
        """All pieces joined."""
        return b"".join(self._pieces)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Map the range from `start` to `end` of the text to the document. It must not be empty."""
        first, last = bisect_right(self._at, start) - 1, bisect_right(self._at, end - 1) - 1
        source_start, _ = self._sources[first]
        if self._copied[first]:
            source_start += start - self._at[first]
        source_end = self._sources[last][1]
        if self._copied[last]:
            source_end = self._sources[last][0] + end - self._at[last]
        return source_start, source_end

    def _append(self, piece: bytes, source: tuple[int, int], *, copied: bool) -> None:
        if piece:
            self._pieces.append(piece)
            self._at.append(self._size)
            self._sources.append(source)
            self._copied.append(copied)
            self._size += len(piece)


class Deferred(Derived):
    """A derived text whose ranges are mapped back only when somebody asks.

    Most texts hold nothing that is found. Their pieces need not be told apart.

    Args:
        text: the whole text.
        pieces: makes the same text piece by piece. Called at most once.
    """

    __slots__ = ("_made", "_make", "_text")

    def __init__(self, text: bytes, pieces: Callable[[], Derived]) -> None:
        super().__init__()
        self._text = text
        self._make = pieces
        self._made: Derived | None = None

    def text(self) -> bytes:
        """The whole text."""
        return self._text

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Map the range from `start` to `end` of the text to the document."""
        if self._made is None:
            self._made = self._make()
        return self._made.origin(start, end)


def excerpt(data: bytes, start: int, end: int) -> Derived:
    """Return the text `data[start:end]`, mapped back to `data`."""
    text = Derived()
    text.copy(data, start, end)
    return text
