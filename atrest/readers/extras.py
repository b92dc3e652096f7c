"""The readers of table files, by their first bytes, and the extra that each needs."""

import re
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
        is_short: whether a text may begin so, too. Then it has to look like no text.
    """

    magic: bytes
    module: str
    extra: str
    is_short: bool = False

    def begins(self, head: bytes) -> bool:
        """Whether a file with these first bytes has this format."""
        return head.startswith(self.magic) and not (
            self.is_short and head[:_LOOKED_AT].isascii() and _CONTROL.search(head) is None
        )


_LOOKED_AT: Final = 1 << 10
# matches the bytes 0 and 1; not a tabulator or a line feed
_CONTROL: Final = re.compile(rb"[\0-\x08\x0e-\x1f]")
_ARROW: Final = "atrest.readers.tables.arrow_file"
_FORMATS: Final = (
    _Format(b"SQLite format 3\0", "atrest.readers.tables.sqlite_file", ""),
    _Format(b"PAR1", "atrest.readers.tables.parquet", "rest-lake", is_short=True),
    _Format(b"PARE", "atrest.readers.tables.parquet", "rest-lake", is_short=True),
    _Format(b"ORC", "atrest.readers.tables.orc", "rest-lake", is_short=True),
    _Format(b"ARROW1\0\0", _ARROW, "rest-lake"),
    _Format(b"FEA1", _ARROW, "rest-lake", is_short=True),
    _Format(b"Obj\x01", "atrest.readers.tables.avro", "rest-lake"),
)


def is_table(head: bytes) -> bool:
    """Whether a file that begins so is a table file, be its library installed or not."""
    return any(form.begins(head) for form in _FORMATS)


def table_reader(head: bytes) -> Reader | None:
    """Return the reader of a file that begins so, or None when it is no table file.

    Raises:
        ReadError: the extra that reads it is not installed.
    """
    found = next((f for f in _FORMATS if f.begins(head)), None)
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
