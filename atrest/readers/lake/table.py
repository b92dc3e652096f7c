"""A table of a lake as its metadata describes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from atrest.source import ReadError, Reason

LOG: Final = "_delta_log"
"""The folder with the log of a Delta table."""
METADATA: Final = "metadata"
"""The folder with the metadata of an Iceberg table."""


class Folder(Protocol):
    """The folder of a table, on a disk or in a bucket."""

    def names(self, below: str) -> Sequence[str]:
        """Return the names of the files in a folder below: none where there is no such folder.

        Raises:
            ReadError: it cannot be listed.
        """
        ...

    def open(self, path: str) -> BinaryIO:
        """Open a file below, by its path from here. It can seek. Raises ReadError."""
        ...


@dataclass(frozen=True, slots=True)
class DataFile:
    """A live file.

    Args:
        path: from the table's folder; empty when the file lies elsewhere.
        rows: as the metadata says, or -1.
        added: columns that stand in the metadata only, because all rows have one value.
    """

    path: str
    rows: int = -1
    added: Mapping[str, str | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        version: changes with the table's content.
        files: the live ones, in the order of their paths.
        names: a column's name for its name in the files, where they differ.
    """

    version: str
    files: tuple[DataFile, ...]
    names: Mapping[str, str] = field(default_factory=dict)


def within(location: str, path: str) -> str:
    """Return a path from the table's folder, or empty for a file that lies elsewhere.

    Args:
        location: where the metadata says that the folder lies, or empty for relative paths. A
            table that was copied still names the place where it was written.
        path: of the file.
    """
    if location:
        place = location.rstrip("/") + "/"
        if not path.startswith(place):
            return ""
        path = path[len(place) :]
    elif urlsplit(path).scheme or path.startswith("/"):
        return ""
    parts = path.split("/")
    return "" if not all(parts) or "." in parts or ".." in parts else path


def decoded(path: str) -> str:
    """Return a path without percent signs."""
    return unquote(path)


def malformed(what: str) -> ReadError:
    """Return the error of metadata that cannot be read."""
    return ReadError(Reason.MALFORMED, what)
