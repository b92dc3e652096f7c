"""The readers of table files, by their first bytes, and the extra that each needs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO, Final

from atrest.source import Budget, Item, ReadError, Reason

Reader = Callable[[BinaryIO, Budget], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class _Format:
    """A format of table files.

    Args:
        magic: its first bytes.
        module: that reads it, with a function `read`.
        extra: that installs its library.
    """

    magic: bytes
    module: str
    extra: str


_FORMATS: Final = (_Format(b"SQLite format 3\0", "atrest.readers.tables.sqlite_file", ""),)


def table_reader(head: bytes) -> Reader | None:
    """Return the reader of a file that begins so, or None when it is no table file.

    Raises:
        ReadError: the extra that reads it is not installed.
    """
    found = next((f for f in _FORMATS if head.startswith(f.magic)), None)
    if found is None:
        return None
    reader: Reader = load(found.module, "read", found.extra)
    return reader


def load(module: str, name: str, extra: str) -> Any:  # noqa: ANN401 - what the module has
    """Import a name that stands on the library of an extra.

    Raises:
        ReadError: the library is not installed.
    """
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError:
        raise ReadError(Reason.NO_READER, f"pip install 'phiguard[{extra}]'") from None
