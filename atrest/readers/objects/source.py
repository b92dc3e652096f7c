"""A bucket as a source: one unit an object."""

import heapq
import io
from collections.abc import Iterator
from typing import Final

from atrest.manners import Manners
from atrest.protection import Evidence, Protection, Shield
from atrest.readers import content
from atrest.readers.lake import recognise
from atrest.readers.objects.bucket import Bucket, Listed, Piece
from atrest.readers.objects.bucket_folder import BucketFolder
from atrest.readers.objects.range_file import RangeFile
from atrest.readers.paced import Meter
from atrest.readers.throttle import Pace
from atrest.source import Budget, Document, Item, ReadError, Reason, Unlisted
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_BUFFER: Final = 256 << 10
_ORDER: Final = (Shield.DOWN, Shield.UNKNOWN, Shield.UP)


class Objects:
    """The objects of a bucket.

    Args:
        spec: names the bucket, and what all keys begin with.
        bucket: answers.
        manners: how many rows and bytes a second.
    """

    def __init__(self, spec: Spec, bucket: Bucket, manners: Manners) -> None:
        self.name = spec.name
        self._prefix = spec.path.removeprefix("/")
        self._bucket = bucket
        self._meter = Meter(Pace.of(manners))
        self._read: Unit | None = None
        self._stored: tuple[Evidence, ...] = ()

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every object and table, in the order of keys.

        The bucket is listed twice: a table's metadata may stand behind its files.

        Raises:
            ReadError: it cannot be listed.
        """
        live: set[str] = set()
        tables: list[Unit] = []
        for root in recognise.roots(found.key for found in self._bucket.objects(self._prefix)):
            table = recognise.table_of(self._folder(root))
            if table is not None:
                tables.append(recognise.unit_of(table, self.name, root))
                live.update(f"{root}/{file.path}".lstrip("/") for file in table.files if file.path)
        objects = (
            Unit(self.name, found.key, UnitKind.OBJECT, found.tag, found.size)
            for found in self._bucket.objects(self._prefix)
            if found.key not in live
        )
        yield from heapq.merge(tables, objects, key=lambda unit: unit.name)

    def _folder(self, root: str) -> BucketFolder:
        return BucketFolder(self._bucket, root, self._file)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield what an object holds. It is read in ranges, all of one ETag.

        Raises:
            ReadError: it cannot be read. An object in an archive is ARCHIVED: to ask for it does
                not restore it, and nothing else is asked.
        """
        self._read, self._stored = unit, ()
        yield from self._meter.items(self._items(unit, budget))

    def _items(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        if unit.kind is UnitKind.TABLE:
            root = "" if unit.name == recognise.HERE else unit.name
            yield from recognise.items(self._folder(root), unit, budget)
            return
        if unit.size == 0:
            yield Document(b"")
            return
        listed = Listed(unit.name, unit.size, unit.version)
        first = self._piece(listed, 0, min(unit.size, content.PIECE))
        file = self._file(listed)
        file.hold(first.data)
        opened = content.Opened(
            io.BufferedReader(file, _BUFFER), unit.size, first.content_type, first.content_encoding
        )
        yield from content.items(opened, budget)

    def _file(self, listed: Listed) -> RangeFile:
        return RangeFile(lambda start, end: self._piece(listed, start, end).data, listed.size)

    def _piece(self, listed: Listed, start: int, end: int) -> Piece:
        self._meter.take(end - start)
        piece = self._bucket.piece(listed.key, listed.tag, start, end)
        if len(piece.data) != end - start:
            raise ReadError(Reason.CHANGED)
        # a table is encrypted when all of its files are
        self._stored = min(self._stored or piece.stored, piece.stored, key=_weakest)
        return piece

    def protection(self, unit: Unit) -> Protection:
        """What the store says of the object, and how it is reached."""
        seen = self._stored if self._read == unit else ()
        stored = seen or self._bucket.stored(unit.name)
        return Protection(stored, self._bucket.connection())

    def close(self) -> None:
        """End the connections."""
        self._bucket.close()


def _weakest(stored: tuple[Evidence, ...]) -> int:
    return min((_ORDER.index(each.shield) for each in stored), default=0)
