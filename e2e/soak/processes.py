"""The processes of a running guard, and what each of them holds, from /proc.

A guard is a tree. A fork server is a small process that multiprocessing keeps.

    supervisor ─ fork server ─ worker ─ fork server ─ scanner
               └ resource tracker     └ resource tracker

With one worker, the worker is the root. A spare, which waits to replace a worker, counts as one.
Source: proc_pid_smaps(5), `smaps_rollup`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_KIB: Final = 1024
_TRACKER: Final = b"resource_tracker"


@dataclass(frozen=True, slots=True)
class Holding:
    """What one process holds.

    Args:
        rss: resident memory in MiB. Pages that it shares with other processes count whole.
        pss: the same in MiB, where a page that n processes share counts 1/n for each.
        descriptors: open files and sockets.
        threads: of the kernel.
    """

    rss: float
    pss: float
    descriptors: int
    threads: int


def tree(root: int, workers: int) -> dict[int, str]:
    """Return the role of each process of a guard, by process id.

    Args:
        root: process id of `phiguard serve`.
        workers: its `--workers`.
    """
    found = {root: "supervisor" if workers > 1 else "worker"}
    for child in _children(root):
        found |= _helper(child, "worker" if workers > 1 else "scanner")
    return found


def holding(process: int) -> Holding:
    """Return what a process holds. Raises OSError when it has ended."""
    folder = _PROC / str(process)
    lines = (folder / "smaps_rollup").read_text().splitlines()
    sizes = {name: rest.split()[0] for name, _, rest in (line.partition(":") for line in lines[1:])}
    return Holding(
        int(sizes["Rss"]) / _KIB,
        int(sizes["Pss"]) / _KIB,
        len(list((folder / "fd").iterdir())),
        len(list((folder / "task").iterdir())),
    )


def _helper(process: int, children: str) -> dict[int, str]:
    """Return the roles of a helper and of what it has forked."""
    command = _command(process)
    if _TRACKER in command:
        return {process: "resource tracker"}
    found = {process: "fork server"}
    for child in _children(process):
        found[child] = children
        if children == "worker":
            for grandchild in _children(child):
                found |= _helper(grandchild, "scanner")
    return found


def _command(process: int) -> bytes:
    try:
        return (_PROC / str(process) / "cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in (_PROC / str(process) / "task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    except OSError:
        return found  # it has just ended
    return found
