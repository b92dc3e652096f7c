"""What an image's tree holds: what two builds disagree on, and what no image of ours may hold."""

import hashlib
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROGRAMS: Final = {"bin", "sbin"}
# matches `gcc`, `x86_64-linux-gnu-gcc-12`, `cc`, `ld`; not `gcc-12-base`
_COMPILER: Final = re.compile(
    r"(?:.*-)?(?:gcc|g\+\+|cc|c\+\+|c89|c99|cpp|clang|tcc|ld|as)(?:-\d+)?"
)
# matches `pip`, `pip3.11`, `pip-23.0.1.dist-info`, `ensurepip`; not `pipes.py`
_INSTALLER: Final = re.compile(r"(?:ensure)?pip(?:[-\d].*)?")
_STICKY: Final = "tmp"
"""The one folder that everyone may write."""


@dataclass(frozen=True)
class Entry:
    """One file, folder or link.

    Attributes:
        mode: its kind and rights, as `stat` gives them.
        owner: the numbers of its user and group.
        time: of its last change, in seconds since 1970.
        content: a file's SHA-256 in hexadecimal, a link's target, else empty.
    """

    mode: int
    owner: tuple[int, int]
    time: int
    content: str


def entries(root: Path) -> dict[str, Entry]:
    """Return everything below a folder, by its path from there."""
    return {path.relative_to(root).as_posix(): _entry(path) for path in root.rglob("*")}


def differences(one: dict[str, Entry], other: dict[str, Entry]) -> list[str]:
    """Return a line for each path that only one tree has, or that is not the same in both."""
    found = []
    for path in sorted(one.keys() | other.keys()):
        if path not in one or path not in other:
            found.append(f"{path}: in one build only")
        elif one[path] != other[path]:
            found.append(f"{path}: {one[path]} and {other[path]}")
    return found


def faults(tree: dict[str, Entry]) -> list[str]:
    """Return a line for each compiler, installer, setuid file and file that everyone may write."""
    found = []
    for path, entry in sorted(tree.items()):
        *folders, name = path.split("/")
        if _PROGRAMS & set(folders[-1:]) and _COMPILER.fullmatch(name):
            found.append(f"{path}: a compiler")
        if _INSTALLER.fullmatch(name):
            found.append(f"{path}: installs software")
        if entry.mode & (stat.S_ISUID | stat.S_ISGID) and not stat.S_ISLNK(entry.mode):
            found.append(f"{path}: setuid or setgid")
        is_open = entry.mode & stat.S_IWOTH and not stat.S_ISLNK(entry.mode)
        if is_open and not (path == _STICKY and entry.mode & stat.S_ISVTX):
            found.append(f"{path}: everyone may write it")
    return found


def size(root: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())


def _entry(path: Path) -> Entry:
    status = path.lstat()
    content = ""
    if stat.S_ISLNK(status.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return Entry(status.st_mode, (status.st_uid, status.st_gid), int(status.st_mtime), content)
