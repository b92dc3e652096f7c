"""Where the bytes of a text made from a document came from.

A normalised text, the strings of a protobuf message joined to lines, and a part of a multipart body are all made of pieces of
the document. Detectors run over the text; locations and redaction need the document's own ranges.
"""

from bisect import bisect_right


class Derived:
    """A text made piece by piece from a document, with the way back. Looking up costs O(log
    pieces).

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
        """Append `data[start:end]` as it stands."""
        self._append(data[start:end], (start, end), copied=True)

    def put(self, text: bytes, start: int, end: int) -> None:
        """Append `text` in the place of the document's bytes from `start` to `end`; a part of it
        stands for all of them."""
        self._append(text, (start, end), copied=False)

    def text(self) -> bytes:
        """All pieces joined."""
        return b"".join(self._pieces)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The document's range for the text's range from `start` to `end` (not empty)."""
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


def excerpt(data: bytes, start: int, end: int) -> Derived:
    """The text `data[start:end]`."""
    text = Derived()
    text.copy(data, start, end)
    return text
