"""A bucket as a source: one unit an object."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from atrest.manners import Manners
from atrest.protection import Evidence, Protection
from atrest.readers import content
from atrest.readers.objects.bucket import Bucket, Piece
from atrest.readers.objects.range_file import RangeFile
from atrest.readers.throttle import Throttle
from atrest.source import Budget, Document, Item, ReadError, Reason, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind


class Objects:
    """The objects of a bucket.

    Args:
        spec: names the bucket, and what all keys begin with.
        bucket: answers.
        manners: how many bytes a second.
    """

    def __init__(self, spec: Spec, bucket: Bucket, manners: Manners) -> None:
        self.name = spec.name
        self._prefix = spec.path.removeprefix("/")
        self._bucket = bucket
        self._throttle = Throttle(manners.bytes_per_second)
        self._last: tuple[str, tuple[Evidence, ...]] | None = None

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every object, in the order of keys. Raises ReadError when that is not allowed."""
        for found in self._bucket.objects(self._prefix):
            yield Unit(self.name, found.key, UnitKind.OBJECT, found.tag, found.size)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield what an object holds. It is read in ranges, all of one ETag.

        Raises:
            ReadError: it cannot be read. An object in an archive is ARCHIVED: to ask for it does
                not restore it, and nothing else is asked.
        """
        if unit.size == 0:
            yield Document(b"")
            return
        first = self._piece(unit, 0, min(unit.size, content.PIECE))
        file = RangeFile(lambda start, end: self._piece(unit, start, end).data, unit.size)
        file.hold(first.data)
        opened = content.Opened(
            cast("BinaryIO", file), unit.size, first.content_type, first.content_encoding
        )
        yield from content.items(opened, budget)

    def _piece(self, unit: Unit, start: int, end: int) -> Piece:
        self._throttle.take(end - start)
        piece = self._bucket.piece(unit.name, unit.version, start, end)
        if len(piece.data) != end - start:
            raise ReadError(Reason.CHANGED)
        self._last = (unit.name, piece.stored)
        return piece

    def protection(self, unit: Unit) -> Protection:
        """What the store says of the object, and how it is reached."""
        if self._last is not None and self._last[0] == unit.name:
            stored = self._last[1]
        else:
            stored = self._bucket.stored(unit.name)
        return Protection(stored, self._bucket.connection())

    def close(self) -> None:
        """End the connections."""
        self._bucket.close()
