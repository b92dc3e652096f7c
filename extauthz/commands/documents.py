"""Documents on disk for `scan` and `redact`: files, folders with all their files, or standard input."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Document:
    """One document; `data` is at most `limit + 1` bytes, so that a longer one shows as longer."""

    path: str
    data: bytes = field(repr=False)


def read(path: str, limit: int) -> Document:
    """Read one document. Raises UsageError when it cannot be read."""
    try:
        if path == STDIN:
            return Document(path, sys.stdin.buffer.read(limit + 1))
        with Path(path).open("rb") as file:
            return Document(path, file.read(limit + 1))
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"{path}: {why}; give a file that this user can read") from None


def names(paths: Iterable[str]) -> Iterator[str]:
    """Yield the paths of all files, folders searched in the order of their names. A symbolic link to a folder is not."""
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders.sort()
            yield from (str(Path(folder, name)) for name in sorted(files))
