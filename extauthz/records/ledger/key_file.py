"""The file of a private key: its text on one line, then the rotations that led to it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extauthz.records.ledger import checkpoints, disk, notes
from extauthz.records.ledger.notes import KeyTextError, Signer

_LARGEST: Final = 1 << 20
# matches the place before each "phiguard key rotation v1" line; not the same words within a line
_NOTES: Final = re.compile(rf"^(?={re.escape(checkpoints.ROTATION)}$)", re.MULTILINE)


class KeyFileError(Exception):
    """A key file cannot be used. The text is one line with its path, and nothing of its content."""


def read(path: Path) -> tuple[Signer, tuple[str, ...]]:
    """Return the key of a file, and the rotations that led to it. Raises KeyFileError."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode()
        first, _, rest = text.partition("\n")
        signer = notes.signer(first.strip())
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise KeyFileError(f"{path}: {why}; make a key with `phiguard audit key new`") from None
    except (UnicodeDecodeError, KeyTextError):
        raise KeyFileError(
            f"{path}: not a private key; make one with `phiguard audit key new`"
        ) from None
    rotations = tuple(each for each in _NOTES.split(rest) if each.strip())
    # each handed over to the next key, and the last one to this key
    if len(checkpoints.predecessors(signer.public, rotations)) != len(rotations) + 1:
        raise KeyFileError(f"{path}: what follows the key is no rotation to it; make it again")
    return signer, rotations


def write(path: Path, signer: Signer, rotations: Sequence[str] = ()) -> None:
    """Write a new file that only its owner can read. Raises KeyFileError when one is there."""
    try:
        disk.write(path, "".join([signer.secret() + "\n", *rotations]).encode(), is_new=True)
    except OSError as error:
        why = (error.strerror or "cannot be written").lower()
        raise KeyFileError(f"{path}: {why}; name a new file in a folder that exists") from None
