"""Folders and files of this machine.

A symbolic link is never followed: what lies in the folder is read where it lies, and what lies
outside was not asked for. Pipes, sockets, devices and files that the kernel makes up are named and
not opened. The holes of a sparse file are not read.
"""

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from atrest.manners import Manners
from atrest.protection import Protection
from atrest.readers import content
from atrest.readers.disk import Mounts
from atrest.readers.errors import from_os, reason_of
from atrest.readers.lake import recognise
from atrest.readers.lake.disk_folder import DiskFolder
from atrest.readers.lake.recognise import HERE
from atrest.readers.lake.table import LOG, METADATA
from atrest.readers.paced import Meter
from atrest.readers.throttle import Pace
from atrest.source import Budget, Document, Item, ReadError, Reason, Unlisted, Unread
from atrest.spec import Spec
from atrest.unit import Unit, UnitKind

_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOATIME
_OF_TABLES: Final = frozenset((LOG, METADATA))
_BLOCK: Final = 512  # the unit of st_blocks (stat(2))
_HOLES: Final = 10


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to be listed.

    Args:
        name: its path in the source.
        device: on which it lies.
    """

    name: str
    device: int


class Files:
    """A folder with all its files, or one file.

    Args:
        root: its path.
        mounts: of this machine.
        manners: how many rows and bytes a second.
    """

    def __init__(self, root: Path, mounts: Mounts, manners: Manners) -> None:
        self._root = root
        self._meter = Meter(Pace.of(manners))
        self._mounts = mounts
        self._live: set[str] = set()
        self.name = f"file://{root}"

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every file. Raises ReadError when the root cannot be read."""
        try:
            found = self._root.stat()
        except OSError as error:
            raise from_os(error) from None
        if stat.S_ISDIR(found.st_mode):
            yield from self._below(_Folder(HERE, found.st_dev))
        else:
            yield self._file(self._root.name, found)

    def _below(self, root: "_Folder") -> Iterator[Unit | Unlisted]:
        """Yield what lies in a folder, however deep: Python's own calls would not go so far."""
        levels = [self._within(root)]
        while levels:
            found = next(levels[-1], None)
            if found is None:
                levels.pop()
            elif isinstance(found, _Folder):
                levels.append(self._within(found))
            else:
                yield found

    def _within(self, folder: "_Folder") -> Iterator["Unit | Unlisted | _Folder"]:
        if self._mounts.is_kernels_own(folder.device):
            yield self._unlisted(folder.name, Reason.NOT_A_FILE)
            return
        try:
            # a million files are listed: text is faster than Path, most of all to compare
            with os.scandir(f"{self._root}/{folder.name}") as entries:
                known = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield self._unlisted(folder.name, reason_of(error))
            return
        if not _OF_TABLES.isdisjoint(entry.name for entry in known):
            yield from self._table(folder.name)
        start = "" if folder.name == HERE else f"{folder.name}/"
        for entry in known:
            if not entry.is_symlink():
                found = self._found(entry, start + entry.name)
                if found is not None:
                    yield found

    def _table(self, name: str) -> Iterator[Unit]:
        """Yield a folder as a table, when it is one. Then its live files are no units."""
        table = recognise.table_of(DiskFolder(self._root / name, _opened))
        if table is not None:
            self._live.update(str(Path(name, file.path)) for file in table.files if file.path)
            yield recognise.unit_of(table, self.name, name)

    def _found(self, entry: os.DirEntry[str], name: str) -> "Unit | Unlisted | _Folder | None":
        """Return what an entry is; None for a file that is part of a table."""
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError as error:
            return self._unlisted(name, reason_of(error))
        if stat.S_ISDIR(found.st_mode):
            return _Folder(name, found.st_dev)
        if not stat.S_ISREG(found.st_mode) or self._mounts.is_kernels_own(found.st_dev):
            return self._unlisted(name, Reason.NOT_A_FILE)
        return None if name in self._live else self._file(name, found)

    def _file(self, name: str, found: os.stat_result) -> Unit:
        version = f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"
        return Unit(self.name, name, UnitKind.FILE, version, found.st_size)

    def _unlisted(self, name: str, reason: Reason) -> Unlisted:
        return Unlisted(self.name, name, reason)

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield what a file holds. Raises ReadError when it cannot be read."""
        yield from self._meter.items(self._items(unit, budget))

    def _paced(self, path: Path) -> BinaryIO:
        return self._meter.file(_opened(path))

    def _items(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        if unit.kind is UnitKind.TABLE:
            folder = DiskFolder(
                self._root / unit.name, lambda path: self._meter.file(_opened(path))
            )
            yield from recognise.items(folder, unit, budget)
            return
        with _opened(self._path(unit)) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise ReadError(Reason.NOT_A_FILE)
            if _is_sparse(found, budget):
                yield from _extents(file, budget)
            else:
                opened = content.Opened(self._meter.file(file), found.st_size)
                yield from content.items(opened, budget)
            if self._file(unit.name, os.fstat(file.fileno())).version != unit.version:
                yield Unread(Reason.CHANGED)

    def protection(self, unit: Unit) -> Protection:
        """What is known of the disk below the file."""
        try:
            return self._mounts.protection(self._path(unit).lstat().st_dev)
        except OSError:
            return Protection()

    def _path(self, unit: Unit) -> Path:
        """Return where a unit lies: in the folder, or it is the one file that was named."""
        is_folder = self._root.is_dir() or unit.name != self._root.name
        return self._root / unit.name if is_folder else self._root

    def close(self) -> None:
        """Nothing is open."""


def open_source(spec: Spec, manners: Manners, _: Mapping[str, str]) -> Files:
    """Open a folder or a file."""
    return Files(Path(spec.path), Mounts.here(), manners)


def _opened(path: Path) -> BinaryIO:
    try:
        descriptor = _open(path)
    except OSError as error:
        raise from_os(error) from None
    return os.fdopen(descriptor, "rb")


def _open(path: Path) -> int:
    """Open a file without changing when it was last read, where that is allowed (open(2))."""
    try:
        return os.open(path, _FLAGS)
    except PermissionError:
        return os.open(path, _FLAGS & ~os.O_NOATIME)


def _is_sparse(found: os.stat_result, budget: Budget) -> bool:
    """Whether a file is too long to be one document, and most of it is holes.

    A file system that compresses also stores fewer blocks, but seldom ten times fewer.
    """
    return (
        found.st_size > budget.document_bytes and found.st_blocks * _BLOCK * _HOLES < found.st_size
    )


def _extents(file: BinaryIO, budget: Budget) -> Iterator[Item]:
    """Yield what lies between the holes of a sparse file (lseek(2))."""
    at = 0
    try:
        while True:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            file.seek(at)
            data = file.read(min(end - at, budget.document_bytes))
            yield Document(data, truncated=end - at > len(data))
            at = end
    except OSError as error:
        if error.errno != errno.ENXIO:  # no data behind this offset
            raise from_os(error) from None
