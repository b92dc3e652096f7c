"""The policy in force: one immutable revision, replaced by one assignment, and kept when the next one is broken.

A policy is a file, or a folder of which every YAML file is a part. A store exists only with a policy, so `serve` never
runs without one: a first revision that cannot be used ends the start. Every exchange pins the revision that it began
with. A revision is put in force whole: all of its files are valid together, or the old one stays.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from extauthz.detector_sets import DetectorSet, is_detector_set
from extauthz.detector_sets import parse as parse_detectors
from mesh.policy import Policy
from mesh.policy_file import PolicyError, parse_files

_SUFFIXES: Final = (".yaml", ".yml")
_REVISION: Final = "..data"  # a mounted ConfigMap: a link that Kubernetes turns from one folder of files to the next
_TRIES: Final = 3
_MAX_BYTES: Final = 1 << 20  # as `mesh.document`: some thousand rules, which take seconds to parse

Today = Callable[[], date]
"""The day, in UTC."""


class PolicyUnreadableError(Exception):
    """There is no policy to read. The text is one line that names the path and the fix."""


def detector_files(path: Path) -> tuple[Path, ...]:
    """Return the files of custom detectors in a policy's folder, by name; a policy that is a file has none.

    Raises:
        PolicyUnreadableError: one of the folder's files cannot be read.
    """
    return tuple(file for file in _yaml_files(path) if is_detector_set(_read(file))) if path.is_dir() else ()


def read_detectors(file: Path) -> DetectorSet:
    """Return the detectors of a file.

    Raises:
        PolicyUnreadableError: it cannot be read.
        PolicyError: it has errors.
    """
    return parse_detectors(_read(file), file=str(file))


def policy_files(path: Path) -> tuple[Path, ...]:
    """Return the files of the policy at `path`: itself, or every YAML file of a folder, by name.

    Files of custom detectors are no part of it.

    Raises:
        PolicyUnreadableError: there is none, or one cannot be read.
    """
    return tuple(map(Path, _texts(path))) if path.is_dir() else (path,)


def _texts(path: Path) -> dict[str, str]:
    """Each file is read once, so that no file can be a policy at one look and something else at the next."""
    if not path.is_dir():
        return {str(path): _read(path)}
    read = {str(file): _read(file) for file in _yaml_files(path)}
    found = {file: text for file, text in read.items() if not is_detector_set(text)}
    if not found:
        raise PolicyUnreadableError(f"{path}: found no .yaml file with a policy; give one, or a folder that holds some")
    return found


def _yaml_files(folder: Path) -> list[Path]:
    """Names that start with a dot are skipped: Kubernetes keeps the revisions of a ConfigMap under such names."""
    try:
        return sorted(p for p in folder.iterdir() if p.suffix in _SUFFIXES and not p.name.startswith("."))
    except OSError as error:
        raise _unreadable(folder, error) from None


def read_policy(path: Path) -> Mapping[str, str]:
    """Return the texts of the policy at `path` (a file or folder), by file.

    All files of a mounted ConfigMap are of one revision: when it is turned to the next meanwhile, they are read again.

    Raises:
        PolicyUnreadableError: one cannot be read, is no UTF-8 text, or the folder does not come to rest.
    """
    for _ in range(_TRIES):
        before = _revision(path)
        try:
            texts = _texts(path)
        except PolicyUnreadableError:
            if _revision(path) == before:
                raise
            continue  # the revision that it was reading has gone
        if _revision(path) == before:
            return texts
    raise PolicyUnreadableError(f"{path}: changes while it is read; write all files, then turn one link to them")


class PolicyStore:
    """Holds the policy of a file or folder.

    Args:
        path: the file or folder.
        today: tells the day that exceptions are held against.

    Raises:
        PolicyUnreadableError: a file cannot be read.
        PolicyError: the files have errors; its `problems` say where.
    """

    def __init__(self, path: Path, today: Today) -> None:
        self._path = path
        self._today = today
        texts = read_policy(path)
        self._current = parse_files(texts, today=today())
        self._tried = self._in_force = _digest(texts)
        self._refused = False

    @property
    def current(self) -> Policy:
        """The revision in force. Keep the value for the whole of an exchange: the next call may return another."""
        return self._current

    @property
    def refused(self) -> bool:
        """Whether the files on disk are not what is in force, because they cannot be used."""
        return self._refused

    def refresh(self) -> bool:
        """Read the files again and put a changed revision in force; return whether something changed.

        Exceptions end here too, whatever the files are. A revision is parsed once: until a file changes again, later
        calls return False.

        Raises:
            PolicyUnreadableError: as the constructor. The old revision stays.
            PolicyError: as the constructor. The old revision stays.
        """
        today = self._today()
        dated = self._current.on(today)
        ended = dated is not self._current
        self._current = dated
        try:
            return self._take(read_policy(self._path), today) or ended
        except (PolicyError, PolicyUnreadableError):
            self._refused = True
            raise

    def _take(self, texts: Mapping[str, str], today: date) -> bool:
        digest = _digest(texts)
        if digest == self._tried:
            self._refused = digest != self._in_force
            return False
        self._tried = digest
        self._current = parse_files(texts, today=today)
        self._in_force, self._refused = digest, False
        return True


def _revision(path: Path) -> str:
    """What a mounted ConfigMap is turned to; empty for another folder or a file."""
    folder = path if path.is_dir() else path.parent
    try:
        return str((folder / _REVISION).readlink())
    except OSError:
        return ""


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise PolicyUnreadableError(f"{file}: has more than {_MAX_BYTES} bytes; split it into files of one folder")
        return data.decode()
    except OSError as error:
        raise _unreadable(file, error) from None
    except UnicodeDecodeError:
        raise PolicyUnreadableError(f"{file}: not UTF-8 text; give a policy written in YAML") from None


def _digest(texts: Mapping[str, str]) -> bytes:
    whole = hashlib.sha256()
    for file, text in sorted(texts.items()):
        for part in (file.encode(errors="surrogateescape"), text.encode()):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()


def _unreadable(path: Path, error: OSError) -> PolicyUnreadableError:
    why = (error.strerror or "unreadable").lower()
    return PolicyUnreadableError(f"{path}: {why}; give a policy file that this user can read")


__all__ = [
    "PolicyError",
    "PolicyStore",
    "PolicyUnreadableError",
    "Today",
    "detector_files",
    "policy_files",
    "read_detectors",
    "read_policy",
]
