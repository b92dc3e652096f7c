"""A SQLite database that lies as a file in a folder or a bucket: all of its tables."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from atrest.readers.tables import sqlite
from atrest.source import Budget, Item, Reason, Unread

_MOST_IN_MEMORY: Final = 64 << 20
"""A database that is no local file is read into memory, up to this size."""


def read(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield the rows of each table. Raises ReadError for a torn or an encrypted database."""
    path = _path(file)
    if path is not None:
        connection = sqlite.connect(path)
    else:
        data = file.read(_MOST_IN_MEMORY + 1)
        if len(data) > _MOST_IN_MEMORY:
            yield Unread(Reason.OVER_LIMIT)
            return
        connection = sqlite3.connect(":memory:")
    with contextlib.closing(connection):
        try:
            if path is None:
                # without a write-ahead log, which memory has not
                connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
            names = sqlite.tables(connection)
        except sqlite3.Error as error:
            raise sqlite.read_error(error) from None
        for name in names:
            yield from sqlite.read(connection, name, budget, label=name)


def _path(file: BinaryIO) -> Path | None:
    """Return the path of a local file, or None for anything else."""
    try:
        return Path(f"/proc/self/fd/{file.fileno()}").readlink()
    except OSError:  # a stream has no descriptor
        return None
