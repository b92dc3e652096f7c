"""What a driver prints goes nowhere: native code that fails may quote the row that it could not
read.

Python's own drivers are kept quiet by what they are asked for. Code in C or Rust writes to the
standard error by itself, which is a console, a pod's log, or a file that Ray's dashboard shows.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Final

_STANDARD: Final = (1, 2)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send what this process prints to nowhere, whichever code prints it."""
    _flush()
    before = [(each, copy) for each in _STANDARD if (copy := _copy(each)) is not None]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for descriptor, _ in before:
            os.dup2(nowhere, descriptor)
        yield
    finally:
        _flush()
        for descriptor, copy in before:
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(nowhere)


def _copy(descriptor: int) -> int | None:
    """Return a copy of a descriptor, or None when it is closed."""
    try:
        return os.dup(descriptor)
    except OSError:
        return None


def _flush() -> None:
    """Write what Python holds back. A stream may be missing or closed, or its pipe."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
