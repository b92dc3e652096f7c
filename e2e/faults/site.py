"""The laboratory of all faults: sidecars and backend stay, and the guard starts as a fault asks."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from e2e.bypass.backend import Backend
from e2e.bypass.laboratory import SIDECARS, open_field
from e2e.faults.fault import BROKEN_GUARD, USUAL, Guard
from e2e.faults.traffic import Sent, Traffic
from extauthz.demo.lab import Lab
from extauthz.demo.programs import phiguard
from extauthz.demo.topology import Mesh

CONTROL: Final = "PHIGUARD_TEST_FAULT"
"""Names the file in which `broken_guard.py` reads what it shall break now."""
START_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 0.05


class Site:
    """Where faults happen.

    Args:
        lab: the running laboratory.
        backend: what the receivers got.
    """

    def __init__(self, lab: Lab, backend: Backend) -> None:
        self.lab = lab
        self.backend = backend
        self.folder = lab.plan.folder
        self.policy = self.folder / "policy.yaml"
        self.control = self.folder / "broken"
        self.control.write_text("")
        self.traffic = Traffic(lab, backend)
        self.broke = 0.0
        self._guard = USUAL
        self._log_start = 0
        os.environ[CONTROL] = str(self.control)

    @property
    def ledger(self) -> Path:
        """The folder of the ledger."""
        return self.folder / "ledger"

    @property
    def guard_pid(self) -> int:
        """The process that was started."""
        return self.lab.processes.children["phiguard"].popen.pid

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        said = [int(str(line["pid"])) for line in self.logged("serving", 0)]
        return [pid for pid in said if not is_gone(pid)]

    @property
    def spares(self) -> list[int]:
        """The processes that wait to serve."""
        started = [pid for middle in children(self.guard_pid) for pid in children(middle)]
        return [pid for pid in started if pid not in self.workers]

    @property
    def scanners(self) -> list[int]:
        """The scanner processes of all workers."""
        return [s for w in self.workers for middle in children(w) for s in children(middle)]

    @property
    def is_whole(self) -> bool:
        """Whether all processes are there."""
        return len(self.workers) == len(self.scanners) == 2 and len(self.spares) == 1

    def begin(self, guard: Guard) -> None:
        """Let the guard run as a fault asks, and begin anew to count."""
        if guard != self._guard or "phiguard" not in self.lab.processes.children:
            self.stop_guard()
            self._prepare_ledger(guard)
            self._guard = guard
            self.start_guard()
        self.traffic = Traffic(self.lab, self.backend)

    def break_now(self) -> None:
        """Mark the time of the fault."""
        self.broke, self._log_start = time.monotonic(), len(self._log())

    def start_guard(self) -> None:
        """Start the guard, and wait until it serves."""
        plan = replace(self.lab.plan, guard=self._command(self._guard))
        self.lab = replace(self.lab, plan=plan)
        self.lab.start_guard()
        self.wait(lambda: self.is_whole, "all processes", START_SECONDS)
        self.lab.wait_for_guard()

    def stop_guard(self) -> None:
        """End the guard in an orderly way."""
        if "phiguard" in self.lab.processes.children:
            self.lab.processes.stop("phiguard")

    def _command(self, guard: Guard) -> Callable[[Mesh, Path], list[str]]:
        usual = phiguard(self.policy, *guard.options)

        def command(mesh: Mesh, folder: Path) -> list[str]:
            line = usual(mesh, folder)
            if not guard.is_broken:
                return line
            python, _, _, *arguments = line
            return [python, str(BROKEN_GUARD), *arguments]

        return command

    def _prepare_ledger(self, guard: Guard) -> None:
        if self._guard.ledger_bytes:
            subprocess.run(["/usr/bin/umount", self.ledger], check=True)
        if self.ledger.exists():
            shutil.rmtree(self.ledger)
        if guard.ledger_bytes:
            self.ledger.mkdir(mode=0o700)
            size = f"size={guard.ledger_bytes},mode=0700"
            mount = ["/usr/bin/mount", "-t", "tmpfs", "-o", size, "phiguard-test", self.ledger]
            subprocess.run(mount, check=True)

    def close(self) -> None:
        """End the guard, and leave no mount behind."""
        self.stop_guard()
        self._prepare_ledger(USUAL)

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait until `condition` holds."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"{what} took longer than {seconds:.0f} s"
            time.sleep(_POLL_SECONDS)

    def since_broken(self) -> list[Sent]:
        """The messages that began after the fault."""
        return [sent for sent in list(self.traffic.sent) if sent.began >= self.broke]

    def logged(self, event: str, since: int | None = None) -> list[dict[str, object]]:
        """What the guard has logged under a name of `LogEvent` since the fault."""
        start = self._log_start if since is None else since
        lines = self._log()[start:].splitlines()
        found = [
            orjson.loads(line) for line in lines if line.startswith(b"{") and line[-1:] == b"}"
        ]
        return [line for line in found if line["event"] == event]

    def _log(self) -> bytes:
        path = self.folder / "phiguard.log"
        return path.read_bytes() if path.exists() else b""

    def output(self) -> bytes:
        """Everything that the guard has written."""
        return self._log()

    def records(self) -> list[dict[str, object]]:
        """The decisions in the ledger."""
        found = []
        for path in sorted(self.ledger.glob("ledger-*.jsonl")):
            for line in path.read_bytes().splitlines():
                with contextlib.suppress(orjson.JSONDecodeError):  # `audit verify` judges torn ones
                    found.append(orjson.loads(line))
        return [record for record in found if record["kind"] == "decision"]


@contextmanager
def open_site(envoy: Path, folder: Path) -> Iterator[Site]:
    """Start everything, with the usual guard."""
    with open_field(envoy, folder, SIDECARS, USUAL.options) as field:
        site = Site(field.lab, field.backend)
        try:
            yield site
        finally:
            site.close()


def children(pid: int) -> list[int]:
    """The processes that `pid` is the parent of, in the order of their start."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(path.parent.name))
    return sorted(found)


def send_signal(number: signal.Signals, pids: Sequence[int]) -> None:
    """Send a signal to each process that is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, also when nobody has waited for it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
