"""The folder of a table in a bucket."""

import io
from collections.abc import Callable, Sequence
from typing import BinaryIO

from atrest.readers.objects.bucket import Bucket, Listed
from atrest.readers.objects.range_file import RangeFile
from atrest.source import ReadError, Reason


class BucketFolder:
    """A folder: the objects whose keys begin with its name.

    Args:
        bucket: where it lies.
        root: its key, without a slash at its end; empty for the whole bucket.
        opener: opens an object.
    """

    def __init__(self, bucket: Bucket, root: str, opener: Callable[[Listed], RangeFile]) -> None:
        self._bucket = bucket
        self._start = f"{root}/" if root else ""
        self._opener = opener

    def names(self, below: str) -> Sequence[str]:
        """Return the names of the objects in a folder below. Raises ReadError."""
        start = f"{self._start}{below}/"
        keys = (found.key.removeprefix(start) for found in self._bucket.objects(start))
        return [key for key in keys if "/" not in key]

    def open(self, path: str) -> BinaryIO:
        """Open an object below. Raises ReadError."""
        key = self._start + path
        found = next(self._bucket.objects(key), None)
        if found is None or found.key != key:
            raise ReadError(Reason.GONE)
        return io.BufferedReader(self._opener(found))
