"""How many CPUs this process may use, as its container's limits say.

Sources: kernel documentation, admin-guide/cgroup-v2 (`cpu.max`) and scheduler/sched-bwc (v1).
"""

import contextlib
import math
import os
from pathlib import Path
from typing import Final, NamedTuple

_ROOT: Final = Path("/sys/fs/cgroup")
_UNLIMITED: Final = ("max", "-1")


class Processes(NamedTuple):
    """How many processes serve, and how many scanner processes each of them has."""

    workers: int
    scanners: int


def usable(root: Path = _ROOT) -> int:
    """Return the number of CPUs that this process may use, at least 1.

    That is what the scheduler allows, or the quota of the control group rounded up, whichever is
    less.
    """
    return max(1, math.ceil(min(len(os.sched_getaffinity(0)), _quota(root))))


def processes(cpus: int) -> Processes:
    """Return the usual numbers of processes for so many CPUs.

    One CPU in two serves, and there is a scanner process for each CPU. So a single connection,
    which belongs to one worker, keeps two CPUs busy.
    """
    workers = max(1, cpus // 2)
    return Processes(workers, max(1, cpus // workers))


def _quota(root: Path) -> float:
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (root / "cpu.max").read_text().split()
        return math.inf if quota in _UNLIMITED else int(quota) / int(period)
    with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
        quota = (root / "cpu" / "cpu.cfs_quota_us").read_text().strip()
        period = (root / "cpu" / "cpu.cfs_period_us").read_text()
        return math.inf if quota in _UNLIMITED else int(quota) / int(period)
    return math.inf
