"""The files that hold signed notes: the newest ones beside a ledger, and copies elsewhere."""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extauthz.records.ledger import checkpoints, disk
from extauthz.records.ledger.checkpoints import Checkpoint
from extauthz.records.ledger.notes import NoteError, PublicKey

MANIFEST: Final = "manifest.note"
# matches "checkpoint-0.note"; not "checkpoint-0.note.part"
_CHECKPOINT: Final = re.compile(r"checkpoint-(?P<worker>\d+)\.note")
# a larger file is no note of a ledger
_LARGEST: Final = 1 << 20


def checkpoint_name(worker: int) -> str:
    """Return the name of the file with a worker's newest checkpoint."""
    return f"checkpoint-{worker}.note"


def read(path: Path) -> str:
    """Return the text of a note. It is empty when the file is no text. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(_LARGEST)
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode()
    return ""


def replace(path: Path, note: str) -> None:
    """Write a note in the place of the one before. At no time is there a part of one.

    Raises:
        OSError: the one before is still there.
    """
    part = path.with_name(f"{path.name}.part")
    disk.write(part, note.encode())
    part.replace(path)


def add(path: Path, note: str) -> None:
    """Write a note that nothing replaces, as on a disk that is written once. Raises OSError."""
    disk.write(path, note.encode(), is_new=True)


def checkpoints_in(folder: Path, keys: Sequence[PublicKey]) -> dict[int, Checkpoint]:
    """Return the newest checkpoint of each worker that one of the keys has signed. Raises OSError.

    A note that cannot be read, or that no key has signed, is left out.
    """
    found: dict[int, Checkpoint] = {}
    for path in folder.iterdir():
        match = _CHECKPOINT.fullmatch(path.name)
        if match:
            with contextlib.suppress(NoteError):
                found[int(match["worker"])] = checkpoints.checkpoint(read(path), keys)
    return found
