"""The policy in force: one immutable revision, replaced by one assignment, and kept when the next one is broken.

A store exists only with a policy, so `serve` never runs without one: a first revision that cannot be used ends the
start. Every exchange pins the revision that it began with.
"""

import hashlib
from pathlib import Path
from typing import Final

from mesh.policy import Policy
from mesh.policy_file import PolicyError, parse

_SUFFIXES: Final = (".yaml", ".yml")


class PolicyUnreadableError(Exception):
    """There is no policy file to read. The text is one line that names the path and the fix."""


def policy_file(path: Path) -> Path:
    """Return the policy file at `path`: itself, or the only YAML file of a folder.

    Names that start with a dot are skipped: Kubernetes keeps the revisions of a ConfigMap under such names.

    Raises:
        PolicyUnreadableError: there is none, or more than one.
    """
    if not path.is_dir():
        return path
    try:
        found = sorted(p for p in path.iterdir() if p.suffix in _SUFFIXES and not p.name.startswith("."))
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(found) != 1:
        names = ", ".join(p.name for p in found) or "no .yaml file"
        raise PolicyUnreadableError(f"{path}: found {names}; give a folder with exactly one policy, or the file itself")
    return found[0]


def read_policy(path: Path) -> str:
    """Return the text of the policy file at `path` (a file or folder).

    Raises:
        PolicyUnreadableError: it cannot be read, or is no UTF-8 text.
    """
    file = policy_file(path)
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(file, error) from None
    except UnicodeDecodeError:
        raise PolicyUnreadableError(f"{file}: not UTF-8 text; give a policy written in YAML") from None


class PolicyStore:
    """Holds the policy of a file or folder.

    Raises:
        PolicyUnreadableError: the file cannot be read.
        PolicyError: the file has errors; its `problems` say where.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        text = read_policy(path)
        self._current = parse(text, file=str(policy_file(path)))
        self._tried = _digest(text)

    @property
    def current(self) -> Policy:
        """The revision in force. Keep the value for the whole of an exchange: the next call may return another."""
        return self._current

    def refresh(self) -> bool:
        """Read the file again and put a changed revision in force; return whether it did.

        A revision is parsed once: until the file changes again, later calls return False.

        Raises:
            PolicyUnreadableError: as the constructor. The old revision stays.
            PolicyError: as the constructor. The old revision stays.
        """
        text = read_policy(self._path)
        digest = _digest(text)
        if digest == self._tried:
            return False
        self._tried = digest
        self._current = parse(text, file=str(policy_file(self._path)))
        return True


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _unreadable(path: Path, error: OSError) -> PolicyUnreadableError:
    why = (error.strerror or "unreadable").lower()
    return PolicyUnreadableError(f"{path}: {why}; give a policy file that this user can read")


__all__ = ["PolicyError", "PolicyStore", "PolicyUnreadableError", "policy_file", "read_policy"]
