"""The files of a probe: its targets, and what became of its canaries."""

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import yaml

from mesh.posture.canary.history import line_of, read
from mesh.posture.canary.nonce import Purpose
from mesh.posture.canary.outcome import Outcome
from mesh.posture.canary.plan import Target, TargetError

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file that is read."""
_GROWN: Final = 8 * 1024 * 1024
"""Bytes after which the outcomes that no longer count are dropped."""
_KEYS: Final = {
    "cell": "cell",
    "host": "host",
    "port": "port",
    "principal": "principal",
    "podPort": "pod_port",
    "purpose": "purpose",
    "pod": "pod",
}
_NUMBERS: Final = ("port", "podPort")
_REQUIRED: Final = ("cell", "host", "port", "principal", "podPort")


class CanaryFileError(Exception):
    """A file of a probe cannot be read or written. The text is one line with the path."""


def targets_text(found: Iterable[Target]) -> str:
    """Return a file of targets: YAML with one line for each."""
    names = {field: key for key, field in _KEYS.items()}
    lines = (
        json.dumps({names[k]: v for k, v in asdict(each).items() if v != ""}) for each in found
    )
    return "".join(f"- {line}\n" for line in lines) or "[]\n"


def read_targets(path: Path) -> tuple[Target, ...]:
    """Return the targets in a file. Raises CanaryFileError."""
    try:
        found = yaml.safe_load(_read(path))
    except yaml.YAMLError:
        raise CanaryFileError(f"{path}: not YAML; `phiguard posture targets` writes one") from None
    if not isinstance(found, list):
        raise CanaryFileError(f"{path}: no list; `phiguard posture targets` writes one")
    return tuple(_target(path, number, each) for number, each in enumerate(found, start=1))


class OutcomeFile:
    """Where one probe writes what became of its canaries, one line each. Mode 0600.

    Args:
        path: of the file. It is continued when it is there.

    Raises:
        CanaryFileError: it cannot be read or written, or has a broken line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._newest: dict[str, float] = {}
        if path.exists():
            self._compact()
        else:
            self.add(())

    @property
    def newest(self) -> dict[str, float]:
        """When the newest canary of each cell was sent, in Unix seconds."""
        return dict(self._newest)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Append outcomes, and put them on the disk. Raises CanaryFileError."""
        found = tuple(outcomes)
        text = "".join(f"{line_of(each)}\n" for each in found)
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            with os.fdopen(os.open(self._path, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
        except OSError as error:
            raise _failed(self._path, error) from None
        for each in found:
            self._newest[each.cell] = max(each.at, self._newest.get(each.cell, each.at))
        if size > _GROWN:
            self._compact()

    def _compact(self) -> None:
        """Keep what still counts: the newest outcomes, and alarms that hold."""
        history = read(_read(self._path), None, self._path.name)
        if history.problem:
            raise CanaryFileError(f"{history.problem}; move the file away")
        self._newest = history.newest()
        text = "".join(f"{line_of(each)}\n" for each in history.standing())
        try:
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, delete=False
            ) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._path)
        except OSError as error:
            raise _failed(self._path, error) from None


def _target(path: Path, number: int, found: object) -> Target:
    if not isinstance(found, dict) or not set(_REQUIRED) <= set(found) <= set(_KEYS):
        raise CanaryFileError(
            f"{path}: target {number}: it needs {', '.join(_REQUIRED)}, and may have purpose, pod"
        )
    for key, value in found.items():
        kind = int if key in _NUMBERS else str
        if type(value) is not kind:
            raise CanaryFileError(f"{path}: target {number}: `{key}` has another type")
    given: dict[str, Any] = {_KEYS[key]: value for key, value in found.items()}
    try:
        given["purpose"] = Purpose(given.get("purpose", Purpose.REQUEST))
    except ValueError:
        words = ", ".join(Purpose)
        raise CanaryFileError(f"{path}: target {number}: `purpose` is one of {words}") from None
    try:
        return Target(**given)
    except TargetError as error:
        raise CanaryFileError(f"{path}: target {number}: {error}") from None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _failed(path, error) from None
    if len(data) > MOST_BYTES:
        raise CanaryFileError(f"{path}: larger than {MOST_BYTES} bytes")
    return data.decode(errors="replace")


def _failed(path: Path, error: OSError) -> CanaryFileError:
    return CanaryFileError(f"{path}: {(error.strerror or 'unusable').lower()}")
