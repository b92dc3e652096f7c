"""The progress of a scan: documents and bytes that were read."""

from extauthz.terminal.progress import Progress, amount


class Reading(Progress):
    """Counts documents and bytes, and shows them while a scan runs."""

    _documents = _size = _done = _read = 0
    _path = ""

    def expect(self, documents: int, size: int) -> None:
        """Say how much there is.

        Args:
            documents: their number.
            size: bytes of all documents together; 0 when unknown.
        """
        self._documents, self._size = documents, size

    def begin(self, path: str) -> None:
        """A document begins."""
        self._path = path
        self._tell()

    def read(self, count: int) -> None:
        """Count `count` more bytes as read."""
        self._read += count
        self._tell()

    def end(self) -> None:
        """A document ends."""
        self._done += 1
        self._tell()

    def _tell(self) -> None:
        if self._size:
            self.show(self._text, self._read, self._size)
        else:
            self.show(self._text, self._done, self._documents)

    def _text(self) -> str:
        size = f"{amount(self._read)} of {amount(self._size)}" if self._size else amount(self._read)
        return f"{self._done}/{self._documents} documents, {size}  {self._path}"
