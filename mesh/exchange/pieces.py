"""One long body, cut into pieces that can each be judged on their own.

`mesh.exchange.body_forms` knows where.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole elements of a body.

    Args:
        body: their bytes.
        before: what a reader needs in front of them.
        after: what a reader needs behind them.
        is_whole: False when the last element is cut off.
    """

    body: bytes = field(repr=False)
    before: bytes = field(default=b"", repr=False)
    after: bytes = field(default=b"", repr=False)
    is_whole: bool = True

    @property
    def document(self) -> bytes:
        """What is scanned."""
        return self.before + self.body + self.after

    def body_of(self, document: bytes) -> bytes | None:
        """The body within a document that was masked. None when its ends were masked too."""
        end = len(document) - len(self.after)
        if not (document.startswith(self.before) and document.endswith(self.after)):
            return None
        return document[len(self.before) : end] if len(self.before) <= end else None


class Form:
    """Knows where the elements of one body end. It sees all bytes once, in their order.

    This one knows no elements: its bodies cannot be cut.
    """

    def whole(self, held: bytearray, new: int) -> int:  # noqa: ARG002 - for those that cut
        """Return how many bytes at the start of `held` are whole elements.

        Args:
            held: the bytes that have not been taken.
            new: how many bytes at its end were not there at the last call.
        """
        return 0

    def piece(self, body: bytes, *, is_last: bool) -> Piece:  # noqa: ARG002 - for those that cut
        """Return bytes that are taken as a piece. The last one ends with the body."""
        return Piece(body)

    def released(self, body: bytes) -> None:
        """Learn what has become of a piece: `body` went on, perhaps masked."""


class Cutter:
    """Cuts one body.

    Args:
        form: where its elements end.
        least: bytes of whole elements that make a piece before the end of the body.
    """

    def __init__(self, form: Form, least: int) -> None:
        self._form = form
        self._least = least
        self._held = bytearray()
        self._whole = 0

    @property
    def held(self) -> int:
        """The number of bytes that have not been taken."""
        return len(self._held)

    @property
    def is_live(self) -> bool:
        """Whether a receiver waits for each element."""
        return self._least == 1

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the body."""
        self._held += data
        self._whole = self._form.whole(self._held, len(data))

    def take(self) -> Piece | None:
        """Take the whole elements, when they make a piece."""
        return self._taken(self._whole, is_last=False) if self._whole >= self._least else None

    def released(self, body: bytes) -> None:
        """Learn that the piece that was taken last went on as `body`, perhaps masked."""
        self._form.released(body)

    def rest(self) -> Piece:
        """Take everything. Nothing may be fed after that."""
        return self._taken(len(self._held), is_last=True)

    def _taken(self, size: int, *, is_last: bool) -> Piece:
        body = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        self._whole = 0
        return self._form.piece(body, is_last=is_last)
