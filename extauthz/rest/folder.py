"""The folder of a catalogue: its database, the key of its digests, and who is using it."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from atrest.unit import Unit

_KEY_BYTES: Final = 32
_DIGEST_BYTES: Final = 16


class CatalogueError(Exception):
    """The catalogue cannot be used. The text is one line that names the fix."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a catalogue.

    Args:
        path: of the folder.
    """

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file with state and catalogue."""
        return self.path / "catalogue.sqlite"

    def make(self) -> None:
        """Make the folder, for this user only. Raises CatalogueError."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error, "name a folder that this user can write") from None

    def keys(self) -> "UnitKeys":
        """Return what makes keys and digests. The secret is made once. Raises CatalogueError."""
        path = self.path / "names.key"
        with contextlib.suppress(FileExistsError):
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                    file.write(os.urandom(_KEY_BYTES))
            except FileExistsError:
                raise
            except OSError as error:
                raise self._error(error, "make the folder writable") from None
        try:
            secret = path.read_bytes()
        except OSError as error:
            raise self._error(error, "make names.key readable") from None
        if len(secret) != _KEY_BYTES:
            raise CatalogueError(
                f"{path}: not a key of {_KEY_BYTES} bytes; remove the folder and scan again"
            )
        return UnitKeys(secret)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for one run. Raises CatalogueError when another run holds it.

        The lock goes with the process, so a run that was killed leaves none behind.
        """
        try:
            file = (self.path / "lock").open("a")
        except OSError as error:
            raise self._error(error, "make the folder writable") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CatalogueError(
                    f"{self.path}: another scan is using this catalogue; wait for it, or name "
                    "another folder"
                ) from None
            yield

    def _error(self, error: OSError, fix: str) -> CatalogueError:
        return CatalogueError(f"{self.path}: {(error.strerror or 'unusable').lower()}; {fix}")


@dataclass(frozen=True, slots=True)
class UnitKeys:
    """Makes the keys under which units are kept, and the digests of their versions.

    A unit's name may hold PHI. Its version may be an ETag, which is often a hash of the content.
    So the catalogue knows both by keyed digests alone (BLAKE2b, RFC 7693).

    Args:
        secret: the key, which never leaves the folder.
    """

    secret: bytes

    def __repr__(self) -> str:
        """Show no secret."""
        return "UnitKeys()"

    def of(self, unit: Unit) -> bytes:
        """Return the key of a unit."""
        return self._digest(f"{unit.source}\0{unit.name}", b"unit").digest()

    def version(self, unit: Unit) -> str:
        """Return the digest of a unit's version, as hexadecimal digits; empty when it has none."""
        return self._digest(unit.version, b"version").hexdigest() if unit.version else ""

    def _digest(self, text: str, purpose: bytes) -> "hashlib.blake2b":
        data = text.encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, key=self.secret, digest_size=_DIGEST_BYTES, person=purpose)
