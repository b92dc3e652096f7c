"""Where a command writes: to the standard output, or to the file of `--output`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from extauthz.commands.errors import UsageError


def write(pieces: Iterable[str] | Iterable[bytes], output: Path | None) -> None:
    """Write pieces to a file, or to the standard output. Raises UsageError."""
    data = (piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    if output is None:
        sys.stdout.flush()
        for piece in data:
            sys.stdout.buffer.write(piece)
            if sys.stdout.isatty():  # somebody looks, and the buffer of bytes knows no lines
                sys.stdout.buffer.flush()
        sys.stdout.buffer.flush()
        return
    try:
        with output.open("wb") as file:
            file.writelines(data)
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"--output {output}: {why}; name a file in a folder that exists") from None
