"""Which files a scan reads: all of a folder, but for what somebody has left out.

- `.git` is never read: it holds packed copies of what stands beside it.
- What git ignores and does not track is left out, where git can be asked. What it tracks is read,
  whatever `.gitignore` says: it is what others get.
- `.phiguardignore` and `--exclude` have the patterns of `.gitignore`. A file that the command line
  names itself is read all the same.

When git cannot be asked, nothing is left out for it. So a file too many may be read, and never one
too few.
"""

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from extauthz.commands import documents
from extauthz.commands.documents import STDIN
from extauthz.commands.scan.patterns import Patterns

IGNORE_FILE: Final = ".phiguardignore"
_GIT: Final = ".git"
_LISTING: Final = (
    "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "ls-files", "-z",
    "--others", "--ignored", "--exclude-standard", "--directory",
)  # fmt: skip
"""What git ignores and does not track, a folder as one entry. A repository's own settings could run
a program here, and may not."""
_SECONDS: Final = 60


@dataclass
class Selection:
    """What a scan reads.

    Args:
        exclude: patterns of the command line, relative to each folder that it names.
        everything: read also what git and `.phiguardignore` leave out.
        force: leave out also files that the command line names itself.
        left_out: how many files and folders were left out, by who says so.
    """

    exclude: Sequence[str] = ()
    everything: bool = False
    force: bool = False
    left_out: Counter[str] = field(default_factory=Counter)

    def paths(self, named: Sequence[str], failed: documents.Failed) -> Iterator[str]:
        """Yield the paths of all files, folders in the order of names."""
        for path in named:
            if path != STDIN and Path(path).is_dir():
                yield from self._of_folder(path, failed)
            elif who := self._forced(path, failed) if self.force and path != STDIN else "":
                self.left_out[who] += 1
            else:
                yield path

    def _forced(self, path: str, failed: documents.Failed) -> str:
        """Who leaves out a file that the command line names; paths count from this folder."""
        here = Path.cwd()
        try:
            inside = Path(path).absolute().relative_to(here).as_posix()
        except ValueError:
            return ""  # it is elsewhere
        rules = _Rules(Patterns(self.exclude), frozenset())
        for above in () if self.everything else _above(inside):
            if (file := here / above / IGNORE_FILE).is_file():
                rules.files[above] = _read(file, failed)
        folders = (each.rstrip("/") for each in _above(inside) if each)
        who = next((who for f in folders if (who := rules.leaves_out(f, is_folder=True))), "")
        return who or rules.leaves_out(inside, is_folder=False)

    def _of_folder(self, top: str, failed: documents.Failed) -> Iterator[str]:
        rules = _Rules(
            Patterns(self.exclude), frozenset() if self.everything else _ignored_by_git(top)
        )
        there = read = 0
        for folder, folders, names in _walk(top, failed):
            inside = "" if folder == top else f"{Path(folder).relative_to(top).as_posix()}/"
            if not self.everything and IGNORE_FILE in names:
                rules.files[inside] = _read(Path(folder, IGNORE_FILE), failed)
            folders[:] = self._kept(rules, inside, folders, are_folders=True)
            there += len(names)
            for name in self._kept(rules, inside, names, are_folders=False):
                read += 1
                yield from documents.regular(str(Path(folder, name)), failed)
        if not there and not self.left_out:
            failed(f"{top}: no file in this folder; give a folder that holds documents")
        elif not read:
            failed(f"{top}: every file of it is left out; see --exclude and {IGNORE_FILE}")

    def _kept(
        self, rules: "_Rules", inside: str, names: Sequence[str], *, are_folders: bool
    ) -> list[str]:
        """The names that are read, sorted. The others are counted."""
        kept = []
        for name in sorted(names):
            if name == _GIT:
                continue
            if who := rules.leaves_out(f"{inside}{name}", is_folder=are_folders):
                self.left_out[who] += 1
            else:
                kept.append(name)
        return kept


@dataclass
class _Rules:
    """What leaves files out of one folder.

    Args:
        given: patterns of the command line.
        ignored: paths that git ignores.
        files: patterns of each `.phiguardignore`, by its folder with a `/`; the top one is empty.
    """

    given: Patterns
    ignored: frozenset[str]
    files: dict[str, Patterns] = field(default_factory=dict)

    def leaves_out(self, path: str, *, is_folder: bool) -> str:
        """Who leaves a path out; empty for nobody."""
        if self.given.decide(path, is_folder=is_folder):
            return "--exclude"
        if path in self.ignored:
            return "git"
        # the nearest file that speaks of it decides
        for above in _above(path):
            if above in self.files:
                said = self.files[above].decide(path.removeprefix(above), is_folder=is_folder)
                if said is not None:
                    return IGNORE_FILE if said else ""
        return ""


def _above(path: str) -> Iterator[str]:
    """The folders above a path, nearest first, each with its `/`; the top one is empty."""
    parts = path.split("/")[:-1]
    for count in range(len(parts), 0, -1):
        yield "/".join(parts[:count]) + "/"
    yield ""


def _walk(top: str, failed: Callable[[str], None]) -> Iterator[tuple[str, list[str], list[str]]]:
    yield from os.walk(
        top, onerror=lambda error: failed(documents.unreadable(error.filename, error))
    )


def _read(path: Path, failed: Callable[[str], None]) -> Patterns:
    try:
        return Patterns(path.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError:
        failed(f"{path}: not UTF-8 text; nothing is left out for it")
    except OSError as error:
        failed(documents.unreadable(str(path), error))
    return Patterns(())


def _ignored_by_git(top: str) -> frozenset[str]:
    """Paths below a folder that git ignores; empty where git cannot be asked."""
    try:
        found = subprocess.run(  # noqa: S603 - the words are ours, the folder is no argument
            _LISTING, cwd=top, capture_output=True, timeout=_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(os.fsdecode(name).rstrip("/") for name in found.split(b"\0") if name)
