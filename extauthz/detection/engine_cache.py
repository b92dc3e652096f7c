"""The engine cache on disk: with it, a command starts in milliseconds instead of seconds.

A file is named after what it was made from: the detectors' patterns, Hyperscan's version and this
CPU. A file that cannot be used, for whatever reason, is made again. A folder that cannot be written
costs only the time of compiling. Compiled patterns are a kind of code, so a file that another user
owns or may write is never loaded.
"""

import contextlib
import hashlib
import os
import platform
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from phiscan.engine import Engine
from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.patterns.compiled import CompiledError, digest
from phiscan.patterns.detector import Detector
from phiscan.patterns.matcher import plans

_SUFFIX: Final = ".hsdb"
_KEPT: Final = 8
"""The number of files that stay in the folder, those that were used last. Each has about 8 MB."""
_MAX_BYTES: Final = 256 << 20


def default_folder(environment: Mapping[str, str]) -> Path:
    """Return $XDG_CACHE_HOME/phiguard, else ~/.cache/phiguard.

    For a user without a home, such as a bare number in a container: a folder that cannot be made.
    Source: XDG Base Directory Specification.
    """
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            base = Path("~/.cache").expanduser()
        except RuntimeError:
            base = Path("/nonexistent/.cache")
    return base / "phiguard"


class EngineCache:
    """Loads engines from a folder.

    Args:
        folder: made when missing. Only this user may write it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(
        self, detectors: Sequence[Detector], info_types: Mapping[str, InfoType] = INFO_TYPES
    ) -> Engine:
        """Return an engine of these detectors, from disk if it is there. Raises PlatformError."""
        path = self.path(detectors)
        with contextlib.suppress(OSError, CompiledError):
            return Engine(detectors, info_types=info_types, serialized=_read(path))
        engine = Engine(detectors, info_types=info_types)
        with contextlib.suppress(OSError):
            self._write(path, engine.serialized())
        return engine

    def path(self, detectors: Sequence[Detector]) -> Path:
        """Return the file of an engine with these detectors."""
        key = hashlib.sha256(digest(plans(detectors)) + _cpu()).hexdigest()
        return self._folder / f"{key[:32]}{_SUFFIX}"

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mode 0600; the file is replaced in one step
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        for old in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda p: p.stat().st_mtime)[
            :-_KEPT
        ]:
            old.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    """Return the bytes of a file that only this user can have written, and note its use.

    Raises:
        OSError: there is no such file.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        status = os.fstat(file.fileno())
        if (
            status.st_uid != os.geteuid()
            or stat.S_IMODE(status.st_mode) & 0o022
            or status.st_size > _MAX_BYTES
        ):
            raise PermissionError(path)
        os.utime(file.fileno())
        return file.read()


def _cpu() -> bytes:
    """Return the CPU's features, for which Hyperscan compiles."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_bytes().splitlines():
            if line.startswith((b"flags", b"Features")):
                return line
    return platform.machine().encode()
