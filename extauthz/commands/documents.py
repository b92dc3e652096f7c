"""Documents for `scan` and `redact`: files, folders with all their files, or standard input."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError

STDIN: Final = "-"
Failed = Callable[[str], None]
"""Receives one line for what cannot be read."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `data` has at most `limit + 1` bytes, so that a longer one is recognisable."""

    path: str
    data: bytes = field(repr=False)


def read(path: str, limit: int) -> Document:
    """Return one document. Raises UsageError when it cannot be read."""
    return Document(path, b"".join(chunks(path, limit)))


def chunks(path: str, limit: int) -> Iterator[bytes]:
    """Yield one document in chunks, at most `limit + 1` bytes in all.

    Raises:
        UsageError: it cannot be read.
    """
    left = limit + 1
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb") as file:
            while left and (chunk := file.read(min(left, _CHUNK))):
                left -= len(chunk)
                yield chunk
    except OSError as error:
        raise UsageError(unreadable(path, error)) from None


def names(paths: Iterable[str], failed: Failed) -> Iterator[str]:
    """Yield the paths of all files. Folders are searched in the order of names.

    A symbolic link to a folder is not followed.

    Args:
        paths: files and folders.
        failed: receives one line for each folder that holds no file or cannot be searched, and for
            each pipe, socket or device in a folder: reading a pipe could wait for ever.
    """
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path
            continue
        is_empty = True
        for found in _within(path, failed):
            is_empty = False
            yield found
        if is_empty:
            failed(f"{path}: no file in this folder; give a folder that holds documents")


def _within(path: str, failed: Callable[[str], None]) -> Iterator[str]:
    for folder, folders, files in os.walk(
        path, onerror=lambda error: failed(unreadable(error.filename, error))
    ):
        folders.sort()
        for name in sorted(files):
            yield from regular(str(Path(folder, name)), failed)


def regular(path: str, failed: Failed) -> Iterator[str]:
    """Yield the path of a file that was found in a folder, unless reading it could wait for ever.

    Args:
        failed: receives one line for a pipe, socket or device.
    """
    if _is_special(path):
        failed(f"{path}: a pipe, socket or device, and no file; name it by itself to read it")
    else:
        yield path


def size(path: str) -> int:
    """Return the size of a file in bytes; 0 when it is unknown."""
    try:
        return 0 if path == STDIN else Path(path).stat().st_size
    except OSError:
        return 0


def _is_special(path: str) -> bool:
    """Whether the path exists and is no regular file. A missing path is the reader's to report."""
    try:
        return not stat.S_ISREG(Path(path).stat().st_mode)
    except OSError:
        return False


def unreadable(path: str, error: OSError) -> str:
    """Return the line for what cannot be read, and why."""
    return (
        f"{path}: {(error.strerror or 'unreadable').lower()}; give a file that this user can read"
    )
