"""Findings that were there before: a file of them, and what is new beside them.

A finding is known again by its document, its infoType and what surrounds it
(`extauthz.commands.scan.places`), and each as often as it was there. So another line of the same
form is new, and lines above may come and go. The file holds no value that
was found, no hash of one, and no number of the line.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from extauthz.commands.errors import UsageError
from extauthz.terminal import json_text

_SCHEMA: Final = 1
Key = tuple[str, str, str]
"""Path, infoType, surroundings."""


class Baseline:
    """How often each finding is known."""

    def __init__(self, known: Counter[Key]) -> None:
        self._left = Counter(known)
        self._read: set[str] = set()

    def reads(self, path: str) -> None:
        """A document was read, so what is known of it and was not found is gone."""
        self._read.add(path)

    def takes(self, key: Key) -> bool:
        """Whether a finding is known; each is taken as often as it was there."""
        if self._left[key] <= 0:
            return False
        self._left[key] -= 1
        return True

    @property
    def gone(self) -> int:
        """How many known findings are no longer there: their document was read, or is gone.

        Of other documents nothing is said: a hook names only the files of one commit.
        """
        return sum(
            count
            for (path, _, _), count in self._left.items()
            if count > 0 and (path in self._read or not os.path.lexists(path))
        )


NOTHING: Final = Counter[Key]()


def name_of(path: str) -> str:
    """How a baseline names a document: from this folder, where the document is below it."""
    inside = os.path.relpath(path)
    is_outside = inside == os.pardir or inside.startswith(os.pardir + os.sep)
    return os.path.normpath(path) if is_outside else inside


def read(path: Path) -> Counter[Key]:
    """Read a baseline. Raises UsageError."""
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path}: {(error.strerror or 'unreadable').lower()}; make one with "
            "`phiguard baseline write`"
        ) from None
    except ValueError:
        raise UsageError(f"{path}: no JSON; make it anew with `phiguard baseline write`") from None
    try:
        if found["schema"] != _SCHEMA:
            raise UsageError(
                f"{path}: schema {found['schema']!r} is not known; make it anew with "
                "`phiguard baseline write`"
            )
        return Counter(
            {
                (name_of(str(each["path"])), str(each["infoType"]), str(each["around"])): int(
                    each["count"]
                )
                for each in found["findings"]
            }
        )
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"{path}: no baseline; make one with `phiguard baseline write`") from None


def write(path: Path, keys: Iterable[Key]) -> int:
    """Write a baseline, sorted, one finding a line. Return how many findings it has."""
    counted = Counter(keys)
    lines = [
        json_text.compact({"path": key[0], "infoType": key[1], "around": key[2], "count": count})
        for key, count in sorted(counted.items())
    ]
    body = b",\n".join(lines)
    temporary = path.with_name(f"{path.name}.new")
    try:
        temporary.write_bytes(b'{"schema":%d,"findings":[\n%s\n]}\n' % (_SCHEMA, body))
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'not writable').lower()}") from None
    return counted.total()
