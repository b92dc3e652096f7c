"""The last good texts of broken namespaces, kept on the disk for a restart.

Kubernetes keeps the newest text of an object only. Without this file, a guard that starts while a
namespace is broken must close it.

INVARIANT (nothing between): kept texts count only while the namespace's objects are the ones that
were found broken, by their uids and generations. Otherwise a good revision may lie between, and
what is kept may open what that one closed.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from extauthz.policies.revision import Revision, Texts
from mesh.policy_file.teams import LastGood

_FILE: Final = "last-good.json"
_VERSION: Final = 1
_MAX_BYTES: Final = 64 << 20


class Memory(Protocol):
    """What a policy store remembers over a restart. It never raises."""

    def recall(self, newest: Texts) -> LastGood:
        """Return the last good texts of the namespaces that are as they were when it was kept."""

    def keep(self, newest: Texts, made: Revision) -> None:
        """Keep the texts in force of the namespaces that are set aside.

        Args:
            newest: the texts of the source.
            made: the revision that is in force.
        """


class NoMemory:
    """Remembers nothing."""

    def recall(self, newest: Texts) -> LastGood:  # noqa: ARG002 - whatever they are
        """Return nothing."""
        return LastGood()

    def keep(self, newest: Texts, made: Revision) -> None:
        """Keep nothing."""


NO_MEMORY: Final = NoMemory()


class MemoryFile:
    """A file in a folder of the guard's own. All workers of a guard write the same.

    Whoever may write there can put back what a broken namespace had before. So the folder must be
    as private as the ledger's. A file that cannot be written or read is as none: the namespace is
    closed after the next restart.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE
        self._kept: object = None

    def recall(self, newest: Texts) -> LastGood:
        """Return the last good texts of the namespaces that are as they were when it was kept."""
        seen = _versions(newest)
        return LastGood(
            {
                namespace: unit
                for namespace, (versions, unit) in self._read().items()
                if versions and versions == seen.get(namespace)
            }
        )

    def keep(self, newest: Texts, made: Revision) -> None:
        """Keep the texts in force of the namespaces that are set aside.

        Of a closed namespace, what another worker has kept stays.
        """
        seen, units = _versions(newest), made.texts.units()
        # another worker may know what this one does not
        others = self.recall(newest)
        kept = {
            each.namespace: {"versions": seen.get(each.namespace, {}), "texts": dict(unit)}
            for each in made.aside
            if each.closed and (unit := others.of(each.namespace)) is not None
        } | {
            each.namespace: {
                "versions": seen.get(each.namespace, {}),
                "texts": units.get(each.namespace, {}),
            }
            for each in made.aside
            if not each.closed
        }
        if kept == self._kept:
            return
        with suppress(OSError):
            self._write(json.dumps({"version": _VERSION, "namespaces": kept}))
            self._kept = kept

    def _write(self, text: str) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._file.with_name(f".{_FILE}.{os.getpid()}")
        with open(draft, "w", encoding="utf-8", opener=_private) as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(self._file)

    def _read(self) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        try:
            with self._file.open("rb") as opened:
                found = json.loads(opened.read(_MAX_BYTES))
            if found["version"] != _VERSION:
                return {}
            return {
                str(name): (_texts(each["versions"]), _texts(each["texts"]))
                for name, each in found["namespaces"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def _versions(texts: Texts) -> dict[str, dict[str, str]]:
    """Return the versions of the texts by namespace and name."""
    found: dict[str, dict[str, str]] = {}
    for name, namespace in texts.owners.items():
        found.setdefault(namespace, {})[name] = texts.versions.get(name, "")
    return found


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError
    return dict(found)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
